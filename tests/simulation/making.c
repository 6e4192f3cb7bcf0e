/* Payloads applied. */
#include "simulation/making.h"

#include "simulation/connector_parts.h"
#include "simulation/world.h"

static struct value body_with_marker(struct arena *arena, const struct value *body, struct str marker) {
  return value_text(body->name,
                    str_format(arena, "%.*s\n\n<!-- tandem:v1:%.*s -->", STR_FMT(body->text), STR_FMT(marker)));
}

static void put_set(struct values_builder *fields, const struct tracker *tracker, const struct push *push) {
  const struct values *set = &push->payload->set;
  struct str marker = push->payload->marker;
  for (size_t i = 0; i < set->count; i++) {
    if (!tracker_has(tracker, set->at[i].name))
      continue;
    bool marks = tracker->habits.marker == MARKER_IN_BODY && marker.length && str_is(set->at[i].name, "body");
    values_put(fields, marks ? body_with_marker(fields->arena, &set->at[i], marker) : set->at[i]);
  }
}

static void put_members(struct values_builder *fields, const struct values *now, const struct payload *payload) {
  for (size_t part = 0; part < 2; part++) {
    const struct values *delta = part ? &payload->remove : &payload->add;
    for (size_t i = 0; i < delta->count; i++) {
      struct values so_far = values_built(fields);
      const struct value *set = values_find(&so_far, delta->at[i].name);
      set = set ? set : values_find(now, delta->at[i].name);
      struct str *items = ARENA_ARRAY(fields->arena, struct str, (set ? set->count : 0) + delta->at[i].count);
      size_t count = 0;
      for (size_t n = 0; set && n < set->count; n++)
        if (!part || !value_has(&delta->at[i], set->items[n]))
          items[count++] = set->items[n];
      for (size_t n = 0; !part && n < delta->at[i].count; n++)
        if (!set || !value_has(set, delta->at[i].items[n]))
          items[count++] = delta->at[i].items[n];
      values_put(fields, value_set(delta->at[i].name, items, count));
    }
  }
}

struct values making_changed(const struct remote_item *item, const struct push *push) {
  struct values_builder fields = {.arena = &item->tracker->world->arena};
  put_set(&fields, item->tracker, push);
  put_members(&fields, &tracker_now(item)->fields, push->payload);
  return values_built(&fields);
}

bool making_has_place(struct tracker *tracker, const struct intent *intent) {
  return !str_is(intent->kind, "comment") || tracker_find(tracker, STR("ticket"), intent->parent_external_id);
}

struct remote_item *making_create(struct tracker *tracker, const struct push *push) {
  const struct intent *intent = push->intent;
  struct values_builder fields = {.arena = &tracker->world->arena};
  bool own_id = tracker->habits.marker == MARKER_OWN_ID;
  struct remote_item *item = tracker_made_as(tracker, intent->kind, intent->op_id);
  if (item)
    return item;
  if (str_is(intent->kind, "ticket"))
    tracker_put_defaults(tracker, &fields);
  put_set(&fields, tracker, push);
  if (tracker->habits.creates_in_steps && str_is(intent->kind, "ticket"))
    values_put(&fields, value_text(STR("status"), STR("open")));
  struct values built = values_built(&fields);
  item = tracker_create(tracker, str_is(intent->kind, "ticket") ? "ticket" : "comment",
                        own_id ? intent->op_id : (struct str){0}, intent->parent_external_id, &built, true);
  for (size_t i = 0; i < push->payload->set.count; i++)
    item->unanswered |= 1U << truth_field(push->payload->set.at[i].name);
  if (tracker->habits.marker == MARKER_PROPERTY)
    item->marker = str_copy(&tracker->world->arena, push->payload->marker);
  return item;
}

/* A creation that is on its way when its sender gives up. */
struct late_write {
  struct tracker *tracker;
  struct intent intent;
  struct payload payload;
};

static void write_late(void *context, uint64_t unused) {
  struct late_write *late = context;
  struct push push = {.intent = &late->intent, .payload = &late->payload};
  (void)unused;
  if (!making_has_place(late->tracker, &late->intent))
    return;
  world_tell(late->tracker->world, "%s takes a late creation", late->tracker->habits.system);
  making_create(late->tracker, &push);
}

void making_create_late(struct tracker *tracker, const struct push *push) {
  struct world *world = tracker->world;
  struct late_write *late = ARENA_NEW(&world->arena, struct late_write);
  *late = (struct late_write){.tracker = tracker, .intent = *push->intent};
  late->intent.kind = str_copy(&world->arena, push->intent->kind);
  late->intent.op_id = str_copy(&world->arena, push->intent->op_id);
  late->intent.parent_external_id = str_copy(&world->arena, push->intent->parent_external_id);
  late->payload.set = values_copy(&world->arena, &push->payload->set);
  late->payload.marker = str_copy(&world->arena, push->payload->marker);
  int64_t wait_ms = chances_between(&world->chances, DRAW_DURATION, tracker->who, TIMEOUT_MS / 2,
                                    TIMEOUT_MS + tracker->habits.settle_ms / 2);
  events_expect(&world->events, world->now_ms + wait_ms, write_late, late, 0);
}
