/* What becomes of a field with a conflict: what was refused, and what a person decided. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "conflict/decide.h"
#include "make.h"

/* Both sides agreed on "old" last ("" where a field is a set). NULL: not there. */
struct row {
  const char *what, *field, *kind;
  const char *seen_local, *seen_external; /* as the conflict shows them */
  const char *local, *external;           /* as they are */
  const char *choice, *value;             /* choice NULL: it is open */
  bool stale;
  const char *sent, *taken; /* what goes out, what becomes of the local side; NULL: nothing */
  bool looks, asks, ends;   /* fetch first; another conflict; this one is over */
};

static const struct row rows[] = {
    {"refused", "title", "unmappable", "new", "old", "new", "old", .choice = NULL},
    {"refused, blanks here", "milestone", "unmappable", "new", "old", " new ", "old", .choice = NULL},
    {"refused, line ends of Windows here", "body", "unmappable", "a\nb", "old", "a\r\nb\r\n", "old", .choice = NULL},
    {"refused, line ends of Windows there", "body", "unmappable", "new", "old", "new", "old\r\n", .choice = NULL},
    {"refused members in another order", "labels", "unmappable", "a, b", "", "B, a", "", .choice = NULL},
    {"refused, changed here", "title", "unmappable", "new", "old", "newer", "old", .sent = "newer", .ends = true},
    {"refused, taken back here", "title", "unmappable", "new", "old", "old", "old", .ends = true},
    {"refused, a member more", "labels", "unmappable", "a, b", "", "a, b, c", "", .sent = "a, b, c", .ends = true},
    {"refused, changed there", "title", "unmappable", "new", "old", "new", "theirs", .asks = true},
    {"refused before there was a ticket there", "title", "unmappable", "new", NULL, "new", "old", .choice = NULL},
    {"the same, set there since", "title", "unmappable", "new", NULL, "new", "theirs", .asks = true},
    {"open", "title", "both_changed", "mine", "theirs", "mine", "theirs", .choice = NULL},
    {"open, only blanks moved", "title", "both_changed", "mine", "theirs", "mine ", "theirs", .choice = NULL},
    {"open, moved", "title", "both_changed", "mine", "theirs", "mine", "moved", .asks = true},
    {"local", "title", "both_changed", "mine", "theirs", "mine", "theirs", .choice = "local", .sent = "mine"},
    {"external", "title", "both_changed", "mine", "theirs", "mine", "theirs", .choice = "external", .taken = "theirs",
     .ends = true},
    {"value", "title", "both_changed", "mine", "theirs", "mine", "theirs", .choice = "value", .value = "ours",
     .sent = "ours", .taken = "ours"},
    {"value, taken here before", "title", "both_changed", "mine", "theirs", "ours", "theirs", .choice = "value",
     .value = "ours", .sent = "ours"},
    {"value, another one here", "title", "both_changed", "mine", "theirs", "other", "theirs", .choice = "value",
     .value = "ours", .asks = true},
    {"local, moved there", "title", "both_changed", "mine", "theirs", "mine", "moved", .choice = "local", .asks = true},
    {"external, moved there", "title", "both_changed", "mine", "theirs", "mine", "moved", .choice = "external",
     .asks = true},
    {"value, moved there", "title", "both_changed", "mine", "theirs", "mine", "moved", .choice = "value",
     .value = "ours", .asks = true},
    {"local, moved here", "title", "both_changed", "mine", "theirs", "moved", "theirs", .choice = "local",
     .asks = true},
    {"local, not looked at", "title", "both_changed", "mine", "theirs", "mine", "theirs", .choice = "local",
     .stale = true, .looks = true},
    {"external, not looked at", "title", "both_changed", "mine", "theirs", "mine", "theirs", .choice = "external",
     .stale = true, .looks = true},
    {"not looked at, seems to have moved", "title", "both_changed", "mine", "theirs", "mine", "moved",
     .choice = "local", .stale = true, .looks = true},
    {"refused, to be tried again", "title", "unmappable", "new", "old", "new", "old", .choice = "local", .sent = "new"},
    {"alike by now", "title", "both_changed", "mine", "theirs", "both", "both", .choice = "local", .ends = true},
    {"local, and there is none", "title", "unmappable", NULL, "odd", NULL, "odd", .choice = "local", .asks = true},
};

