/* plan(): the table of decisions, row by row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "make.h"
#include "sync/plan.h"

static const struct value_pair status_table[] = {
    {{"open", 4}, {"open", 4}}, {{"in_progress", 11}, {"open", 4}}, {{"done", 4}, {"closed", 6}}};
static const struct field_rule field_rules[] = {
    {.field = {"status", 6}, .table = status_table, .count = 3, .closed = true},
    {.field = {"assignees", 9}, .table = status_table, .count = 3, .closed = true},
};

enum flag { OPEN = 1, STALE = 2, UNCONFIRMED = 4 };

/* Values: "" is empty, NULL is missing; what is not written is expected to be "-". */
struct row {
  const char *what, *field;
  const char *local, *external, *shadow_local, *shadow_external;
  enum direction direction;
  enum strategy strategy;
  unsigned flags;
  int64_t local_ms, external_ms;
  enum plan_action action;
  const char *new_local, *new_shadow_local, *new_shadow_external;
  const char *set, *add, *remove, *sent_local;
  enum plan_conflict_kind conflict;
  enum plan_winner winner;
  bool closes;
};

static const struct row rows[] = {
    {"equal and known", "title", "a", "a", "a", "a", .action = PLAN_NOOP},
    {"equal in another form", "body", "a\nb", "a\r\nb\r\n", "a\nb", "a\nb", .action = PLAN_NOOP},
    {"linked and equal", "title", "a", "a ", NULL, NULL, .action = PLAN_AGREE, .new_shadow_local = "a",
     .new_shadow_external = "a"},
    {"linked and equal through a lossy table", "status", "in_progress", "open", NULL, NULL, .action = PLAN_AGREE,
     .new_shadow_local = "in_progress", .new_shadow_external = "open"},
    {"the same edit on both sides", "title", "b", "b", "a", "a", .action = PLAN_AGREE, .new_shadow_local = "b",
     .new_shadow_external = "b"},
    {"agreement closes an open conflict", "title", "b", "b", "a", "a", .flags = OPEN, .action = PLAN_AGREE,
     .new_shadow_local = "b", .new_shadow_external = "b", .closes = true},
    {"agreement that was known closes it too", "title", "a", "a", "a", "a", .flags = OPEN, .action = PLAN_AGREE,
     .closes = true},
    {"agreement counts in spite of the direction", "title", "b", "b", "a", "a", DIRECTION_DISABLED,
     .action = PLAN_AGREE, .new_shadow_local = "b", .new_shadow_external = "b"},
    {"a known lossy pair is quiet", "body", "*a*", "_a_", "*a*", "_a_", .action = PLAN_NOOP},

    {"local changed", "title", "b", "a", "a", "a", .action = PLAN_PUSH, .set = "b", .sent_local = "b"},
    {"local changed after an echo", "body", "*b*", "_a_", "*a*", "_a_", .action = PLAN_PUSH, .set = "*b*",
     .sent_local = "*b*"},
    {"local emptied", "body", "", "a", "a", "a", .action = PLAN_PUSH, .set = "", .sent_local = ""},
    {"local changed, mapped", "status", "done", "open", "open", "open", .action = PLAN_PUSH, .set = "closed",
     .sent_local = "done"},
    {"local changed within a lossy pair", "status", "in_progress", "open", "open", "open", .action = PLAN_AGREE,
     .new_shadow_local = "in_progress", .new_shadow_external = "open"},
    {"local changed, push only", "title", "b", "a", "a", "a", DIRECTION_PUSH, .action = PLAN_PUSH, .set = "b",
     .sent_local = "b"},
    {"local changed, pull only", "title", "b", "a", "a", "a", DIRECTION_PULL, .action = PLAN_MASKED},
    {"local changed, disabled", "title", "b", "a", "a", "a", DIRECTION_DISABLED, .action = PLAN_MASKED},
    {"local changed to an unknown word", "status", "odd", "open", "open", "open", .action = PLAN_CONFLICT,
     .conflict = PLAN_UNMAPPABLE},
    {"local changed, not fresh", "title", "b", "a", "a", "a", .flags = STALE, .action = PLAN_WAIT},

    {"external changed", "title", "a", "b", "a", "a", .action = PLAN_PULL, .new_local = "b", .new_shadow_local = "b",
     .new_shadow_external = "b"},
    {"external changed, not fresh", "title", "a", "b", "a", "a", .flags = STALE, .action = PLAN_PULL, .new_local = "b",
     .new_shadow_local = "b", .new_shadow_external = "b"},
    {"external changed, mapped", "status", "in_progress", "closed", "in_progress", "open", .action = PLAN_PULL,
     .new_local = "done", .new_shadow_local = "done", .new_shadow_external = "closed"},
    {"external changed after an echo", "body", "*a*", "_b_\r\n", "*a*", "_a_", .action = PLAN_PULL,
     .new_local = "_b_\n", .new_shadow_local = "_b_\n", .new_shadow_external = "_b_\n"},
    {"external changed, push only", "title", "a", "b", "a", "a", DIRECTION_PUSH, .action = PLAN_MASKED},
    {"external changed, pull only", "title", "a", "b", "a", "a", DIRECTION_PULL, .action = PLAN_PULL, .new_local = "b",
     .new_shadow_local = "b", .new_shadow_external = "b"},
    {"external changed to an unknown word", "status", "open", "Blocked", "open", "open", .action = PLAN_CONFLICT,
     .conflict = PLAN_UNMAPPABLE},
    {"an unknown word is no matter when masked", "status", "open", "Blocked", "open", "open", DIRECTION_PUSH,
     .action = PLAN_MASKED},
    {"external changed, disabled", "title", "a", "b", "a", "a", DIRECTION_DISABLED, .action = PLAN_MASKED},

    {"both changed", "title", "l", "x", "a", "a", .action = PLAN_CONFLICT, .conflict = PLAN_BOTH_CHANGED},
    {"both changed, not fresh", "title", "l", "x", "a", "a", .flags = STALE, .action = PLAN_WAIT},
    {"both changed, frozen", "title", "l", "x", "a", "a", .flags = OPEN, .action = PLAN_FROZEN},
    {"local changed, frozen", "title", "l", "a", "a", "a", .flags = OPEN, .action = PLAN_FROZEN},
    {"both changed, disabled", "title", "l", "x", "a", "a", DIRECTION_DISABLED, .action = PLAN_MASKED},
    {"local wins", "title", "l", "x", "a", "a", .strategy = STRATEGY_LOCAL_WINS, .action = PLAN_RESOLVED,
     .new_shadow_local = "x", .new_shadow_external = "x", .set = "l", .sent_local = "l", .conflict = PLAN_BOTH_CHANGED,
     .winner = PLAN_WINNER_LOCAL},
    {"local wins, but may not push", "title", "l", "x", "a", "a", DIRECTION_PULL, STRATEGY_LOCAL_WINS,
     .action = PLAN_CONFLICT, .conflict = PLAN_BOTH_CHANGED},
    {"local wins over an unknown word", "status", "done", "Blocked", "open", "open", .strategy = STRATEGY_LOCAL_WINS,
     .action = PLAN_RESOLVED, .new_shadow_local = "open", .new_shadow_external = "Blocked", .set = "closed",
     .sent_local = "done", .conflict = PLAN_BOTH_CHANGED, .winner = PLAN_WINNER_LOCAL},
    {"external wins", "title", "l", "x", "a", "a", .strategy = STRATEGY_EXTERNAL_WINS, .action = PLAN_RESOLVED,
     .new_local = "x", .new_shadow_local = "x", .new_shadow_external = "x", .conflict = PLAN_BOTH_CHANGED,
     .winner = PLAN_WINNER_EXTERNAL},
    {"external wins, unconfirmed", "title", "l", "x", "a", "a", .strategy = STRATEGY_EXTERNAL_WINS,
     .flags = UNCONFIRMED, .action = PLAN_CONFLICT, .conflict = PLAN_BOTH_CHANGED},
    {"external wins, but may not pull", "title", "l", "x", "a", "a", DIRECTION_PUSH, STRATEGY_EXTERNAL_WINS,
     .action = PLAN_CONFLICT, .conflict = PLAN_BOTH_CHANGED},
    {"external wins with an unknown word", "status", "done", "Blocked", "open", "open",
     .strategy = STRATEGY_EXTERNAL_WINS, .action = PLAN_CONFLICT, .conflict = PLAN_UNMAPPABLE},
    {"newest is local", "title", "l", "x", "a", "a", .strategy = STRATEGY_NEWEST_WINS, .local_ms = 9000,
     .external_ms = 7000, .action = PLAN_RESOLVED, .new_shadow_local = "x", .new_shadow_external = "x", .set = "l",
     .sent_local = "l", .conflict = PLAN_BOTH_CHANGED, .winner = PLAN_WINNER_LOCAL},
    {"newest is external", "title", "l", "x", "a", "a", .strategy = STRATEGY_NEWEST_WINS, .local_ms = 7000,
     .external_ms = 9000, .action = PLAN_RESOLVED, .new_local = "x", .new_shadow_local = "x",
     .new_shadow_external = "x", .conflict = PLAN_BOTH_CHANGED, .winner = PLAN_WINNER_EXTERNAL},
    {"newest, closer than two seconds", "title", "l", "x", "a", "a", .strategy = STRATEGY_NEWEST_WINS, .local_ms = 7000,
     .external_ms = 8999, .action = PLAN_CONFLICT, .conflict = PLAN_BOTH_CHANGED},
    {"newest, one time unknown", "title", "l", "x", "a", "a", .strategy = STRATEGY_NEWEST_WINS, .external_ms = 9000,
     .action = PLAN_CONFLICT, .conflict = PLAN_BOTH_CHANGED},
    {"newest, unconfirmed", "title", "l", "x", "a", "a", .strategy = STRATEGY_NEWEST_WINS, .flags = UNCONFIRMED,
     .local_ms = 9000, .external_ms = 1000, .action = PLAN_CONFLICT, .conflict = PLAN_BOTH_CHANGED},
    {"merge apart", "body", "L\nb\nc\nd", "a\nb\nc\nX", "a\nb\nc\nd", "a\nb\nc\nd", .strategy = STRATEGY_MERGE,
     .action = PLAN_MERGE, .new_local = "L\nb\nc\nX", .new_shadow_local = "a\nb\nc\nX",
     .new_shadow_external = "a\nb\nc\nX", .set = "L\nb\nc\nX", .sent_local = "L\nb\nc\nX",
     .conflict = PLAN_BOTH_CHANGED, .winner = PLAN_WINNER_MERGED},
    {"merge of line ends of both kinds", "body", "L\nb\nc\nd", "a\r\nb\r\nc\r\nX\r\n", "a\nb\nc\nd", "a\r\nb\r\nc\r\nd",
     .strategy = STRATEGY_MERGE, .action = PLAN_MERGE, .new_local = "L\nb\nc\nX", .new_shadow_local = "a\nb\nc\nX\n",
     .new_shadow_external = "a\nb\nc\nX\n", .set = "L\nb\nc\nX", .sent_local = "L\nb\nc\nX",
     .conflict = PLAN_BOTH_CHANGED, .winner = PLAN_WINNER_MERGED},
    {"merge on top of an echo keeps our own form", "body", "*a*\nb\nc\nL", "_a_\nX\nb\nc\nd", "*a*\nb\nc\nd",
     "_a_\nb\nc\nd", .strategy = STRATEGY_MERGE, .action = PLAN_CONFLICT, .conflict = PLAN_BOTH_CHANGED},
    {"merge on top of an echo, further apart", "body", "*a*\nb\nc\nL", "_a_\nb\nX\nc\nd", "*a*\nb\nc\nd",
     "_a_\nb\nc\nd", .strategy = STRATEGY_MERGE, .action = PLAN_MERGE, .new_local = "*a*\nb\nX\nc\nL",
     .new_shadow_local = "_a_\nb\nX\nc\nd", .new_shadow_external = "_a_\nb\nX\nc\nd", .set = "*a*\nb\nX\nc\nL",
     .sent_local = "*a*\nb\nX\nc\nL", .conflict = PLAN_BOTH_CHANGED, .winner = PLAN_WINNER_MERGED},
    {"merge of what overlaps", "body", "l", "x", "a", "a", .strategy = STRATEGY_MERGE, .action = PLAN_CONFLICT,
     .conflict = PLAN_BOTH_CHANGED},
    {"merge is for texts", "title", "l", "x", "a", "a", .strategy = STRATEGY_MERGE, .action = PLAN_CONFLICT,
     .conflict = PLAN_BOTH_CHANGED},
    {"merge needs both ways", "body", "L\nb\nc\nd", "a\nb\nc\nX", "a\nb\nc\nd", "a\nb\nc\nd", DIRECTION_PULL,
     STRATEGY_MERGE, .action = PLAN_CONFLICT, .conflict = PLAN_BOTH_CHANGED},
    {"merge, not fresh", "body", "L\nb\nc\nd", "a\nb\nc\nX", "a\nb\nc\nd", "a\nb\nc\nd", .strategy = STRATEGY_MERGE,
     .flags = STALE, .action = PLAN_WAIT},

    {"linked and unequal", "title", "l", "x", NULL, NULL, .action = PLAN_CONFLICT,
     .conflict = PLAN_UNEQUAL_WHEN_LINKED},
    {"linked and unequal, whatever the strategy", "title", "l", "x", NULL, NULL, .strategy = STRATEGY_EXTERNAL_WINS,
     .action = PLAN_CONFLICT, .conflict = PLAN_UNEQUAL_WHEN_LINKED},
    {"linked and empty here", "body", "", "x", NULL, NULL, .action = PLAN_CONFLICT,
     .conflict = PLAN_UNEQUAL_WHEN_LINKED},
    {"half a shadow is none", "title", "l", "x", "l", NULL, .action = PLAN_CONFLICT,
     .conflict = PLAN_UNEQUAL_WHEN_LINKED},
    {"linked sets", "labels", "a", "a, b", NULL, NULL, .action = PLAN_CONFLICT, .conflict = PLAN_UNEQUAL_WHEN_LINKED},
    {"linked, an unknown word", "status", "open", "Blocked", NULL, NULL, .action = PLAN_CONFLICT,
     .conflict = PLAN_UNMAPPABLE},
    {"linked and unequal, not fresh", "title", "l", "x", NULL, NULL, .flags = STALE, .action = PLAN_WAIT},
    {"linked, disabled", "title", "l", "x", NULL, NULL, DIRECTION_DISABLED, .action = PLAN_MASKED},

    {"a set: local adds and removes", "labels", "New, b", "B, a", "a, b", "a, b", .action = PLAN_PUSH, .add = "New",
     .remove = "a", .sent_local = "New, b"},
    {"a set: external adds", "labels", "a", "a, x", "a", "a", .action = PLAN_PULL, .new_local = "a, x",
     .new_shadow_local = "a, x", .new_shadow_external = "a, x", .flags = STALE},
    {"a set: both, under manual too", "labels", "a, l", "x", "a", "a", .action = PLAN_MERGE, .new_local = "l, x",
     .new_shadow_local = "x", .new_shadow_external = "x", .add = "l", .remove = "", .sent_local = "l, x",
     .winner = PLAN_WINNER_MERGED},
    {"a set: both, not fresh", "labels", "a, l", "x", "a", "a", .flags = STALE, .action = PLAN_WAIT},
    {"a set: in another order and case", "labels", "B, a", "A, b", "a, b", "b, a", .action = PLAN_NOOP},
    {"a set: refused member stays quiet", "labels", "a, no", "a", "a, no", "a", .action = PLAN_NOOP},
    {"a set: the same edit on both sides, beside a refused member", "labels", "a, b, no", "a, b", "a, no", "a",
     .action = PLAN_AGREE, .new_shadow_local = "a, b, no", .new_shadow_external = "a, b"},
    {"a set: push only, external added", "labels", "a", "a, x", "a", "a", DIRECTION_PUSH, .action = PLAN_MASKED},
    {"a set: pull only, both changed", "labels", "a, l", "a, x", "a", "a", DIRECTION_PULL, .action = PLAN_PULL,
     .new_local = "a, l, x", .new_shadow_local = "a, x", .new_shadow_external = "a, x"},
    {"people: an unmapped one is neither written nor unassigned", "assignees", "eve, open", "mallory, open", "open",
     "open", .action = PLAN_NOOP},
    {"people: an unmapped one is not agreed on", "assignees", "eve, open", "mallory, open", NULL, NULL,
     .action = PLAN_AGREE, .new_shadow_local = "open", .new_shadow_external = "open"},
    {"people: an unmapped one beside an edit", "assignees", "done, eve", "mallory, open", "open", "open",
     .action = PLAN_PUSH, .add = "closed", .remove = "open", .sent_local = "done"},

    {"missing here", "title", NULL, "a", "a", "a", .action = PLAN_NOOP},
    {"missing here, moved there", "title", NULL, "x", "a", "a", .action = PLAN_PULL, .new_local = "x",
     .new_shadow_local = "x", .new_shadow_external = "x"},
    {"new here", "title", NULL, "x", NULL, NULL, .action = PLAN_PULL, .new_local = "x", .new_shadow_local = "x",
     .new_shadow_external = "x"},
    {"missing there", "title", "a", NULL, "a", "a", .action = PLAN_NOOP},
};

