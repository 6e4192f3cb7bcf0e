/* The model world: settings, trackers, and applying plans while watching them. */
#include "world.h"

#include "make.h"
#include "sync/canon.h"
#include "sync/map_fields.h"

const char *const world_fields[WORLD_FIELDS] = {"title", "body", "status", "labels"};

static const struct value_pair status_table[] = {
    {{"open", 4}, {"open", 4}},
    {{"in_progress", 11}, {"open", 4}},
    {{"done", 4}, {"closed", 6}},
    {{"cancelled", 9}, {"closed", 6}},
};
static const struct value_pair label_table[] = {{{"bug", 3}, {"Type: Bug", 9}}, {{"defect", 6}, {"Type: Bug", 9}}};

int world_field(struct str name) {
  for (int i = 0; i < WORLD_FIELDS; i++)
    if (str_is(name, world_fields[i]))
      return i;
  return -1;
}

const char *world_shown(struct world *world, const struct values_builder *side, int field) {
  struct values values = values_built(side);
  const struct value *value = values_find(&values, str_of(world_fields[field]));
  return value ? make_shown(world->c->arena, value) : "";
}

/* --- the tracker --- */

/* It has its own way with Markdown and line ends. */
static struct str rendered(struct arena *arena, struct str text) {
  struct str_builder out = {.arena = arena};
  for (size_t i = 0; i < text.length; i++)
    str_append_c(&out, text.at[i] == '*' ? "_" : text.at[i] == '\n' ? "\r\n" : (char[]){text.at[i], 0});
  str_append_c(&out, "\r\n");
  return str_built(&out);
}

static bool has_folded(const struct value *set, struct str item) {
  for (size_t i = 0; i < set->count; i++)
    if (canon_equal_text(CONTENT_SET, set->items[i], item))
      return true;
  return false;
}

/* It refuses one label, and keeps its own spelling of those it has. */
static struct value with_labels(struct arena *arena, const struct value *before, const struct value *add,
                                const struct value *remove) {
  struct str *items = ARENA_ARRAY(arena, struct str, before->count + add->count);
  size_t count = 0;
  for (size_t i = 0; i < before->count; i++)
    if (!has_folded(remove, before->items[i]))
      items[count++] = before->items[i];
  for (size_t i = 0; i < add->count; i++)
    if (!str_is(add->items[i], "refused"))
      items[count++] = add->items[i];
  struct value value = value_set(before->name, items, count);
  return canon_clean(arena, CONTENT_SET, &value);
}

static const struct value *tracker_takes(struct world *world, struct world_tracker *tracker,
                                         const struct plan_write *write, struct str name) {
  struct arena *arena = world->c->arena;
  struct values now = values_built(&tracker->now);
  const struct value *before = values_find(&now, name);
  struct value none = value_set(name, NULL, 0), value;
  if (write->has_delta)
    value = with_labels(arena, before, &write->add, &write->remove);
  else if (write->set.kind == VALUE_SET)
    value = with_labels(arena, &none, &write->set, &none);
  else
    value = value_text(name, str_is(name, "body") ? rendered(arena, write->set.text) : write->set.text);
  values_put(&tracker->now, value);
  now = values_built(&tracker->now);
  return values_find(&now, name);
}

/* --- applying a plan --- */

static void keep_row(struct world *world, int field, const struct plan_field *decision) {
  str_append_format(&world->kept[field], "[%s|%s]", make_shown(world->c->arena, &decision->local_seen),
                    make_shown(world->c->arena, &decision->external_seen));
  world->conflicts[field]++;
}

/* P6, P8, freshness, direction, and manual's promise. */
static const char *what_is_wrong(struct world *world, struct world_tracker *tracker, int field,
                                 const struct plan_field *decision, bool by_person) {
  enum direction direction = rules_direction(&tracker->rules, decision->field);
  enum plan_action action = decision->action;
  bool decided = action == PLAN_PULL || action == PLAN_MERGE || action == PLAN_RESOLVED;
  if (decision->changes_local && !decided)
    return "P8: local changes without a pull, a merge or a decision";
  if (decision->writes_external && (!rules_may_push(direction) || !tracker->fresh))
    return "a write against the direction or on an old observation";
  if (decision->changes_local && !by_person && !rules_may_pull(direction))
    return "a pull against the direction";
  if (tracker->open[field] && !by_person && action != PLAN_FROZEN && action != PLAN_AGREE)
    return "an open conflict does not freeze the field";
  if (action == PLAN_CONFLICT && tracker->open[field] && !by_person)
    return "a second conflict row";
  if ((action == PLAN_CONFLICT || action == PLAN_RESOLVED) && !by_person && decision->conflict == PLAN_NO_CONFLICT)
    return "a decision without a conflict row";
  if (decision->closes_conflict && !(tracker->open[field] && (by_person || action == PLAN_AGREE)))
    return "P6: a conflict closes without agreement or decision";
  struct values shadow = values_built(&tracker->shadow_local), local = values_built(&world->local);
  const struct value *agreed = values_find(&shadow, decision->field), *now = values_find(&local, decision->field);
  bool edited = now && (!agreed || !canon_equal(catalogue_kind(now->name, now->kind), now, agreed));
  bool manual = rules_strategy(&tracker->rules, decision->field) == STRATEGY_MANUAL;
  if (manual && !by_person && field != 3 && edited && decision->changes_local)
    return "an external change overrides a local edit";
  return NULL;
}

