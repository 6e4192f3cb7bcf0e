/* What Linear shows of issues and comments, as observations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-linear/linear.h"

#define ID "0b9d7a52-3c5e-4f6a-8d1b-2e3f4a5b6c7d"
#define PARENT "1b9d7a52-3c5e-4f6a-8d1b-2e3f4a5b6c7d"
#define TIMES "\"createdAt\":\"2024-01-01T00:00:00.000Z\",\"updatedAt\":\"2024-05-06T07:08:09.123Z\""
#define LEAST                                                                                    \
  "\"id\":\"" ID "\",\"identifier\":\"ENG-12\",\"title\":\"T\",\"priority\":0," TIMES            \
  ",\"url\":\"https://linear.app/acme/issue/ENG-12\",\"state\":{\"name\":\"Todo\"},\"labels\":{" \
  "\"nodes\":[]}"

static struct result read_issue(struct arena *arena, const char *json, struct observation *out) {
  cJSON *tree = cJSON_Parse(json);
  assert_non_null(tree);
  struct result result = linear_read_issue(arena, tree, out);
  cJSON_Delete(tree);
  return result;
}

static void assert_field(const struct observation *seen, const char *name, const char *text) {
  struct str found = values_text(&seen->fields, name);
  if (!str_is(found, text))
    fail_msg("%s is \"%.*s\", not \"%s\"", name, STR_FMT(found), text);
}

static void translate_issue_has_ids_and_all_fields(void **state) {
  (void)state;
  static const char *const texts[] = {"title",    "body",   "status",  "priority", "estimate",
                                      "due_date", "parent", "project", "sprint"};
  struct arena arena = {0};
  struct observation seen;
  struct result result = read_issue(&arena, "{" LEAST "}", &seen);
  assert_int_equal(result.code, RESULT_OK);
  assert_true(str_is(seen.kind, "ticket"));
  assert_true(str_is(seen.external_id, ID));
  assert_true(str_is(seen.external_key, "ENG-12"));
  assert_true(str_is(seen.marker, ID));
  assert_int_equal(seen.version, 1714979289123);
  assert_int_equal(seen.created_at_ms, 1704067200000);
  assert_true(str_is_absent(seen.author));
  assert_false(seen.author_is_self);
  assert_int_equal(seen.extra.count, 0);
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    assert_int_equal(values_find(&seen.fields, str_of(texts[i]))->kind, VALUE_TEXT);
  assert_int_equal(values_find(&seen.fields, STR("labels"))->count, 0);
  assert_int_equal(values_find(&seen.fields, STR("assignees"))->count, 0);
  assert_int_equal(seen.fields.count, sizeof texts / sizeof texts[0] + 2);
  arena_free(&arena);
}

static void translate_issue_reads_every_value(void **state) {
  (void)state;
  struct arena arena = {0};
  struct observation seen;
  struct result result = read_issue(
      &arena,
      "{\"id\":\"" ID "\",\"identifier\":\"ENG-12\",\"title\":\"Größe\",\"description\":\"a\\nb\",\"priority\":1,"
      "\"estimate\":2.5,\"dueDate\":\"2026-01-31\"," TIMES
      ",\"archivedAt\":\"2025-01-01T00:00:00.000Z\",\"state\":{\"name\":\"Done\"},\"assignee\":{\"displayName\":"
      "\"bob\"},\"creator\":{\"displayName\":\"alice\",\"isMe\":true},\"parent\":{\"id\":\"" PARENT
      "\"},\"project\":{\"name\":\"Rocket\"},\"cycle\":{\"number\":7,\"name\":null},\"labels\":{\"nodes\":[{\"name\":"
      "\"Bug\"},{\"name\":\"\"},{\"name\":\"UI\"}]},\"attachments\":{\"nodes\":[{\"title\":\"PR\",\"url\":"
      "\"https://x.example/1\"},{\"title\":\"none\"}]}}",
      &seen);
  assert_int_equal(result.code, RESULT_OK);
  assert_field(&seen, "title", "Größe");
  assert_field(&seen, "body", "a\nb");
  assert_field(&seen, "status", "Done");
  assert_field(&seen, "priority", "Urgent");
  assert_field(&seen, "estimate", "2.5");
  assert_field(&seen, "due_date", "2026-01-31");
  assert_field(&seen, "parent", PARENT);
  assert_field(&seen, "project", "Rocket");
  assert_field(&seen, "sprint", "Cycle 7");
  const struct value *labels = values_find(&seen.fields, STR("labels"));
  assert_int_equal(labels->count, 2);
  assert_true(value_has(labels, STR("UI")));
  assert_true(str_is(values_find(&seen.fields, STR("assignees"))->items[0], "bob"));
  assert_true(str_is(seen.author, "alice"));
  assert_true(seen.author_is_self);
  const struct value *links = values_find(&seen.extra, STR("attachments"));
  assert_int_equal(links->count, 1);
  assert_true(str_is(links->items[0], "PR https://x.example/1"));
  assert_true(str_is(values_text(&seen.extra, "archived"), "2025-01-01T00:00:00.000Z"));
  arena_free(&arena);
}

static void translate_refuses_half_an_issue(void **state) {
  (void)state;
  static const char *const rows[] = {
      "{}",
      "[]",
      "null",
      "{\"id\":\"" ID "\"}",
      "{\"identifier\":\"ENG-1\"}",
      "{\"id\":\"" ID "\",\"identifier\":\"ENG-1\",\"title\":\"x\",\"priority\":1,\"state\":{\"name\":\"A\"}," TIMES
      "}",
      "{\"id\":\"" ID "\",\"identifier\":\"ENG-1\",\"title\":7,\"priority\":1,\"state\":{\"name\":\"A\"}," TIMES
      ",\"labels\":{\"nodes\":[]}}",
      "{\"id\":\"" ID "\",\"identifier\":\"ENG-1\",\"title\":\"x\",\"state\":{\"name\":\"A\"}," TIMES
      ",\"labels\":{\"nodes\":[]}}",
      "{\"id\":\"" ID "\",\"identifier\":\"ENG-1\",\"title\":\"x\",\"priority\":1,\"state\":{}," TIMES
      ",\"labels\":{\"nodes\":[]}}",
      "{\"id\":\"" ID "\",\"identifier\":\"ENG-1\",\"title\":\"x\",\"priority\":1,\"state\":{\"name\":\"A\"},"
      "\"updatedAt\":\"yesterday\",\"labels\":{\"nodes\":[]}}",
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct observation seen = {.version = 42};
    struct result result = read_issue(&arena, rows[i], &seen);
    assert_int_equal(result.code, RESULT_REJECTED);
    assert_int_equal(seen.version, 42);
  }
  arena_free(&arena);
}

static void translate_comment_knows_its_issue_and_what_it_answers(void **state) {
  (void)state;
  struct arena arena = {0};
  struct observation seen;
  cJSON *tree =
      cJSON_Parse("{\"id\":\"" ID "\",\"body\":\"hello\"," TIMES
                  ",\"url\":\"u\",\"user\":null,\"botActor\":{\"name\":\"GitHub\"},\"issue\":{\"id\":\"" PARENT
                  "\",\"identifier\":\"ENG-3\"},\"parent\":{\"id\":\"" PARENT "\"}}");
  struct result result = linear_read_comment(&arena, tree, &seen);
  assert_int_equal(result.code, RESULT_OK);
  assert_true(str_is(seen.kind, "comment"));
  assert_true(str_is(seen.parent_external_id, PARENT));
  assert_true(str_is(seen.external_key, "ENG-3 (comment 0b9d7a52)"));
  assert_true(str_is(seen.author, "GitHub"));
  assert_field(&seen, "body", "hello");
  assert_true(str_is(values_text(&seen.extra, "answers"), PARENT));
  cJSON_DeleteItemFromObject(tree, "issue");
  result = linear_read_comment(&arena, tree, &seen);
  assert_int_equal(result.code, RESULT_REJECTED);
  cJSON_Delete(tree);
  arena_free(&arena);
}

static void translate_priority_words_go_both_ways(void **state) {
  (void)state;
  static const struct {
    const char *word;
    int64_t number;
  } rows[] = {{"Urgent", 1}, {"High", 2}, {"Medium", 3}, {"Low", 4}, {"", 0}};
  int64_t number;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    assert_true(str_is(linear_priority_name(rows[i].number), rows[i].word));
    assert_true(linear_priority_number(str_of(rows[i].word), &number));
    assert_int_equal(number, rows[i].number);
  }
  assert_true(linear_priority_number(STR("no priority"), &number));
  assert_int_equal(number, 0);
  assert_false(linear_priority_number(STR("Lowest"), &number));
  assert_true(str_is(linear_priority_name(-1), ""));
  assert_true(str_is(linear_priority_name(5), ""));
}

static void translate_uuid_is_exact(void **state) {
  (void)state;
  static const char *const wrong[] = {"",
                                      "0b9d7a52-3c5e-4f6a-8d1b-2e3f4a5b6c7",
                                      "0b9d7a52-3c5e-4f6a-8d1b-2e3f4a5b6c7dd",
                                      "0b9d7a52x3c5e-4f6a-8d1b-2e3f4a5b6c7d",
                                      "0b9d7a52-3c5e-4f6a-8d1b-2e3f4a5b6c7g",
                                      "ENG-12"};
  assert_true(linear_is_uuid(STR(ID)));
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    assert_false(linear_is_uuid(str_of(wrong[i])));
  assert_false(linear_is_uuid((struct str){"0b9d7a52-3c5e-4f6a-8d1b-2e3f4a5b6c7\0", 36}));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(translate_issue_has_ids_and_all_fields),
      cmocka_unit_test(translate_issue_reads_every_value),
      cmocka_unit_test(translate_refuses_half_an_issue),
      cmocka_unit_test(translate_comment_knows_its_issue_and_what_it_answers),
      cmocka_unit_test(translate_priority_words_go_both_ways),
      cmocka_unit_test(translate_uuid_is_exact),
  };
  return cmocka_run_group_tests_name("adapter-linear translate", tests, NULL, NULL);
}
