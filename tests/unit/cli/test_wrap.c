/* Messages in lines that fit a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cli/wrap.h"

static const struct {
  const char *text;
  size_t columns;
  const char *wrapped;
} cases[] = {
    {"", 40, ""},
    {"short", 40, "short"},
    {"aaaaaaaaa bbbbbbbbb ccccc", 20, "aaaaaaaaa bbbbbbbbb\n  ccccc"},
    {"aaaaaaaaaa bbbbbbbbb ccc", 20, "aaaaaaaaaa bbbbbbbbb\n  ccc"},
    {"nothing is broken where it goes into a file or a pipe", 0,
     "nothing is broken where it goes into a file or a pipe"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b", 20, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n  b"},
    {"  title   aaaaaaaa bbbbbbb", 20, "  title   aaaaaaaa\n    bbbbbbb"},
    {"one two three four five\nsix", 20, "one two three four\n  five\nsix"},
    {"Put it back by `tandem retry`, now", 24, "Put it back by\n  `tandem retry`, now"},
    {"A `command that is longer than a line` goes", 20, "A `command that is\n  longer than a\n  line` goes"},
    {"Decide it: tandem conflicts list", 30, "Decide it:\n  tandem conflicts list"},
    {"`never closed, so it may be broken", 20, "`never closed, so it\n  may be broken"},
    {"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e "
     "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe6\x97\xa5",
     20,
     "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\n  "
     "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe6\x97\xa5"},
};

static void wrap_breaks_at_blanks_and_keeps_commands_whole(void **state) {
  (void)state;
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    assert_string_equal(wrap_text(&arena, str_of(cases[i].text), cases[i].columns).at, cases[i].wrapped);
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(wrap_breaks_at_blanks_and_keeps_commands_whole)};
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
