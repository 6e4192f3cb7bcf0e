/* What a plan's step was decided on, and what has moved since. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "store/planning/inputs.h"

static const struct inputs_about nowhere = {.place = {"[]", 2}};

static struct str moved(struct arena *arena, const struct plan_case *before, const struct plan_case *now,
                        const struct inputs_about *about) {
  struct str out;
  struct result result =
      inputs_moved(arena, inputs_text(arena, before, about), now, inputs_text(arena, now, about), &out);
  assert_true(result_ok(&result));
  return out;
}

static void assert_str(struct str text, const char *expected) {
  struct arena arena = {0};
  assert_string_equal(str_c(&arena, text), expected);
  arena_free(&arena);
}

static const struct value title = {.name = {"title", 5}, .text = {"One", 3}};
static const struct conflict conflict = {.field = {"title", 5}, .state = {"open", 4}};
static const struct value_name reference = {{"T-1", 3}, {"17", 2}};

/* Something else than nothing in any member, by its type. */
static void fill(const struct field *field, void *at) {
  switch (field->type) {
  case FIELD_STR:
    *(struct str *)at = STR("x");
    return;
  case FIELD_I64:
    *(int64_t *)at = 7;
    return;
  case FIELD_BOOL:
    *(bool *)at = true;
    return;
  case FIELD_VALUES:
    *(struct values *)at = (struct values){&title, 1};
    return;
  case FIELD_LIST:
    *(struct list *)at =
        (struct list){field->of == &record_conflict ? (const void *)&conflict : (const void *)&reference, 1};
    return;
  default:
    fail_msg("no test fills a member of the type of %s", field->name);
  }
}

static bool is_no_input(const char *name) {
  static const char *const names[] = {"mapping_id",  "generation",     "fresh",
                                      "traceparent", "external_times", "local_times"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (str_is(str_of(name), names[i]))
      return true;
  return false;
}

static void inputs_are_all_that_a_case_tells(void **state) {
  (void)state;
  struct arena arena = {0};
  for (size_t i = 0; i < record_plan_case.field_count; i++) {
    const struct field *field = &record_plan_case.fields[i];
    struct plan_case before = {0}, now = {0};
    fill(field, (char *)&now + field->offset);
    if (str_is_absent(moved(&arena, &before, &now, &nowhere)) != is_no_input(field->name))
      fail_msg("%s %s an input", field->name, is_no_input(field->name) ? "is no longer" : "is to be");
    assert_true(str_is_absent(moved(&arena, &now, &now, &nowhere)));
  }
  arena_free(&arena);
}

static void inputs_have_times_where_times_decide(void **state) {
  (void)state;
  struct arena arena = {0};
  struct inputs_about by_time = {.place = STR("[]"), .by_time = true};
  struct plan_case before = {0}, now = {.local_times = {&title, 1}};
  assert_str(moved(&arena, &before, &now, &by_time), "changed here again");
  arena_free(&arena);
}

static void inputs_tell_what_moved(void **state) {
  (void)state;
  struct arena arena = {0};
  struct value other = value_text(STR("title"), STR("Other")), body = value_text(STR("body"), STR("Text"));
  struct value both[] = {other, body};
  struct conflict decided = conflict;
  decided.state = STR("decided");
  const struct {
    const char *what;
    struct plan_case before, now;
  } rows[] = {
      {"title here", {.local = {&title, 1}}, {.local = {&other, 1}}},
      {"title here", {.local = {&title, 1}}, {.kind = {0}}},
      {"body, title here, body outside", {.local = {&title, 1}}, {.local = {both, 2}, .external = {&body, 1}}},
      {"deleted here", {.kind = {0}}, {.deleted = true}},
      {"there again here", {.deleted = true}, {.kind = {0}}},
      {"gone outside", {.kind = {0}}, {.gone = STR("deleted")}},
      {"there again outside", {.gone = STR("deleted")}, {.kind = {0}}},
      {"private now", {.kind = {0}}, {.withheld = true}},
      {"not private any more", {.withheld = true}, {.kind = {0}}},
      {"its conflicts", {.kind = {0}}, {.conflicts = {&conflict, 1}}},
      {"its conflicts", {.conflicts = {&conflict, 1}}, {.conflicts = {&decided, 1}}},
      {"its conflicts", {.conflicts = {&conflict, 1}}, {.kind = {0}}},
      {"the tickets that it names", {.kind = {0}}, {.references = {&reference, 1}}},
      {"title here, private now", {.local = {&title, 1}}, {.local = {&other, 1}, .withheld = true}},
      {"synchronised since", {.kind = {0}}, {.shadow_local = {&title, 1}}},
      {"synchronised since", {.unlinked = true}, {.kind = {0}}},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    assert_str(moved(&arena, &rows[i].before, &rows[i].now, &nowhere), rows[i].what);
  arena_free(&arena);
}

static void inputs_know_the_place(void **state) {
  (void)state;
  struct arena arena = {0};
  struct plan_case same = {0};
  struct inputs_about elsewhere = {.place = STR("[1]")};
  struct str out;
  struct result result =
      inputs_moved(&arena, inputs_text(&arena, &same, &nowhere), &same, inputs_text(&arena, &same, &elsewhere), &out);
  assert_true(result_ok(&result));
  assert_str(out, "synchronised since");
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(inputs_are_all_that_a_case_tells),
      cmocka_unit_test(inputs_have_times_where_times_decide),
      cmocka_unit_test(inputs_tell_what_moved),
      cmocka_unit_test(inputs_know_the_place),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
