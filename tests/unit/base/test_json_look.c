/* Looking into JSON trees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"

static void json_paths_lead_through_objects(void **state) {
  (void)state;
  cJSON *tree = cJSON_Parse("{\"a\":{\"b\":{\"c\":\"d\"}},\"e\":null}");
  assert_true(str_is(json_text(tree, "a.b.c"), "d"));
  assert_true(str_is_absent(json_text(tree, "a.b")));
  assert_true(str_is_absent(json_text(tree, "a.x.c")));
  assert_true(str_is_absent(json_text(tree, "e.b")));
  assert_true(str_is_absent(json_text(NULL, "a")));
  cJSON_Delete(tree);
}

static void json_time_is_read_or_0(void **state) {
  (void)state;
  cJSON *tree = cJSON_Parse("{\"t\":\"2026-01-02T01:04:05.678Z\",\"u\":\"yesterday\",\"v\":7}");
  assert_int_equal(json_time_ms(tree, "t"), 1767315845678);
  assert_int_equal(json_time_ms(tree, "u"), 0);
  assert_int_equal(json_time_ms(tree, "v"), 0);
  assert_int_equal(json_time_ms(NULL, "t"), 0);
  cJSON_Delete(tree);
}

static void json_copies_outlive_the_tree(void **state) {
  (void)state;
  struct arena arena = {0};
  cJSON *tree = cJSON_Parse("{\"a\":{\"b\":\"c\"},\"n\":7}");
  struct str copy = json_copy(&arena, tree, "a.b"), none = json_copy(&arena, tree, "a.x");
  struct str empty = json_copy_or_empty(&arena, tree, "n");
  cJSON_Delete(tree);
  assert_true(str_is(copy, "c"));
  assert_true(str_is_absent(none));
  assert_true(!str_is_absent(empty) && empty.length == 0);
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(json_paths_lead_through_objects),
      cmocka_unit_test(json_time_is_read_or_0),
      cmocka_unit_test(json_copies_outlive_the_tree),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
