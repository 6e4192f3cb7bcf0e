/* Field values: kinds, sets in any order, replacing, copying. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/sets.h"
#include "base/values.h"

static int set_up(void **state) {
  *state = calloc(1, sizeof(struct arena));
  return 0;
}

static int tear_down(void **state) {
  arena_free(*state);
  free(*state);
  return 0;
}

static const struct str ab[] = {{"a", 1}, {"b", 1}}, ba[] = {{"b", 1}, {"a", 1}},
                        aab[] = {{"a", 1}, {"a", 1}, {"b", 1}}, ac[] = {{"a", 1}, {"c", 1}};

static void values_are_equal_by_kind_and_members(void **state) {
  const struct {
    struct value a, b;
    bool equal;
  } cases[] = {
      {value_text(STR("x"), STR("1")), value_text(STR("x"), STR("1")), true},
      {value_text(STR("x"), STR("1")), value_text(STR("y"), STR("1")), true}, /* names are the caller's business */
      {value_text(STR("x"), STR("")), value_text(STR("x"), (struct str){0}), true},
      {value_text(STR("x"), STR("1")), value_text(STR("x"), STR("2")), false},
      {value_text(STR("x"), STR("")), value_set(STR("x"), NULL, 0), false},
      {value_set(STR("x"), NULL, 0), value_set(STR("x"), NULL, 0), true},
      {value_set(STR("x"), ab, 2), value_set(STR("x"), ba, 2), true},
      {value_set(STR("x"), ab, 2), value_set(STR("x"), aab, 3), true},
      {value_set(STR("x"), ab, 2), value_set(STR("x"), ac, 2), false},
      {value_set(STR("x"), ab, 2), value_set(STR("x"), ab, 1), false},
      {value_set(STR("x"), aab, 2), value_set(STR("x"), ab, 2), false}, /* as many, but twice the same */
      {value_set(STR("x"), ab, 2), value_set(STR("x"), NULL, 0), false},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_int_equal(value_equal(&cases[i].a, &cases[i].b), cases[i].equal);
    assert_int_equal(value_equal(&cases[i].b, &cases[i].a), cases[i].equal);
  }
}

static void values_tell_missing_from_empty(void **state) {
  struct values_builder builder = {.arena = *state};
  struct values none = values_built(&builder);
  assert_int_equal(none.count, 0);
  assert_null(values_find(&none, STR("title")));
  values_put(&builder, value_text(STR("title"), STR("")));
  values_put(&builder, value_set(STR("labels"), NULL, 0));
  struct values some = values_built(&builder);
  assert_non_null(values_find(&some, STR("title")));
  assert_false(str_is_absent(values_text(&some, "title")));
  assert_true(str_is_absent(values_text(&some, "body")));
  assert_true(str_is_absent(values_text(&some, "labels"))); /* a set has no text */
}

static void values_put_replaces_by_name_and_keeps_order(void **state) {
  struct values_builder builder = {.arena = *state};
  for (int round = 0; round < 2; round++)
    for (int i = 0; i < 100; i++)
      values_put(&builder, value_text(str_format(*state, "f%d", i), str_format(*state, "%d", i + round)));
  struct values built = values_built(&builder);
  assert_int_equal(built.count, 100);
  for (size_t i = 0; i < built.count; i++) {
    assert_true(str_equal(built.at[i].name, str_format(*state, "f%zu", i)));
    assert_true(str_equal(built.at[i].text, str_format(*state, "%zu", i + 1)));
  }
}

static void values_put_all_puts_every_one(void **state) {
  struct value two[] = {value_text(STR("a"), STR("1")), value_set(STR("b"), ab, 2)};
  struct values both = {two, 2};
  struct values_builder builder = {.arena = *state};
  values_put(&builder, value_text(STR("b"), STR("old")));
  values_put_all(&builder, &both);
  values_put_all(&builder, &(struct values){0});
  struct values built = values_built(&builder);
  assert_int_equal(built.count, 2);
  assert_true(value_equal(values_find(&built, STR("b")), &two[1]));
}

