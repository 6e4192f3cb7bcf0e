/* Properties of plan(), by the names they have in the design: whatever people do on either side, planning comes to rest
 * with both sides the same, nobody's edit lost and nothing written without reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "make.h"
#include "sync/canon.h"
#include "sync/map_fields.h"
#include "world.h"

enum { STEPS_MAX = 8, ROUNDS_MAX = 3 };

/* The sides say the same, but for what the tracker does of itself. */
static bool same_content(struct world *world, struct world_tracker *tracker, int field) {
  struct arena *arena = world->c->arena;
  struct values here = values_built(&world->local), there = values_built(&tracker->now);
  struct value local = *values_find(&here, str_of(world_fields[field]));
  struct value external = *values_find(&there, str_of(world_fields[field]));
  if (field == 1) {
    char *plain[2] = {str_c(arena, local.text), str_c(arena, external.text)};
    for (int i = 0; i < 2; i++)
      for (char *at = plain[i]; *at; at++)
        *at = *at == '*' ? '_' : *at;
    return canon_equal_text(CONTENT_TEXT, str_of(plain[0]), str_of(plain[1]));
  }
  if (field == 3) { /* the refused label may stay on either side */
    struct str *items = ARENA_ARRAY(arena, struct str, local.count + external.count + 2);
    size_t count = 0;
    for (size_t i = 0; i < local.count; i++)
      if (!str_is(local.items[i], "refused"))
        items[count++] = local.items[i];
    local = value_set(local.name, items, count);
    items += count;
    count = 0;
    for (size_t i = 0; i < external.count; i++)
      if (!str_is(external.items[i], "refused"))
        items[count++] = external.items[i];
    external = value_set(external.name, items, count);
  }
  return map_fields_agree(rules_field(&tracker->rules, local.name), &local, &external);
}

static bool both_ways(const struct world_tracker *tracker, int field) {
  return rules_direction(&tracker->rules, str_of(world_fields[field])) == DIRECTION_BIDIRECTIONAL;
}

/* P1: every field is at rest, and where it is neither masked nor frozen the contents are the same. */
static bool is_at_rest(struct world *world, struct world_tracker *tracker) {
  tracker->fresh = true;
  struct plan_input input = world_input(world, tracker);
  struct plan plan = plan_make(world->c->arena, &input);
  for (size_t i = 0; i < plan.count; i++) {
    int field = world_field(plan.fields[i].field);
    enum plan_action action = plan.fields[i].action;
    if (action == PLAN_MASKED ? both_ways(tracker, field) : action != PLAN_NOOP && action != PLAN_FROZEN)
      return property_broken(world->c, "P1: %s ends as %s", world_fields[field], plan_action_name(action));
    bool carried = values_find(&input.local, plan.fields[i].field) != NULL;
    if (action == PLAN_NOOP && carried && both_ways(tracker, field) && !same_content(world, tracker, field))
      return property_broken(world->c, "P1: %s is at rest, but '%s' is not '%s'", world_fields[field],
                             world_shown(world, &world->local, field), world_shown(world, &tracker->now, field));
  }
  return true;
}

/* A tracker that keeps the token for itself with good reason: frozen, masked, or local does not carry the field. */
static bool waits_outside(struct world *world, const struct world_token *token) {
  for (int i = 0; i < world->tracker_count; i++) {
    struct world_tracker *tracker = &world->trackers[i];
    struct values here = values_built(&world->local);
    bool excused = tracker->open[token->field] || !both_ways(tracker, token->field) ||
                   !values_find(&here, str_of(world_fields[token->field]));
    if (excused && strstr(world_shown(world, &tracker->now, token->field), token->text))
      return true;
  }
  return false;
}

/* P2 */
static bool no_edit_is_lost(struct world *world) {
  for (int i = 0; i < world->token_count; i++) {
    const struct world_token *token = &world->tokens[i];
    if (token->removed || strstr(world_shown(world, &world->local, token->field), token->text) ||
        strstr(str_built(&world->kept[token->field]).at, token->text) || waits_outside(world, token))
      continue;
    return property_broken(world->c, "P2: %s of %s is lost", token->text, world_fields[token->field]);
  }
  return true;
}

/* A label that somebody took off stays off, as long as all sides go both ways and nobody had to decide. */
static bool no_removal_is_lost(struct world *world) {
  for (int i = 0; i < world->tracker_count; i++)
    if (!both_ways(&world->trackers[i], 3))
      return true;
  for (int i = 0; i < world->token_count && !world->conflicts[3]; i++) {
    const struct world_token *token = &world->tokens[i];
    if (token->field == 3 && token->removed && strstr(world_shown(world, &world->local, 3), token->text))
      return property_broken(world->c, "P2: the removal of %s is lost", token->text);
  }
  return true;
}

