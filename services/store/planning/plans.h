/* Plans: what a dry run found, kept with a hash, and applied exactly or not at all.
 *
 * plan.apply starts a session of the mode `apply`: it pulls first, so that what moved outside is known; while it does,
 * nothing of the project is planned. When it has seen everything, the tick compares all that each step was decided on
 * (inputs.h) with what it is now, in the transaction that applies it: either all of it is committed, or the session
 * fails and says what moved. */
#ifndef STORE_PLANS_H
#define STORE_PLANS_H

#include "store/store.h"

/* "P3-0a1b2c3d4e5f", of a row of sync_plan. */
#define PLAN_ID "'P' || id || '-' || left(encode(hash, 'hex'), 12)"

/* The steps of a dry run that has ended become its project's plan, in the place of an older one. `*out_id` is absent
 * when it would change nothing: that is no plan. */
struct result plans_make(struct call *call, int64_t session_id, struct str *out_id) MUST_USE;

/* Applies the plans whose sessions have seen both sides, or gives them up; adds the failed ones to `finished`. */
struct result plans_settle(struct call *call, int64_t *finished) MUST_USE;

/* The plan that keeps a paused project as it is until somebody applies or drops it; absent when none does. */
struct result plans_holding(struct call *call, int64_t project_id, struct str *out_id) MUST_USE;

/* Forgets plans that are too old. */
struct result plans_expire(struct call *call) MUST_USE;

/* The id of a session's plan, absent when it has none. */
struct result plans_id_of(struct call *call, int64_t session_id, struct str *out_id, int64_t *out_expires_ms) MUST_USE;

#endif
