/* Before and after plan(): creating there, importing here, a person's decision, a receipt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "make.h"
#include "sync/plan.h"

static const struct value_pair status_table[] = {
    {{"open", 4}, {"open", 4}}, {{"in_progress", 11}, {"open", 4}}, {{"done", 4}, {"closed", 6}}};
static const struct value_pair people_table[] = {{{"ann", 3}, {"ann-gh", 6}}};
static const struct field_rule field_rules[] = {
    {.field = {"status", 6}, .table = status_table, .count = 3, .closed = true},
    {.field = {"assignees", 9}, .table = people_table, .count = 1, .closed = true},
    {.field = {"milestone", 9}, .direction = DIRECTION_PULL},
    {.field = {"labels", 6}, .direction = DIRECTION_PUSH},
};

static struct rules rules_with(enum direction direction) {
  return (struct rules){.direction = direction, .fields = field_rules, .field_count = 4};
}

static const struct {
  const char *field, *local;
  enum plan_action action;
  const char *set, *sent_local, *unmappable;
} creations[] = {
    {"title", " Crash\n", PLAN_PUSH, "Crash", "Crash", ""},
    {"status", "in_progress", PLAN_PUSH, "open", "in_progress", ""},
    {"status", "odd", PLAN_CONFLICT, "-", "", "odd"},
    {"assignees", "Ann, eve", PLAN_PUSH, "ann-gh", "Ann", "eve"},
    {"labels", "a, A, b", PLAN_PUSH, "a, b", "a, b", ""},
    {"milestone", "v1", PLAN_MASKED, "-", "", ""},
    {"body", "", PLAN_PUSH, "", "", ""},
};

static void plan_create_sends_what_may_go(void **state) {
  (void)state;
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof creations / sizeof creations[0]; i++) {
    struct plan_input input = {.local = make_values(&arena, creations[i].field, creations[i].local)};
    input.rules = rules_with(DIRECTION_INHERIT);
    struct plan plan = plan_create(&arena, &input);
    assert_int_equal(plan.count, 1);
    const struct plan_field *got = &plan.fields[0];
    struct value unmappable = value_set(STR("labels"), got->unmappable, got->unmappable_count);
    assert_string_equal(plan_action_name(got->action), plan_action_name(creations[i].action));
    assert_string_equal(got->write.has_set ? make_shown(&arena, &got->write.set) : "-", creations[i].set);
    assert_string_equal(make_shown(&arena, &got->sent_local), creations[i].sent_local);
    assert_string_equal(make_shown(&arena, &unmappable), creations[i].unmappable);
    assert_int_equal(got->writes_external, creations[i].action == PLAN_PUSH);
  }
  arena_free(&arena);
}

static void plan_create_takes_nothing_against_the_direction(void **state) {
  (void)state;
  struct arena arena = {0};
  struct plan_input input = {.local = make_values(&arena, "title", "a")};
  input.rules = rules_with(DIRECTION_PULL);
  assert_int_equal(plan_create(&arena, &input).count, 0);
  input.rules = rules_with(DIRECTION_DISABLED);
  assert_int_equal(plan_create(&arena, &input).count, 0);
  arena_free(&arena);
}

static const struct {
  const char *field, *external;
  enum plan_action action;
  const char *local, *shadow_external, *unmappable;
} imports[] = {
    {"title", "Crash ", PLAN_PULL, "Crash", "Crash", ""},
    {"body", "a\r\n", PLAN_PULL, "a\n", "a\n", ""},
    {"status", "closed", PLAN_PULL, "done", "closed", ""},
    {"status", "Blocked", PLAN_CONFLICT, "-", "-", "Blocked"},
    {"assignees", "Ann-GH, mallory", PLAN_PULL, "ann", "Ann-GH", "mallory"},
    {"milestone", "v1", PLAN_PULL, "v1", "v1", ""},
    {"labels", "a", PLAN_MASKED, "-", "-", ""},
};

static void plan_import_takes_what_may_come(void **state) {
  (void)state;
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof imports / sizeof imports[0]; i++) {
    struct plan_input input = {.external = make_values(&arena, imports[i].field, imports[i].external)};
    input.rules = rules_with(DIRECTION_BIDIRECTIONAL);
    struct plan plan = plan_import(&arena, &input);
    assert_int_equal(plan.count, 1);
    const struct plan_field *got = &plan.fields[0];
    struct value unmappable = value_set(STR("labels"), got->unmappable, got->unmappable_count);
    assert_string_equal(plan_action_name(got->action), plan_action_name(imports[i].action));
    assert_string_equal(make_shown(&arena, &got->local), imports[i].local);
    assert_string_equal(make_shown(&arena, &got->shadow_local), imports[i].local);
    assert_string_equal(make_shown(&arena, &got->shadow_external), imports[i].shadow_external);
    assert_string_equal(make_shown(&arena, &unmappable), imports[i].unmappable);
    assert_int_equal(got->changes_local, imports[i].action == PLAN_PULL);
  }
  arena_free(&arena);
}

static void plan_import_takes_nothing_against_the_direction(void **state) {
  (void)state;
  struct arena arena = {0};
  struct plan_input input = {.external = make_values(&arena, "title", "a")};
  input.rules = rules_with(DIRECTION_PUSH);
  assert_int_equal(plan_import(&arena, &input).count, 0);
  input.rules = rules_with(DIRECTION_DISABLED);
  assert_int_equal(plan_import(&arena, &input).count, 0);
  arena_free(&arena);
}

static const struct resolution {
  const char *what, *field, *local, *external;
  enum plan_choice choice;
  const char *value;
  enum direction direction;
  enum plan_action action;
  const char *new_local, *shadow_local, *shadow_external, *set, *add, *remove;
  enum plan_winner winner;
} resolutions[] = {
    {"local", "title", "l", "x", PLAN_CHOOSE_LOCAL, NULL, DIRECTION_INHERIT, PLAN_RESOLVED, "-", "x", "x", "l", "-",
     "-", PLAN_WINNER_LOCAL},
    {"external", "title", "l", "x", PLAN_CHOOSE_EXTERNAL, NULL, DIRECTION_INHERIT, PLAN_RESOLVED, "x", "x", "x", "-",
     "-", "-", PLAN_WINNER_EXTERNAL},
    {"another value", "title", "l", "x", PLAN_CHOOSE_VALUE, "v", DIRECTION_INHERIT, PLAN_RESOLVED, "v", "x", "x", "v",
     "-", "-", PLAN_WINNER_VALUE},
    {"a value that the external side has", "status", "open", "closed", PLAN_CHOOSE_VALUE, "done", DIRECTION_INHERIT,
     PLAN_RESOLVED, "done", "done", "closed", "-", "-", "-", PLAN_WINNER_VALUE},
    {"local, but nothing may go out", "title", "l", "x", PLAN_CHOOSE_LOCAL, NULL, DIRECTION_PULL, PLAN_RESOLVED, "-",
     "x", "x", "-", "-", "-", PLAN_WINNER_LOCAL},
    {"external, although nothing comes in by itself", "title", "l", "x", PLAN_CHOOSE_EXTERNAL, NULL, DIRECTION_PUSH,
     PLAN_RESOLVED, "x", "x", "x", "-", "-", "-", PLAN_WINNER_EXTERNAL},
    {"external without a word here", "status", "open", "Blocked", PLAN_CHOOSE_EXTERNAL, NULL, DIRECTION_INHERIT,
     PLAN_CONFLICT, "-", "-", "-", "-", "-", "-", PLAN_NO_WINNER},
    {"local without a word there", "status", "odd", "open", PLAN_CHOOSE_LOCAL, NULL, DIRECTION_INHERIT, PLAN_CONFLICT,
     "-", "-", "-", "-", "-", "-", PLAN_NO_WINNER},
    {"local over a word that is unknown here", "status", "done", "Blocked", PLAN_CHOOSE_LOCAL, NULL, DIRECTION_INHERIT,
     PLAN_RESOLVED, "-", "", "Blocked", "closed", "-", "-", PLAN_WINNER_LOCAL},
    {"a set as it is here", "labels", "a, l", "a, x", PLAN_CHOOSE_LOCAL, NULL, DIRECTION_INHERIT, PLAN_RESOLVED, "-",
     "a, x", "a, x", "-", "l", "x", PLAN_WINNER_LOCAL},
    {"a set as it is there", "labels", "a, l", "a, x", PLAN_CHOOSE_EXTERNAL, NULL, DIRECTION_INHERIT, PLAN_RESOLVED,
     "a, x", "a, x", "a, x", "-", "-", "-", PLAN_WINNER_EXTERNAL},
    {"a set by value", "labels", "a, l", "a, x", PLAN_CHOOSE_VALUE, "x, v", DIRECTION_INHERIT, PLAN_RESOLVED, "v, x",
     "a, x", "a, x", "-", "v", "a", PLAN_WINNER_VALUE},
    {"a value where nothing was imported", "status", NULL, "Blocked", PLAN_CHOOSE_VALUE, "done", DIRECTION_INHERIT,
     PLAN_RESOLVED, "done", "", "Blocked", "closed", "-", "-", PLAN_WINNER_VALUE},
};

static struct plan resolve(struct arena *arena, const struct resolution *row, bool fresh) {
  struct str *open = ARENA_NEW(arena, struct str);
  *open = str_of(row->field);
  struct plan_input input = {
      .local = make_values(arena, row->field, row->local),
      .external = make_values(arena, row->field, row->external),
      .open_conflicts = open,
      .open_conflict_count = 1,
      .external_fresh = fresh,
      .rules = rules_with(row->direction),
  };
  struct value value = row->value ? make_value(arena, row->field, row->value) : (struct value){0};
  return plan_resolve(arena, &input, *open, row->choice, row->value ? &value : NULL);
}

static void plan_resolve_does_what_the_person_chose(void **state) {
  (void)state;
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof resolutions / sizeof resolutions[0]; i++) {
    const struct resolution *row = &resolutions[i];
    struct plan plan = resolve(&arena, row, true);
    assert_int_equal(plan.count, 1);
    const struct plan_field *got = &plan.fields[0];
    const char *pairs[][2] = {
        {plan_action_name(row->action), plan_action_name(got->action)},
        {row->new_local, got->changes_local ? make_shown(&arena, &got->local) : "-"},
        {row->shadow_local, got->moves_shadow ? make_shown(&arena, &got->shadow_local) : "-"},
        {row->shadow_external, got->moves_shadow ? make_shown(&arena, &got->shadow_external) : "-"},
        {row->set, got->write.has_set ? make_shown(&arena, &got->write.set) : "-"},
        {row->add, got->write.has_delta ? make_shown(&arena, &got->write.add) : "-"},
        {row->remove, got->write.has_delta ? make_shown(&arena, &got->write.remove) : "-"},
        {plan_winner_name(row->winner), plan_winner_name(got->winner)},
        {row->action == PLAN_RESOLVED ? "closes" : "", got->closes_conflict ? "closes" : ""},
    };
    for (size_t j = 0; j < sizeof pairs / sizeof pairs[0]; j++)
      if (strcmp(pairs[j][0], pairs[j][1]) != 0)
        fail_msg("%s: %zu is '%s', not '%s'", row->what, j, pairs[j][1], pairs[j][0]);
  }
  arena_free(&arena);
}

static void plan_resolve_waits_for_a_fresh_observation(void **state) {
  (void)state;
  struct arena arena = {0};
  struct plan plan = resolve(&arena, &resolutions[0], false);
  assert_true(plan.needs_fresh);
  assert_int_equal(plan.fields[0].action, PLAN_WAIT);
  arena_free(&arena);
}

static void plan_resolve_refuses_a_value_of_another_kind(void **state) {
  (void)state;
  struct arena arena = {0};
  struct value set = value_set(STR("title"), NULL, 0);
  struct plan_input input = {.local = make_values(&arena, "title", "l"), .external = make_values(&arena, "title", "x")};
  input.external_fresh = true;
  struct plan plan = plan_resolve(&arena, &input, STR("title"), PLAN_CHOOSE_VALUE, &set);
  assert_int_equal(plan.fields[0].action, PLAN_CONFLICT);
  assert_int_equal(plan.fields[0].conflict, PLAN_UNMAPPABLE);
  arena_free(&arena);
}

static void plan_resolve_knows_only_what_is_carried(void **state) {
  (void)state;
  struct arena arena = {0};
  struct resolution here = {.field = "title", .local = "l", .choice = PLAN_CHOOSE_LOCAL};
  struct resolution there = {.field = "title", .external = "x", .choice = PLAN_CHOOSE_LOCAL};
  assert_int_equal(resolve(&arena, &here, true).count, 0);
  assert_int_equal(resolve(&arena, &there, true).count, 0);
  arena_free(&arena);
}

static const struct {
  const char *what, *field, *shadow, *set, *add, *remove, *returned, *after;
} receipts[] = {
    {"a text as it came back", "body", "old", "*new*", NULL, NULL, "_new_\r\n", "_new_\n"},
    {"a text that the response does not show", "body", "old", "*new*", NULL, NULL, NULL, "*new*"},
    {"a delta as it was sent", "labels", "a, b", NULL, "n", "a", "b, N", "b, n"},
    {"a delta that the response does not show", "labels", "a, b", NULL, "n", "a", NULL, "b, n"},
    {"a refused member", "labels", "a", NULL, "no", "", "a", "a"},
    {"a member that does not go", "labels", "a, b", NULL, "", "a", "a, b", "a, b"},
    {"what others added is not known", "labels", "a", NULL, "n", "", "a, n, theirs", "a, n"},
    {"what others removed is not known", "labels", "a, b", NULL, "n", "", "b, n", "a, b, n"},
    {"a created set", "labels", "", "a, no", NULL, NULL, "a, theirs", "a"},
};

static void plan_receipt_moves_only_what_was_written(void **state) {
  (void)state;
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof receipts / sizeof receipts[0]; i++) {
    const char *field = receipts[i].field;
    struct plan_write write = {.has_set = receipts[i].set != NULL, .has_delta = receipts[i].add != NULL};
    if (write.has_set)
      write.set = make_value(&arena, field, receipts[i].set);
    if (write.has_delta) {
      write.add = make_value(&arena, field, receipts[i].add);
      write.remove = make_value(&arena, field, receipts[i].remove);
    }
    struct value shadow = make_value(&arena, field, receipts[i].shadow);
    struct value returned = make_value(&arena, field, receipts[i].returned ? receipts[i].returned : "");
    struct value after = plan_receipt(&arena, &shadow, &write, receipts[i].returned ? &returned : NULL);
    if (strcmp(make_shown(&arena, &after), receipts[i].after) != 0 || !str_is(after.name, field))
      fail_msg("%s: '%s', not '%s'", receipts[i].what, make_shown(&arena, &after), receipts[i].after);
  }
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(plan_create_sends_what_may_go),
      cmocka_unit_test(plan_create_takes_nothing_against_the_direction),
      cmocka_unit_test(plan_import_takes_what_may_come),
      cmocka_unit_test(plan_import_takes_nothing_against_the_direction),
      cmocka_unit_test(plan_resolve_does_what_the_person_chose),
      cmocka_unit_test(plan_resolve_waits_for_a_fresh_observation),
      cmocka_unit_test(plan_resolve_refuses_a_value_of_another_kind),
      cmocka_unit_test(plan_resolve_knows_only_what_is_carried),
      cmocka_unit_test(plan_receipt_moves_only_what_was_written),
  };
  return cmocka_run_group_tests_name("before and after plan", tests, NULL, NULL);
}
