/* JSON Pointers by the examples of RFC 6901, section 5, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-webhook/pointer.h"
#include "base/json.h"

static const char document[] = "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,\"i\\\\j\":5,"
                               "\"k\\\"l\":6,\" \":7,\"m~n\":8,\"none\":null,\"deep\":{\"er\":{\"x\":9}}}";

static void pointer_find_rows(void **state) {
  (void)state;
  static const struct {
    const char *pointer;
    enum pointer_found found;
    const char *json;
  } rows[] = {
      {"", POINTER_FOUND, NULL},
      {"/foo", POINTER_FOUND, "[\"bar\",\"baz\"]"},
      {"/foo/0", POINTER_FOUND, "\"bar\""},
      {"/", POINTER_FOUND, "0"},
      {"/a~1b", POINTER_FOUND, "1"},
      {"/c%d", POINTER_FOUND, "2"},
      {"/e^f", POINTER_FOUND, "3"},
      {"/g|h", POINTER_FOUND, "4"},
      {"/i\\j", POINTER_FOUND, "5"},
      {"/k\"l", POINTER_FOUND, "6"},
      {"/ ", POINTER_FOUND, "7"},
      {"/m~0n", POINTER_FOUND, "8"},
      {"/deep/er/x", POINTER_FOUND, "9"},
      {"/none", POINTER_NULL, NULL},
      {"/none/x/y", POINTER_NULL, NULL},
      {"/foo/2", POINTER_MISSING, NULL},
      {"/foo/-", POINTER_MISSING, NULL},
      {"/foo/-1", POINTER_MISSING, NULL},
      {"/foo/+1", POINTER_MISSING, NULL},
      {"/foo/00", POINTER_MISSING, NULL},
      {"/foo/0A", POINTER_MISSING, NULL},
      {"/foo/1e0", POINTER_MISSING, NULL},
      {"/foo/99999999999999999999", POINTER_MISSING, NULL},
      {"/foo/4294967296", POINTER_MISSING, NULL},
      {"/foo/", POINTER_MISSING, NULL},
      {"/FOO", POINTER_MISSING, NULL},
      {"/a~1b/x", POINTER_MISSING, NULL},
      {"/deep/er/x/y", POINTER_MISSING, NULL},
  };
  struct arena arena = {0};
  cJSON *tree;
  assert_true(json_parse(STR(document), &tree).code == RESULT_OK);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct pointer pointer;
    const cJSON *node = NULL;
    if (pointer_parse(&arena, str_of(rows[i].pointer), &pointer).code != RESULT_OK ||
        pointer_find(&pointer, tree, &node) != rows[i].found)
      fail_msg("%s", rows[i].pointer);
    char *text = rows[i].json ? cJSON_PrintUnformatted(node) : NULL;
    if (text)
      assert_string_equal(text, rows[i].json);
    cJSON_free(text);
  }
  cJSON_Delete(tree);
  arena_free(&arena);
}

static void pointer_parse_refuses(void **state) {
  (void)state;
  static const char *const rows[] = {
      "foo", "foo/bar", "~", "/a~", "/a~2b", "/~~", "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"};
  struct arena arena = {0};
  struct pointer pointer = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (pointer_parse(&arena, str_of(rows[i]), &pointer).code != RESULT_REJECTED)
      fail_msg("%s", rows[i]);
  char *long_text = arena_alloc(&arena, 2000);
  memset(long_text, '/', 1999);
  assert_int_equal(pointer_parse(&arena, str_of(long_text), &pointer).code, RESULT_REJECTED);
  assert_true(str_is_absent(pointer.text));
  arena_free(&arena);
}

static void pointer_of_nothing_finds_nothing(void **state) {
  (void)state;
  const struct pointer none = {0};
  cJSON *tree = cJSON_CreateObject();
  const cJSON *node = NULL;
  assert_int_equal(pointer_find(&none, tree, &node), POINTER_MISSING);
  cJSON_Delete(tree);
}

static void pointer_put_makes_the_way(void **state) {
  (void)state;
  static const struct {
    const char *pointer;
    bool fits;
  } rows[] = {{"/a", true},  {"/b/c/d", true}, {"/b/c/e", true}, {"/x~1y", true},     {"/", true},
              {"/a", false}, {"/a/b", false},  {"/b/c", false},  {"/b/c/d/e", false}, {"", false}};
  struct arena arena = {0};
  cJSON *tree = cJSON_CreateObject();
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct pointer pointer;
    assert_true(pointer_parse(&arena, str_of(rows[i].pointer), &pointer).code == RESULT_OK);
    if (pointer_put(&pointer, tree, cJSON_CreateNumber(1)) != rows[i].fits)
      fail_msg("%s", rows[i].pointer);
  }
  struct pointer pointer;
  cJSON *text = cJSON_CreateString("no object");
  assert_true(pointer_parse(&arena, STR("/a"), &pointer).code == RESULT_OK);
  assert_false(pointer_put(&pointer, text, cJSON_CreateNumber(1)));
  cJSON_Delete(text);
  assert_string_equal(json_print(&arena, tree).at, "{\"a\":1,\"b\":{\"c\":{\"d\":1,\"e\":1}},\"x/y\":1,\"\":1}");
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pointer_find_rows),
      cmocka_unit_test(pointer_parse_refuses),
      cmocka_unit_test(pointer_of_nothing_finds_nothing),
      cmocka_unit_test(pointer_put_makes_the_way),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
