/* Histories and habits. */
#include "simulation/tracker.h"

#include "simulation/connector.h"
#include "simulation/reliance.h"
#include "simulation/world.h"
#include "sync/canon.h"

enum { SECOND_MS = 1000, HOUR_MS = 3600 * 1000 };

/* -- habits -- */

static const struct habits kinds[TRACKERS_MAX] = {
    {.system = "github",
     .marker = MARKER_IN_BODY,
     .tick_ms = SECOND_MS,
     .lag_ms = 90 * SECOND_MS,
     .settle_ms = 240 * SECOND_MS,
     .has_etags = true,
     .creates_in_steps = true,
     .counts_tickets = true,
     .lacks = {"parent", "due_date"}},
    {.system = "jira",
     .marker = MARKER_PROPERTY,
     .tick_ms = 1,
     .lag_ms = 40 * SECOND_MS,
     .settle_ms = 100 * SECOND_MS,
     .hooks_are_retried = true,
     .takes_twin_hooks = true},
    {.system = "linear",
     .marker = MARKER_OWN_ID,
     .tick_ms = 1,
     .lag_ms = 2 * SECOND_MS,
     .settle_ms = 60 * SECOND_MS,
     .hooks_are_retried = true,
     .lacks = {"versions"}},
};

void tracker_begin(struct tracker *tracker, struct world *world, unsigned index, unsigned kind) {
  static const int64_t skews_ms[] = {0, HOUR_MS, -HOUR_MS, 1700, -1700}, lags[] = {8, 8, 2, 0}; /* eighths */
  unsigned who = WHO_TRACKER + index;
  *tracker = (struct tracker){.world = world, .index = index, .who = who, .habits = kinds[kind]};
  tracker->habits.skew_ms = skews_ms[chances_draw(&world->chances, DRAW_SETTING, who) % 5];
  tracker->habits.has_hooks = chances_draw(&world->chances, DRAW_SETTING, who) % 3 > 0;
  tracker->habits.lag_ms = kinds[kind].lag_ms * lags[chances_draw(&world->chances, DRAW_SETTING, who) % 4] / 8;
  if (world->chances.dwelt_on == FAULT_LIST_LAG) { /* all depends on them */
    tracker->habits.has_hooks = false;
    tracker->habits.lag_ms = kinds[kind].lag_ms;
  }
  tracker->habits.overlap_ms = tracker->habits.lag_ms + 5 * SECOND_MS;
  reliance_settle_habits(world->reliance, &tracker->habits);
  tracker->connector = simulated_connector(&tracker->habits);
}

struct tracker *tracker_of_system(struct str system) {
  struct world *world = world_current();
  for (size_t i = 0; i < world->tracker_count; i++)
    if (str_is(system, world->trackers[i].habits.system))
      return &world->trackers[i];
  return NULL;
}

int64_t tracker_clock_ms(const struct tracker *tracker) {
  int64_t now_ms = tracker->world->now_ms + tracker->habits.skew_ms;
  return now_ms - now_ms % tracker->habits.tick_ms;
}

bool tracker_has(const struct tracker *tracker, struct str field) {
  for (size_t i = 0; i < sizeof tracker->habits.lacks / sizeof tracker->habits.lacks[0]; i++)
    if (tracker->habits.lacks[i] && str_is(field, tracker->habits.lacks[i]))
      return false;
  return true;
}

void tracker_put_defaults(const struct tracker *tracker, struct values_builder *fields) {
  const struct value defaults[] = {value_text(STR("title"), STR("")),      value_text(STR("body"), STR("")),
                                   value_text(STR("status"), STR("open")), value_set(STR("labels"), NULL, 0),
                                   value_text(STR("parent"), STR("")),     value_text(STR("due_date"), STR("")),
                                   value_set(STR("versions"), NULL, 0)};
  for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++)
    if (tracker_has(tracker, defaults[i].name))
      values_put(fields, defaults[i]);
}

/* -- histories -- */

static void add_revision(struct remote_item *item, struct values fields, bool by_tandem) {
  struct tracker *tracker = item->tracker;
  struct world *world = tracker->world;
  if (item->count == item->capacity) {
    size_t capacity = item->capacity ? 2 * item->capacity : 16;
    struct revision *grown = ARENA_ARRAY(&world->arena, struct revision, capacity);
    if (item->count)
      memcpy(grown, item->revisions, item->count * sizeof *grown);
    item->revisions = grown;
    item->capacity = capacity;
  }
  item->revisions[item->count++] = (struct revision){.at_ms = world->now_ms,
                                                     .version = tracker_clock_ms(tracker),
                                                     .fields = values_copy(&world->arena, &fields),
                                                     .by_tandem = by_tandem};
  tracker->writes += by_tandem;
  tracker->newest_edit_ms = world->now_ms;
  bool is_told = hooks_tell(tracker, item);
  item->revisions[item->count - 1].is_unlisted =
      !by_tandem && reliance_hides(item, is_told) && chances_fault(&world->chances, FAULT_LIST_PASS, tracker->who);
}

