/* Strategies: every one of a project, under every one of the field, for every kind of field and whoever changed it.
 * What must come of it is said here once more, in words and without any of plan()'s code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "make.h"
#include "sync/plan.h"

enum { NOBODY, LOCAL, EXTERNAL, BOTH, BOTH_ALIKE, WHO_COUNT };
enum { SCALAR, TEXT_APART, TEXT_OVERLAPPING, SET, KIND_COUNT };
enum { LOCAL_NEWER, EXTERNAL_NEWER, TOO_CLOSE, UNKNOWN, TIMES_COUNT };

/* What each side has when it changed the field, and what both make together (NULL: only one of them can win). */
static const struct kind {
  const char *name, *field, *base, *local, *external, *merged;
} kinds[KIND_COUNT] = {
    [SCALAR] = {"scalar", "title", "base", "mine", "theirs", NULL},
    [TEXT_APART] = {"text, edits apart", "body", "a\nb\nc\nd", "A\nb\nc\nd", "a\nb\nc\nD", "A\nb\nc\nD"},
    [TEXT_OVERLAPPING] = {"text, edits overlap", "body", "a\nb\nc\nd", "a\nmine\nc\nd", "a\ntheirs\nc\nd", NULL},
    [SET] = {"set", "labels", "a, b", "a, b, mine", "a, theirs", "a, mine, theirs"},
};
static const char *const who_names[WHO_COUNT] = {"nobody", "local", "external", "both", "both alike"};
static const int64_t times_ms[TIMES_COUNT][2] = {
    [LOCAL_NEWER] = {9000, 7000}, [EXTERNAL_NEWER] = {7000, 9000}, [TOO_CLOSE] = {7000, 8999}, [UNKNOWN] = {7000, 0}};

struct example {
  enum strategy project, field;
  bool confirmed;
  int who, kind, times;
};

/* What the example must come to. */
struct end {
  enum plan_action action;
  enum plan_winner winner;
  bool row; /* a conflict row in the same outcome */
};

static enum strategy effective(const struct example *e) {
  enum strategy strategy = e->field ? e->field : e->project;
  bool overrides = strategy == STRATEGY_EXTERNAL_WINS || strategy == STRATEGY_NEWEST_WINS;
  return strategy == STRATEGY_INHERIT || (overrides && !e->confirmed) ? STRATEGY_MANUAL : strategy;
}

static struct end of_both(const struct example *e) {
  static const struct end asked = {PLAN_CONFLICT, PLAN_NO_WINNER, true};
  static const struct end local = {PLAN_RESOLVED, PLAN_WINNER_LOCAL, true};
  static const struct end external = {PLAN_RESOLVED, PLAN_WINNER_EXTERNAL, true};
  if (e->kind == SET)
    return (struct end){PLAN_MERGE, PLAN_WINNER_MERGED, false};
  switch (effective(e)) {
  case STRATEGY_LOCAL_WINS:
    return local;
  case STRATEGY_EXTERNAL_WINS:
    return external;
  case STRATEGY_NEWEST_WINS:
    return e->times == LOCAL_NEWER ? local : e->times == EXTERNAL_NEWER ? external : asked;
  case STRATEGY_MERGE:
    return e->kind == TEXT_APART ? (struct end){PLAN_MERGE, PLAN_WINNER_MERGED, true} : asked;
  default:
    return asked;
  }
}

static struct end expected(const struct example *e) {
  switch (e->who) {
  case LOCAL:
    return (struct end){.action = PLAN_PUSH};
  case EXTERNAL:
    return (struct end){.action = PLAN_PULL};
  case BOTH:
    return of_both(e);
  case BOTH_ALIKE:
    return (struct end){.action = PLAN_AGREE};
  default:
    return (struct end){.action = PLAN_NOOP};
  }
}