/* What the adapter sees when it fetches once more before it writes: the field has moved, so the plan is stale. */
static bool has_moved(struct world *world, struct world_tracker *tracker, int field) {
  return strcmp(world_shown(world, &tracker->observed, field), world_shown(world, &tracker->now, field)) != 0;
}

static void write_outside(struct world *world, struct world_tracker *tracker, int field,
                          const struct plan_field *decision) {
  if (decision->write.has_set && tracker->observed.count && has_moved(world, tracker, field))
    return;
  /* Somebody else may be quicker with a label: the response shows theirs too, and it must not be taken as known. */
  if (decision->write.has_delta && !world->quiet && property_rarely(world->c, 4))
    world_put(world, tracker, field, world_draw_value(world, tracker, field));
  const struct value *returned = tracker_takes(world, tracker, &decision->write, decision->field);
  struct values shadow = values_built(&tracker->shadow_external);
  const struct value *known = values_find(&shadow, decision->field);
  struct value none = value_set(decision->field, NULL, 0);
  values_put(&tracker->shadow_external,
             plan_receipt(world->c->arena, known ? known : &none, &decision->write, returned));
  values_put(&tracker->shadow_local, decision->sent_local);
  tracker->fresh = false;
  world->writes++;
  world->changes++;
}

static bool apply(struct world *world, struct world_tracker *tracker, const struct plan_field *decision,
                  bool by_person) {
  int field = world_field(decision->field);
  const char *wrong = what_is_wrong(world, tracker, field, decision, by_person);
  if (world->c->shows && decision->action != PLAN_NOOP)
    property_note(world->c, "tracker %d: %s %s (%s) local '%s' send '%s'+'%s'-'%s'", (int)(tracker - world->trackers),
                  plan_action_name(decision->action), world_fields[field], plan_conflict_kind_name(decision->conflict),
                  make_shown(world->c->arena, &decision->local), make_shown(world->c->arena, &decision->write.set),
                  make_shown(world->c->arena, &decision->write.add),
                  make_shown(world->c->arena, &decision->write.remove));
  if (wrong)
    return property_broken(world->c, "%s", wrong);
  if (decision->action == PLAN_CONFLICT || decision->action == PLAN_RESOLVED)
    keep_row(world, field, decision);
  world->changes += decision->changes_local || decision->moves_shadow || decision->closes_conflict ||
                    (decision->action == PLAN_CONFLICT && !tracker->open[field]);
  if (decision->action == PLAN_CONFLICT)
    tracker->open[field] = true;
  if (decision->closes_conflict)
    tracker->open[field] = false;
  if (decision->changes_local)
    values_put(&world->local, decision->local);
  if (decision->moves_shadow) {
    values_put(&tracker->shadow_local, decision->shadow_local);
    values_put(&tracker->shadow_external, decision->shadow_external);
  }
  if (decision->writes_external)
    write_outside(world, tracker, field, decision);
  return true;
}

/* --- planning --- */

static struct plan_time *times_of(struct world *world, struct world_tracker *tracker) {
  struct plan_time *times = ARENA_ARRAY(world->c->arena, struct plan_time, WORLD_FIELDS);
  for (int i = 0; i < WORLD_FIELDS; i++)
    times[i] = (struct plan_time){str_of(world_fields[i]), world->changed_ms[i], tracker->changed_ms[i]};
  return times;
}

