/* Webhooks, as trackers send them. */
#include "simulation/hooks.h"

#include "simulation/people.h"
#include "simulation/world.h"

enum { SECOND_MS = 1000, TRIES = 3, TRIES_WHERE_SURE = 30 };

struct hook_delivery {
  struct tracker *tracker;
  struct str id, body;
  int64_t hook_id;
};

/* -- delivering -- */

static void remember(struct hook_delivery *delivery, bool has_arrived) {
  struct tracker *tracker = delivery->tracker;
  if (!tracker->habits.repeats_on_request)
    return;
  struct hook_attempt *attempt = ARENA_NEW(&tracker->world->arena, struct hook_attempt);
  *attempt = (struct hook_attempt){.older = tracker->hooks.newest,
                                   .delivery = delivery,
                                   .delivery_id = delivery->id,
                                   .number = tracker->hooks.newest ? tracker->hooks.newest->number + 1 : 1,
                                   .at_ms = tracker->world->now_ms,
                                   .hook_id = delivery->hook_id,
                                   .has_arrived = has_arrived};
  tracker->hooks.newest = attempt;
}

static bool tries_again(const struct tracker *tracker, uint64_t tries) {
  return tracker->habits.hooks_are_retried && tries < (tracker->habits.hooks_are_sure ? TRIES_WHERE_SURE : TRIES);
}

static void deliver(void *context, uint64_t tries) {
  struct hook_delivery *delivery = context;
  struct tracker *tracker = delivery->tracker;
  struct webhook_accept accept = {.project = str_of(tracker->habits.system),
                                  .delivery_id = delivery->id,
                                  .event = STR("changed"),
                                  .body = delivery->body};
  struct webhook_accepted accepted;
  struct result result = people_try_verb(tracker->world, VERB_WEBHOOK_ACCEPT, &accept, &accepted);
  world_tell(tracker->world, "%s webhook %.*s: %s", tracker->habits.system, STR_FMT(delivery->id),
             result_ok(&result) ? "taken" : result.message);
  remember(delivery, result_ok(&result));
  if (!result_ok(&result) && tries_again(tracker, tries))
    events_expect(&tracker->world->events, tracker->world->now_ms + 60 * SECOND_MS, deliver, delivery, tries + 1);
}

static bool gets_lost(struct tracker *tracker) {
  return !tracker->habits.hooks_are_sure && chances_fault(&tracker->world->chances, FAULT_HOOK_LOST, tracker->who);
}

static void send_off(struct hook_delivery *delivery) {
  struct tracker *tracker = delivery->tracker;
  struct world *world = tracker->world;
  struct chances *chances = &world->chances;
  int64_t at_ms = world->now_ms + chances_between(chances, DRAW_LATENCY, tracker->who, 50, 1500);
  if (chances_fault(chances, FAULT_HOOK_LATE, tracker->who))
    at_ms += chances_between(chances, DRAW_DURATION, tracker->who, 1, 120) * SECOND_MS;
  events_expect(&world->events, at_ms, deliver, delivery, 0);
  if (chances_fault(chances, FAULT_HOOK_TWICE, tracker->who))
    events_expect(&world->events, at_ms + 7 * SECOND_MS, deliver, delivery, 0);
}

void hooks_repeat(const struct hook_attempt *attempt) {
  struct tracker *tracker = attempt->delivery->tracker;
  if (gets_lost(tracker))
    remember(attempt->delivery, false);
  else
    send_off(attempt->delivery);
}

/* -- telling of a change -- */

/* Of the newest change, or of the deletion. */
static struct hook_delivery *make_delivery(struct tracker *tracker, const struct remote_item *item, int64_t hook_id) {
  struct arena *arena = &tracker->world->arena;
  struct hook_delivery *delivery = ARENA_NEW(arena, struct hook_delivery);
  long place = (long)(item - tracker->items);
  size_t revision = item->gone_ms ? item->count : item->count - 1; /* beyond the last one: deleted */
  *delivery = (struct hook_delivery){.tracker = tracker, .hook_id = hook_id};
  delivery->id = str_format(arena, "%s-%ld-%zu%s", tracker->habits.system, place, revision + 1,
                            hook_id > 1 ? str_format(arena, "-%lld", (long long)hook_id).at : "");
  delivery->body = str_format(arena, "%ld %zu", place, revision);
  return delivery;
}

static bool tell_one(struct tracker *tracker, const struct remote_item *item, int64_t hook_id) {
  bool is_lost = gets_lost(tracker);
  if (is_lost && !tracker->habits.repeats_on_request)
    return false;
  struct hook_delivery *delivery = make_delivery(tracker, item, hook_id);
  if (is_lost)
    remember(delivery, false);
  else
    send_off(delivery);
  return true;
}

void hooks_tamper(struct tracker *tracker) {
  bool deletes = chances_draw(&tracker->world->chances, DRAW_CHOICE, tracker->who) % 2;
  for (size_t i = 0; i < HOOKS_MAX; i++) {
    tracker->hooks.at[i].is_on = false;
    tracker->hooks.at[i].id = deletes ? 0 : tracker->hooks.at[i].id;
  }
  world_tell(tracker->world, "somebody %s the webhook of %s", deletes ? "deletes" : "switches off",
             tracker->habits.system);
}

bool hooks_tell(struct tracker *tracker, const struct remote_item *item) {
  bool is_told = false;
  if (!tracker->habits.has_hooks)
    return false;
  if (!tracker->habits.registers_hooks)
    return tell_one(tracker, item, 0);
  if (hooks_stand(tracker) && chances_fault(&tracker->world->chances, FAULT_HOOK_TAMPERED, tracker->who))
    hooks_tamper(tracker);
  for (size_t i = 0; i < HOOKS_MAX; i++)
    if (tracker->hooks.at[i].is_on)
      is_told |= tell_one(tracker, item, tracker->hooks.at[i].id);
  return is_told;
}

/* -- those that were registered -- */

bool hooks_stand(const struct tracker *tracker) {
  for (size_t i = 0; i < HOOKS_MAX; i++)
    if (tracker->hooks.at[i].is_on)
      return true;
  return false;
}

struct remote_hook *hooks_find(struct tracker *tracker, struct str url) {
  for (size_t i = 0; i < HOOKS_MAX; i++)
    if (tracker->hooks.at[i].id && str_equal(tracker->hooks.at[i].url, url))
      return &tracker->hooks.at[i];
  return NULL;
}

struct remote_hook *hooks_make(struct tracker *tracker, struct str url) {
  if (!tracker->habits.takes_twin_hooks && hooks_find(tracker, url))
    return NULL;
  for (size_t i = 0; i < HOOKS_MAX; i++) {
    struct remote_hook *hook = &tracker->hooks.at[i];
    if (hook->id)
      continue;
    *hook = (struct remote_hook){++tracker->hooks.made, str_copy(&tracker->world->arena, url), true};
    return hook;
  }
  return NULL;
}