static struct plan plan_of(struct arena *arena, const struct row *row) {
  struct str *frozen = ARENA_NEW(arena, struct str);
  struct plan_time *time = ARENA_NEW(arena, struct plan_time);
  *frozen = str_of(row->field);
  *time = (struct plan_time){str_of(row->field), row->local_ms, row->external_ms};
  struct plan_input input = {
      .local = make_values(arena, row->field, row->local),
      .external = make_values(arena, row->field, row->external),
      .shadow_local = make_values(arena, row->field, row->shadow_local),
      .shadow_external = make_values(arena, row->field, row->shadow_external),
      .open_conflicts = frozen,
      .open_conflict_count = row->flags & OPEN ? 1 : 0,
      .times = time,
      .time_count = 1,
      .external_fresh = !(row->flags & STALE),
      .rules = {.direction = row->direction,
                .strategy = row->strategy,
                .confirmed = !(row->flags & UNCONFIRMED),
                .fields = field_rules,
                .field_count = 2},
  };
  return plan_make(arena, &input);
}

static const char *shown_if(struct arena *arena, bool there, const struct value *value) {
  return there ? make_shown(arena, value) : "-";
}

static void check_row(struct arena *arena, const struct row *row, const struct plan_field *got) {
  bool delta = got->write.has_delta;
  const char *pairs[][2] = {
      {plan_action_name(row->action), plan_action_name(got->action)},
      {plan_conflict_kind_name(row->conflict), plan_conflict_kind_name(got->conflict)},
      {plan_winner_name(row->winner), plan_winner_name(got->winner)},
      {row->new_local, shown_if(arena, got->changes_local, &got->local)},
      {row->new_shadow_local, shown_if(arena, got->moves_shadow, &got->shadow_local)},
      {row->new_shadow_external, shown_if(arena, got->moves_shadow, &got->shadow_external)},
      {row->set, shown_if(arena, got->write.has_set, &got->write.set)},
      {row->add, shown_if(arena, delta, &got->write.add)},
      {row->remove ? row->remove
       : row->add  ? ""
                   : NULL,
       shown_if(arena, delta, &got->write.remove)},
      {row->sent_local, shown_if(arena, got->writes_external, &got->sent_local)},
      {row->closes ? "closes" : "", got->closes_conflict ? "closes" : ""},
      {row->set || row->add ? "writes" : "", got->writes_external ? "writes" : ""},
      {row->local, make_shown(arena, &got->local_seen)},
      {row->external, make_shown(arena, &got->external_seen)},
      {row->shadow_external ? row->shadow_local : NULL, make_shown(arena, &got->base)},
  };
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
    if (strcmp(pairs[i][0] ? pairs[i][0] : "-", pairs[i][1]) != 0)
      fail_msg("%s: %zu is '%s', not '%s'", row->what, i, pairs[i][1], pairs[i][0] ? pairs[i][0] : "-");
}

