/* Lists that lag, looks that do not, and looking for what was made. */
#include <stdio.h>

#include "base/mutation.h"
#include "service/connector_arrivals.h"
#include "simulation/connector_parts.h"
#include "simulation/world.h"

enum { PAGE = 3 };

struct view connector_take_view(struct tracker *tracker, bool is_whole) {
  struct chances *chances = &tracker->world->chances;
  struct view view = {.now_ms = tracker->world->now_ms, .is_whole = is_whole};
  if (chances_fault(chances, FAULT_LIST_LAG, tracker->who)) {
    view.lag_ms = chances_between(chances, DRAW_DURATION, tracker->who, 0, tracker->habits.lag_ms);
    view.roll = chances_draw(chances, DRAW_DURATION, tracker->who);
  }
  return view;
}

/* What is passed by shows when it is touched again. */
const struct revision *connector_seen_in(const struct view *view, const struct remote_item *item) {
  uint64_t roll = view->roll >> (item->number % 8 * 7);
  const struct revision *r = tracker_at(item, view->now_ms - (int64_t)(roll % (uint64_t)(view->lag_ms + 1)));
  while (r && r->is_unlisted && !view->is_whole)
    r = r > item->revisions ? r - 1 : NULL;
  return r;
}

/* Where a pull stands: what is newer than `since`, after the item (version, number); `newest` seen so far. */
struct position {
  long long since, version, number, newest, started;
};

static struct position read_position(struct str cursor) {
  struct position p = {.number = -1};
  if (cursor.length)
    sscanf(cursor.at, "%lld %lld %lld %lld %lld", &p.since, &p.version, &p.number, &p.newest, &p.started);
  return p;
}

static struct str write_position(struct arena *arena, const struct position *p) {
  return str_format(arena, "%lld %lld %lld %lld %lld", p->since, p->version, p->number, p->newest, p->started);
}

static bool comes_after(const struct remote_item *item, const struct revision *r, const struct position *p) {
  return r->version > p->version || (r->version == p->version && item->number > p->number);
}

/* The next item of the list, by version and number, as `view` shows it. */
static const struct remote_item *next_item(const struct tracker *tracker, const struct view *view,
                                           const struct position *p, const struct revision **out) {
  const struct remote_item *best = NULL;
  for (size_t i = 0; i < tracker->item_count; i++) {
    const struct remote_item *item = &tracker->items[i];
    const struct revision *r = connector_seen_in(view, item);
    if (!r || r->version < p->since || !comes_after(item, r, p))
      continue;
    if (best && (*out)->version <= r->version)
      continue;
    best = item;
    *out = r;
  }
  return best;
}

static int64_t next_since(const struct tracker *tracker, const struct position *p) {
  int64_t newest = p->newest < p->started ? p->newest : p->started;
  int64_t since = newest - (MUTATED(OVERLAP) ? 0 : tracker->habits.overlap_ms);
  return since > p->since ? since : p->since;
}

struct result connector_pull(struct connection *c, struct arena *arena, struct str mode, struct str cursor,
                             struct pull_page *out) {
  struct tracker *tracker = c->tracker;
  struct position p = read_position(cursor);
  (void)mode;
  TRY(connector_reach(c, false));
  struct observation *at = ARENA_ARRAY(arena, struct observation, PAGE);
  size_t count = 0;
  if (p.number < 0)
    p.started = tracker_clock_ms(tracker);
  struct view view = connector_take_view(tracker, p.since == 0);
  const struct revision *r = NULL;
  for (const struct remote_item *item; count < PAGE && (item = next_item(tracker, &view, &p, &r)); r = NULL) {
    at[count++] = tracker_observe(arena, item, r);
    p.version = r->version;
    p.number = item->number;
    p.newest = r->version > p.newest ? r->version : p.newest;
  }
  out->done = count < PAGE;
  if (out->done)
    p = (struct position){.since = next_since(tracker, &p), .number = -1, .newest = p.newest};
  out->observations.at = at;
  out->observations.count = count;
  out->cursor = write_position(arena, &p);
  return connector_answer(c);
}

