/* Rules: inheritance from the project to the field, and names. */
#include "sync/rules.h"

static const char *const direction_names[] = {
    [DIRECTION_INHERIT] = "inherit",   [DIRECTION_PUSH] = "push",
    [DIRECTION_PULL] = "pull",         [DIRECTION_BIDIRECTIONAL] = "bidirectional",
    [DIRECTION_DISABLED] = "disabled",
};

static const char *const strategy_names[] = {
    [STRATEGY_INHERIT] = "inherit",         [STRATEGY_MANUAL] = "manual",
    [STRATEGY_LOCAL_WINS] = "local_wins",   [STRATEGY_EXTERNAL_WINS] = "external_wins",
    [STRATEGY_NEWEST_WINS] = "newest_wins", [STRATEGY_MERGE] = "merge",
};

enum {
  DIRECTION_COUNT = sizeof direction_names / sizeof direction_names[0],
  STRATEGY_COUNT = sizeof strategy_names / sizeof strategy_names[0],
};

static const struct field_rule no_rule;

const struct field_rule *rules_field(const struct rules *rules, struct str field) {
  for (size_t i = 0; i < rules->field_count; i++)
    if (str_equal(rules->fields[i].field, field))
      return &rules->fields[i];
  return &no_rule;
}

bool rules_takes(const struct rules *rules, struct str field) {
  return !rules->listed_only || rules_field(rules, field) != &no_rule;
}

enum direction rules_direction(const struct rules *rules, struct str field) {
  if (field.length && !rules_takes(rules, field))
    return DIRECTION_DISABLED;
  enum direction direction = rules_field(rules, field)->direction;
  if (direction == DIRECTION_INHERIT)
    direction = rules->direction;
  return direction == DIRECTION_INHERIT ? DIRECTION_BIDIRECTIONAL : direction;
}

enum strategy rules_strategy(const struct rules *rules, struct str field) {
  enum strategy strategy = rules_field(rules, field)->strategy;
  if (strategy == STRATEGY_INHERIT)
    strategy = rules->strategy;
  bool overrides_people = strategy == STRATEGY_EXTERNAL_WINS || strategy == STRATEGY_NEWEST_WINS;
  if (strategy == STRATEGY_INHERIT || (overrides_people && !rules->confirmed))
    return STRATEGY_MANUAL;
  return strategy;
}

bool rules_may_push(enum direction direction) {
  return direction == DIRECTION_PUSH || direction == DIRECTION_BIDIRECTIONAL;
}

bool rules_may_pull(enum direction direction) {
  return direction == DIRECTION_PULL || direction == DIRECTION_BIDIRECTIONAL;
}

const char *rules_direction_name(enum direction direction) {
  return direction_names[direction];
}

const char *rules_strategy_name(enum strategy strategy) {
  return strategy_names[strategy];
}

/* The index of `name`; 0, which is "inherit", for an empty one; -1 for an unknown one. */
static int named(const char *const *names, int count, struct str name) {
  if (name.length == 0)
    return 0;
  for (int i = 0; i < count; i++)
    if (str_is(name, names[i]))
      return i;
  return -1;
}

bool rules_direction_named(struct str name, enum direction *out) {
  int found = named(direction_names, DIRECTION_COUNT, name);
  if (found < 0)
    return false;
  *out = (enum direction)found;
  return true;
}

bool rules_strategy_named(struct str name, enum strategy *out) {
  int found = named(strategy_names, STRATEGY_COUNT, name);
  if (found < 0)
    return false;
  *out = (enum strategy)found;
  return true;
}
