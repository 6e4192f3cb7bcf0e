/* Looking at one field, and what every decision is built from. */
#include "sync/plan_look.h"

#include "sync/canon.h"
#include "sync/map_fields.h"
#include "sync/merge.h"

bool plan_look_frozen(const struct plan_input *input, struct str field) {
  for (size_t i = 0; i < input->open_conflict_count; i++)
    if (str_equal(input->open_conflicts[i], field))
      return true;
  return false;
}

/* What stands for a field that the local side does not have yet. */
static const struct value *nothing_like(struct arena *arena, const struct value *value) {
  struct value *nothing = ARENA_NEW(arena, struct value);
  *nothing = value->kind == VALUE_SET ? value_set(value->name, NULL, 0) : value_text(value->name, STR(""));
  return nothing;
}

bool plan_look_at(struct arena *arena, const struct plan_input *input, struct str field, struct plan_look *out) {
  const struct value *local = values_find(&input->local, field);
  const struct value *external = values_find(&input->external, field);
  if (!external || (!local && !rules_takes(&input->rules, field)))
    return false;
  const struct value *shadow_local = values_find(&input->shadow_local, field);
  const struct value *shadow_external = values_find(&input->shadow_external, field);
  enum value_kind local_kind = local ? local->kind : external->kind;
  bool agreed =
      shadow_local && shadow_external && shadow_local->kind == local_kind && shadow_external->kind == external->kind;
  enum direction direction = rules_direction(&input->rules, field);
  *out = (struct plan_look){
      .input = input,
      .field = external->name,
      .kind = catalogue_kind(field, local_kind),
      .local = local    ? local
               : agreed ? shadow_local
                        : nothing_like(arena, external),
      .external = external,
      .shadow_local = agreed ? shadow_local : NULL,
      .shadow_external = agreed ? shadow_external : NULL,
      .rule = rules_field(&input->rules, field),
      .may_push = rules_may_push(direction),
      .may_pull = rules_may_pull(direction),
      .frozen = plan_look_frozen(input, field),
      .is_new = !local,
  };
  return true;
}

bool plan_look_comparable(const struct plan_look *look) {
  return look->local->kind == look->external->kind;
}

struct plan_field plan_look_quiet(const struct plan_look *look, enum plan_action action) {
  struct plan_field decision = {.field = look->field, .action = action};
  if (!look->is_new)
    decision.local_seen = *look->local;
  decision.external_seen = *look->external;
  if (look->shadow_local)
    decision.base = *look->shadow_local;
  return decision;
}

struct plan_field plan_look_conflict(const struct plan_look *look, enum plan_conflict_kind kind) {
  struct plan_field decision = plan_look_quiet(look, PLAN_CONFLICT);
  decision.conflict = kind;
  return decision;
}

struct plan_field plan_look_unmappable(const struct plan_look *look, const struct str *words, size_t count) {
  struct plan_field decision = plan_look_conflict(look, PLAN_UNMAPPABLE);
  decision.unmappable = words;
  decision.unmappable_count = count;
  return decision;
}

static struct plan_field settle_word(struct arena *arena, const struct plan_look *look, struct plan_field decision,
                                     const struct value *value) {
  struct value clean = canon_clean(arena, look->kind, value);
  clean.name = look->field;
  struct mapped external_here = map_fields_to_local(arena, look->rule, look->external);
  /* What they say cannot be said here: the old local shadow still differs from the new value, which is what counts. */
  bool known = external_here.unmappable_count == 0 || !look->shadow_local;
  decision.shadow_local = known ? external_here.value : *look->shadow_local;
  decision.shadow_external = canon_clean(arena, look->kind, look->external);
  decision.local = clean;
  decision.changes_local = !canon_equal(look->kind, &clean, look->local);
  if (map_fields_agree(look->rule, &clean, look->external)) {
    decision.shadow_local = clean;
    return decision;
  }
  struct mapped sent = map_fields_to_external(arena, look->rule, &clean);
  if (sent.unmappable_count)
    return plan_look_unmappable(look, sent.unmappable, sent.unmappable_count);
  decision.writes_external = look->may_push;
  decision.write = (struct plan_write){.has_set = look->may_push, .set = sent.value};
  decision.sent_local = clean;
  return decision;
}

/* As if the sides had agreed on what the external one is now, and a person then edited the local one. */
static struct plan_field settle_set(struct arena *arena, const struct plan_look *look, struct plan_field decision,
                                    const struct value *value) {
  struct value external_here = map_fields_to_local(arena, look->rule, look->external).value;
  struct merge_sides sides = {value, look->external, &external_here, look->external};
  struct merge_set merged = merge_sets(arena, look->rule, &sides, look->may_push, true);
  decision.local = canon_clean(arena, look->kind, value);
  decision.local.name = look->field;
  decision.changes_local = !canon_equal(look->kind, &decision.local, look->local);
  decision.shadow_local = merged.shadow_local;
  decision.shadow_external = merged.shadow_external;
  decision.writes_external = merged.add.count + merged.remove.count > 0;
  decision.write =
      (struct plan_write){.has_delta = decision.writes_external, .add = merged.add, .remove = merged.remove};
  decision.sent_local = merged.sent_local;
  decision.unmappable = merged.unmappable;
  decision.unmappable_count = merged.unmappable_count;
  return decision;
}

struct plan_field plan_look_settle(struct arena *arena, const struct plan_look *look, enum plan_action action,
                                   const struct value *value) {
  struct plan_field decision = plan_look_quiet(look, action);
  decision.moves_shadow = true;
  return value->kind == VALUE_SET ? settle_set(arena, look, decision, value)
                                  : settle_word(arena, look, decision, value);
}

struct plan_field plan_look_guard(const struct plan_look *look, struct plan_field decision) {
  bool two_sided = decision.action == PLAN_CONFLICT || decision.action == PLAN_RESOLVED;
  bool needs_fresh = two_sided || decision.action == PLAN_MERGE || decision.writes_external;
  if (!needs_fresh || look->input->external_fresh)
    return decision;
  return plan_look_quiet(look, PLAN_WAIT);
}
