/* Payloads as Linear's inputs, with a lookup that knows a few names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-linear/linear.h"

#define PARENT "1b9d7a52-3c5e-4f6a-8d1b-2e3f4a5b6c7d"

struct names {
  struct arena *arena;
  int calls;
};

/* Every name is known, except "missing"; its id is "KIND/name". */
static struct result id_of(void *context, enum linear_names_kind kind, struct str name, bool make, struct str *out) {
  struct names *names = context;
  names->calls++;
  if (str_is(name, "missing"))
    return result_error(make ? RESULT_REJECTED : RESULT_GONE, "no such name");
  *out = str_format(names->arena, "%d/%.*s", (int)kind, STR_FMT(name));
  return RESULT_DONE;
}

static struct value text(const char *name, const char *value) {
  return value_text(str_of(name), str_of(value));
}

static struct result written(struct arena *arena, const struct payload *payload, bool create, const char *assignee,
                             struct str *out) {
  struct names names = {arena, 0};
  struct linear_lookup lookup = {&names, id_of};
  cJSON *input;
  struct result result = linear_write_issue(arena, payload, create, str_of(assignee), &lookup, &input);
  if (result_ok(&result))
    *out = json_print(arena, input);
  return result;
}

static void write_texts(void **state) {
  (void)state;
  static const struct {
    const char *field, *value;
    bool create;
    const char *json; /* NULL: rejected */
  } rows[] = {
      {"title", "a \"b\"", true, "{\"title\":\"a \\\"b\\\"\"}"},
      {"body", "", false, "{\"description\":\"\"}"},
      {"status", "Done", false, "{\"stateId\":\"0/Done\"}"},
      {"status", "", true, "{}"},
      {"status", "", false, NULL},
      {"status", "missing", false, NULL},
      {"priority", "high", false, "{\"priority\":2}"},
      {"priority", "", false, "{\"priority\":0}"},
      {"priority", "P1", false, NULL},
      {"estimate", "5", true, "{\"estimate\":5}"},
      {"estimate", "", false, "{\"estimate\":null}"},
      {"estimate", "", true, "{}"},
      {"estimate", "1.5", false, NULL},
      {"estimate", "-1", false, NULL},
      {"estimate", "99999999999", false, NULL},
      {"parent", PARENT, true, "{\"parentId\":\"" PARENT "\"}"},
      {"parent", "", false, "{\"parentId\":null}"},
      {"parent", "12", false, NULL},
      {"due_date", "2026-02-28", true, "{\"dueDate\":\"2026-02-28\"}"},
      {"due_date", "", false, "{\"dueDate\":null}"},
      {"due_date", "2026-02-30", false, NULL},
      {"due_date", "2026-2-3", false, NULL},
      {"project", "Rocket", false, "{\"projectId\":\"3/Rocket\"}"},
      {"project", "", false, "{\"projectId\":null}"},
      {"sprint", "Cycle 4", false, "{\"cycleId\":\"4/Cycle 4\"}"},
      {"sprint", "", true, "{}"},
      {"flavour", "x", false, NULL},
      {"labels", "x", false, NULL},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct value value = text(rows[i].field, rows[i].value);
    struct payload payload = {.set = {&value, 1}};
    struct str json = {0};
    struct result result = written(&arena, &payload, rows[i].create, "", &json);
    if ((rows[i].json != NULL) != result_ok(&result) || (rows[i].json && !str_is(json, rows[i].json)))
      fail_msg("%s = \"%s\": %.*s %s", rows[i].field, rows[i].value, STR_FMT(json), result.message);
    if (!rows[i].json)
      assert_int_equal(result.code, RESULT_REJECTED);
  }
  arena_free(&arena);
}

