/* Deciding: a case to plan()'s input, plan()'s answer to an outcome. */
#include "conflict/decide.h"

#include "base/mutation.h"
#include "conflict/decide_deletion.h"
#include "conflict/frozen.h"
#include "conflict/references.h"
#include "sync/plan.h"

/* -- settings -- */

/* A private ticket takes in what changes outside, and sends nothing. */
static struct rules withheld_rules(struct arena *arena, const struct rules *rules) {
  struct rules masked = *rules;
  struct field_rule *fields = ARENA_ARRAY(arena, struct field_rule, rules->field_count);
  for (size_t i = 0; i < rules->field_count; i++) {
    fields[i] = rules->fields[i];
    bool pulls = rules_may_pull(rules_direction(rules, fields[i].field));
    fields[i].direction = pulls ? DIRECTION_PULL : DIRECTION_DISABLED;
  }
  masked.fields = fields;
  masked.direction = rules_may_pull(rules->direction) ? DIRECTION_PULL : DIRECTION_DISABLED;
  if (rules->direction == DIRECTION_INHERIT)
    masked.direction = DIRECTION_PULL;
  return masked;
}

/* -- input -- */

static int64_t time_of(const struct values *times, struct str field) {
  const struct value *value = values_find(times, field);
  int64_t time_ms = 0;
  if (value)
    str_to_i64(value->text, &time_ms);
  return time_ms;
}

static struct plan_input make_input(struct arena *arena, const struct plan_case *c, const struct rules *rules) {
  struct str *frozen = ARENA_ARRAY(arena, struct str, c->conflicts.count);
  struct plan_time *times = ARENA_ARRAY(arena, struct plan_time, c->local.count);
  size_t frozen_count = 0;
  for (size_t i = 0; i < c->conflicts.count; i++)
    if (frozen_is_frozen(c, &c->conflicts.at[i]))
      frozen[frozen_count++] = c->conflicts.at[i].field;
  for (size_t i = 0; i < c->local.count; i++) {
    struct str field = c->local.at[i].name;
    times[i] = (struct plan_time){field, time_of(&c->local_times, field), time_of(&c->external_times, field)};
  }
  return (struct plan_input){
      .local = c->local,
      .external = c->external,
      .shadow_local = c->shadow_local,
      .shadow_external = c->shadow_external,
      .open_conflicts = frozen,
      .open_conflict_count = frozen_count,
      .times = times,
      .time_count = c->local.count,
      .external_fresh = c->fresh,
      .rules = c->withheld ? withheld_rules(arena, rules) : *rules,
  };
}

/* -- outcome -- */

struct draft {
  struct arena *arena;
  struct values_builder local, shadow_local, shadow_external, set, add, remove, sent_local;
  struct plan_conflict *conflicts;
  struct str *closes;
  size_t conflict_count, close_count;
};

static struct draft draft_new(struct arena *arena, size_t fields) {
  struct values_builder empty = {.arena = arena};
  return (struct draft){.arena = arena,
                        .local = empty,
                        .shadow_local = empty,
                        .shadow_external = empty,
                        .set = empty,
                        .add = empty,
                        .remove = empty,
                        .sent_local = empty,
                        .conflicts = ARENA_ARRAY(arena, struct plan_conflict, fields),
                        .closes = ARENA_ARRAY(arena, struct str, fields)};
}

/* The value as a list of one, or of none when it is not there. */
static struct values only(struct arena *arena, const struct value *value) {
  if (value->name.length == 0)
    return (struct values){0};
  struct value *copy = ARENA_NEW(arena, struct value);
  *copy = *value;
  return (struct values){copy, 1};
}

static void add_conflict(struct draft *draft, const struct plan_field *field, struct str decided_by) {
  bool merged = field->action == PLAN_MERGE, decided = merged || field->action == PLAN_RESOLVED;
  draft->conflicts[draft->conflict_count++] = (struct plan_conflict){
      .field = field->field,
      .kind = str_of(plan_conflict_kind_name(field->conflict)),
      .base = only(draft->arena, &field->base),
      .local = only(draft->arena, &field->local_seen),
      .external = only(draft->arena, &field->external_seen),
      .value = merged ? only(draft->arena, &field->local) : (struct values){0},
      .winner = decided ? str_of(plan_winner_name(field->winner)) : (struct str){0},
      .decided_by = decided_by,
  };
}

static void add_write(struct draft *draft, const struct plan_field *field) {
  if (MUTATED(DELTA) && field->write.has_delta) {
    values_put(&draft->set, field->sent_local);
    return;
  }
  if (field->write.has_set)
    values_put(&draft->set, field->write.set);
  if (field->write.has_delta && field->write.add.count)
    values_put(&draft->add, field->write.add);
  if (field->write.has_delta && field->write.remove.count)
    values_put(&draft->remove, field->write.remove);
}

