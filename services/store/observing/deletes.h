/* Deletions as they are decided: a comment is marked here and never removed, a mapping ends, a copy is written again.
 */
#ifndef STORE_DELETES_H
#define STORE_DELETES_H

#include "store/conflicts/conflicts.h"
#include "store/store.h"

/* Nothing of a mapping is kept in step any more, nor of its ticket's comments there; nothing is written outside. */
struct result deletes_unlink(struct call *call, int64_t mapping_id, struct str reason) MUST_USE;

/* A mapping that ended is kept in step again, on the shadow that it had; of a ticket its comments too. */
struct result deletes_link_again(struct call *call, int64_t mapping_id) MUST_USE;

/* Where and by whom a comment is deleted, or is there again. */
struct deletion {
  int64_t item_id;
  int64_t project_id; /* 0 = here */
  int64_t session_id; /* 0 = the one that runs in the project */
  struct str by;
};

/* Marks a comment as deleted, once. */
struct result deletes_mark(struct call *call, const struct deletion *deletion) MUST_USE;

/* What planning decided because a side is deleted (`outcome->deletion`; "" = nothing), but for what is written outside.
 * `actor`: who stands for what happened there. */
struct result deletes_commit(struct call *call, const struct conflict_place *place, const struct plan_outcome *outcome,
                             struct str actor) MUST_USE;

/* A copy was deleted by our own write: its mapping ends, or begins anew when the comment is there again. */
struct result deletes_written(struct call *call, const struct conflict_place *place) MUST_USE;

/* A deleted comment is there again: so are its copies but the one of `except_mapping`, which is. */
struct result deletes_restore(struct call *call, const struct deletion *back, int64_t except_mapping) MUST_USE;

#endif
