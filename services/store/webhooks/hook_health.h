/* How a project hears of changes outside, for `tandem status` and `tandem doctor`. */
#ifndef STORE_HOOK_HEALTH_H
#define STORE_HOOK_HEALTH_H

#include "store/store.h"

struct result hook_health(struct call *call, const struct project *project, struct hook_health *out) MUST_USE;

#endif
