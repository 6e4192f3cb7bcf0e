/* Example's JSON as observations: one row a case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-example/example.h"

static void read_ticket_rows(void **state) {
  (void)state;
  static const struct {
    const char *json, *title, *body; /* title NULL: rejected */
  } rows[] = {
      {"{\"id\":\"7\",\"title\":\"t\",\"body\":\"b\",\"updated_at\":\"2026-01-01T00:00:00Z\"}", "t", "b"},
      {"{\"id\":\"7\",\"title\":\"t\",\"body\":null,\"updated_at\":\"2026-01-01T00:00:00Z\"}", "t", ""},
      {"{\"id\":\"7\",\"title\":\"t\",\"updated_at\":\"yesterday\"}", NULL, NULL},
      {"{\"id\":\"7\",\"updated_at\":\"2026-01-01T00:00:00Z\"}", NULL, NULL},
      {"{\"title\":\"t\",\"updated_at\":\"2026-01-01T00:00:00Z\"}", NULL, NULL},
      {"[]", NULL, NULL},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct observation seen = {0};
    cJSON *tree;
    assert_true(json_parse(str_of(rows[i].json), &tree).code == RESULT_OK);
    struct result result = example_read_ticket(&arena, tree, &seen);
    cJSON_Delete(tree);
    if (result.code != (rows[i].title ? RESULT_OK : RESULT_REJECTED))
      fail_msg("row %zu: %s", i, result.message);
    if (rows[i].title && (!str_is(values_text(&seen.fields, "title"), rows[i].title) ||
                          !str_is(values_text(&seen.fields, "body"), rows[i].body)))
      fail_msg("row %zu", i);
  }
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(read_ticket_rows)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
