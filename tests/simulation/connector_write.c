/* Writes: one request or two, and what gets lost of them. */
#include "simulation/connector_parts.h"
#include "simulation/gaps.h"
#include "simulation/making.h"
#include "simulation/people.h"
#include "simulation/tell.h"
#include "simulation/world.h"

/* What was sent as the request that wrote it showed it: an edit between the two is no rendering of ours. */
static struct observation with_status(struct arena *arena, const struct observation *created,
                                      const struct value *status) {
  struct observation seen = *created;
  struct values_builder fields = {.arena = arena};
  values_put_all(&fields, &created->fields);
  values_put(&fields, *status);
  seen.fields = values_built(&fields);
  return seen;
}

/* What is left of a creation, `seen` as it was made: where it takes a second request, its status. */
static struct result finish_creation(struct connection *c, struct arena *arena, struct remote_item *item,
                                     const struct push *push, struct observation *seen) {
  const struct value *status = values_find(&push->payload->set, STR("status"));
  if (status && !value_equal(status, values_find(&tracker_now(item)->fields, STR("status")))) {
    TRY(connector_answer_to(c, false));
    struct result second = connector_reach(c, true);
    if (second.code == RESULT_RETRY)
      second.code = RESULT_UNCERTAIN; /* half of it is there */
    TRY(second);
    tracker_change(item, &(struct values){status, 1}, true);
    *seen = with_status(arena, seen, status);
  }
  return RESULT_DONE;
}

static struct result push_create(struct connection *c, struct arena *arena, const struct push *push,
                                 struct observation *out) {
  struct tracker *tracker = c->tracker;
  struct chances *chances = &tracker->world->chances;
  gaps_take_turn(tracker, actor_current()->who, c->left_ms);
  if (chances_fault(chances, FAULT_WRITE_LATE, tracker->who)) {
    making_create_late(tracker, push);
    return connector_no_answer(c);
  }
  if (!making_has_place(tracker, push->intent))
    return result_error(RESULT_GONE, "no such ticket");
  struct remote_item *item = making_create(tracker, push);
  if (chances_fault(chances, FAULT_ANSWER_LOST, tracker->who))
    return connector_no_answer(c);
  struct observation seen = tracker_observe(arena, item, tracker_now(item));
  TRY(finish_creation(c, arena, item, push, &seen));
  *out = seen;
  return connector_answer(c);
}

/* One call; it gets lost as a whole, and as a whole it comes late. */
static struct result send_creations(struct connection *c, struct arena *arena, struct pushed *creations, size_t count,
                                    struct remote_item **made) {
  struct tracker *tracker = c->tracker;
  struct chances *chances = &tracker->world->chances;
  TRY(connector_reach(c, true));
  gaps_take_turn(tracker, actor_current()->who, c->left_ms);
  world_tell(tracker->world, "%s creates %zu tickets in %s", actor_current()->name, count, tracker->habits.system);
  bool late = chances_fault(chances, FAULT_WRITE_LATE, tracker->who);
  for (size_t i = 0; i < count; i++) {
    people_check_outbound(tracker->world, creations[i].push.payload, TIMEOUT_MS);
    if (late) {
      making_create_late(tracker, &creations[i].push);
      continue;
    }
    made[i] = making_create(tracker, &creations[i].push);
    creations[i].seen = tracker_observe(arena, made[i], tracker_now(made[i]));
  }
  return late || chances_fault(chances, FAULT_ANSWER_LOST, tracker->who) ? connector_no_answer(c) : RESULT_DONE;
}

void connector_create_many(struct connection *c, struct arena *arena, struct pushed *creations, size_t count) {
  struct remote_item *made[PUSH_MANY_MAX];
  struct result result = send_creations(c, arena, creations, count, made);
  for (size_t i = 0; i < count; i++) {
    struct pushed *creation = &creations[i];
    creation->done = true;
    creation->result =
        result_ok(&result) ? finish_creation(c, arena, made[i], &creation->push, &creation->seen) : result;
  }
  if (result_ok(&result))
    result = connector_answer(c);
  for (size_t i = 0; i < count && !result_ok(&result); i++)
    creations[i].result = result;
}

/* What the write replaced, as the tracker's history tells; comments have none. */
static struct values replaced_by(struct arena *arena, const struct remote_item *item, const struct values *before,
                                 const struct values *set) {
  struct values_builder replaced = {.arena = arena};
  for (size_t i = 0; i < set->count && str_is(item->kind, "ticket"); i++) {
    const struct value *old = values_find(before, set->at[i].name);
    if (old)
      values_put(&replaced, *old);
  }
  return values_built(&replaced);
}

/* On what it saw last. */
static void take_turn(struct connection *c, struct remote_item *item) {
  int64_t *looked_ms = &item->looked_ms[actor_current()->who];
  gaps_take_turn(c->tracker, actor_current()->who, *looked_ms ? *looked_ms : c->left_ms);
  *looked_ms = 0;
}

static struct result push_update(struct connection *c, struct arena *arena, const struct push *push,
                                 struct observation *out) {
  struct tracker *tracker = c->tracker;
  struct remote_item *item = tracker_find(tracker, push->intent->kind, push->intent->external_id);
  if (!item)
    return result_error(RESULT_GONE, "no such ticket");
  take_turn(c, item);
  struct observation before = tracker_observe(arena, item, tracker_now(item));
  struct values built = making_changed(item, push);
  gaps_check(item, push, &built, c->looked_at);
  tracker_change(item, &built, true);
  if (chances_fault(&tracker->world->chances, FAULT_ANSWER_LOST, tracker->who)) {
    people_may_take_away(item);
    return connector_no_answer(c);
  }
  *out = tracker_observe(arena, item, tracker_now(item));
  out->replaced = replaced_by(arena, item, &before.fields, &push->payload->set);
  return connector_answer(c);
}

/* What is gone already is deleted. */
static struct result push_delete(struct connection *c, const struct push *push, struct observation *out) {
  struct tracker *tracker = c->tracker;
  const struct intent *intent = push->intent;
  struct remote_item *item = tracker_find(tracker, intent->kind, intent->external_id);
  struct value nothing = value_text(STR("body"), STR(""));
  if (item) {
    take_turn(c, item);
    gaps_check(item, push, &(struct values){&nothing, 1}, c->looked_at);
    tracker_delete(item, true);
  }
  if (chances_fault(&tracker->world->chances, FAULT_ANSWER_LOST, tracker->who))
    return connector_no_answer(c);
  *out = (struct observation){.kind = intent->kind, .external_id = intent->external_id, .gone = STR("deleted")};
  return connector_answer(c);
}

struct result connector_push(struct connection *c, struct arena *arena, const struct push *push,
                             struct observation *out) {
  struct world *world = c->tracker->world;
  TRY(connector_reach(c, true));
  people_check_outbound(world, push->payload, TIMEOUT_MS);
  world_tell(world, "%s %.*ss %.*s %.*s in %s%.*s%.*s%.*s", actor_current()->name, STR_FMT(push->intent->change),
             STR_FMT(push->intent->kind), STR_FMT(push->intent->external_id), c->tracker->habits.system,
             STR_FMT(tell_values(arena, "set", &push->payload->set)),
             STR_FMT(tell_values(arena, "add", &push->payload->add)),
             STR_FMT(tell_values(arena, "remove", &push->payload->remove)));
  if (str_is(push->intent->change, "delete"))
    return push_delete(c, push, out);
  return str_is(push->intent->change, "create") ? push_create(c, arena, push, out) : push_update(c, arena, push, out);
}