static void plan_decides_by_the_table(void **state) {
  (void)state;
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct plan plan = plan_of(&arena, &rows[i]);
    bool carried = rows[i].external != NULL;
    if (plan.count != carried || plan.needs_fresh != (rows[i].action == PLAN_WAIT))
      fail_msg("%s: %zu fields, needs fresh %d", rows[i].what, plan.count, plan.needs_fresh);
    if (carried)
      check_row(&arena, &rows[i], &plan.fields[0]);
    arena_reset(&arena);
  }
  arena_free(&arena);
}

static void plan_freezes_only_the_field_in_conflict(void **state) {
  (void)state;
  struct arena arena = {0};
  struct value local[] = {make_value(&arena, "title", "l"), make_value(&arena, "body", "new")};
  struct value external[] = {make_value(&arena, "body", "old"), make_value(&arena, "title", "x"),
                             make_value(&arena, "milestone", "only there")};
  struct value shadow[] = {make_value(&arena, "title", "a"), make_value(&arena, "body", "old")};
  struct str open[] = {STR("title")};
  struct plan_input input = {{local, 2}, {external, 3}, {shadow, 2}, {shadow, 2}, open, 1, .external_fresh = true};
  struct plan plan = plan_make(&arena, &input);
  assert_int_equal(plan.count, 3);
  assert_int_equal(plan.fields[0].action, PLAN_FROZEN);
  assert_int_equal(plan.fields[1].action, PLAN_PUSH);
  assert_int_equal(plan.fields[2].action, PLAN_PULL);
  arena_free(&arena);
}

