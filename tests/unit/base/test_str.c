/* Strings: comparing, slicing, numbers, building; absent ones everywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/str.h"

static int set_up(void **state) {
  *state = calloc(1, sizeof(struct arena));
  return 0;
}

static int tear_down(void **state) {
  arena_free(*state);
  free(*state);
  return 0;
}

static const struct str absent = {0};

static void str_equal_compares_bytes(void **state) {
  static const struct {
    struct str a, b;
    int order;
  } cases[] = {
      {{0}, {0}, 0},
      {{0}, {"", 0}, 0},
      {{"a", 1}, {"a", 1}, 0},
      {{"a", 1}, {"b", 1}, -1},
      {{"a", 1}, {"ab", 2}, -1},
      {{"a\0b", 3}, {"a\0c", 3}, -1},
      {{"\xc3\xa4", 2}, {"z", 1}, 1},
      {{"", 0}, {"a", 1}, -1},
      {{0}, {"a", 1}, -1},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int there = str_compare(cases[i].a, cases[i].b), back = str_compare(cases[i].b, cases[i].a);
    assert_int_equal((there > 0) - (there < 0), cases[i].order);
    assert_int_equal((back > 0) - (back < 0), -cases[i].order);
    assert_int_equal(str_equal(cases[i].a, cases[i].b), cases[i].order == 0);
  }
}

static void str_prefixes_and_suffixes_are_found(void **state) {
  static const struct {
    const char *text, *part;
    bool starts, ends;
    ptrdiff_t at;
  } cases[] = {
      {"tandem", "tan", true, false, 0},   {"tandem", "dem", false, true, 3},
      {"tandem", "tandem", true, true, 0}, {"tandem", "tandems", false, false, -1},
      {"tandem", "", true, true, 0},       {"", "", true, true, 0},
      {"", "a", false, false, -1},         {NULL, "", true, true, 0},
      {NULL, "a", false, false, -1},       {"aXa", "X", false, false, 1},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct str text = str_of(cases[i].text);
    assert_int_equal(str_starts_with(text, cases[i].part), cases[i].starts);
    assert_int_equal(str_ends_with(text, cases[i].part), cases[i].ends);
    assert_int_equal(str_find(text, cases[i].part), cases[i].at);
  }
}

static void str_slice_stays_inside(void **state) {
  static const struct {
    size_t from, to;
    const char *slice;
  } cases[] = {{0, 3, "abc"}, {1, 2, "b"}, {3, 3, ""}, {2, 1, ""}, {0, 99, "abc"}, {99, 100, ""}, {1, SIZE_MAX, "bc"}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    assert_true(str_is(str_slice(STR("abc"), cases[i].from, cases[i].to), cases[i].slice));
  assert_true(str_is_absent(str_slice(absent, 0, 0)));
  assert_int_equal(str_slice(absent, 1, 5).length, 0);
}

static void str_trim_takes_blanks_off_both_ends(void **state) {
  static const char *const cases[][2] = {{"", ""}, {" ", ""}, {"\r\n\t x y \n", "x y"}, {"x", "x"}, {"\v", "\v"}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    assert_true(str_is(str_trim(str_of(cases[i][0])), cases[i][1]));
  assert_true(str_is_absent(str_trim(absent)));
}

static void str_copies_end_in_a_nul(void **state) {
  struct str copy = str_copy(*state, str_slice(STR("abcdef"), 1, 3));
  assert_string_equal(copy.at, "bc");
  assert_true(str_is_absent(str_copy(*state, absent)));
  assert_false(str_is_absent(str_copy(*state, STR(""))));
  assert_string_equal(str_c(*state, absent), "");
  struct str with_nul = str_copy(*state, STR("a\0b"));
  assert_int_equal(with_nul.length, 3);
  assert_memory_equal(with_nul.at, "a\0b", 4);
}

static void str_numbers_are_whole_and_decimal(void **state) {
  static const struct {
    struct str text;
    bool fits;
    int64_t number;
  } cases[] = {
      {{"0", 1}, true, 0},
      {{"-0", 2}, true, 0},
      {{"007", 3}, true, 7},
      {{"-17", 3}, true, -17},
      {{"9223372036854775807", 19}, true, INT64_MAX},
      {{"-9223372036854775808", 20}, true, INT64_MIN},
      {{"9223372036854775808", 19}, false, 0},
      {{"-9223372036854775809", 20}, false, 0},
      {{"00000000000000000000000000001", 29}, false, 0},
      {{0}, false, 0},
      {{"", 0}, false, 0},
      {{"-", 1}, false, 0},
      {{"--1", 3}, false, 0},
      {{"+1", 2}, false, 0},
      {{" 1", 2}, false, 0},
      {{"\v1", 2}, false, 0},
      {{"\f1", 2}, false, 0},
      {{"- 1", 3}, false, 0},
      {{"1 ", 2}, false, 0},
      {{"1\0", 2}, false, 0},
      {{"1\0002", 3}, false, 0},
      {{"0x10", 4}, false, 0},
      {{"1e3", 3}, false, 0},
      {{"1.0", 3}, false, 0},
      {{"12345", 2}, true, 12},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int64_t number = -4711;
    assert_int_equal(str_to_i64(cases[i].text, &number), cases[i].fits);
    assert_int_equal(number, cases[i].fits ? cases[i].number : -4711);
  }
}

static void str_builder_grows(void **state) {
  struct str_builder builder = {.arena = *state};
  char expected[5000];
  for (int i = 0; i < 1000; i++) {
    str_append_format(&builder, "%04d", i);
    str_append(&builder, absent);
    str_append_c(&builder, ".");
    snprintf(expected + 5 * i, 6 < sizeof expected - 5 * (size_t)i ? 6 : sizeof expected - 5 * (size_t)i, "%04d.", i);
  }
  struct str built = str_built(&builder);
  assert_int_equal(built.length, 5000);
  assert_memory_equal(built.at, expected, 4999);
  assert_int_equal(built.at[5000], 0);
}

static void str_builder_of_nothing_is_empty_not_absent(void **state) {
  struct str_builder builder = {.arena = *state};
  struct str built = str_built(&builder);
  assert_false(str_is_absent(built));
  assert_int_equal(built.length, 0);
  str_append_c(&builder, "more");
  assert_string_equal(str_built(&builder).at, "more");
}

static void str_format_has_no_limit(void **state) {
  char *long_text = arena_alloc(*state, 100001);
  memset(long_text, 'x', 100000);
  struct str made = str_format(*state, "<%s>", long_text);
  assert_int_equal(made.length, 100002);
  assert_int_equal(made.at[100001], '>');
}
#define BEHAVIOUR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      BEHAVIOUR(str_equal_compares_bytes), BEHAVIOUR(str_prefixes_and_suffixes_are_found),
      BEHAVIOUR(str_slice_stays_inside),   BEHAVIOUR(str_trim_takes_blanks_off_both_ends),
      BEHAVIOUR(str_copies_end_in_a_nul),  BEHAVIOUR(str_numbers_are_whole_and_decimal),
      BEHAVIOUR(str_builder_grows),        BEHAVIOUR(str_builder_of_nothing_is_empty_not_absent),
      BEHAVIOUR(str_format_has_no_limit),
  };
  return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