struct remote_item *tracker_create(struct tracker *tracker, const char *kind, struct str id, struct str parent_id,
                                   const struct values *fields, bool by_tandem) {
  struct arena *arena = &tracker->world->arena;
  if (tracker->item_count == REMOTE_ITEMS_MAX) {
    world_violate(tracker->world, "P3", "%s fills up with tickets", tracker->habits.system);
    return &tracker->items[REMOTE_ITEMS_MAX - 1];
  }
  struct remote_item *item = &tracker->items[tracker->item_count++];
  *item = (struct remote_item){.tracker = tracker,
                               .number = (int)tracker->item_count,
                               .kind = str_of(kind),
                               .parent_id = str_is_absent(parent_id) ? parent_id : str_copy(arena, parent_id),
                               .by_tandem = by_tandem};
  bool numbered = id.length == 0;
  item->id = numbered && tracker->habits.marker == MARKER_OWN_ID
                 ? str_format(arena, "00000000-0000-4000-8000-%012d", item->number)
             : numbered ? str_format(arena, "%d", item->number)
                        : str_copy(arena, id);
  add_revision(item, *fields, by_tandem);
  return item;
}

const struct revision *tracker_now(const struct remote_item *item) {
  return &item->revisions[item->count - 1];
}

const struct revision *tracker_at(const struct remote_item *item, int64_t at_ms) {
  if (item->gone_ms && item->gone_ms <= at_ms)
    return NULL;
  for (size_t i = item->count; i > 0; i--)
    if (item->revisions[i - 1].at_ms <= at_ms)
      return &item->revisions[i - 1];
  return NULL;
}

void tracker_change(struct remote_item *item, const struct values *changed, bool by_tandem) {
  struct values_builder fields = {.arena = &item->tracker->world->arena};
  const struct values *now = &tracker_now(item)->fields;
  bool differs = false;
  for (size_t i = 0; i < changed->count; i++) {
    const struct value *old = values_find(now, changed->at[i].name);
    differs |= !old || !value_equal(old, &changed->at[i]);
  }
  if (!differs)
    return;
  values_put_all(&fields, now);
  values_put_all(&fields, changed);
  add_revision(item, values_built(&fields), by_tandem);
}

static void take_off(struct remote_item *item, bool by_tandem) {
  struct tracker *tracker = item->tracker;
  item->gone_ms = tracker->world->now_ms;
  tracker->writes += by_tandem;
  tracker->newest_edit_ms = tracker->world->now_ms;
  hooks_tell(tracker, item);
}

void tracker_delete(struct remote_item *item, bool by_tandem) {
  struct tracker *tracker = item->tracker;
  for (size_t i = 0; i < tracker->item_count; i++)
    if (tracker_shows(&tracker->items[i], "comment") && str_equal(tracker->items[i].parent_id, item->id))
      take_off(&tracker->items[i], by_tandem);
  take_off(item, by_tandem);
}

struct remote_item *tracker_made_as(struct tracker *tracker, struct str kind, struct str id) {
  struct remote_item *found = tracker_find(tracker, kind, id);
  if (tracker->habits.marker != MARKER_OWN_ID)
    return NULL;
  for (size_t i = 0; i < tracker->item_count && !found && str_is(kind, "ticket"); i++)
    if (str_equal(tracker->items[i].id, id))
      found = &tracker->items[i];
  return found;
}

bool tracker_shows(const struct remote_item *item, const char *kind) {
  return !item->gone_ms && str_is(item->kind, kind);
}

struct remote_item *tracker_find(struct tracker *tracker, struct str kind, struct str id) {
  for (size_t i = 0; i < tracker->item_count; i++)
    if (!tracker->items[i].gone_ms && str_equal(tracker->items[i].id, id) && str_equal(tracker->items[i].kind, kind))
      return &tracker->items[i];
  return NULL;
}

/* -- observations -- */

static void take_marker_off(struct arena *arena, struct values *fields, struct str *marker) {
  struct value *copy = ARENA_ARRAY(arena, struct value, fields->count);
  static const size_t open_length = sizeof("<!-- tandem:v1:") - 1, close_length = sizeof(" -->") - 1;
  for (size_t i = 0; i < fields->count; i++) {
    copy[i] = fields->at[i];
    size_t length = str_is(copy[i].name, "body") ? canon_marker_at_end(copy[i].text) : 0;
    if (!length)
      continue;
    size_t end = copy[i].text.length, start = end - length;
    *marker = str_slice(copy[i].text, start + open_length, end - close_length);
    copy[i].text = str_slice(copy[i].text, 0, start);
  }
  fields->at = copy;
}

struct observation tracker_observe_gone(const struct remote_item *item) {
  return (struct observation){.kind = item->kind, .external_id = item->id, .gone = STR("deleted")};
}

struct observation tracker_observe(struct arena *arena, const struct remote_item *item,
                                   const struct revision *revision) {
  size_t number = (size_t)(revision - item->revisions);
  struct observation seen = {.kind = item->kind,
                             .external_id = item->id,
                             .parent_external_id = item->parent_id,
                             .external_key = str_format(arena, "#%d", item->number),
                             .url = str_format(arena, "https://%s.test/%d", item->tracker->habits.system, item->number),
                             .author = item->by_tandem ? STR("bot") : STR("people"),
                             .author_is_self = item->by_tandem,
                             .restricted = item->restricted,
                             .version = revision->version,
                             .created_at_ms = item->revisions[0].version,
                             .fields = revision->fields,
                             .marker = item->marker};
  if (item->tracker->habits.has_etags)
    seen.etag = str_format(arena, "r%zu", number);
  if (item->tracker->habits.marker == MARKER_IN_BODY)
    take_marker_off(arena, &seen.fields, &seen.marker);
  else if (item->tracker->habits.marker == MARKER_OWN_ID && item->by_tandem)
    seen.marker = item->id;
  return seen;
}
