/* Which of several observations of one item counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "store/observing/sightings.h"

static const struct value title = {.name = {"title", 5}, .kind = VALUE_TEXT, .text = {"one", 3}};

static struct observation shown(const char *id, int64_t version, const char *hash) {
  return (struct observation){.kind = STR("ticket"),
                              .external_id = str_of(id),
                              .version = version,
                              .fields = {&title, 1},
                              .hash = str_of(hash)};
}

static struct observation told(const char *id, const char *gone) {
  return (struct observation){.kind = STR("ticket"), .external_id = str_of(id), .gone = str_of(gone)};
}

static void expect(const char *what, const struct observation *at, size_t count, size_t counts, bool differs) {
  for (size_t i = 0; i < count; i++)
    if (sightings_count(at, count, i) != (i == counts)) {
      print_error("%s: number %zu\n", what, i);
      fail();
    }
  assert_int_equal(sightings_differ(at, count, counts), differs);
}

static void sightings_that_are_newest_count_in_any_order(void **state) {
  (void)state;
  struct observation old = shown("1", 5, "a"), new = shown("1", 7, "b"), other = shown("1", 7, "c"),
                     gone = told("1", "deleted"), hint = told("1", "");
  expect("as they happened", (struct observation[]){old, new}, 2, 1, false);
  expect("the other way round", (struct observation[]){new, old}, 2, 0, false);
  expect("among others", (struct observation[]){old, new, old}, 3, 1, false);
  expect("the same twice", (struct observation[]){new, new}, 2, 1, false);
  expect("two in one tick", (struct observation[]){new, other}, 2, 1, true);
  expect("two in one tick that are over", (struct observation[]){old, shown("1", 5, "c"), new}, 3, 2, false);
  expect("an end before what was delivered late", (struct observation[]){gone, new}, 2, 0, false);
  expect("an end", (struct observation[]){new, gone}, 2, 1, false);
  expect("a hint", (struct observation[]){hint, new}, 2, 0, false);
}

static void sightings_of_other_items_count_by_themselves(void **state) {
  (void)state;
  struct observation comment = shown("1", 9, "d");
  comment.kind = STR("comment");
  const struct observation at[] = {shown("1", 5, "a"), shown("2", 7, "b"), comment};
  for (size_t i = 0; i < 3; i++) {
    assert_true(sightings_count(at, 3, i));
    assert_false(sightings_differ(at, 3, i));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(sightings_that_are_newest_count_in_any_order),
                                     cmocka_unit_test(sightings_of_other_items_count_by_themselves)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
