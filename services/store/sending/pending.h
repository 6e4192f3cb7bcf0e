/* An intent on its way out, as the verbs of writing see it, and how it ends without a write. */
#ifndef STORE_PENDING_H
#define STORE_PENDING_H

#include "store/sending/usage.h"

struct pending {
  int64_t id, project_id, mapping_id, item_id, attempts, probes;
  struct str system, state, change, kind, op_id, mapping_op_id, credential, rule, external_id, observed_hash,
      expect_hash, base_url;
  struct str purpose, left_out;             /* of a withdrawal (withdraw.h): undo | retract; why it is not whole */
  struct str reason;                        /* of its last failure */
  struct values set, add, remove, observed; /* observed: the tracker's fields as they were last seen */
  bool too_old, observed_gone, surely_gone, settled, deletes, deleted_here;
  struct tracker_clock clock;
  bool held; /* the tracker took no writes of the project, last time */
};

/* Loads and locks it and its item. `settled`: its first probe is at least `settle_ms` ago. GONE: there is none. */
struct result pending_load(struct call *call, int64_t intent_id, int64_t settle_ms, struct pending *out) MUST_USE;

/* Ends it in this state, with a reason that people read. */
struct result pending_end(struct call *call, const struct pending *p, const char *state, struct str reason) MUST_USE;

/* Nothing more is tried until a person asks for it. */
struct result pending_park(struct call *call, const struct pending *p, struct str reason) MUST_USE;

/* It is written: ended in the running session, and counted there. */
struct result pending_done(struct call *call, int64_t intent_id, int64_t project_id, bool created) MUST_USE;

/* It is decided again; `_stale`: because the decision was made on something that is no longer so. */
struct result pending_give_up(struct call *call, const struct pending *p, struct str reason) MUST_USE;
struct result pending_give_up_stale(struct call *call, const struct pending *p) MUST_USE;

/* Of an intent `n`: whether a session waits for it. One that has failed again and again is tried for days. */
#define PENDING_IS_AWAITED "n.state in ('prepared', 'sending', 'unknown') and (n.state = 'sending' or n.attempts < 3)"

/* Full jitter, min(15 min, 1 s * 2^n), never before the tracker's own word; parked when it was tried too often. */
struct result pending_try_later(struct call *call, const struct pending *p, const char *state, struct str reason,
                                int64_t retry_after_ms) MUST_USE;

#endif
