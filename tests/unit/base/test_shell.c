/* Words for a shell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/shell.h"

static void shell_word_rows(void **state) {
  static const struct {
    const char *text, *word;
  } rows[] = {
      {"rocket", "rocket"},
      {"acme/rocket-2.0:x@y", "acme/rocket-2.0:x@y"},
      {"W-12", "W-12"},
      {"Überblick", "Überblick"},
      {"ROCKET#12", "ROCKET#12"},
      {"", "''"},
      {"my board", "'my board'"},
      {"Kim's", "'Kim'\\''s'"},
      {"$(id)", "'$(id)'"},
      {"a;b", "'a;b'"},
      {"a\"b\\c`d`", "'a\"b\\c`d`'"},
      {"~ann", "'~ann'"},
      {"*", "'*'"},
      {"!1", "'!1'"},
      {"#12", "'#12'"},
      {"=ls", "'=ls'"},
      {"two\nlines", "'two\nlines'"},
  };
  struct arena arena = {0};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (!str_is(shell_word(&arena, str_of(rows[i].text)), rows[i].word))
      fail_msg("%s: %s", rows[i].text, str_c(&arena, shell_word(&arena, str_of(rows[i].text))));
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shell_word_rows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
