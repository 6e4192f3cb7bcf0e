/* How a project hears of changes outside, for `tandem status` and `tandem doctor`. */
#ifndef STORE_HOOK_HEALTH_H
#define STORE_HOOK_HEALTH_H

#include "store/store.h"

/* A row for each of these projects, in any order, with the project's `id`. */
struct result hook_health_select(struct call *call, const int64_t *project_ids, size_t count,
                                 struct rows *out) MUST_USE;

/* Such a row, and what is to be said about it. `project` is the one of its id. */
void hook_health_read(struct arena *arena, const struct rows *rows, size_t row, const struct project *project,
                      struct hook_health *out);

#endif
