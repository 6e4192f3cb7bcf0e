/* Reading lists of deliveries: numbers that a double cannot hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "adapter-github/hooks.h"
#include "base/arena.h"

static void deliveries_long_numbers_become_texts(void **state) {
  (void)state;
  static const struct {
    const char *in, *out;
  } rows[] = {
      {"[{\"id\":163033491923402753,\"n\":12}]", "[{\"id\":\"163033491923402753\",\"n\":12}]"},
      {"1234567890123456", "\"1234567890123456\""},
      {"123456789012345", "123456789012345"},
      {"\"1234567890123456\"", "\"1234567890123456\""},
      {"\"a\\\"1234567890123456\"", "\"a\\\"1234567890123456\""},
      {"-1234567890123456", "-1234567890123456"},
      {"0.1234567890123456", "0.1234567890123456"},
      {"1234567890123456.5", "1234567890123456.5"},
      {"1234567890123456e2", "1234567890123456e2"},
      {"1e1234567890123456", "1e1234567890123456"},
      {"\"ends in the middle \\", "\"ends in the middle \\"},
      {"", ""},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    assert_string_equal(str_c(&arena, github_quote_long_numbers(&arena, str_of(rows[i].in))), rows[i].out);
  arena_free(&arena);
}

static void deliveries_ids_in_paths_are_digits(void **state) {
  (void)state;
  assert_true(github_is_number(STR("0123456789")));
  assert_false(github_is_number(STR("")));
  assert_false(github_is_number(STR("12/3")));
  assert_false(github_is_number(STR("1 ")));
  assert_false(github_is_number((struct str){0}));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(deliveries_long_numbers_become_texts),
      cmocka_unit_test(deliveries_ids_in_paths_are_digits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
