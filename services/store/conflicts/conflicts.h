/* Conflict rows: both values kept for ever, open until somebody decides or both sides agree. */
#ifndef STORE_CONFLICTS_H
#define STORE_CONFLICTS_H

#include "store/store.h"

struct conflict_place {
  int64_t mapping_id, item_id, project_id;
  bool is_ticket;
  struct str project, ticket, external_key;
};

/* The outcome's new conflicts; an open one of the same field whose values moved is superseded. */
struct result conflicts_open(struct call *call, const struct conflict_place *place,
                             const struct plan_outcome *outcome) MUST_USE;

/* The outcome's `closes`: decided ones were applied, open ones ended because both sides agree. */
struct result conflicts_close(struct call *call, const struct conflict_place *place,
                              const struct plan_outcome *outcome) MUST_USE;

/* Conflict c was decided before intent n of its mapping was: what n sends of its field is the decision. */
#define CONFLICTS_OF_INTENT "c.state = 'decided' and c.freezes and c.decided_at <= n.created_at"

/* These fields have arrived with the intent's write: what was decided about them is applied. */
struct result conflicts_applied(struct call *call, const struct conflict_place *place, int64_t intent_id,
                                const struct values *fields) MUST_USE;

enum conflicts_about { CONFLICTS_ALL, CONFLICTS_OF_VALUES, CONFLICTS_OF_DELETION };

/* What the mapping's open and decided conflicts were about is over: they end superseded, with an event each. `why`
 * stands where nobody had decided. */
struct result conflicts_end(struct call *call, int64_t mapping_id, enum conflicts_about about, struct str why) MUST_USE;

/* Fills each case's open and decided conflicts. */
struct result conflicts_of_cases(struct call *call, struct plan_case *cases, size_t count) MUST_USE;

#endif