static bool come_to_rest(struct world *world) {
  int rounds = 0, before;
  do {
    before = world->changes;
    if (!world_round(world))
      return false;
    rounds++;
  } while (world->changes > before && rounds <= ROUNDS_MAX * world->tracker_count);
  if (world->changes > before)
    return property_broken(world->c, "P9: still moving after %d rounds", rounds);
  return true;
}

static bool ends_well(struct world *world) {
  property_note(world->c, "-- quiet --");
  world->quiet = true;
  if (!come_to_rest(world))
    return false;
  for (int i = 0; i < world->tracker_count; i++)
    if (!is_at_rest(world, &world->trackers[i]))
      return false;
  if (!no_edit_is_lost(world) || !no_removal_is_lost(world))
    return false;
  int writes = world->writes, changes = world->changes;
  if (!world_round(world) || !world_round(world))
    return false;
  if (world->writes != writes || world->changes != changes)
    return property_broken(world->c, "P4: something moves in two further rounds");
  return true;
}

static bool run(struct property_case *c, int tracker_count) {
  struct world world;
  if (!world_begin(&world, c, tracker_count))
    return false;
  for (uint32_t steps = property_draw(c, STEPS_MAX + 1); steps > 0; steps--)
    if (!world_step(&world))
      return false;
  return ends_well(&world);
}

/* P1, P2, P4, P6, P8, P9 and the promises about freshness, direction and manual: see world.c. */
static bool plan_brings_two_sides_together(struct property_case *c) {
  return run(c, 1);
}

/* N-way: an edit in one tracker reaches the other through the local ticket, and nothing loops. */
static bool plan_brings_three_sides_together(struct property_case *c) {
  return run(c, 2);
}

static void show_field(struct str_builder *out, const struct plan_field *f) {
  const struct value *values[] = {&f->local,      &f->shadow_local, &f->shadow_external, &f->write.set,
                                  &f->write.add,  &f->write.remove, &f->sent_local,      &f->base,
                                  &f->local_seen, &f->external_seen};
  str_append_format(out, "\n%.*s %s %d%d%d%d %d%d %d %d", STR_FMT(f->field), plan_action_name(f->action),
                    f->changes_local, f->moves_shadow, f->writes_external, f->closes_conflict, f->write.has_set,
                    f->write.has_delta, (int)f->conflict, (int)f->winner);
  for (size_t j = 0; j < sizeof values / sizeof values[0]; j++)
    str_append_format(out, " '%s'", make_shown(out->arena, values[j]));
}

/* Field by field, whatever order the plan has them in. */
static struct str shown_plan(struct arena *arena, const struct plan *plan) {
  struct str_builder out = {.arena = arena};
  str_append_format(&out, "%d of %zu", plan->needs_fresh, plan->count);
  for (int field = 0; field < WORLD_FIELDS; field++)
    for (size_t i = 0; i < plan->count; i++)
      if (str_is(plan->fields[i].field, world_fields[field]))
        show_field(&out, &plan->fields[i]);
  return str_built(&out);
}

/* A side with any of its fields missing or drawn. */
static struct values draw_side(struct property_case *c, bool external) {
  static const char *const texts[] = {"",     "a",           "b",   "open",   "closed",
                                      "done", "in_progress", "odd", "*a*\nz", "_a_\r\nz"};
  static const char *const sets[] = {"", "a", "A, b", "bug", "Type: Bug", "a, b, c", "c, defect"};
  struct values_builder side = {.arena = c->arena};
  for (int i = 0; i < WORLD_FIELDS; i++) {
    if (property_rarely(c, 5))
      continue;
    bool set = (i == 3) != property_rarely(c, external ? 40 : 41);
    const char *text = set ? sets[property_draw(c, 7)] : texts[property_draw(c, 10)];
    struct value value = make_value(c->arena, set ? "labels" : "title", text);
    value.name = str_of(world_fields[i]);
    values_put(&side, value);
  }
  return values_built(&side);
}