static void add_field(struct draft *draft, const struct plan_field *field) {
  if (field->changes_local)
    values_put(&draft->local, field->local);
  if (field->moves_shadow) {
    values_put(&draft->shadow_local, field->shadow_local);
    values_put(&draft->shadow_external, field->shadow_external);
  }
  if (field->writes_external) {
    add_write(draft, field);
    values_put(&draft->sent_local, field->sent_local);
  }
  if (field->closes_conflict)
    draft->closes[draft->close_count++] = field->field;
}

static void finish(struct draft *draft, struct plan_outcome *out) {
  out->local = values_built(&draft->local);
  out->shadow_local = values_built(&draft->shadow_local);
  out->shadow_external = values_built(&draft->shadow_external);
  out->set = values_built(&draft->set);
  out->add = values_built(&draft->add);
  out->remove = values_built(&draft->remove);
  out->sent_local = values_built(&draft->sent_local);
  out->conflicts.at = draft->conflicts;
  out->conflicts.count = draft->conflict_count;
  out->closes.at = draft->closes;
  out->closes.count = draft->close_count;
}

/* -- linked mappings -- */

/* Asked again, with what both sides are now. They have not agreed on anything since. */
static void ask_again(struct draft *draft, const struct conflict *row, const struct plan_field *field,
                      enum plan_conflict_kind kind) {
  struct plan_field again = *field;
  again.conflict = kind;
  again.base = row->base.count ? row->base.at[0] : (struct value){0};
  add_conflict(draft, &again, (struct str){0});
}

static enum plan_choice choice_of(const struct conflict *row) {
  return str_is(row->winner, "local")      ? PLAN_CHOOSE_LOCAL
         : str_is(row->winner, "external") ? PLAN_CHOOSE_EXTERNAL
                                           : PLAN_CHOOSE_VALUE;
}

/* What is written is applied when the tracker has it: until then the other side may move. What cannot be carried out is
 * the person's again: as it stands it would wait for ever. */
static void carry_out(struct draft *draft, const struct plan_input *input, const struct conflict *row,
                      const struct plan_field *field) {
  const struct value *value = row->value.count ? &row->value.at[0] : NULL;
  struct plan plan = plan_resolve(draft->arena, input, field->field, choice_of(row), value);
  if (plan.count == 0 || plan.fields[0].action != PLAN_RESOLVED) {
    ask_again(draft, row, field, plan.count ? plan.fields[0].conflict : PLAN_UNMAPPABLE);
    return;
  }
  struct plan_field decision = plan.fields[0];
  decision.closes_conflict = !decision.writes_external;
  add_field(draft, &decision);
}

/* A person decided, and a look since then shows what they saw: it is carried out. Else the frozen field shows what it
 * is now. */
static void handle_frozen(struct draft *draft, const struct plan_case *c, const struct plan_input *input,
                          const struct plan_field *field, bool *needs_fresh) {
  const struct conflict *row = frozen_conflict(c, field->field);
  bool decided = frozen_is_decided(row);
  if (decided && !input->external_fresh)
    *needs_fresh = true;
  else if (!frozen_stands(c, row))
    ask_again(draft, row, field, PLAN_BOTH_CHANGED);
  else if (decided)
    carry_out(draft, input, row, field);
}

static struct str strategy_name(const struct plan_input *input, struct arena *arena, struct str field) {
  return str_format(arena, "strategy: %s", rules_strategy_name(rules_strategy(&input->rules, field)));
}

static bool carries_out(const struct plan_case *c, const struct plan_field *field) {
  return field->action == PLAN_FROZEN && frozen_is_decided(frozen_conflict(c, field->field));
}

/* A one-sided push needs no fetch here: the target is fetched right before it is sent, and a moved one is planned anew.
 * What a person decided does: it is about what they saw. */
static bool only_pushes(const struct plan_case *c, const struct plan *plan) {
  for (size_t i = 0; i < plan->count; i++)
    if (plan->fields[i].action == PLAN_CONFLICT || plan->fields[i].action == PLAN_RESOLVED ||
        plan->fields[i].action == PLAN_MERGE || carries_out(c, &plan->fields[i]))
      return false;
  return true;
}

static bool is_open_still(const struct plan *plan, struct str field) {
  for (size_t i = 0; i < plan->count; i++)
    if (str_equal(plan->fields[i].field, field))
      return plan->fields[i].action == PLAN_CONFLICT || plan->fields[i].action == PLAN_WAIT ||
             plan->fields[i].closes_conflict;
  return false;
}