struct plan_input world_input(struct world *world, struct world_tracker *tracker) {
  struct str *open = ARENA_ARRAY(world->c->arena, struct str, WORLD_FIELDS);
  size_t count = 0;
  for (int i = 0; i < WORLD_FIELDS; i++)
    if (tracker->open[i])
      open[count++] = str_of(world_fields[i]);
  return (struct plan_input){
      .local = values_copy(world->c->arena, &(struct values){world->local.at, world->local.count}),
      .external = values_copy(world->c->arena, &(struct values){tracker->observed.at, tracker->observed.count}),
      .shadow_local =
          values_copy(world->c->arena, &(struct values){tracker->shadow_local.at, tracker->shadow_local.count}),
      .shadow_external =
          values_copy(world->c->arena, &(struct values){tracker->shadow_external.at, tracker->shadow_external.count}),
      .open_conflicts = open,
      .open_conflict_count = count,
      .times = times_of(world, tracker),
      .time_count = WORLD_FIELDS,
      .external_fresh = tracker->fresh,
      .rules = tracker->rules,
  };
}

static void observe(struct world *world, struct world_tracker *tracker, bool by_id) {
  struct values now = values_built(&tracker->now);
  tracker->observed = (struct values_builder){.arena = world->c->arena};
  values_put_all(&tracker->observed, &now);
  tracker->fresh = by_id;
}

static bool apply_plan(struct world *world, struct world_tracker *tracker, const struct plan *plan) {
  int writes = world->writes;
  bool moved = false;
  for (size_t i = 0; i < plan->count; i++) {
    if (!apply(world, tracker, &plan->fields[i], false))
      return false;
    moved |= plan->fields[i].moves_shadow;
    if (world->writes > writes) /* one plan, several fields: each was decided on the same fresh observation */
      tracker->fresh = true;
  }
  if (world->writes > writes)
    observe(world, tracker, false); /* a write voids what was seen before */
  tracker->fresh &= !moved && world->writes == writes;
  return true;
}

bool world_plan(struct world *world, struct world_tracker *tracker) {
  struct plan_input input = world_input(world, tracker);
  struct plan plan = plan_make(world->c->arena, &input);
  if (plan.needs_fresh && tracker->fresh)
    return property_broken(world->c, "waits for what it has");
  if (!apply_plan(world, tracker, &plan) || !plan.needs_fresh)
    return !plan.needs_fresh;
  observe(world, tracker, true);
  input = world_input(world, tracker);
  plan = plan_make(world->c->arena, &input);
  return apply_plan(world, tracker, &plan);
}

bool world_round(struct world *world) {
  for (int i = 0; i < world->tracker_count; i++) {
    observe(world, &world->trackers[i], true);
    if (!world_plan(world, &world->trackers[i]))
      return false;
  }
  return true;
}

bool world_resolve(struct world *world, struct world_tracker *tracker, int field) {
  observe(world, tracker, true);
  struct plan_input input = world_input(world, tracker);
  enum plan_choice choice = (enum plan_choice)property_draw(world->c, 3);
  struct value value = {0};
  if (choice == PLAN_CHOOSE_VALUE)
    value = world_draw_value(world, NULL, field);
  struct plan plan = plan_resolve(world->c->arena, &input, str_of(world_fields[field]), choice, &value);
  if (plan.count == 0 && choice == PLAN_CHOOSE_LOCAL && !values_find(&input.local, str_of(world_fields[field])))
    return true;
  if (plan.count != 1)
    return property_broken(world->c, "a field with a conflict is not carried");
  if (!apply(world, tracker, &plan.fields[0], true))
    return false;
  observe(world, tracker, false);
  return true;
}

/* --- steps --- */

static bool resolve_some(struct world *world, struct world_tracker *tracker) {
  for (int i = 0; i < WORLD_FIELDS; i++)
    if (tracker->open[i])
      return world_resolve(world, tracker, i);
  return world_plan(world, tracker);
}

bool world_step(struct world *world) {
  struct world_tracker *tracker = &world->trackers[property_draw(world->c, (uint32_t)world->tracker_count)];
  switch (property_draw(world->c, 6)) {
  case 0:
    return world_person_edits(world, NULL);
  case 1:
    return world_person_edits(world, tracker);
  case 2:
    observe(world, tracker, false);
    return true;
  case 3:
    return world_plan(world, tracker);
  case 4:
    observe(world, tracker, true);
    return world_plan(world, tracker);
  default:
    return resolve_some(world, tracker);
  }
}

/* --- beginning --- */

