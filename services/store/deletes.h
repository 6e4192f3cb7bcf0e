/* Deletions as they are decided: a comment is marked here and never removed, a mapping ends, a copy is written again.
 */
#ifndef STORE_DELETES_H
#define STORE_DELETES_H

#include "store/conflicts.h"
#include "store/store.h"

/* What planning decided because a side is deleted (`outcome->deletion`; "" = nothing), but for what is written outside.
 * `actor`: who stands for what happened there. */
struct result deletes_commit(struct call *call, const struct conflict_place *place, const struct plan_outcome *outcome,
                             struct str actor) MUST_USE;

/* A copy was deleted by our own write: its mapping ends, or begins anew when the comment is there again. */
struct result deletes_written(struct call *call, const struct conflict_place *place) MUST_USE;

/* A deleted comment is there again: so are its copies but the one of `except_mapping`, which is. */
struct result deletes_restore(struct call *call, int64_t item_id, int64_t except_mapping, struct str by) MUST_USE;

#endif