/* What could not be passed on, and now can. */
static void close_translated(struct draft *draft, const struct plan_case *c, const struct plan *plan) {
  for (size_t i = 0; i < c->conflicts.count; i++) {
    const struct conflict *row = &c->conflicts.at[i];
    if (!frozen_is_frozen(c, row) && !is_open_still(plan, row->field))
      draft->closes[draft->close_count++] = row->field;
  }
}

static void decide_linked(struct arena *arena, const struct plan_case *c, struct plan_input *input,
                          struct plan_outcome *out) {
  bool was_fresh = input->external_fresh, needs_fresh = false;
  input->external_fresh = true;
  struct plan plan = plan_make(arena, input);
  if (!was_fresh && !only_pushes(c, &plan)) {
    input->external_fresh = false;
    plan = plan_make(arena, input);
  }
  needs_fresh = plan.needs_fresh;
  struct draft draft = draft_new(arena, 2 * plan.count + c->conflicts.count);
  for (size_t i = 0; i < plan.count; i++) {
    const struct plan_field *field = &plan.fields[i];
    if (field->action == PLAN_FROZEN)
      handle_frozen(&draft, c, input, field, &needs_fresh);
    else
      add_field(&draft, field);
    if (field->action == PLAN_CONFLICT)
      add_conflict(&draft, field, (struct str){0});
    else if (field->conflict)
      add_conflict(&draft, field, strategy_name(input, arena, field->field));
  }
  close_translated(&draft, c, &plan);
  finish(&draft, out);
  out->refetch = needs_fresh;
}

/* -- the first time -- */

static void decide_create(struct arena *arena, const struct plan_input *input, struct plan_outcome *out) {
  struct plan plan = plan_create(arena, input);
  struct draft draft = draft_new(arena, plan.count);
  for (size_t i = 0; i < plan.count; i++) {
    const struct plan_field *field = &plan.fields[i];
    if (field->action == PLAN_PUSH)
      add_write(&draft, field);
    if (field->action == PLAN_PUSH || field->action == PLAN_MASKED)
      values_put(&draft.sent_local, field->sent_local);
    if (field->action == PLAN_CONFLICT)
      add_conflict(&draft, field, (struct str){0});
  }
  finish(&draft, out);
  out->create = out->set.count > 0;
}

/* What is not taken, and what is taken later: a field that the local side never had is then pulled. */
static void leave_out_fields(struct arena *arena, const struct plan_input *input, struct plan_outcome *out) {
  struct str *names = ARENA_ARRAY(arena, struct str, input->external.count);
  for (size_t i = 0; i < input->external.count; i++)
    if (!rules_takes(&input->rules, input->external.at[i].name) || references_awaits(out, &input->external.at[i]))
      names[out->leave_out.count++] = input->external.at[i].name;
  out->leave_out.at = names;
}

/* Only what differs from the external values is named; the store takes the rest from its cache. */
static void decide_import(struct arena *arena, const struct plan_input *input, struct plan_outcome *out) {
  struct plan plan = plan_import(arena, input);
  /* A body that no rule touches stays in the store, so that a comment comes without any field. */
  bool takes =
      plan.count > 0 || (input->external.count == 0 && rules_may_pull(rules_direction(&input->rules, STR("body"))));
  out->import = takes;
  out->ignore = !takes;
  struct draft draft = draft_new(arena, plan.count);
  for (size_t i = 0; i < plan.count; i++) {
    const struct plan_field *field = &plan.fields[i];
    const struct value *external = values_find(&input->external, field->field);
    if (field->action == PLAN_PULL && external && !value_equal(external, &field->local))
      values_put(&draft.local, field->local);
    if (field->action == PLAN_MASKED && external && !references_awaits(out, external)) {
      struct value none =
          external->kind == VALUE_SET ? value_set(field->field, NULL, 0) : value_text(field->field, STR(""));
      values_put(&draft.local, none);
    }
    if (field->action == PLAN_CONFLICT)
      add_conflict(&draft, field, (struct str){0});
  }
  finish(&draft, out);
  leave_out_fields(arena, input, out);
}

struct plan_outcome decide(struct arena *arena, const struct plan_case *plan_case, const struct rules *rules) {
  struct plan_outcome out = {.mapping_id = plan_case->mapping_id, .generation = plan_case->generation};
  if (!plan_case->unlinked && decide_deletion(arena, plan_case, rules, &out))
    return out;
  struct rules own = references_rules(arena, plan_case, rules, &out);
  struct plan_input input = make_input(arena, plan_case, &own);
  if (plan_case->unlinked)
    decide_import(arena, &input, &out);
  else if (plan_case->uncreated)
    decide_create(arena, &input, &out);
  else
    decide_linked(arena, plan_case, &input, &out);
  return out;
}
