/* Private to plan_*.c: one field as plan() looks at it, and the building blocks of a decision. */
#ifndef SYNC_PLAN_LOOK_H
#define SYNC_PLAN_LOOK_H

#include "sync/catalogue.h"
#include "sync/plan.h"

struct plan_look {
  const struct plan_input *input;
  struct str field;
  enum content_kind kind;
  const struct value *local, *external;
  const struct value *shadow_local, *shadow_external; /* both NULL when never agreed */
  const struct field_rule *rule;
  bool may_push, may_pull, frozen;
  bool is_new; /* the local side does not have the field: `local` is what was agreed on, or empty */
};

/* Whether an open conflict keeps the field as it is. */
bool plan_look_frozen(const struct plan_input *input, struct str field);

/* False when the external side does not carry the field, or the local side neither has nor takes it. */
bool plan_look_at(struct arena *arena, const struct plan_input *input, struct str field, struct plan_look *out);

/* The two sides are of one kind: else nothing can be compared, only shown to a person. */
bool plan_look_comparable(const struct plan_look *look);

/* A decision that does nothing, with what both sides look like. */
struct plan_field plan_look_quiet(const struct plan_look *look, enum plan_action action);

struct plan_field plan_look_conflict(const struct plan_look *look, enum plan_conflict_kind kind);

/* CONFLICT unmappable, reporting the words. */
struct plan_field plan_look_unmappable(const struct plan_look *look, const struct str *words, size_t count);

/* Both sides become `value` (local vocabulary) on top of what the external side is now: shadow = (x, x), and it is sent
 * unless the external side says the same or the direction forbids it. */
struct plan_field plan_look_settle(struct arena *arena, const struct plan_look *look, enum plan_action action,
                                   const struct value *value);

/* WAIT in place of a decision that needs a fresh observation and has none. */
struct plan_field plan_look_guard(const struct plan_look *look, struct plan_field decision);

#endif
