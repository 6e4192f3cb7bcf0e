/* Repositories that cannot be connected, and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scripted_http.h"

/* Nothing more is asked for then. */
static void describe_refuses_a_repository_that_cannot_be_kept_in_step(void **state) {
  (void)state;
  static const struct {
    struct exchange repository;
    enum result_code code;
    const char *message;
  } rows[] = {
      {{.status = 200, .body = "{\"id\":7,\"full_name\":\"acme/rocket\",\"has_issues\":false}"},
       RESULT_REJECTED,
       "issues are switched off in acme/rocket: switch them on in the repository's settings"},
      {{.status = 200, .body = "{\"full_name\":\"acme/rocket\",\"has_issues\":true}"},
       RESULT_RETRY,
       "GitHub's answer about the repository has no id"},
      {{.status = 404, .body = "{\"message\":\"Not Found\"}"},
       RESULT_GONE,
       "acme/rocket does not exist, or this credential may not see it"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct arena arena = {0};
    struct scripted_http http = {.script = &rows[i].repository, .count = 1};
    struct connection *c = scripted_connect(&http);
    struct remote_description seen = {.can_write = true};
    struct result result = github_describe(c, &arena, &seen);
    assert_int_equal(result.code, rows[i].code);
    assert_string_equal(result.message, rows[i].message);
    assert_true(str_ends_with(http.asked[0], "/repos/acme/rocket"));
    assert_true(str_is_absent(seen.remote) && seen.can_write);
    github_connector.close(c);
    scripted_end(&http);
    arena_free(&arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(describe_refuses_a_repository_that_cannot_be_kept_in_step)};
  return cmocka_run_group_tests_name("github describe", tests, NULL, NULL);
}
