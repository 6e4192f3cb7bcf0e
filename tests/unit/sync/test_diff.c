/* What two sequences have in common. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sync/diff.h"

enum { ITEMS_MAX = 8 };

/* Letters are items; what each of `before` became, in `after`'s places, "." where it went. */
static const struct {
  const char *before, *after, *partners;
} rows[] = {
    {"", "", ""},           {"", "ab", ""},         {"ab", "", ".."},   {"abc", "abc", "012"}, {"abc", "axc", "0.2"},
    {"abc", "xabc", "123"}, {"abcd", "bd", ".0.1"}, {"ab", "ba", ".0"}, {"aab", "ab", "0.1"},
};

static size_t items_of(const char *letters, struct str items[ITEMS_MAX]) {
  size_t count = strlen(letters);
  for (size_t i = 0; i < count; i++)
    items[i] = (struct str){&letters[i], 1};
  return count;
}

static void diff_tells_what_stayed(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct arena arena = {0};
    struct str before[ITEMS_MAX], after[ITEMS_MAX];
    char told[ITEMS_MAX + 1] = "";
    size_t before_count = items_of(rows[i].before, before), after_count = items_of(rows[i].after, after);
    const int *partners = diff_partners(&arena, before, before_count, after, after_count);
    for (size_t k = 0; k < before_count; k++)
      told[k] = partners[k] < 0 ? '.' : (char)('0' + partners[k]);
    printf("# %s to %s: %s\n", rows[i].before, rows[i].after, told);
    assert_string_equal(told, rows[i].partners);
    arena_free(&arena);
  }
}

/* Beyond the limit only what both start with is common: the rest would take too long. */
static void diff_of_very_much_ends_with_the_common_start(void **state) {
  (void)state;
  struct arena arena = {0};
  char *much = arena_alloc(&arena, DIFF_BYTES_MAX);
  memset(much, 'm', DIFF_BYTES_MAX);
  const struct str large = {much, DIFF_BYTES_MAX};
  const struct str before[] = {STR("a"), large, STR("b"), STR("c")}, after[] = {STR("a"), large, STR("x"), STR("c")};
  const int *partners = diff_partners(&arena, before, 4, after, 4);
  const int wanted[] = {0, 1, -1, -1};
  assert_memory_equal(partners, wanted, sizeof wanted);
  arena_free(&arena);
}

static void diff_of_very_many_ends_with_the_common_start(void **state) {
  enum { MANY = DIFF_ITEMS_MAX + 1 };
  (void)state;
  struct arena arena = {0};
  struct str *before = ARENA_ARRAY(&arena, struct str, MANY), *after = ARENA_ARRAY(&arena, struct str, MANY);
  for (size_t i = 0; i < MANY; i++)
    before[i] = after[i] = STR("x");
  before[2] = STR("b");
  after[2] = STR("a");
  const int *partners = diff_partners(&arena, before, MANY, after, MANY), wanted[] = {0, 1, -1, -1};
  assert_memory_equal(partners, wanted, sizeof wanted);
  assert_int_equal(diff_partners(&arena, before, MANY - 1, after, MANY - 1)[3], 3);
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(diff_tells_what_stayed),
      cmocka_unit_test(diff_of_very_much_ends_with_the_common_start),
      cmocka_unit_test(diff_of_very_many_ends_with_the_common_start),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