static void values_lists_are_equal_in_any_order(void **state) {
  const struct value one = value_text(STR("a"), STR("1")), two = value_set(STR("b"), ab, 2),
                     other = value_text(STR("a"), STR("2")), third = value_text(STR("c"), STR(""));
  const struct value there[] = {one, two}, back[] = {two, one}, wrong[] = {two, other}, elsewhere[] = {one, third};
  const struct values lists[] = {{there, 2}, {back, 2}, {wrong, 2}, {elsewhere, 2}, {there, 1}, {there, 0}};
  (void)state;
  for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
    for (size_t j = 0; j < sizeof lists / sizeof lists[0]; j++)
      assert_int_equal(values_equal(&lists[i], &lists[j]), i == j || (i < 2 && j < 2));
}

static void values_copies_are_deep(void **state) {
  char text[] = "text", item[] = "item", name[] = "name";
  struct str items[] = {{item, 4}};
  struct value two[] = {value_text((struct str){name, 4}, (struct str){text, 4}),
                        value_set((struct str){name, 3}, items, 1)};
  struct values copy = values_copy(*state, &(struct values){two, 2});
  memset(text, '?', 4);
  memset(item, '?', 4);
  memset(name, '?', 4);
  items[0].length = 0;
  assert_true(str_is(copy.at[0].name, "name") && str_is(copy.at[0].text, "text"));
  assert_true(str_is(copy.at[1].name, "nam") && str_is(copy.at[1].items[0], "item"));
  struct values none = values_copy(*state, &(struct values){0});
  assert_int_equal(none.count, 0);
}

static void values_sets_know_their_members(void **state) {
  struct value set = value_set(STR("x"), ab, 2), empty = value_set(STR("x"), NULL, 0);
  (void)state;
  assert_true(value_has(&set, STR("a")));
  assert_false(value_has(&set, STR("A")));
  assert_false(value_has(&set, (struct str){0}));
  assert_false(value_has(&empty, STR("a")));
}

static void values_sets_are_combined_with_each_member_once(void **state) {
  static const struct str many[] = {{"c", 1}, {"a", 1}, {"c", 1}, {"", 0}, {"d", 1}};
  const struct value none = value_set(STR("none"), NULL, 0), left = value_set(STR("left"), aab, 3),
                     right = value_set(STR("right"), many, 5);
  const struct {
    const struct value *set, *other;
    const char *both, *rest; /* the members with a space before each */
  } cases[] = {
      {&left, &right, " a b c  d", " b"},
      {&right, &left, " c a  d b", " c  d"},
      {&left, &none, " a b", " a b"},
      {&none, &right, " c a  d", ""},
      {&none, &none, "", ""},
      {&right, &right, " c a  d", ""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const struct value got[] = {sets_join(*state, cases[i].set, cases[i].other),
                                sets_without(*state, cases[i].set, cases[i].other)};
    const char *const wanted[] = {cases[i].both, cases[i].rest};
    for (size_t k = 0; k < 2; k++) {
      struct str_builder shown = {.arena = *state};
      for (size_t n = 0; n < got[k].count; n++)
        str_append_format(&shown, " %.*s", STR_FMT(got[k].items[n]));
      assert_string_equal(str_c(*state, str_built(&shown)), wanted[k]);
      assert_true(str_equal(got[k].name, cases[i].set->name));
    }
  }
}

#define BEHAVIOUR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      BEHAVIOUR(values_are_equal_by_kind_and_members),
      BEHAVIOUR(values_tell_missing_from_empty),
      BEHAVIOUR(values_put_replaces_by_name_and_keeps_order),
      BEHAVIOUR(values_put_all_puts_every_one),
      BEHAVIOUR(values_lists_are_equal_in_any_order),
      BEHAVIOUR(values_copies_are_deep),
      BEHAVIOUR(values_sets_know_their_members),
      BEHAVIOUR(values_sets_are_combined_with_each_member_once),
  };
  return cmocka_run_group_tests_name("values", tests, NULL, NULL);
}