static struct plan plan_of(struct arena *arena, const struct example *e) {
  const struct kind *kind = &kinds[e->kind];
  bool local = e->who == LOCAL || e->who == BOTH || e->who == BOTH_ALIKE;
  const char *there = e->who == BOTH_ALIKE                  ? kind->local
                      : e->who == LOCAL || e->who == NOBODY ? kind->base
                                                            : kind->external;
  struct field_rule *rule = ARENA_NEW(arena, struct field_rule);
  struct plan_time *time = ARENA_NEW(arena, struct plan_time);
  *rule = (struct field_rule){.field = str_of(kind->field), .strategy = e->field};
  *time = (struct plan_time){str_of(kind->field), times_ms[e->times][0], times_ms[e->times][1]};
  struct plan_input input = {
      .local = make_values(arena, kind->field, local ? kind->local : kind->base),
      .external = make_values(arena, kind->field, there),
      .shadow_local = make_values(arena, kind->field, kind->base),
      .shadow_external = make_values(arena, kind->field, kind->base),
      .times = time,
      .time_count = 1,
      .external_fresh = true,
      .rules = {.strategy = e->project, .confirmed = e->confirmed, .fields = rule, .field_count = 1},
  };
  return plan_make(arena, &input);
}

/* What the field becomes here, and what it becomes there. */
static const char *value_after(const struct example *e, const struct end *end) {
  const struct kind *kind = &kinds[e->kind];
  if (end->action == PLAN_MERGE)
    return kind->merged;
  bool local = end->action == PLAN_PUSH || end->winner == PLAN_WINNER_LOCAL;
  return local ? kind->local : kind->external;
}

static const char *fault_of(struct arena *arena, const struct example *e, const struct plan_field *got) {
  struct end end = expected(e);
  if (got->action != end.action || got->winner != end.winner)
    return "the decision";
  if ((got->conflict != PLAN_NO_CONFLICT) != end.row)
    return "the conflict row";
  if (end.row && (strcmp(make_shown(arena, &got->local_seen), kinds[e->kind].local) != 0 ||
                  strcmp(make_shown(arena, &got->external_seen), kinds[e->kind].external) != 0))
    return "the values that the row keeps";
  const char *after = value_after(e, &end);
  if (got->changes_local && strcmp(make_shown(arena, &got->local), after) != 0)
    return "the value here";
  bool whole = got->writes_external && got->write.has_set;
  if (whole && strcmp(make_shown(arena, &got->write.set), after) != 0)
    return "the value that is sent";
  bool local_stands = end.action == PLAN_PUSH || end.winner == PLAN_WINNER_LOCAL || end.winner == PLAN_WINNER_MERGED;
  if (got->writes_external != local_stands)
    return "whether it is sent";
  return NULL;
}

static void check(struct arena *arena, const struct example *e) {
  struct plan plan = plan_of(arena, e);
  assert_int_equal(plan.count, 1);
  const char *fault = fault_of(arena, e, &plan.fields[0]);
  if (fault)
    fail_msg("%s of %s, changed by %s: project %s, field %s, %s, times %d: %s, won by '%s'", fault, kinds[e->kind].name,
             who_names[e->who], rules_strategy_name(e->project), rules_strategy_name(e->field),
             e->confirmed ? "confirmed" : "unconfirmed", e->times, plan_action_name(plan.fields[0].action),
             plan_winner_name(plan.fields[0].winner));
}

/* The n-th of all combinations. */
static struct example example_at(int n) {
  struct example e = {.project = (enum strategy)(n % (STRATEGY_MERGE + 1))};
  n /= STRATEGY_MERGE + 1;
  e.field = (enum strategy)(n % (STRATEGY_MERGE + 1));
  n /= STRATEGY_MERGE + 1;
  e.confirmed = n % 2;
  n /= 2;
  e.who = n % WHO_COUNT;
  n /= WHO_COUNT;
  e.kind = n % KIND_COUNT;
  e.times = n / KIND_COUNT;
  return e;
}

static void strategies_decide_alike_in_every_combination(void **state) {
  (void)state;
  enum { ALL = (STRATEGY_MERGE + 1) * (STRATEGY_MERGE + 1) * 2 * WHO_COUNT * KIND_COUNT * TIMES_COUNT };
  struct arena arena = {0};
  for (int n = 0; n < ALL; n++) {
    struct example e = example_at(n);
    check(&arena, &e);
    arena_reset(&arena);
  }
  print_message("# %d combinations\n", ALL);
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(strategies_decide_alike_in_every_combination),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
