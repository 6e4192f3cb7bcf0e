/* Rules for fields that name another ticket. */
#include "conflict/references.h"

#include "sync/catalogue.h"

static bool is_known(const struct plan_case *c, struct str local, struct str external) {
  for (size_t i = 0; i < c->references.count; i++)
    if ((local.length && str_equal(c->references.at[i].local, local)) ||
        (external.length && str_equal(c->references.at[i].external, external)))
      return true;
  return false;
}

static bool names_tickets(const struct values *fields) {
  for (size_t i = 0; i < fields->count; i++)
    if (catalogue_is_reference(fields->at[i].name) && fields->at[i].text.length)
      return true;
  return false;
}

static void await(struct arena *arena, const struct plan_case *c, struct str field, struct plan_outcome *out) {
  const struct value *local = values_find(&c->local, field), *external = values_find(&c->external, field);
  struct value_name *names = ARENA_ARRAY(arena, struct value_name, out->awaits.count + 2);
  size_t before = out->awaits.count;
  if (before)
    memcpy(names, out->awaits.at, before * sizeof *names);
  if (local && local->text.length && !is_known(c, local->text, (struct str){0}))
    names[out->awaits.count++].local = local->text;
  if (external && external->text.length && !is_known(c, (struct str){0}, external->text))
    names[out->awaits.count++].external = external->text;
  out->awaits.at = names;
}

static struct field_rule reference_rule(struct arena *arena, const struct plan_case *c, const struct rules *rules,
                                        struct str field, struct plan_outcome *out) {
  struct field_rule rule = *rules_field(rules, field);
  struct value_pair *table = ARENA_ARRAY(arena, struct value_pair, c->references.count);
  size_t awaited = out->awaits.count;
  for (size_t i = 0; i < c->references.count; i++)
    table[i] = (struct value_pair){c->references.at[i].local, c->references.at[i].external};
  rule.field = field;
  rule.table = table;
  rule.count = c->references.count;
  rule.closed = true;
  await(arena, c, field, out);
  if (out->awaits.count > awaited)
    rule.direction = DIRECTION_DISABLED;
  return rule;
}

struct rules references_rules(struct arena *arena, const struct plan_case *c, const struct rules *rules,
                              struct plan_outcome *out) {
  if (!names_tickets(&c->local) && !names_tickets(&c->external))
    return *rules;
  size_t most = c->local.count + c->external.count;
  struct field_rule *fields = ARENA_ARRAY(arena, struct field_rule, rules->field_count + most);
  struct rules with = *rules;
  with.fields = fields;
  with.field_count = 0;
  const struct values *sides[] = {&c->local, &c->external};
  for (size_t side = 0; side < 2; side++)
    for (size_t i = 0; i < sides[side]->count; i++) {
      struct str field = sides[side]->at[i].name;
      bool again = side == 1 && values_find(&c->local, field);
      if (catalogue_is_reference(field) && !again && rules_takes(rules, field))
        fields[with.field_count++] = reference_rule(arena, c, rules, field, out);
    }
  /* The first rule of a field counts. */
  memcpy(fields + with.field_count, rules->fields, rules->field_count * sizeof *fields);
  with.field_count += rules->field_count;
  return with;
}

bool references_awaits(const struct plan_outcome *out, const struct value *value) {
  for (size_t i = 0; i < out->awaits.count; i++)
    if (catalogue_is_reference(value->name) && str_equal(out->awaits.at[i].external, value->text))
      return true;
  return false;
}