static struct str word(const char *text) {
  return text ? str_of(text) : (struct str){0};
}

static struct conflict conflict_of(struct arena *arena, const struct row *row) {
  return (struct conflict){.field = str_of(row->field),
                           .kind = str_of(row->kind),
                           .reason = str_is(str_of(row->kind), "unmappable") ? STR("too long") : (struct str){0},
                           .state = row->choice ? STR("decided") : STR("open"),
                           .winner = word(row->choice),
                           .base = make_values(arena, row->field, "agreed"),
                           .local = make_values(arena, row->field, row->seen_local),
                           .external = make_values(arena, row->field, row->seen_external),
                           .value = make_values(arena, row->field, row->value)};
}

static struct plan_outcome outcome_of(struct arena *arena, const struct row *row, const struct conflict *conflict) {
  const char *agreed = str_is(str_of(row->field), "labels") ? "" : "old";
  struct plan_case plan_case = {.mapping_id = 1,
                                .kind = STR("ticket"),
                                .fresh = !row->stale,
                                .local = make_values(arena, row->field, row->local),
                                .external = make_values(arena, row->field, row->external),
                                .shadow_local = make_values(arena, row->field, agreed),
                                .shadow_external = make_values(arena, row->field, agreed)};
  const struct rules rules = {.direction = DIRECTION_BIDIRECTIONAL, .strategy = STRATEGY_MANUAL};
  plan_case.conflicts.at = conflict;
  plan_case.conflicts.count = 1;
  return decide(arena, &plan_case, &rules);
}

static void check_value(struct arena *arena, const struct row *row, const struct values *got, const char *expected) {
  assert_int_equal(got->count, expected ? 1 : 0);
  if (expected)
    assert_string_equal(make_shown(arena, &got->at[0]),
                        make_shown(arena, &make_values(arena, row->field, expected).at[0]));
}

static void decide_takes_up_conflicts(void **state) {
  (void)state;
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const struct row *row = &rows[i];
    struct conflict conflict = conflict_of(&arena, row);
    struct plan_outcome got = outcome_of(&arena, row, &conflict);
    print_message("# %s\n", row->what);
    check_value(&arena, row, got.add.count ? &got.add : &got.set, row->sent);
    check_value(&arena, row, &got.local, row->taken);
    assert_int_equal(got.refetch, row->looks);
    assert_int_equal(got.conflicts.count, row->asks ? 1 : 0);
    assert_int_equal(got.closes.count, row->ends ? 1 : 0);
  }
  arena_free(&arena);
}

static void decide_asks_again_from_what_was_agreed_on(void **state) {
  (void)state;
  static const struct row moved = {.field = "title",
                                   .kind = "both_changed",
                                   .seen_local = "mine",
                                   .seen_external = "theirs",
                                   .local = "mine",
                                   .external = "moved",
                                   .choice = "local"};
  struct arena arena = {0};
  struct conflict conflict = conflict_of(&arena, &moved);
  struct plan_outcome got = outcome_of(&arena, &moved, &conflict);
  assert_int_equal(got.conflicts.count, 1);
  check_value(&arena, &moved, &got.conflicts.at[0].base, "agreed");
  check_value(&arena, &moved, &got.conflicts.at[0].external, "moved");
  assert_int_equal(got.shadow_external.count, 0);
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(decide_takes_up_conflicts),
      cmocka_unit_test(decide_asks_again_from_what_was_agreed_on),
  };
  return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
