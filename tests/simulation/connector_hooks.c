/* Registering webhooks, asking for what they did not deliver, and asking which tickets are there. */
#include "simulation/connector_parts.h"
#include "simulation/world.h"

enum { IDS_A_PAGE = 4, DELIVERIES_MAX = 256 };

/* -- registering -- */

/* Nobody knows whether it is done: the next look tells. */
static struct result end_write(struct connection *c) {
  if (!chances_fault(&c->tracker->world->chances, FAULT_ANSWER_LOST, c->tracker->who))
    return connector_answer(c);
  struct result result = connector_no_answer(c);
  if (result.code == RESULT_UNCERTAIN)
    result.code = RESULT_RETRY;
  return result;
}

static struct result make_hook(struct connection *c, struct str url, int64_t *out_id) {
  TRY(connector_reach(c, true));
  struct remote_hook *made = hooks_make(c->tracker, url);
  if (!made)
    return result_error(RESULT_REJECTED, "there is such a webhook already");
  world_tell(c->tracker->world, "%s registers webhook %lld in %s", actor_current()->name, (long long)made->id,
             c->tracker->habits.system);
  *out_id = made->id;
  return end_write(c);
}

static struct result mend_hook(struct connection *c, struct str url, int64_t id) {
  TRY(connector_reach(c, true));
  struct remote_hook *hook = hooks_find(c->tracker, url);
  if (!hook || hook->id != id)
    return result_error(RESULT_GONE, "no such webhook");
  hook->is_on = true;
  world_tell(c->tracker->world, "%s mends webhook %lld in %s", actor_current()->name, (long long)id,
             c->tracker->habits.system);
  return end_write(c);
}

struct result connector_register_hook(struct connection *c, struct arena *arena, const struct hook *hook,
                                      struct hook_found *out) {
  TRY(connector_reach(c, false));
  c->tracker->hook_looks++;
  const struct remote_hook *there = hooks_find(c->tracker, hook->url);
  int64_t id = there ? there->id : 0;
  bool is_on = there && there->is_on;
  TRY(connector_answer(c));
  if (!id)
    TRY(make_hook(c, hook->url, &id));
  else if (!is_on || hook->repair)
    TRY(mend_hook(c, hook->url, id));
  *out = (struct hook_found){.id = str_format(arena, "%lld", (long long)id), .repaired = there && !is_on};
  return RESULT_DONE;
}

struct result connector_remove_hook(struct connection *c, struct arena *arena, const struct hook *hook) {
  (void)arena;
  TRY(connector_reach(c, true));
  struct remote_hook *there = hooks_find(c->tracker, hook->url);
  if (there)
    *there = (struct remote_hook){0};
  return end_write(c);
}

/* -- what was not delivered -- */

/* A list that lags ends earlier; one that is not complete, too, lacks some of what is older than its end. */
struct shown {
  int64_t until_ms;
  uint64_t gaps;
};

static struct shown take_look(struct tracker *tracker) {
  struct chances *chances = &tracker->world->chances;
  struct shown shown = {.until_ms = tracker->world->now_ms};
  if (!chances_fault(chances, FAULT_LIST_LAG, tracker->who))
    return shown;
  shown.until_ms -= chances_between(chances, DRAW_DURATION, tracker->who, 0, tracker->habits.lag_ms);
  if (!tracker->habits.lists_all_deliveries)
    shown.gaps = chances_draw(chances, DRAW_DURATION, tracker->who);
  return shown;
}

static bool shows(const struct shown *shown, const struct hook_attempt *attempt) {
  return attempt->at_ms <= shown->until_ms && !(shown->gaps >> (attempt->number % 64) & 1);
}

/* Whether a newer attempt that is shown too has delivered it, or stands for it. */
static bool is_settled(const struct shown *shown, const struct hook_attempt *newest,
                       const struct hook_attempt *attempt) {
  for (const struct hook_attempt *a = newest; a != attempt; a = a->older)
    if (shows(shown, a) && str_equal(a->delivery_id, attempt->delivery_id))
      return true;
  return false;
}

