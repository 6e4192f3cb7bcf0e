/* A ticket or comment that one side does not have yet: creating it there, importing it here. */
#include "sync/canon.h"
#include "sync/map_fields.h"
#include "sync/plan.h"
#include "sync/plan_look.h"

static struct plan_field unmappable(struct plan_field decision, const struct mapped *mapped) {
  decision.action = PLAN_CONFLICT;
  decision.conflict = PLAN_UNMAPPABLE;
  decision.unmappable = mapped->unmappable;
  decision.unmappable_count = mapped->unmappable_count;
  return decision;
}

static struct value empty_like(const struct value *value) {
  return value->kind == VALUE_SET ? value_set(value->name, NULL, 0) : value_text(value->name, STR(""));
}

/* No more than the external side takes. */
static size_t fitting(const struct field_rule *rule, size_t count) {
  return rule->members_max && count > rule->members_max ? rule->members_max : count;
}

/* The members of the cleaned `local` that have a word outside, as many as fit there. */
static struct value sent_members(struct arena *arena, const struct field_rule *rule, const struct value *local) {
  struct value clean = canon_clean(arena, CONTENT_SET, local);
  struct str *items = ARENA_ARRAY(arena, struct str, clean.count);
  size_t count = 0;
  for (size_t i = 0; i < clean.count; i++)
    if (!str_is_absent(map_fields_word_to_external(rule, CONTENT_SET, clean.items[i])))
      items[count++] = clean.items[i];
  return value_set(clean.name, items, fitting(rule, count));
}

static struct plan_field create_field(struct arena *arena, const struct plan_input *input, const struct value *local) {
  const struct rules *rules = &input->rules;
  struct plan_field decision = {.field = local->name, .action = PLAN_MASKED, .local_seen = *local};
  decision.sent_local = empty_like(local);
  if (!rules_may_push(rules_direction(rules, local->name)) || plan_look_frozen(input, local->name))
    return decision;
  const struct field_rule *rule = rules_field(rules, local->name);
  struct mapped sent = map_fields_to_external(arena, rule, local);
  decision.unmappable = sent.unmappable;
  decision.unmappable_count = sent.unmappable_count;
  if (local->kind == VALUE_TEXT && sent.unmappable_count)
    return unmappable(decision, &sent);
  decision.action = PLAN_PUSH;
  decision.writes_external = true;
  if (local->kind == VALUE_SET)
    sent.value.count = fitting(rule, sent.value.count);
  decision.write = (struct plan_write){.has_set = true, .set = sent.value};
  decision.sent_local = local->kind == VALUE_SET ? sent_members(arena, rule, local)
                                                 : canon_clean(arena, catalogue_kind(local->name, local->kind), local);
  return decision;
}

struct plan plan_create(struct arena *arena, const struct plan_input *input) {
  struct plan plan = {0};
  if (!rules_may_push(rules_direction(&input->rules, STR(""))))
    return plan;
  struct plan_field *fields = ARENA_ARRAY(arena, struct plan_field, input->local.count);
  plan.fields = fields;
  for (size_t i = 0; i < input->local.count; i++)
    if (rules_takes(&input->rules, input->local.at[i].name))
      fields[plan.count++] = create_field(arena, input, &input->local.at[i]);
  return plan;
}

/* Without the members that have no word here: a table that learns them later then sees them as new. */
static struct value known_members(struct arena *arena, const struct field_rule *rule, const struct value *external) {
  struct value clean = canon_clean(arena, CONTENT_SET, external);
  struct str *items = ARENA_ARRAY(arena, struct str, clean.count);
  size_t count = 0;
  for (size_t i = 0; i < clean.count; i++)
    if (!str_is_absent(map_fields_word_to_local(rule, CONTENT_SET, clean.items[i])))
      items[count++] = clean.items[i];
  return value_set(clean.name, items, count);
}

static struct plan_field import_field(struct arena *arena, const struct rules *rules, const struct value *external) {
  struct plan_field decision = {.field = external->name, .action = PLAN_MASKED, .external_seen = *external};
  if (!rules_may_pull(rules_direction(rules, external->name)))
    return decision;
  const struct field_rule *rule = rules_field(rules, external->name);
  struct mapped here = map_fields_to_local(arena, rule, external);
  decision.unmappable = here.unmappable;
  decision.unmappable_count = here.unmappable_count;
  if (external->kind == VALUE_TEXT && here.unmappable_count)
    return unmappable(decision, &here);
  decision.action = PLAN_PULL;
  decision.changes_local = true;
  decision.local = here.value;
  decision.moves_shadow = true;
  decision.shadow_local = here.value;
  decision.shadow_external = external->kind == VALUE_SET
                                 ? known_members(arena, rule, external)
                                 : canon_clean(arena, catalogue_kind(external->name, external->kind), external);
  return decision;
}

struct plan plan_import(struct arena *arena, const struct plan_input *input) {
  struct plan plan = {0};
  if (!rules_may_pull(rules_direction(&input->rules, STR(""))))
    return plan;
  struct plan_field *fields = ARENA_ARRAY(arena, struct plan_field, input->external.count);
  plan.fields = fields;
  for (size_t i = 0; i < input->external.count; i++)
    if (rules_takes(&input->rules, input->external.at[i].name))
      fields[plan.count++] = import_field(arena, &input->rules, &input->external.at[i]);
  return plan;
}