static void plan_keeps_out_what_is_not_listed(void **state) {
  (void)state;
  struct arena arena = {0};
  struct value local[] = {make_value(&arena, "title", "l"), make_value(&arena, "milestone", "m")};
  struct value external[] = {make_value(&arena, "title", "x"), make_value(&arena, "milestone", "n"),
                             make_value(&arena, "estimate", "3")};
  struct value shadow[] = {make_value(&arena, "title", "x"), make_value(&arena, "milestone", "m")};
  struct field_rule listed = {.field = STR("title")};
  struct plan_input input = {{local, 2}, {external, 3}, {shadow, 2}, {shadow, 2}, NULL, 0, .external_fresh = true};
  input.rules = (struct rules){.fields = &listed, .field_count = 1, .listed_only = true};
  struct plan plan = plan_make(&arena, &input);
  assert_int_equal(plan.count, 2);
  assert_int_equal(plan.fields[0].action, PLAN_PUSH);
  assert_int_equal(plan.fields[1].action, PLAN_MASKED);
  assert_int_equal(plan_create(&arena, &input).count, 1);
  assert_int_equal(plan_import(&arena, &input).count, 1);
  arena_free(&arena);
}

static void plan_pulls_while_another_field_waits(void **state) {
  (void)state;
  struct arena arena = {0};
  struct value local[] = {make_value(&arena, "title", "a"), make_value(&arena, "body", "new")};
  struct value external[] = {make_value(&arena, "title", "x"), make_value(&arena, "body", "old")};
  struct value shadow[] = {make_value(&arena, "title", "a"), make_value(&arena, "body", "old")};
  struct plan_input input = {{local, 2}, {external, 2}, {shadow, 2}, {shadow, 2}, .external_fresh = false};
  struct plan plan = plan_make(&arena, &input);
  assert_true(plan.needs_fresh);
  assert_int_equal(plan.fields[0].action, PLAN_PULL);
  assert_int_equal(plan.fields[1].action, PLAN_WAIT);
  arena_free(&arena);
}

