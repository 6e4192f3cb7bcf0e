/* Withdrawals: writes that take back what is outside, because a session is undone or a person retracts a ticket. They
 * carry nothing of a ticket: a closed status, neutral words in the place of texts, empty values, the deletion of a
 * comment. So the gate lets them out whatever the privacy is, and logs them under their purpose. When one is done its
 * mapping ends. They are intents like any other: sent, doubted and repeated by the same rules, and never twice at once.
 */
#ifndef STORE_WITHDRAW_H
#define STORE_WITHDRAW_H

#include "store/sending/pending.h"

/* `intent_id`: the write that is on its way by now; 0 with `why_not`, for people, when there is none. `done`: nothing
 * is left to write, and the mapping has ended. */
struct withdrawal {
  int64_t intent_id;
  struct str why_not;
  bool done;
};

/* Prepares closing an external ticket for an undo; or, for a retraction, blanking and closing a ticket or deleting a
 * comment, also when its mapping has ended. Only for what tandem made there. A withdrawal that is on its way already is
 * given again. */
struct result withdraw_undo(struct call *call, int64_t mapping_id, int64_t session_id, struct withdrawal *out) MUST_USE;
struct result withdraw_retract(struct call *call, int64_t mapping_id, struct withdrawal *out) MUST_USE;

/* At the gate, with the target as just fetched (`moved`: it is not what the decision was made on). `*stop`: it is over,
 * or not to be sent. */
struct result withdraw_begin(struct call *call, const struct pending *p, bool moved, bool *stop) MUST_USE;

/* What became of it. */
struct result withdraw_settle(struct call *call, const struct pending *p, const struct push_receipt *receipt) MUST_USE;

#endif
