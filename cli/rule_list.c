/* Changing field rules. */
#include "cli/rule_list.h"

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

void rule_list_put_pair(struct rule_list *rules, struct field_setting *rule, struct value_name pair) {
  struct value_name *pairs = ARENA_ARRAY(rules->arena, struct value_name, rule->table.count + 1);
  size_t count = 0;
  pairs[count++] = pair;
  for (size_t i = 0; i < rule->table.count; i++)
    if (!str_equal(rule->table.at[i].local, pair.local))
      pairs[count++] = rule->table.at[i];
  rule->table.at = pairs;
  rule->table.count = count;
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