static void plan_shows_a_person_what_is_of_two_kinds(void **state) {
  (void)state;
  struct arena arena = {0};
  struct value local = value_text(STR("estimate"), STR("3")), external = value_set(STR("estimate"), NULL, 0);
  struct plan_input input = {{&local, 1}, {&external, 1}, {&local, 1}, {&external, 1}, .external_fresh = true};
  struct plan plan = plan_make(&arena, &input);
  assert_int_equal(plan.fields[0].action, PLAN_CONFLICT);
  assert_int_equal(plan.fields[0].conflict, PLAN_UNMAPPABLE);
  arena_free(&arena);
}

static void plan_leaves_it_to_a_person_when_no_times_are_known(void **state) {
  (void)state;
  struct arena arena = {0};
  struct value local = make_value(&arena, "title", "l"), external = make_value(&arena, "title", "x");
  struct value shadow = make_value(&arena, "title", "a");
  struct plan_time other = {STR("body"), 9000, 1000};
  struct plan_input input = {{&local, 1}, {&external, 1}, {&shadow, 1}, {&shadow, 1}, .external_fresh = true};
  input.rules = (struct rules){.strategy = STRATEGY_NEWEST_WINS, .confirmed = true};
  input.times = &other;
  input.time_count = 1;
  assert_int_equal(plan_make(&arena, &input).fields[0].action, PLAN_CONFLICT);
  arena_free(&arena);
}

