/* Settings to rules. */
#include "service/project_rules.h"

static struct field_rule field_rule(struct arena *arena, const struct field_setting *setting) {
  struct field_rule rule = {.field = setting->field,
                            .closed = setting->closed,
                            .members_max = setting->members_max > 0 ? (size_t)setting->members_max : 0,
                            .count = setting->table.count};
  struct value_pair *table = ARENA_ARRAY(arena, struct value_pair, setting->table.count);
  for (size_t i = 0; i < setting->table.count; i++)
    table[i] = (struct value_pair){setting->table.at[i].local, setting->table.at[i].external};
  rule.table = table;
  rules_direction_named(setting->direction, &rule.direction);
  rules_strategy_named(setting->strategy, &rule.strategy);
  return rule;
}

struct rules project_rules(struct arena *arena, const struct project *project) {
  struct field_rule *fields = ARENA_ARRAY(arena, struct field_rule, project->rules.count);
  for (size_t i = 0; i < project->rules.count; i++)
    fields[i] = field_rule(arena, &project->rules.at[i]);
  struct rules rules = {.fields = fields,
                        .field_count = project->rules.count,
                        .listed_only = project->listed_only,
                        .confirmed = project->confirmed_by.length > 0};
  rules_direction_named(project->direction, &rules.direction);
  rules_strategy_named(project->strategy, &rules.strategy);
  return rules;
}
