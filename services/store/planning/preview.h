/* Dry runs: what planning decided is written down for a person to read, and nothing of it is applied. */
#ifndef STORE_PREVIEW_H
#define STORE_PREVIEW_H

#include "store/store.h"

struct result preview_commit(struct call *call, const struct plan_commit *commit, struct plan_committed *out) MUST_USE;

#endif