static void draw_rules(struct world *world, struct world_tracker *tracker) {
  static const enum direction directions[] = {DIRECTION_INHERIT,       DIRECTION_BIDIRECTIONAL, DIRECTION_BIDIRECTIONAL,
                                              DIRECTION_BIDIRECTIONAL, DIRECTION_PUSH,          DIRECTION_PULL,
                                              DIRECTION_DISABLED};
  struct property_case *c = world->c;
  tracker->field_rules[0] = (struct field_rule){.field = STR("status"), .table = status_table, .count = 4};
  tracker->field_rules[0].closed = property_draw(c, 2);
  tracker->field_rules[1] = (struct field_rule){.field = STR("labels"), .table = label_table, .count = 2};
  tracker->field_rules[1].direction = property_rarely(c, 5) ? directions[property_draw(c, 7)] : DIRECTION_INHERIT;
  tracker->rules = (struct rules){.fields = tracker->field_rules, .field_count = 2};
  tracker->rules.direction = directions[property_draw(c, 7)];
  tracker->rules.strategy = (enum strategy)property_draw(c, 6);
  tracker->rules.confirmed = property_draw(c, 2);
  property_note(c, "direction %s (labels %s), strategy %s, confirmed %d, status closed %d",
                rules_direction_name(tracker->rules.direction), rules_direction_name(tracker->field_rules[1].direction),
                rules_strategy_name(tracker->rules.strategy), tracker->rules.confirmed, tracker->field_rules[0].closed);
}

static void draw_contents(struct world *world, struct world_tracker *tracker) {
  for (int i = 0; i < WORLD_FIELDS; i++)
    if (world->active[i])
      world_put(world, tracker, i, world_draw_value(world, tracker, i));
}

/* What a new ticket there has of itself. */
static void put_defaults(struct world *world, struct world_tracker *tracker) {
  for (int i = 0; i < WORLD_FIELDS; i++)
    if (world->active[i])
      values_put(&tracker->now, make_value(world->c->arena, world_fields[i], i == 2 ? "open" : ""));
}

static bool create(struct world *world, struct world_tracker *tracker) {
  struct plan_input input = world_input(world, tracker);
  struct plan plan = plan_create(world->c->arena, &input);
  put_defaults(world, tracker);
  for (size_t i = 0; i < plan.count; i++) {
    const struct plan_field *decision = &plan.fields[i];
    int field = world_field(decision->field);
    if (decision->action == PLAN_CONFLICT) {
      keep_row(world, field, decision);
      tracker->open[field] = true;
    } else if (decision->action == PLAN_PUSH) {
      write_outside(world, tracker, field, decision);
    } else {
      struct values now = values_built(&tracker->now);
      values_put(&tracker->shadow_local, decision->sent_local);
      values_put(&tracker->shadow_external, *values_find(&now, decision->field));
    }
  }
  return true;
}

static bool import(struct world *world, struct world_tracker *tracker) {
  draw_contents(world, tracker);
  observe(world, tracker, false);
  struct plan_input input = world_input(world, tracker);
  struct plan plan = plan_import(world->c->arena, &input);
  for (size_t i = 0; i < plan.count; i++)
    if (plan.fields[i].action != PLAN_MASKED && !apply(world, tracker, &plan.fields[i], false))
      return false;
  return true;
}

static bool begin_tracker(struct world *world, struct world_tracker *tracker, bool first) {
  struct arena *arena = world->c->arena;
  tracker->now = tracker->observed = tracker->shadow_local = tracker->shadow_external =
      (struct values_builder){.arena = arena};
  draw_rules(world, tracker);
  uint32_t how = property_draw(world->c, 3);
  property_note(world->c, "%s", how == 0 ? "created" : how == 1 && first ? "imported" : "linked");
  bool good = true;
  if (how == 1 && first) {
    good = import(world, tracker);
  } else {
    if (first)
      draw_contents(world, NULL);
    if (how == 0)
      good = create(world, tracker);
    else
      draw_contents(world, tracker);
  }
  observe(world, tracker, false);
  return good;
}

bool world_begin(struct world *world, struct property_case *c, int tracker_count) {
  *world = (struct world){.c = c, .tracker_count = tracker_count, .now_ms = 1000000};
  world->local = (struct values_builder){.arena = c->arena};
  int one = (int)property_draw(c, WORLD_FIELDS);
  world->active[one] = true;
  if (property_rarely(c, 3))
    world->active[property_draw(c, WORLD_FIELDS)] = true;
  for (int i = 0; i < WORLD_FIELDS; i++)
    world->kept[i] = (struct str_builder){.arena = c->arena};
  for (int i = 0; i < tracker_count; i++)
    if (!begin_tracker(world, &world->trackers[i], i == 0))
      return false;
  return true;
}