static void plan_reports_unmappable_people(void **state) {
  (void)state;
  struct arena arena = {0};
  struct value local = make_value(&arena, "assignees", "eve, open");
  struct value external = make_value(&arena, "assignees", ""), shadow = external;
  struct plan_input input = {{&local, 1}, {&external, 1}, {&shadow, 1}, {&shadow, 1}, .external_fresh = true};
  input.rules = (struct rules){.fields = field_rules, .field_count = 2};
  struct plan plan = plan_make(&arena, &input);
  assert_int_equal(plan.fields[0].action, PLAN_PUSH);
  assert_int_equal(plan.fields[0].unmappable_count, 1);
  assert_true(str_is(plan.fields[0].unmappable[0], "eve"));
  arena_free(&arena);
}

static void plan_sends_people_once_the_table_knows_them(void **state) {
  (void)state;
  struct arena arena = {0};
  struct value local = make_value(&arena, "assignees", "eve"), external = make_value(&arena, "assignees", "mallory");
  struct plan_input input = {{&local, 1}, {&external, 1}, .external_fresh = true};
  input.rules = (struct rules){.fields = field_rules, .field_count = 2};
  struct plan_field linked = plan_make(&arena, &input).fields[0];
  assert_int_equal(linked.action, PLAN_AGREE);
  input.shadow_local = (struct values){&linked.shadow_local, 1};
  input.shadow_external = (struct values){&linked.shadow_external, 1};
  input.rules = (struct rules){0};
  struct plan_field learnt = plan_make(&arena, &input).fields[0];
  assert_int_equal(learnt.action, PLAN_MERGE);
  assert_string_equal(make_shown(&arena, &learnt.local), "eve, mallory");
  assert_string_equal(make_shown(&arena, &learnt.write.add), "eve");
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(plan_decides_by_the_table),
      cmocka_unit_test(plan_freezes_only_the_field_in_conflict),
      cmocka_unit_test(plan_keeps_out_what_is_not_listed),
      cmocka_unit_test(plan_pulls_while_another_field_waits),
      cmocka_unit_test(plan_shows_a_person_what_is_of_two_kinds),
      cmocka_unit_test(plan_leaves_it_to_a_person_when_no_times_are_known),
      cmocka_unit_test(plan_reports_unmappable_people),
      cmocka_unit_test(plan_sends_people_once_the_table_knows_them),
  };
  return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
