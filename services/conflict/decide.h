/* From one case to one outcome: the pure plan() of lib/sync, in the words of the verbs. No clock, no I/O. */
#ifndef CONFLICT_DECIDE_H
#define CONFLICT_DECIDE_H

#include "proto/verbs.h"
#include "sync/rules.h"

/* What is to be done about this mapping. Owned by `arena`, borrows from the case. */
struct plan_outcome decide(struct arena *arena, const struct plan_case *plan_case, const struct rules *rules);

#endif
