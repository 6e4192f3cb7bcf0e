/* Changing field rules. */
#include "cli/rule_list.h"

#include "sync/catalogue.h"

struct rule_list rule_list_of(struct arena *arena, const struct field_setting *rules, size_t count) {
  struct rule_list list = {.arena = arena, .count = count, .capacity = count};
  list.at = ARENA_ARRAY(arena, struct field_setting, count);
  if (count)
    memcpy(list.at, rules, count * sizeof *rules);
  return list;
}

struct field_setting *rule_list_find(const struct rule_list *rules, struct str field) {
  for (size_t i = 0; i < rules->count; i++)
    if (str_equal(rules->at[i].field, field))
      return &rules->at[i];
  return NULL;
}

static void grow(struct rule_list *rules) {
  size_t capacity = rules->capacity ? rules->capacity * 2 : 16;
  struct field_setting *grown = ARENA_ARRAY(rules->arena, struct field_setting, capacity);
  if (rules->count)
    memcpy(grown, rules->at, rules->count * sizeof *grown);
  rules->at = grown;
  rules->capacity = capacity;
}

struct field_setting *rule_list_put(struct rule_list *rules, struct str field) {
  struct field_setting *found = rule_list_find(rules, field);
  if (found)
    return found;
  if (rules->count == rules->capacity)
    grow(rules);
  rules->at[rules->count] = (struct field_setting){.field = field};
  return &rules->at[rules->count++];
}

bool rule_list_remove(struct rule_list *rules, struct str field) {
  struct field_setting *found = rule_list_find(rules, field);
  if (!found)
    return false;
  size_t after = rules->count - (size_t)(found - rules->at) - 1;
  memmove(found, found + 1, after * sizeof *found);
  rules->count--;
  return true;
}

static bool is_set(struct str field) {
  for (size_t i = 0; i < catalogue_field_count; i++)
    if (str_equal(catalogue_fields[i].name, field))
      return catalogue_fields[i].kind == CONTENT_SET;
  return false;
}

static bool stands_in_for(const struct field_setting *rule, struct value_name given, struct value_name old) {
  bool same_local = str_equal(old.local, given.local), same_external = str_equal(old.external, given.external);
  return same_local && (same_external || !rule->closed || is_set(rule->field));
}

void rule_list_put_pair(struct rule_list *rules, struct field_setting *rule, struct value_name pair) {
  struct value_name *pairs = ARENA_ARRAY(rules->arena, struct value_name, rule->table.count + 1);
  size_t count = 0;
  pairs[count++] = pair;
  for (size_t i = 0; i < rule->table.count; i++)
    if (!stands_in_for(rule, pair, rule->table.at[i]))
      pairs[count++] = rule->table.at[i];
  rule->table.at = pairs;
  rule->table.count = count;
}

struct field_rule rule_list_rule(struct arena *arena, const struct field_setting *setting) {
  struct value_pair *table = ARENA_ARRAY(arena, struct value_pair, setting->table.count);
  for (size_t i = 0; i < setting->table.count; i++)
    table[i] = (struct value_pair){setting->table.at[i].local, setting->table.at[i].external};
  struct field_rule rule = {.field = setting->field,
                            .table = table,
                            .count = setting->table.count,
                            .closed = setting->closed,
                            .members_max = (size_t)setting->members_max};
  rules_direction_named(setting->direction, &rule.direction);
  rules_strategy_named(setting->strategy, &rule.strategy);
  return rule;
}

enum direction rule_list_direction(const struct project *project, const struct field_setting *setting) {
  enum direction direction = DIRECTION_INHERIT;
  rules_direction_named(setting->direction, &direction);
  if (direction == DIRECTION_INHERIT)
    rules_direction_named(project->direction, &direction);
  return direction == DIRECTION_INHERIT ? DIRECTION_BIDIRECTIONAL : direction;
}

bool rule_list_remove_pair(struct rule_list *rules, struct field_setting *rule, struct str local) {
  struct value_name *pairs = ARENA_ARRAY(rules->arena, struct value_name, rule->table.count);
  size_t count = 0;
  for (size_t i = 0; i < rule->table.count; i++)
    if (!str_equal(rule->table.at[i].local, local))
      pairs[count++] = rule->table.at[i];
  bool found = count < rule->table.count;
  rule->table.at = pairs;
  rule->table.count = count;
  return found;
}

bool rule_list_parse_pair(struct str text, struct value_name *out) {
  ptrdiff_t equals = str_find(text, "=");
  if (equals <= 0 || (size_t)equals + 1 == text.length)
    return false;
  *out = (struct value_name){str_slice(text, 0, (size_t)equals), str_slice(text, (size_t)equals + 1, text.length)};
  return true;
}

bool rule_list_parse_map(struct str text, struct str *out_field, struct value_name *out) {
  ptrdiff_t colon = str_find(text, ":");
  if (colon <= 0 || !rule_list_parse_pair(str_slice(text, (size_t)colon + 1, text.length), out))
    return false;
  *out_field = str_slice(text, 0, (size_t)colon);
  return true;
}
