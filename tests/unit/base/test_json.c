/* The JSON codec: what is parsed, what is refused, and what cJSON would have lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/json.h"

static int set_up(void **state) {
  *state = calloc(1, sizeof(struct arena));
  return 0;
}

static int tear_down(void **state) {
  arena_free(*state);
  free(*state);
  return 0;
}

static void assert_parses(struct str text, bool fits) {
  cJSON *tree = NULL;
  struct result result = json_parse(text, &tree);
  if ((result.code == RESULT_OK) != fits)
    fail_msg("%.*s: %s", STR_FMT(text), result.message);
  assert_int_equal(tree != NULL, fits);
  cJSON_Delete(tree);
}

static void json_parses_one_whole_text(void **state) {
  static const struct {
    struct str text;
    bool fits;
  } cases[] = {
      {{"{}", 2}, true},
      {{" [1, 2] \r\n\t", 11}, true},
      {{"null", 4}, true},
      {{"\"x\"", 3}, true},
      {{0}, false},
      {{"", 0}, false},
      {{"   ", 3}, false},
      {{"{", 1}, false},
      {{"{}}", 3}, false},
      {{"{} {}", 5}, false},
      {{"{}x", 3}, false},
      {{"{\"a\":1,}", 8}, false},
      {{"{a:1}", 5}, false},
      {{"nul", 3}, false},
      {{"'x'", 3}, false},
      {{"{}\0", 3}, false},
      {{"{\"a\":\"x\0y\"}", 11}, false},
      {{"\0{}", 3}, false},
      {{"\"\\ud800\"", 8}, true},
      {{"\"\\x\"", 4}, false},
      {{"{}garbage", 2}, true},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    assert_parses(cases[i].text, cases[i].fits);
}

static void json_depth_is_bounded(void **state) {
  for (int depth = JSON_DEPTH_MAX - 1; depth <= JSON_DEPTH_MAX + 1; depth++)
    for (int objects = 0; objects < 2; objects++) {
      struct str_builder text = {.arena = *state};
      for (int i = 0; i < depth; i++)
        str_append_c(&text, objects ? "{\"a\":" : "[");
      str_append_c(&text, "1");
      for (int i = 0; i < depth; i++)
        str_append_c(&text, objects ? "}" : "]");
      assert_parses(str_built(&text), depth <= JSON_DEPTH_MAX);
    }
  assert_parses(STR("\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\""), true);
  assert_parses(STR("\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\""), true);
}

/* A NUL ends a C string: cJSON would drop what follows, in a title as in a name. Half of an emoji is no character. */
static void json_escapes_that_no_text_can_hold_become_replacement_characters(void **state) {
  static const char *const cases[][2] = {
      {"{\"a\":\"x\\u0000y\"}", "{\"a\":\"x\xef\xbf\xbdy\"}"},
      {"{\"a\\u0000\":\"\"}", "{\"a\xef\xbf\xbd\":\"\"}"},
      {"{\"a\":\"\\\\u0000\"}", "{\"a\":\"\\\\u0000\"}"},
      {"{\"a\":\"\\\\\\u0000\"}", "{\"a\":\"\\\\\xef\xbf\xbd\"}"},
      {"{\"a\":\"\\ud83d\"}", "{\"a\":\"\xef\xbf\xbd\"}"},
      {"{\"a\":\"\\uDE00!\"}", "{\"a\":\"\xef\xbf\xbd!\"}"},
      {"{\"a\":\"\\ud83d\\u0041\"}", "{\"a\":\"\xef\xbf\xbd"
                                     "A\"}"},
      {"{\"a\":\"\\ud83d\\ud83d\\ude00\"}", "{\"a\":\"\xef\xbf\xbd\xf0\x9f\x98\x80\"}"},
      {"{\"a\":\"\\ud83d\\ude00\"}", "{\"a\":\"\xf0\x9f\x98\x80\"}"},
      {"{\"a\":\"\\\\ud83d\"}", "{\"a\":\"\\\\ud83d\"}"},
      {"{\"a\":\"\\u0000\\u0000\"}", "{\"a\":\"\xef\xbf\xbd\xef\xbf\xbd\"}"},
      {"{\"a\":\"\\u00001\"}", "{\"a\":\"\xef\xbf\xbd"
                               "1\"}"},
      {"{\"a\":\"\\u0001\"}", "{\"a\":\"\\u0001\"}"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct values values;
    struct result result = json_to_values(*state, str_of(cases[i][0]), &values);
    assert_string_equal(result.message, "");
    assert_string_equal(json_values_text(*state, &values).at, cases[i][1]);
  }
  assert_parses(STR("\"\\u000"), false);
  assert_parses(STR("\"\\u0000"), false);
  assert_parses(STR("\"\\u0x00\""), false);
  assert_parses(STR("\"\\ud8\""), false);
  assert_parses(STR("\"\\ud83d"), false);
  assert_parses(STR("\\u0000"), false);
  assert_parses(STR("\\u0000\\"), false);
}

/* cJSON does not look at encodings, and neither do we here: what comes from a tracker is cleaned by canon, and the
 * store's door checks every text. */
static void json_bytes_that_are_not_utf8_pass_unchanged(void **state) {
  struct values values;
  struct result result = json_to_values(*state, STR("{\"a\":\"\xff\xc3\"}"), &values);
  assert_int_equal(result.code, RESULT_OK);
  assert_true(str_is(values.at[0].text, "\xff\xc3"));
}

static void json_numbers_beyond_2_to_53_are_refused(void **state) {
  static const struct {
    const char *text;
    bool fits;
    int64_t number;
  } cases[] = {
      {"0", true, 0},
      {"-0", true, 0},
      {"-5", true, -5},
      {"1e3", true, 1000},
      {"9007199254740992", true, INT64_C(9007199254740992)},
      {"-9007199254740992", true, -INT64_C(9007199254740992)},
      {"9007199254740994", false, 0},
      {"9223372036854775807", false, 0},
      {"1e400", false, 0},
      {"-1e400", false, 0},
      {"1.5", false, 0},
      {"0.1", false, 0},
      {"\"5\"", false, 0},
      {"true", false, 0},
  };
  struct number {
    int64_t n;
  };
  static const struct field fields[] = {FIELD(struct number, n, FIELD_I64, FIELD_REQUIRED, "A number.")};
  static const struct record record = RECORD("Number", struct number, fields, "One number.");
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct number out = {4711};
    struct str text = str_format(*state, "{\"n\":%s}", cases[i].text);
    struct result result = json_to_record(*state, &record, text, &out);
    assert_int_equal(result.code, cases[i].fits ? RESULT_OK : RESULT_REJECTED);
    assert_int_equal(out.n, cases[i].fits ? cases[i].number : 4711);
    if (!cases[i].fits)
      assert_string_equal(result.message, "Number: n: not of the expected type");
    cJSON *tree = NULL;
    result = json_parse(text, &tree);
    assert_int_equal(json_i64(tree, "n"), cases[i].number);
    cJSON_Delete(tree);
  }
}