static struct failed_delivery failure(struct arena *arena, const struct hook_attempt *attempt) {
  return (struct failed_delivery){.delivery_id = attempt->delivery_id,
                                  .attempt_id = str_format(arena, "%lld", (long long)attempt->number),
                                  .event = STR("changed"),
                                  .status = 503,
                                  .failed_at_ms = attempt->at_ms};
}

struct result connector_hook_failures(struct connection *c, struct arena *arena, struct str hook_id, struct str newest,
                                      struct hook_failures *out) {
  int64_t id = 0, known = 0, last = 0;
  struct failed_delivery *failed = ARENA_ARRAY(arena, struct failed_delivery, DELIVERIES_MAX);
  size_t count = 0;
  TRY(connector_reach(c, false));
  str_to_i64(hook_id, &id);
  str_to_i64(newest, &known);
  struct shown shown = take_look(c->tracker);
  const struct hook_attempt *first = c->tracker->hooks.newest;
  for (const struct hook_attempt *a = first; a && a->number > known && count < DELIVERIES_MAX; a = a->older) {
    if (a->hook_id != id || !shows(&shown, a))
      continue;
    last = a->number > last ? a->number : last;
    if (!a->has_arrived && !is_settled(&shown, first, a))
      failed[count++] = failure(arena, a);
  }
  out->newest = last ? str_format(arena, "%lld", (long long)last) : newest;
  out->failed.at = failed;
  out->failed.count = count;
  return connector_answer(c);
}

/* An answer that is lost is no harm: twice the same delivery is one. */
struct result connector_redeliver(struct connection *c, struct arena *arena, struct str hook_id,
                                  struct str attempt_id) {
  int64_t id = 0, number = 0;
  (void)arena;
  TRY(connector_reach(c, false));
  str_to_i64(hook_id, &id);
  str_to_i64(attempt_id, &number);
  const struct hook_attempt *a = c->tracker->hooks.newest;
  while (a && a->number != number)
    a = a->older;
  if (!a || a->hook_id != id)
    return result_error(RESULT_GONE, "no such delivery");
  world_tell(c->tracker->world, "%s asks %s for %.*s again", actor_current()->name, c->tracker->habits.system,
             STR_FMT(a->delivery_id));
  hooks_repeat(a);
  if (!chances_fault(&c->tracker->world->chances, FAULT_ANSWER_LOST, c->tracker->who))
    return connector_answer(c);
  struct result result = connector_no_answer(c);
  return result.code == RESULT_UNCERTAIN ? RESULT_DONE : result;
}

/* -- which tickets are there -- */

static bool is_listed(const struct view *view, const struct remote_item *item) {
  return str_is(item->kind, "ticket") && connector_seen_in(view, item);
}

static int64_t count_tickets(const struct tracker *tracker, const struct view *view) {
  int64_t count = 0;
  for (size_t i = 0; i < tracker->item_count; i++)
    count += is_listed(view, &tracker->items[i]);
  return count;
}

/* The page after the number `after`. */
static void list_ids(struct arena *arena, const struct tracker *tracker, const struct view *view, int64_t after,
                     struct scan_found *out) {
  struct str *ids = ARENA_ARRAY(arena, struct str, IDS_A_PAGE);
  size_t count = 0, i = (size_t)after;
  for (; i < tracker->item_count && count < IDS_A_PAGE; i++)
    if (is_listed(view, &tracker->items[i]))
      ids[count++] = tracker->items[i].id;
  out->ids.at = ids;
  out->ids.count = count;
  out->cursor = str_format(arena, "%zu", i);
  out->done = i == tracker->item_count;
}

struct result connector_scan(struct connection *c, struct arena *arena, struct str cursor, struct scan_found *out) {
  struct tracker *tracker = c->tracker;
  int64_t after = 0;
  TRY(connector_reach(c, false));
  str_to_i64(cursor, &after);
  struct view view = connector_take_view(tracker, true);
  if (tracker->habits.counts_tickets)
    *out = (struct scan_found){.counted = true, .count = count_tickets(tracker, &view), .done = true};
  else
    list_ids(arena, tracker, &view, after, out);
  if (out->done)
    tracker->scanned_ms = tracker->world->now_ms;
  return connector_answer(c);
}
