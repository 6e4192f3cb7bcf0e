/* A case with a deleted side to plan_delete()'s input, and its answer to an outcome. */
#include "conflict/decide_deletion.h"

#include "sync/catalogue.h"
#include "sync/plan_delete.h"

#define CLOSED_STATUS "cancelled"

static struct values one(struct arena *arena, struct value value) {
  struct value *copy = ARENA_NEW(arena, struct value);
  *copy = value;
  return (struct values){copy, 1};
}

/* What both sides look like: the row of the conflict, and what a decision about it has to find. */
struct sides {
  struct values local, external;
};

static struct str body_of(const struct values *side) {
  struct str body = values_text(side, "body");
  return body.at ? body : STR("");
}

/* With all that the ticket holds: whoever lets it go has seen that. */
static struct values ticket_side(struct arena *arena, const struct values *local, struct str field) {
  struct str status = values_text(local, "status");
  return values_with(arena, local, value_text(field, status.length ? status : STR("there")));
}

static struct sides sides_of(struct arena *arena, const struct plan_case *c, struct str field) {
  struct str here = c->deleted ? STR("deleted") : body_of(&c->local), there = body_of(&c->external);
  struct sides sides = {one(arena, value_text(field, here)),
                        one(arena, value_text(field, c->gone.length ? c->gone : there))};
  if (str_is(c->kind, "ticket"))
    sides.local = ticket_side(arena, &c->local, field);
  return sides;
}

static const struct conflict *conflict_on(const struct plan_case *c, struct str field) {
  for (size_t i = 0; i < c->conflicts.count; i++)
    if (str_equal(c->conflicts.at[i].field, field) && str_is(c->conflicts.at[i].kind, "deleted_vs_edited"))
      return &c->conflicts.at[i];
  return NULL;
}

/* To be cancelled, and by now it is: the same was decided about another tracker. */
static bool is_cancelled_meanwhile(struct arena *arena, const struct conflict *row, const struct values *local) {
  if (!str_is(row->field, "ticket") || !str_is(row->winner, "external"))
    return false;
  struct values seen = values_with(arena, &row->local, value_text(STR("status"), STR(CLOSED_STATUS)));
  seen = values_with(arena, &seen, value_text(row->field, STR(CLOSED_STATUS)));
  return values_equal(&seen, local);
}

static bool is_decided(struct arena *arena, const struct conflict *row, const struct sides *sides) {
  return row && str_is(row->state, "decided") && values_equal(&row->external, &sides->external) &&
         (values_equal(&row->local, &sides->local) || is_cancelled_meanwhile(arena, row, &sides->local));
}

static struct plan_existence existence_of(struct arena *arena, const struct plan_case *c, const struct rules *rules,
                                          const struct conflict *row, const struct sides *sides) {
  enum direction direction = rules_direction(rules, STR("body"));
  bool decided = is_decided(arena, row, sides);
  return (struct plan_existence){
      .is_comment = str_is(c->kind, "comment"),
      .is_origin = c->origin,
      .deleted_local = c->deleted,
      .gone_external = c->gone.length > 0,
      .uncreated = c->uncreated,
      .changed_local = plan_is_changed(&c->local, &c->shadow_local),
      .changed_external = plan_is_changed(&c->external, &c->shadow_external),
      .may_push = rules_may_push(direction),
      .may_pull = rules_may_pull(direction),
      .decided = decided,
      .choice = decided && str_is(row->winner, "local") ? PLAN_CHOOSE_LOCAL : PLAN_CHOOSE_EXTERNAL,
  };
}

static void close_conflict(struct arena *arena, struct str field, struct plan_outcome *out) {
  struct str *name = ARENA_NEW(arena, struct str);
  *name = field;
  out->closes.at = name;
  out->closes.count = 1;
}

static void open_conflict(struct arena *arena, struct str field, const struct sides *sides, struct plan_outcome *out) {
  struct plan_conflict *conflict = ARENA_NEW(arena, struct plan_conflict);
  *conflict = (struct plan_conflict){
      .field = field, .kind = STR("deleted_vs_edited"), .local = sides->local, .external = sides->external};
  out->conflicts.at = conflict;
  out->conflicts.count = 1;
}

/* What the local side becomes with it. */
static void change_local(struct arena *arena, const struct plan_case *c, enum plan_deletion deletion,
                         struct plan_outcome *out) {
  struct str status = values_text(&c->local, "status");
  if (deletion == PLAN_CLOSE_LOCAL && status.length && !catalogue_is_over(status))
    out->local = one(arena, value_text(STR("status"), STR(CLOSED_STATUS)));
  if (deletion == PLAN_RESTORE_LOCAL)
    out->local = out->shadow_local = out->shadow_external = c->external;
}

bool decide_deletion(struct arena *arena, const struct plan_case *c, const struct rules *rules,
                     struct plan_outcome *out) {
  struct str field = str_is(c->kind, "comment") ? STR("comment") : STR("ticket");
  struct sides sides = sides_of(arena, c, field);
  const struct conflict *row = conflict_on(c, field);
  struct plan_existence existence = existence_of(arena, c, rules, row, &sides);
  enum plan_deletion deletion = plan_delete(&existence);
  if (deletion == PLAN_NO_DELETION)
    return false;
  if (deletion == PLAN_DELETION_CONFLICT)
    open_conflict(arena, field, &sides, out);
  /* A deletion there closes it when it is done. */
  else if (row && deletion != PLAN_DELETION_WAITS && deletion != PLAN_DELETE_EXTERNAL)
    close_conflict(arena, field, out);
  out->deletion = str_of(plan_deletion_name(deletion));
  change_local(arena, c, deletion, out);
  return true;
}
