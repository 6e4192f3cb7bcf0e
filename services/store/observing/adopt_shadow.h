/* How the dual shadow of a mapping moves with what our own write did. */
#ifndef STORE_ADOPT_SHADOW_H
#define STORE_ADOPT_SHADOW_H

#include "store/observing/adopt.h"
#include "store/observing/written.h"

/* Per field that was sent, or that a creation left pending: (what local was, what the tracker made of it). `returned`
 * may be NULL. `*arrived`: those that were sent and are known to have arrived. */
struct result adopt_shadow_of_write(struct call *call, const struct written *w, const struct observation *returned,
                                    enum adopted_by by, struct values *arrived) MUST_USE;

/* A creation was adopted half made, and `returned` is its answer: what was missing, and is there now, came from it. */
struct result adopt_shadow_of_rest(struct call *call, const struct written *w,
                                   const struct observation *returned) MUST_USE;

/* Moves the dual shadow of the named fields to (local, external). */
struct result adopt_shadow_move(struct call *call, int64_t mapping_id, const struct values *external,
                                const struct values *local) MUST_USE;

#endif