struct result connector_fetch(struct connection *c, struct arena *arena, const struct external_ref *ref,
                              bool *not_modified, struct observation *out) {
  TRY(connector_reach(c, false));
  struct remote_item *item = tracker_find(c->tracker, ref->kind, ref->external_id);
  c->looked_at = 1;
  *not_modified = false;
  if (!item) {
    *out = (struct observation){.kind = ref->kind, .external_id = ref->external_id, .gone = STR("deleted")};
    return connector_answer(c);
  }
  item->looked_ms[actor_current()->who] = c->tracker->world->now_ms;
  struct observation seen = tracker_observe(arena, item, tracker_now(item));
  *not_modified = seen.etag.length && str_equal(seen.etag, ref->etag);
  if (!*not_modified)
    *out = seen;
  return connector_answer(c);
}

struct result connector_fetch_many(struct connection *c, struct arena *arena, const struct external_ref *refs,
                                   size_t count, struct observation *out) {
  TRY(connector_reach(c, false));
  c->looked_at = count;
  for (size_t i = 0; i < count; i++) {
    struct remote_item *item = tracker_find(c->tracker, refs[i].kind, refs[i].external_id);
    if (item)
      item->looked_ms[actor_current()->who] = c->tracker->world->now_ms;
    out[i] =
        item ? tracker_observe(arena, item, tracker_now(item))
             : (struct observation){.kind = refs[i].kind, .external_id = refs[i].external_id, .gone = STR("deleted")};
  }
  return connector_answer(c);
}

/* -- finding -- */

struct result connector_find(struct connection *c, struct arena *arena, const struct intent *intent, struct str marker,
                             struct observation *out) {
  struct tracker *tracker = c->tracker;
  int64_t high_water = INT64_MAX;
  TRY(connector_reach(c, false));
  str_to_i64(intent->high_water, &high_water);
  struct view view = connector_take_view(tracker, true);
  struct remote_item *found = NULL;
  for (size_t i = 0; i < tracker->item_count && !found; i++) {
    struct remote_item *item = &tracker->items[i];
    bool by_id = tracker_made_as(tracker, intent->kind, intent->op_id) == item;
    bool is_shown = (!item->gone_ms && item->number > high_water) || connector_seen_in(&view, item);
    struct observation seen = tracker_observe(arena, item, tracker_now(item));
    if (str_equal(item->kind, intent->kind) &&
        (by_id || (is_shown && item->by_tandem && marker.length && str_equal(seen.marker, marker)))) {
      found = item;
      *out = seen;
    }
  }
  world_tell(tracker->world, "%s looks for %.*s in %s: %s", actor_current()->name, STR_FMT(intent->op_id),
             tracker->habits.system, found ? "there" : "not there");
  TRY(connector_answer(c));
  return found ? RESULT_DONE : result_error(RESULT_GONE, "not there");
}

/* -- histories -- */

static void read_change(struct arrivals *arrivals, const struct values *before, const struct values *after) {
  for (size_t i = 0; i < after->count; i++) {
    const struct value *old = values_find(before, after->at[i].name);
    if (old && !value_equal(old, &after->at[i]))
      arrivals_entry(arrivals, old, &after->at[i]);
  }
}

/* An entry within the tick of the look may be older than it: it counts where the clock tells no more. */
struct result connector_history(struct connection *c, struct arena *arena, const struct intent *intent,
                                const struct observation *seen, struct values *out) {
  struct arrivals arrivals = arrivals_begin(arena, intent, seen);
  int64_t since = intent->seen_version + (c->tracker->habits.tick_ms == 1);
  TRY(connector_reach(c, false));
  const struct remote_item *item = tracker_find(c->tracker, intent->kind, intent->external_id);
  for (size_t i = 1; item && i < item->count; i++)
    if (item->revisions[i].version >= since)
      read_change(&arrivals, &item->revisions[i - 1].fields, &item->revisions[i].fields);
  *out = arrivals_told(&arrivals);
  world_tell(c->tracker->world, "%s reads the history of %.*s in %s: %zu fields had arrived", actor_current()->name,
             STR_FMT(intent->external_id), c->tracker->habits.system, out->count);
  return connector_answer(c);
}