/* P7: a pure function: the same answer twice, whatever the input, also with the fields in another order. */
static bool plan_is_the_same_twice(struct property_case *c) {
  struct world world;
  struct world_tracker *tracker = &world.trackers[0];
  if (!world_begin(&world, c, 1))
    return false;
  struct plan_input input = world_input(&world, tracker);
  input.local = draw_side(c, false);
  input.external = draw_side(c, true);
  input.shadow_local = draw_side(c, false);
  input.shadow_external = draw_side(c, true);
  input.external_fresh = property_draw(c, 2);
  struct plan first = plan_make(c->arena, &input), again;
  struct str before = shown_plan(c->arena, &first), after;
  struct plan_input other = input;
  struct value *reversed = ARENA_ARRAY(c->arena, struct value, input.external.count);
  for (size_t i = 0; i < input.external.count; i++)
    reversed[i] = input.external.at[input.external.count - 1 - i];
  other.external.at = reversed;
  again = plan_make(c->arena, &other);
  after = shown_plan(c->arena, &again);
  property_note(c, "%.*s\n-- and --\n%.*s", STR_FMT(before), STR_FMT(after));
  plan_create(c->arena, &input);
  plan_import(c->arena, &input);
  return str_equal(before, after);
}

/* A plan that waits takes only decisions that a fresh observation of the same content would take too. */
static bool plan_waits_only_where_it_must(struct property_case *c) {
  struct world world;
  if (!world_begin(&world, c, 1))
    return false;
  struct plan_input input = world_input(&world, &world.trackers[0]);
  input.local = draw_side(c, false);
  input.external = draw_side(c, true);
  input.shadow_local = draw_side(c, false);
  input.shadow_external = draw_side(c, true);
  input.external_fresh = false;
  struct plan stale = plan_make(c->arena, &input);
  input.external_fresh = true;
  struct plan fresh = plan_make(c->arena, &input);
  if (fresh.needs_fresh || fresh.count != stale.count)
    return property_broken(c, "a fresh plan waits, or another number of fields");
  for (size_t i = 0; i < fresh.count; i++) {
    enum plan_action was = stale.fields[i].action, is = fresh.fields[i].action;
    bool may_wait = is == PLAN_PUSH || is == PLAN_MERGE || is == PLAN_CONFLICT || is == PLAN_RESOLVED;
    if (may_wait ? was != PLAN_WAIT : was != is)
      return property_broken(c, "%s then %s", plan_action_name(was), plan_action_name(is));
  }
  return true;
}

/* A tracker that gives every text back in its own formatting: the dual shadow keeps it quiet, and the next edit of
 * either side still goes through. */
static bool plan_stays_quiet_about_an_echo(struct property_case *c) {
  struct world world;
  if (!world_begin(&world, c, 1))
    return false;
  struct world_tracker *tracker = &world.trackers[0];
  tracker->rules = (struct rules){0};
  memset(world.active, 0, sizeof world.active);
  world.active[1] = true;
  tracker->open[1] = false;
  struct value body = value_text(STR("body"), str_format(c->arena, "*%s* \r\n", "start"));
  world.local = (struct values_builder){.arena = c->arena};
  values_put(&world.local, body);
  values_put(&tracker->now, body);
  values_put(&tracker->shadow_local, body);
  values_put(&tracker->shadow_external, body);
  for (uint32_t edits = 1 + property_draw(c, 4); edits > 0; edits--) {
    world_put(&world, NULL, 1, world_draw_value(&world, NULL, 1));
    int writes = world.writes;
    if (!world_round(&world) || world.writes != writes + 1)
      return property_broken(c, "the edit is not sent once");
    int changes = world.changes;
    if (!world_round(&world) || !world_round(&world) || world.changes != changes)
      return property_broken(c, "the echo is taken for an edit");
  }
  return world.conflicts[1] == 0;
}

#define PROPERTY(function)                               \
  static void test_##function(void **state) {            \
    (void)state;                                         \
    property_check(#function, PROPERTY_CASES, function); \
  }

PROPERTY(plan_brings_two_sides_together)
PROPERTY(plan_brings_three_sides_together)
PROPERTY(plan_is_the_same_twice)
PROPERTY(plan_waits_only_where_it_must)
PROPERTY(plan_stays_quiet_about_an_echo)

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_plan_brings_two_sides_together), cmocka_unit_test(test_plan_brings_three_sides_together),
      cmocka_unit_test(test_plan_is_the_same_twice),         cmocka_unit_test(test_plan_waits_only_where_it_must),
      cmocka_unit_test(test_plan_stays_quiet_about_an_echo),
  };
  return cmocka_run_group_tests_name("properties of plan", tests, NULL, NULL);
}
