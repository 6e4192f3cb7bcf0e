/* From YAML to JSON, and from a member's path to its line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "cli/mapping_file.h"

static struct arena arena;

static int forget(void **state) {
  (void)state;
  arena_free(&arena);
  return 0;
}

static struct result parse(const char *text, struct mapping_file *out) {
  return mapping_file_parse(&arena, str_of(text), "m.yaml", out);
}

static void mapping_file_becomes_json(void **state) {
  (void)state;
  static const struct {
    const char *yaml, *json;
  } rows[] = {
      {"a: /x\n", "{\"a\":\"/x\"}"},
      {"a: {b: [1, -2.5e3, true, null, ~, yes]}\n", "{\"a\":{\"b\":[1,-2.5e3,true,null,null,\"yes\"]}}"},
      {"a: '1'\nb: \"true\"\n", "{\"a\":\"1\",\"b\":\"true\"}"},
      {"a: 012\nb: 1.\nc: 0x1f\nd: 1e\n", "{\"a\":\"012\",\"b\":\"1.\",\"c\":\"0x1f\",\"d\":\"1e\"}"},
      {"a:\nb: []\nc: {}\n", "{\"a\":null,\"b\":[],\"c\":{}}"},
      {"{\"a\": \"q\\\"\\n\"}", "{\"a\":\"q\\\"\\n\"}"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct mapping_file file = {0};
    struct result result = parse(rows[i].yaml, &file);
    assert_string_equal(result.message, "");
    assert_string_equal(file.json.at, rows[i].json);
  }
}

static void mapping_file_refuses_with_line_and_column(void **state) {
  (void)state;
  static const struct {
    const char *yaml, *said;
  } rows[] = {
      {"", "m.yaml: there is nothing in it"},
      {"[1]\n", "m.yaml:1:1: expected `name: value` lines"},
      {"text\n", "m.yaml:1:1: expected `name: value` lines"},
      {"a: 1\n---\nb: 1\n", "m.yaml:2:1: one document is enough"},
      {"a: 1\nb: 2\na: 3\n", "m.yaml:3:1: it stands there twice: a"},
      {"a: {b: 1, b: 2}\n", "m.yaml:1:11: it stands there twice: a.b"},
      {"a: &x 1\n", "m.yaml:1:4: anchors"},
      {"a: !!binary aGk=\n", "m.yaml:1:4: anchors"},
      {"[a]: 1\n", "m.yaml:1:1: a member's name is a text"},
      {"a:\n  ? [b]\n  : 1\n", "m.yaml:2:5: a member's name is a text"},
      {"a: \"\\0\"\n", "m.yaml:1:4: a text cannot hold the character NUL"},
      {"a: [1\n", "m.yaml:2:1: "},
      {"a: \xff\n", "m.yaml: not UTF-8 text"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct mapping_file file = {0};
    struct result result = parse(rows[i].yaml, &file);
    assert_int_equal(result.code, RESULT_REJECTED);
    assert_memory_equal(result.message, rows[i].said, strlen(rows[i].said));
    assert_null(file.json.at);
  }
}

static void mapping_file_refuses_what_is_too_deep_or_too_long(void **state) {
  (void)state;
  struct str_builder deep = {.arena = &arena}, many = {.arena = &arena}, large = {.arena = &arena};
  str_append_c(&deep, "a: ");
  for (int i = 0; i < MAPPING_DEPTH_MAX; i++)
    str_append_c(&deep, "[");
  str_append_c(&many, "a: [");
  for (int i = 0; i < MAPPING_VALUES_MAX; i++)
    str_append_c(&many, "1,");
  while (large.length <= MAPPING_FILE_BYTES_MAX)
    str_append_c(&large, "# a comment\n");
  const struct {
    struct str_builder *text;
    const char *said;
  } rows[] = {{&deep, "too deep"}, {&many, "too many values"}, {&large, "larger than"}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct mapping_file file = {0};
    struct result result = mapping_file_parse(&arena, str_built(rows[i].text), "m.yaml", &file);
    assert_int_equal(result.code, RESULT_REJECTED);
    assert_non_null(strstr(result.message, rows[i].said));
  }
}

static void mapping_file_locates_failures(void **state) {
  (void)state;
  static const struct {
    enum result_code code;
    const char *message, *located;
  } rows[] = {
      {RESULT_REJECTED, "options.a.b: wrong", "m.yaml:2:3: a.b: wrong"},
      {RESULT_REJECTED, "options.list[1].x: wrong", "m.yaml:5:6: list[1].x: wrong"},
      {RESULT_REJECTED, "options.list[1].y.z: missing", "m.yaml:5:5: list[1].y.z: missing"},
      {RESULT_REJECTED, "options.other: missing", "m.yaml:1:1: other: missing"},
      {RESULT_REJECTED, "GET /x: no", "GET /x: no"},
      {RESULT_AUTH, "options.a.b: no", "options.a.b: no"},
  };
  struct mapping_file file = {0}, none = {0};
  assert_int_equal(parse("a:\n  b: 1\nlist:\n  - 1\n  - {x: 2}\n", &file).code, RESULT_OK);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct result failure = result_error(rows[i].code, "%s", rows[i].message);
    assert_string_equal(mapping_file_locate(&file, failure).message, rows[i].located);
    assert_string_equal(mapping_file_locate(&none, failure).message, rows[i].message);
  }
  assert_int_equal(mapping_file_locate(&file, RESULT_DONE).code, RESULT_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(mapping_file_becomes_json, forget),
      cmocka_unit_test_teardown(mapping_file_refuses_with_line_and_column, forget),
      cmocka_unit_test_teardown(mapping_file_refuses_what_is_too_deep_or_too_long, forget),
      cmocka_unit_test_teardown(mapping_file_locates_failures, forget),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