static void json_members_of_another_type_are_nothing(void **state) {
  cJSON *tree = NULL;
  struct result result = json_parse(STR("{\"s\":\"x\",\"n\":5,\"b\":true,\"o\":{},\"S\":null}"), &tree);
  (void)state;
  assert_int_equal(result.code, RESULT_OK);
  assert_true(str_is(json_str(tree, "s"), "x") && json_i64(tree, "n") == 5 && json_bool(tree, "b"));
  static const char *const names[] = {"o", "S", "nothing"};
  for (size_t i = 0; i < 3; i++) {
    assert_true(str_is_absent(json_str(tree, names[i])));
    assert_int_equal(json_i64(tree, names[i]), 0);
    assert_false(json_bool(tree, names[i]));
  }
  assert_true(str_is_absent(json_str(NULL, "s")) && json_i64(NULL, "n") == 0 && !json_bool(NULL, "b"));
  cJSON_Delete(tree);
}

/* Values as text and as a tree: the same JSON, and cJSON reads the text as we meant it. */
static void json_values_text_equals_the_tree(void **state) {
  static const struct str items[] = {{"", 0}, {"a\"b", 3}, {"\\", 1}, {"\xe6\x97\xa5", 3}};
  char every[0x7f + 3];
  for (int c = 1; c < 0x80; c++)
    every[c - 1] = (char)c;
  memcpy(every + 0x7f, "\xc3\xa4", 3);
  struct value all[] = {
      value_text(STR("text"), (struct str){every, sizeof every - 1}),
      value_text((struct str){every, sizeof every - 1}, STR("name")),
      value_text(STR("empty"), STR("")),
      value_text(STR("absent"), (struct str){0}),
      value_set(STR("set"), items, 4),
      value_set(STR("none"), NULL, 0),
  };
  for (size_t count = 0; count <= sizeof all / sizeof all[0]; count++) {
    struct values values = {all, count}, again;
    struct str text = json_values_text(*state, &values);
    struct result result = json_to_values(*state, text, &again);
    assert_int_equal(result.code, RESULT_OK);
    assert_int_equal(again.count, count);
    for (size_t i = 0; i < count; i++)
      assert_true(str_equal(again.at[i].name, all[i].name) && value_equal(&again.at[i], &all[i]));
  }
}

static void json_values_are_texts_and_lists_of_texts(void **state) {
  static const char *const wrong[] = {
      "[]",          "\"x\"",        "{\"a\":1}",    "{\"a\":null}", "{\"a\":{}}",
      "{\"a\":[1]}", "{\"a\":[[]]}", "{\"a\":true}", "{\"a\":\"x\"", "{\"a\":[\"x\",null]}"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    struct values values = {NULL, 4711};
    struct result result = json_to_values(*state, str_of(wrong[i]), &values);
    assert_int_equal(result.code, RESULT_REJECTED);
    assert_int_equal(values.count, 4711);
  }
}

static void json_values_have_as_many_names_as_a_message(void **state) {
  for (size_t count = 4096; count <= 4097; count++) {
    struct str_builder text = {.arena = *state};
    struct values values;
    for (size_t i = 0; i < count; i++)
      str_append_format(&text, "%c\"%zu\":\"\"", i ? ',' : '{', i);
    str_append_c(&text, "}");
    struct result result = json_to_values(*state, str_built(&text), &values);
    assert_int_equal(result.code, count > 4096 ? RESULT_REJECTED : RESULT_OK);
  }
}