static void write_sets(void **state) {
  (void)state;
  static const struct str one[] = {{"a", 1}}, two[] = {{"a", 1}, {"b", 1}}, gone[] = {{"missing", 7}, {"b", 1}};
  const struct value labels = value_set(STR("labels"), two, 2), label = value_set(STR("labels"), one, 1),
                     lost = value_set(STR("labels"), gone, 2), who = value_set(STR("assignees"), one, 1),
                     pair = value_set(STR("assignees"), two, 2);
  const struct {
    struct payload payload;
    bool create;
    const char *assignee, *json;
  } rows[] = {
      {{.set = {&labels, 1}}, true, "", "{\"labelIds\":[\"1/a\",\"1/b\"]}"},
      {{.set = {&labels, 1}}, false, "", NULL},
      {{.add = {&labels, 1}, .remove = {&lost, 1}},
       false,
       "",
       "{\"addedLabelIds\":[\"1/a\",\"1/b\"],\"removedLabelIds\":[\"1/b\"]}"},
      {{.add = {&lost, 1}}, false, "", NULL},
      {{.add = {&label, 1}}, true, "", "{\"labelIds\":[\"1/a\"]}"},
      {{.set = {&who, 1}}, true, "", "{\"assigneeId\":\"2/a\"}"},
      {{.set = {&pair, 1}}, true, "", NULL},
      {{.add = {&who, 1}}, false, "x", "{\"assigneeId\":\"2/a\"}"},
      {{.add = {&pair, 1}}, false, "", NULL},
      {{.remove = {&pair, 1}}, false, "B", "{\"assigneeId\":null}"},
      {{.remove = {&pair, 1}}, false, "c", "{}"},
      {{.remove = {&pair, 1}}, false, "", "{}"},
      {{.add = {&who, 1}, .remove = {&pair, 1}}, false, "b", "{\"assigneeId\":\"2/a\"}"},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct str json = {0};
    struct result result = written(&arena, &rows[i].payload, rows[i].create, rows[i].assignee, &json);
    if ((rows[i].json != NULL) != result_ok(&result) || (rows[i].json && !str_is(json, rows[i].json)))
      fail_msg("row %zu: %.*s %s", i, STR_FMT(json), result.message);
  }
  arena_free(&arena);
}

static void write_refuses_unknown_fields_before_it_asks_for_names(void **state) {
  (void)state;
  struct arena arena = {0};
  struct names names = {&arena, 0};
  struct linear_lookup lookup = {&names, id_of};
  struct value values[] = {text("status", "Done"), text("flavour", "x")};
  const struct value odd = value_set(STR("versions"), NULL, 0);
  const struct payload rows[] = {
      {.set = {values, 2}}, {.set = {values, 1}, .add = {&odd, 1}}, {.set = {values, 1}, .remove = {values, 1}}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    cJSON *input;
    struct result result = linear_write_issue(&arena, &rows[i], false, STR(""), &lookup, &input);
    assert_int_equal(result.code, RESULT_REJECTED);
  }
  assert_int_equal(names.calls, 0);
  arena_free(&arena);
}

static void write_needs_the_assignee_only_to_take_one_away(void **state) {
  (void)state;
  static const struct str one[] = {{"a", 1}};
  const struct value who = value_set(STR("assignees"), one, 1), nobody = value_set(STR("assignees"), NULL, 0);
  assert_true(linear_needs_assignee(&(struct payload){.remove = {&who, 1}}));
  assert_true(linear_needs_assignee(&(struct payload){.remove = {&who, 1}, .add = {&nobody, 1}}));
  assert_false(linear_needs_assignee(&(struct payload){.remove = {&who, 1}, .add = {&who, 1}}));
  assert_false(linear_needs_assignee(&(struct payload){.add = {&who, 1}}));
  assert_false(linear_needs_assignee(&(struct payload){.remove = {&nobody, 1}}));
}

static void write_comment_is_a_body_and_nothing_else(void **state) {
  (void)state;
  struct value values[] = {text("body", "hello"), text("title", "x")};
  struct arena arena = {0};
  cJSON *input;
  struct result result = linear_write_comment(&(struct payload){.set = {values, 1}}, &input);
  assert_int_equal(result.code, RESULT_OK);
  assert_true(str_is(json_print(&arena, input), "{\"body\":\"hello\"}"));
  result = linear_write_comment(&(struct payload){.set = {values, 2}}, &input);
  assert_int_equal(result.code, RESULT_REJECTED);
  result = linear_write_comment(&(struct payload){.set = {values + 1, 1}}, &input);
  assert_int_equal(result.code, RESULT_REJECTED);
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(write_texts),
      cmocka_unit_test(write_sets),
      cmocka_unit_test(write_refuses_unknown_fields_before_it_asks_for_names),
      cmocka_unit_test(write_needs_the_assignee_only_to_take_one_away),
      cmocka_unit_test(write_comment_is_a_body_and_nothing_else),
  };
  return cmocka_run_group_tests_name("adapter-linear write", tests, NULL, NULL);
}
