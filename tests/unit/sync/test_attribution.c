/* The line that tells who really wrote a comment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sync/attribution.h"

static void attribution_comes_off_as_it_went_on(void **state) {
  (void)state;
  static const char *const bodies[] = {"one line",       "two\n\nparagraphs",     "a list\n\n- x\n- y",
                                       "```\ncode\n```", "x \xe2\x80\x94 y on z", ""};
  static const char *const urls[] = {"https://github.com/acme/rocket/issues/1#issuecomment-2", "",
                                     "javascript:alert(1)", "https://x/(y)"};
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
    for (size_t k = 0; k < sizeof urls / sizeof urls[0]; k++) {
      struct str body = str_of(bodies[i]);
      struct str with = attribution_add(&arena, body, STR("alice"), STR("GitHub"), str_of(urls[k]));
      assert_true(with.length > body.length);
      assert_true(str_equal(attribution_strip(with), body));
      assert_true(str_equal(attribution_strip(str_format(&arena, "%.*s \r\n\t\n", STR_FMT(with))), body));
    }
  arena_free(&arena);
}

static void attribution_links_only_to_the_web(void **state) {
  (void)state;
  struct arena arena = {0};
  assert_true(str_is(attribution_add(&arena, STR("b"), STR("alice"), STR("GitHub"), STR("https://g/1")),
                     "b\n\n\xe2\x80\x94 [alice on GitHub](https://g/1)"));
  assert_true(str_is(attribution_add(&arena, STR("b"), STR("alice"), STR("Jira"), STR("javascript:x")),
                     "b\n\n\xe2\x80\x94 alice on Jira"));
  arena_free(&arena);
}

static void attribution_name_cannot_mention_or_break_out(void **state) {
  (void)state;
  struct arena arena = {0};
  struct str with = attribution_add(&arena, STR("b"), STR("@all](http://evil) [x"), STR("Linear"), STR("https://l/1"));
  assert_int_equal(str_find(with, "@all"), -1);
  assert_int_equal(str_find(with, "](http://evil"), -1);
  assert_true(str_equal(attribution_strip(with), STR("b")));
  arena_free(&arena);
}

static void attribution_strip_leaves_other_texts_alone(void **state) {
  (void)state;
  static const char *const bodies[] = {"",
                                       "plain",
                                       "\xe2\x80\x94 alice",
                                       "text\n\xe2\x80\x94 alice on GitHub",
                                       "text\n\n- alice on GitHub",
                                       "\xe2\x80\x94 alice on GitHub\n\nmore"};
  for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
    assert_true(str_is(attribution_strip(str_of(bodies[i])), bodies[i]));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(attribution_comes_off_as_it_went_on),
      cmocka_unit_test(attribution_links_only_to_the_web),
      cmocka_unit_test(attribution_name_cannot_mention_or_break_out),
      cmocka_unit_test(attribution_strip_leaves_other_texts_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
