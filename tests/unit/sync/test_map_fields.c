/* Rules: inheritance and names; mapping by their tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "make.h"
#include "sync/map_fields.h"

static const struct {
  enum direction project, field, effective;
} directions[] = {
    {DIRECTION_INHERIT, DIRECTION_INHERIT, DIRECTION_BIDIRECTIONAL},
    {DIRECTION_PUSH, DIRECTION_INHERIT, DIRECTION_PUSH},
    {DIRECTION_PUSH, DIRECTION_PULL, DIRECTION_PULL},
    {DIRECTION_BIDIRECTIONAL, DIRECTION_DISABLED, DIRECTION_DISABLED},
    {DIRECTION_DISABLED, DIRECTION_BIDIRECTIONAL, DIRECTION_BIDIRECTIONAL},
};

static void rules_direction_follows_the_project(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof directions / sizeof directions[0]; i++) {
    struct field_rule rule = {.field = STR("body"), .direction = directions[i].field};
    struct rules rules = {.direction = directions[i].project, .fields = &rule, .field_count = 1};
    assert_int_equal(rules_direction(&rules, STR("body")), directions[i].effective);
  }
}

static const struct {
  enum strategy project, field;
  bool confirmed;
  enum strategy effective;
} strategies[] = {
    {STRATEGY_INHERIT, STRATEGY_INHERIT, true, STRATEGY_MANUAL},
    {STRATEGY_MERGE, STRATEGY_INHERIT, false, STRATEGY_MERGE},
    {STRATEGY_MERGE, STRATEGY_LOCAL_WINS, false, STRATEGY_LOCAL_WINS},
    {STRATEGY_EXTERNAL_WINS, STRATEGY_INHERIT, false, STRATEGY_MANUAL},
    {STRATEGY_EXTERNAL_WINS, STRATEGY_INHERIT, true, STRATEGY_EXTERNAL_WINS},
    {STRATEGY_MANUAL, STRATEGY_NEWEST_WINS, false, STRATEGY_MANUAL},
    {STRATEGY_MANUAL, STRATEGY_NEWEST_WINS, true, STRATEGY_NEWEST_WINS},
    {STRATEGY_EXTERNAL_WINS, STRATEGY_MANUAL, true, STRATEGY_MANUAL},
};

static void rules_strategy_needs_confirmation_to_override_people(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof strategies / sizeof strategies[0]; i++) {
    struct field_rule rule = {.field = STR("body"), .strategy = strategies[i].field};
    struct rules rules = {.strategy = strategies[i].project, .confirmed = strategies[i].confirmed};
    rules.fields = &rule;
    rules.field_count = 1;
    assert_int_equal(rules_strategy(&rules, STR("body")), strategies[i].effective);
  }
}

static void rules_names_go_both_ways(void **state) {
  (void)state;
  for (int i = DIRECTION_INHERIT; i <= DIRECTION_DISABLED; i++) {
    enum direction direction = DIRECTION_INHERIT;
    assert_true(rules_direction_named(str_of(rules_direction_name((enum direction)i)), &direction));
    assert_int_equal(direction, i);
  }
  for (int i = STRATEGY_INHERIT; i <= STRATEGY_MERGE; i++) {
    enum strategy strategy = STRATEGY_INHERIT;
    assert_true(rules_strategy_named(str_of(rules_strategy_name((enum strategy)i)), &strategy));
    assert_int_equal(strategy, i);
  }
}

static void rules_names_absent_inherit_and_unknown_refuse(void **state) {
  (void)state;
  enum direction direction = DIRECTION_PUSH;
  enum strategy strategy = STRATEGY_MERGE;
  assert_false(rules_direction_named(STR("both"), &direction));
  assert_int_equal(direction, DIRECTION_PUSH);
  assert_false(rules_strategy_named(STR("Manual"), &strategy));
  assert_int_equal(strategy, STRATEGY_MERGE);
  assert_true(rules_direction_named((struct str){0}, &direction));
  assert_int_equal(direction, DIRECTION_INHERIT);
  assert_true(rules_strategy_named(STR(""), &strategy));
  assert_int_equal(strategy, STRATEGY_INHERIT);
}

static const struct value_pair status_table[] = {
    {{"open", 4}, {"To Do", 5}}, {{"in_progress", 11}, {"Doing", 5}}, {{"in_progress", 11}, {"Review", 6}},
    {{"done", 4}, {"Done", 4}},  {{"cancelled", 9}, {"Done", 4}},     {{"", 0}, {"None", 4}},
};
static const struct value_pair label_table[] = {
    {{"bug", 3}, {"Type: Bug", 9}}, {{"defect", 6}, {"Type: Bug", 9}}, {{"ui", 2}, {"Frontend", 8}}};

static const struct field_rule rules_of[] = {
    {.field = {"status", 6}, .table = status_table, .count = 6, .closed = true},
    {.field = {"labels", 6}, .table = label_table, .count = 3},
    {.field = {"assignees", 9}, .table = label_table, .count = 3, .closed = true},
    {.field = {"title", 5}},
    {.field = {"body", 4}},
};

static const struct field_rule *rule_of(const char *name) {
  struct rules rules = {.fields = rules_of, .field_count = sizeof rules_of / sizeof rules_of[0]};
  return rules_field(&rules, str_of(name));
}

static const struct {
  bool to_local;
  const char *name, *in, *out, *unmappable;
} maps[] = {
    {false, "status", "open", "To Do", ""},
    {false, "status", "in_progress", "Doing", ""},
    {false, "status", "cancelled", "Done", ""},
    {false, "status", "", "None", ""},
    {false, "status", "weird", "", "weird"},
    {false, "status", "Open", "", "Open"},
    {true, "status", "Review", "in_progress", ""},
    {true, "status", "Done", "done", ""},
    {true, "status", "", "", ""},
    {true, "status", "Blocked", "", "Blocked"},
    {false, "labels", "Bug, docs, defect", "Type: Bug, docs", ""},
    {true, "labels", "type: bug, Frontend, Other", "Other, bug, ui", ""},
    {false, "assignees", "bug, eve", "Type: Bug", "eve"},
    {true, "assignees", "mallory, eve", "", "eve, mallory"},
    {true, "assignees", "", "", ""},
    {true, "title", " x\r\ny ", "x y", ""},
    {true, "body", "x \r\ny ", "x \ny ", ""},
    {false, "unknown", "a", "a", ""},
};

static void map_fields_translates_by_the_table(void **state) {
  (void)state;
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++) {
    struct value in = make_value(&arena, maps[i].name, maps[i].in);
    struct mapped out = maps[i].to_local ? map_fields_to_local(&arena, rule_of(maps[i].name), &in)
                                         : map_fields_to_external(&arena, rule_of(maps[i].name), &in);
    struct value unmappable = value_set(STR("labels"), out.unmappable, out.unmappable_count);
    if (strcmp(make_shown(&arena, &out.value), maps[i].out) != 0 ||
        strcmp(make_shown(&arena, &unmappable), maps[i].unmappable) != 0)
      fail_msg("%s '%s': '%s', unmappable '%s'", maps[i].name, maps[i].in, make_shown(&arena, &out.value),
               make_shown(&arena, &unmappable));
    assert_true(str_is(out.value.name, maps[i].name));
  }
  arena_free(&arena);
}

static const struct {
  const char *name, *local, *external;
  bool agree;
} agreements[] = {
    {"status", "open", "To Do", true},
    {"status", "in_progress", "Review", true},
    {"status", "cancelled", "Done", true},
    {"status", "done", "Done", true},
    {"status", "", "None", true},
    {"status", "", "", true},
    {"status", "open", "Done", false},
    {"status", "weird", "weird", false},
    {"labels", "bug", "Type: Bug", true},
    {"labels", "bug, defect", "TYPE: BUG", true},
    {"labels", "defect, x", "Type: Bug, X", true},
    {"labels", "defect", "", false},
    {"labels", "", "Frontend", false},
    {"assignees", "eve", "", true},
    {"assignees", "eve, ui", "mallory, Frontend", true},
    {"assignees", "eve, ui", "mallory", false},
    {"body", "a\n", "a\r\n\r\n", true},
    {"title", "a", "b", false},
};

static void map_fields_agree_through_the_table(void **state) {
  (void)state;
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof agreements / sizeof agreements[0]; i++) {
    struct value local = make_value(&arena, agreements[i].name, agreements[i].local);
    struct value external = make_value(&arena, agreements[i].name, agreements[i].external);
    if (map_fields_agree(rule_of(agreements[i].name), &local, &external) != agreements[i].agree)
      fail_msg("%s '%s' and '%s'", agreements[i].name, agreements[i].local, agreements[i].external);
  }
  arena_free(&arena);
}

static void map_fields_agree_never_equates_a_text_with_a_set(void **state) {
  (void)state;
  struct value text = value_text(STR("x"), STR("")), set = value_set(STR("x"), NULL, 0);
  assert_false(map_fields_agree(rule_of("x"), &text, &set));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rules_direction_follows_the_project),
      cmocka_unit_test(rules_strategy_needs_confirmation_to_override_people),
      cmocka_unit_test(rules_names_go_both_ways),
      cmocka_unit_test(rules_names_absent_inherit_and_unknown_refuse),
      cmocka_unit_test(map_fields_translates_by_the_table),
      cmocka_unit_test(map_fields_agree_through_the_table),
      cmocka_unit_test(map_fields_agree_never_equates_a_text_with_a_set),
  };
  return cmocka_run_group_tests_name("rules and map_fields", tests, NULL, NULL);
}