struct inner {
  struct str name;
};
struct outer {
  int64_t number;
  struct str bytes;
  bool flag;
  const struct inner *maybe;
  LIST_OF(struct inner) list;
  LIST_OF(struct str) texts;
};
static const struct field inner_fields[] = {FIELD(struct inner, name, FIELD_STR, FIELD_REQUIRED, "Its name.")};
static const struct record inner_record = RECORD("Inner", struct inner, inner_fields, "Inside.");
static const struct field outer_fields[] = {
    FIELD(struct outer, number, FIELD_I64, 0, "A number."),
    FIELD(struct outer, bytes, FIELD_BYTES, 0, "Some bytes."),
    FIELD(struct outer, flag, FIELD_BOOL, 0, "A flag."),
    FIELD_OF(struct outer, maybe, FIELD_RECORD, 0, &inner_record, "Pointed at."),
    FIELD_OF(struct outer, list, FIELD_LIST, 0, &inner_record, "Some records."),
    FIELD(struct outer, texts, FIELD_STRS, 0, "Some texts."),
};
static const struct record outer_record = RECORD("Outer", struct outer, outer_fields, "All types.");

static void json_wrong_types_name_record_and_field(void **state) {
  static const char *const cases[][2] = {
      {"[]", "Outer: expected an object"},
      {"5", "Outer: expected an object"},
      {"{\"number\":5,\"bytes\":1}", "Outer: bytes: not of the expected type"},
      {"{\"number\":5,\"bytes\":\"?\"}", "Outer: bytes: not of the expected type"},
      {"{\"number\":5,\"bytes\":\"AA\"}", "Outer: bytes: not of the expected type"},
      {"{\"number\":5,\"flag\":1}", "Outer: flag: not of the expected type"},
      {"{\"number\":5,\"maybe\":[]}", "Outer: Inner: expected an object"},
      {"{\"number\":5,\"maybe\":{}}", "Outer: Inner: name is missing"},
      {"{\"number\":5,\"maybe\":{\"name\":null}}", "Outer: Inner: name is missing"},
      {"{\"number\":5,\"list\":{}}", "Outer: list: expected a list"},
      {"{\"number\":5,\"list\":[{}]}", "Outer: Inner: name is missing"},
      {"{\"number\":5,\"list\":[null]}", "Outer: Inner: expected an object"},
      {"{\"number\":5,\"texts\":[1]}", "Outer: texts: not of the expected type"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct outer out = {.number = 4711};
    struct result result = json_to_record(*state, &outer_record, str_of(cases[i][0]), &out);
    assert_int_equal(result.code, RESULT_REJECTED);
    assert_string_equal(result.message, cases[i][1]);
    assert_int_equal(out.number, 4711);
    cJSON *tree = cJSON_Parse(cases[i][0]);
    result = json_tree_to_record(*state, &outer_record, tree, &out);
    assert_int_equal(result.code, RESULT_REJECTED);
    assert_int_equal(out.number, 4711); /* untouched on failure, here too */
    cJSON_Delete(tree);
  }
}

static void json_unknown_members_are_skipped(void **state) {
  struct outer out;
  struct str text = STR("{\"new\":{\"a\":[1.5]},\"number\":5,\"NUMBER\":6,\"bytes\":\"/wA=\"}");
  struct result result = json_to_record(*state, &outer_record, text, &out);
  assert_int_equal(result.code, RESULT_OK);
  assert_int_equal(out.number, 5);
  assert_true(str_equal(out.bytes, STR("\xff\0")));
}

static void json_strings_are_copied(void **state) {
  char text[] = "{\"texts\":[\"abc\"],\"bytes\":\"\"}";
  struct outer out;
  struct result result = json_to_record(*state, &outer_record, str_of(text), &out);
  memset(text, '?', sizeof text - 1);
  assert_int_equal(result.code, RESULT_OK);
  assert_string_equal(out.texts.at[0].at, "abc");
  assert_true(!str_is_absent(out.bytes) && out.bytes.length == 0);
}
#define BEHAVIOUR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      BEHAVIOUR(json_parses_one_whole_text),
      BEHAVIOUR(json_depth_is_bounded),
      BEHAVIOUR(json_escapes_that_no_text_can_hold_become_replacement_characters),
      BEHAVIOUR(json_bytes_that_are_not_utf8_pass_unchanged),
      BEHAVIOUR(json_numbers_beyond_2_to_53_are_refused),
      BEHAVIOUR(json_members_of_another_type_are_nothing),
      BEHAVIOUR(json_values_text_equals_the_tree),
      BEHAVIOUR(json_values_are_texts_and_lists_of_texts),
      BEHAVIOUR(json_values_have_as_many_names_as_a_message),
      BEHAVIOUR(json_wrong_types_name_record_and_field),
      BEHAVIOUR(json_unknown_members_are_skipped),
      BEHAVIOUR(json_strings_are_copied),
  };
  return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
