/* Calls to simulated trackers: each takes time, may be refused, and may lose its answer. */
#include "simulation/connector.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mutation.h"
#include "simulation/gaps.h"
#include "simulation/people.h"
#include "simulation/tell.h"
#include "simulation/world.h"

enum { PAGE = 3, TIMEOUT_MS = 30000, SLOWEST_MS = 28000, UNUSED_NUMBERS_MAX = 5 };

struct connection {
  struct tracker *tracker;
  struct usage usage;
  size_t looked_at; /* how many tickets by the last look */
  int64_t left_ms;  /* when the last call was sent off */
};

/* -- a call -- */

static struct result is_dead(void) {
  return result_error(RESULT_BUG, "this process has crashed");
}

/* What made a process sleep through its lease is not over at once: its next write is often slow too. */
static bool is_held_up(struct actor *actor) {
  bool was_drowsy = actor->is_drowsy;
  actor->is_drowsy = false;
  return was_drowsy && chances_draw(&actor->world->chances, DRAW_CHOICE, actor->who) % 2;
}

/* Until the request has reached the tracker. Whoever sends a write has just looked at the clock. */
static struct result reach(struct connection *c, bool writes) {
  struct actor *actor = actor_current();
  struct world *world = actor->world;
  int64_t at_ms = world->now_ms + chances_between(&world->chances, DRAW_LATENCY, c->tracker->who, 20, 900);
  if (actor->is_dead)
    return is_dead();
  if (chances_fault(&world->chances, FAULT_CALL_SLOW, c->tracker->who) || (writes && is_held_up(actor)))
    at_ms += chances_between(&world->chances, DRAW_LATENCY, c->tracker->who, 1000, SLOWEST_MS);
  c->usage.api_calls++;
  c->left_ms = world->now_ms;
  people_may_ambush(world);
  actors_may_stir(world);
  if (writes)
    actor_wait_awake(actor, at_ms);
  else
    actor_wait(actor, at_ms);
  if (actor->is_dead)
    return is_dead();
  if (chances_fault(&world->chances, FAULT_CALL_REFUSED, c->tracker->who))
    return result_error(RESULT_RETRY, "503");
  if (chances_fault(&world->chances, FAULT_RATE_LIMIT, c->tracker->who)) {
    int64_t wait_ms = chances_between(&world->chances, DRAW_DURATION, c->tracker->who, 1000, 40000);
    c->usage.blocked_until_ms = world->now_ms + wait_ms;
    return result_retry_after(wait_ms, "429");
  }
  return RESULT_DONE;
}

/* Until the answer is back. Nobody looks at the clock between the requests of one write. */
static struct result answer_to(struct connection *c, bool is_last) {
  struct actor *actor = actor_current();
  struct world *world = actor->world;
  people_may_ambush(world);
  actors_may_stir(world);
  int64_t at_ms = world->now_ms + chances_between(&world->chances, DRAW_LATENCY, c->tracker->who, 20, 500);
  if (is_last)
    actor_wait(actor, at_ms);
  else
    actor_wait_awake(actor, at_ms);
  return actor->is_dead ? is_dead() : RESULT_DONE;
}

static struct result answer(struct connection *c) {
  return answer_to(c, true);
}

static struct result no_answer(struct connection *c) {
  struct actor *actor = actor_current();
  world_tell(actor->world, "%s the answer of %s is lost", actor->name, c->tracker->habits.system);
  actor_wait(actor, actor->world->now_ms + TIMEOUT_MS);
  return actor->is_dead ? is_dead() : result_error(RESULT_UNCERTAIN, "no answer");
}

/* -- opening -- */

static struct result open_connection(const struct connector_config *config, struct connection **out) {
  struct connection *c = calloc(1, sizeof *c);
  if (!c)
    abort();
  c->tracker = tracker_of_system(config->project->system);
  *out = c;
  return RESULT_DONE;
}

static void close_connection(struct connection *c) {
  free(c);
}

static void take_usage(struct connection *c, struct usage *out) {
  c->usage.server_date_ms = tracker_clock_ms(c->tracker);
  *out = c->usage;
  c->usage = (struct usage){0};
}

/* -- reading -- */

/* What a list shows: where it lags, of each item what was true some time ago, of each by itself. So a newer change may
 * be there when an older one is not yet. */
struct view {
  int64_t now_ms, lag_ms;
  uint64_t roll;
};

static struct view take_view(struct tracker *tracker) {
  struct chances *chances = &tracker->world->chances;
  struct view view = {.now_ms = tracker->world->now_ms};
  if (chances_fault(chances, FAULT_LIST_LAG, tracker->who)) {
    view.lag_ms = chances_between(chances, DRAW_DURATION, tracker->who, 0, tracker->habits.lag_ms);
    view.roll = chances_draw(chances, DRAW_DURATION, tracker->who);
  }
  return view;
}

static const struct revision *seen_in(const struct view *view, const struct remote_item *item) {
  uint64_t roll = view->roll >> (item->number % 8 * 7);
  return tracker_at(item, view->now_ms - (int64_t)(roll % (uint64_t)(view->lag_ms + 1)));
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
    const struct revision *r = seen_in(view, item);
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

static struct result pull(struct connection *c, struct arena *arena, struct str mode, struct str cursor,
                          struct pull_page *out) {
  struct tracker *tracker = c->tracker;
  struct position p = read_position(cursor);
  (void)mode;
  TRY(reach(c, false));
  struct observation *at = ARENA_ARRAY(arena, struct observation, PAGE);
  size_t count = 0;
  if (p.number < 0)
    p.started = tracker_clock_ms(tracker);
  struct view view = take_view(tracker);
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
  return answer(c);
}

static struct result fetch(struct connection *c, struct arena *arena, const struct external_ref *ref,
                           bool *not_modified, struct observation *out) {
  TRY(reach(c, false));
  struct remote_item *item = tracker_find(c->tracker, ref->kind, ref->external_id);
  c->looked_at = 1;
  *not_modified = false;
  if (!item) {
    *out = (struct observation){.kind = ref->kind, .external_id = ref->external_id, .gone = STR("deleted")};
    return answer(c);
  }
  item->looked_ms[actor_current()->who] = c->tracker->world->now_ms;
  struct observation seen = tracker_observe(arena, item, tracker_now(item));
  *not_modified = seen.etag.length && str_equal(seen.etag, ref->etag);
  if (!*not_modified)
    *out = seen;
  return answer(c);
}

static struct result fetch_many(struct connection *c, struct arena *arena, const struct external_ref *refs,
                                size_t count, struct observation *out) {
  TRY(reach(c, false));
  c->looked_at = count;
  for (size_t i = 0; i < count; i++) {
    struct remote_item *item = tracker_find(c->tracker, refs[i].kind, refs[i].external_id);
    if (item)
      item->looked_ms[actor_current()->who] = c->tracker->world->now_ms;
    out[i] =
        item ? tracker_observe(arena, item, tracker_now(item))
             : (struct observation){.kind = refs[i].kind, .external_id = refs[i].external_id, .gone = STR("deleted")};
  }
  return answer(c);
}

/* -- finding -- */

static struct result find(struct connection *c, struct arena *arena, const struct intent *intent, struct str marker,
                          struct observation *out) {
  struct tracker *tracker = c->tracker;
  int64_t high_water = INT64_MAX;
  TRY(reach(c, false));
  str_to_i64(intent->high_water, &high_water);
  struct view view = take_view(tracker);
  struct remote_item *found = NULL;
  for (size_t i = 0; i < tracker->item_count && !found; i++) {
    struct remote_item *item = &tracker->items[i];
    bool by_id = tracker->habits.marker == MARKER_OWN_ID && str_equal(item->id, intent->op_id);
    bool is_shown = item->number > high_water || seen_in(&view, item);
    struct observation seen = tracker_observe(arena, item, tracker_now(item));
    if (str_equal(item->kind, intent->kind) &&
        (by_id || (is_shown && item->by_tandem && marker.length && str_equal(seen.marker, marker)))) {
      found = item;
      *out = seen;
    }
  }
  world_tell(tracker->world, "%s looks for %.*s in %s: %s", actor_current()->name, STR_FMT(intent->op_id),
             tracker->habits.system, found ? "there" : "not there");
  TRY(answer(c));
  return found ? RESULT_DONE : result_error(RESULT_GONE, "not there");
}

/* -- writing -- */

static struct value body_with_marker(struct arena *arena, const struct value *body, struct str marker) {
  return value_text(body->name,
                    str_format(arena, "%.*s\n\n<!-- tandem:v1:%.*s -->", STR_FMT(body->text), STR_FMT(marker)));
}

static void put_set(struct values_builder *fields, const struct tracker *tracker, const struct push *push) {
  const struct values *set = &push->payload->set;
  struct str marker = push->payload->marker;
  for (size_t i = 0; i < set->count; i++) {
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

static struct remote_item *create(struct tracker *tracker, const struct intent *intent, const struct push *push) {
  struct values_builder fields = {.arena = &tracker->world->arena};
  bool own_id = tracker->habits.marker == MARKER_OWN_ID;
  struct remote_item *item = own_id ? tracker_find(tracker, intent->kind, intent->op_id) : NULL;
  if (item)
    return item;
  if (str_is(intent->kind, "ticket")) {
    values_put(&fields, value_text(STR("title"), STR("")));
    values_put(&fields, value_text(STR("body"), STR("")));
    values_put(&fields, value_text(STR("status"), STR("open")));
    values_put(&fields, value_set(STR("labels"), NULL, 0));
  }
  put_set(&fields, tracker, push);
  if (tracker->habits.creates_in_steps && str_is(intent->kind, "ticket"))
    values_put(&fields, value_text(STR("status"), STR("open")));
  struct values built = values_built(&fields);
  item = tracker_create(tracker, str_is(intent->kind, "ticket") ? "ticket" : "comment",
                        own_id ? intent->op_id : (struct str){0}, intent->parent_external_id, &built, true);
  item->is_unanswered = true;
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
  world_tell(late->tracker->world, "%s takes a late creation", late->tracker->habits.system);
  create(late->tracker, &late->intent, &push);
}

static void plan_late_write(struct tracker *tracker, const struct push *push) {
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
  events_plan(&world->events, world->now_ms + wait_ms, write_late, late, 0);
}

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
    TRY(answer_to(c, false));
    struct result second = reach(c, true);
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
    plan_late_write(tracker, push);
    return no_answer(c);
  }
  struct remote_item *item = create(tracker, push->intent, push);
  if (chances_fault(chances, FAULT_ANSWER_LOST, tracker->who))
    return no_answer(c);
  struct observation seen = tracker_observe(arena, item, tracker_now(item));
  TRY(finish_creation(c, arena, item, push, &seen));
  *out = seen;
  return answer(c);
}

/* One call; it gets lost as a whole, and as a whole it comes late. */
static struct result send_creations(struct connection *c, struct arena *arena, struct pushed *creations, size_t count,
                                    struct remote_item **made) {
  struct tracker *tracker = c->tracker;
  struct chances *chances = &tracker->world->chances;
  TRY(reach(c, true));
  gaps_take_turn(tracker, actor_current()->who, c->left_ms);
  world_tell(tracker->world, "%s creates %zu tickets in %s", actor_current()->name, count, tracker->habits.system);
  bool late = chances_fault(chances, FAULT_WRITE_LATE, tracker->who);
  for (size_t i = 0; i < count; i++) {
    people_check_outbound(tracker->world, creations[i].push.payload, TIMEOUT_MS);
    if (late) {
      plan_late_write(tracker, &creations[i].push);
      continue;
    }
    made[i] = create(tracker, creations[i].push.intent, &creations[i].push);
    creations[i].seen = tracker_observe(arena, made[i], tracker_now(made[i]));
  }
  return late || chances_fault(chances, FAULT_ANSWER_LOST, tracker->who) ? no_answer(c) : RESULT_DONE;
}

static void create_many(struct connection *c, struct arena *arena, struct pushed *creations, size_t count) {
  struct remote_item *made[PUSH_MANY_MAX];
  struct result result = send_creations(c, arena, creations, count, made);
  for (size_t i = 0; i < count; i++) {
    struct pushed *creation = &creations[i];
    creation->done = true;
    creation->result =
        result_ok(&result) ? finish_creation(c, arena, made[i], &creation->push, &creation->seen) : result;
  }
  if (result_ok(&result))
    result = answer(c);
  for (size_t i = 0; i < count && !result_ok(&result); i++)
    creations[i].result = result;
}

/* What the write replaced, as the tracker's history tells. */
static struct values replaced_by(struct arena *arena, const struct values *before, const struct values *set) {
  struct values_builder replaced = {.arena = arena};
  for (size_t i = 0; i < set->count; i++) {
    const struct value *old = values_find(before, set->at[i].name);
    if (old)
      values_put(&replaced, *old);
  }
  return values_built(&replaced);
}

static struct result push_update(struct connection *c, struct arena *arena, const struct push *push,
                                 struct observation *out) {
  struct tracker *tracker = c->tracker;
  struct remote_item *item = tracker_find(tracker, push->intent->kind, push->intent->external_id);
  if (!item)
    return result_error(RESULT_GONE, "no such ticket");
  int64_t *looked_ms = &item->looked_ms[actor_current()->who];
  gaps_take_turn(tracker, actor_current()->who, *looked_ms ? *looked_ms : c->left_ms);
  *looked_ms = 0;
  struct observation before = tracker_observe(arena, item, tracker_now(item));
  struct values_builder fields = {.arena = &tracker->world->arena};
  put_set(&fields, tracker, push);
  put_members(&fields, &tracker_now(item)->fields, push->payload);
  struct values built = values_built(&fields);
  gaps_check(item, push, &built, c->looked_at);
  tracker_change(item, &built, true);
  item->is_unanswered = true;
  if (chances_fault(&tracker->world->chances, FAULT_ANSWER_LOST, tracker->who))
    return no_answer(c);
  *out = tracker_observe(arena, item, tracker_now(item));
  out->replaced = replaced_by(arena, &before.fields, &push->payload->set);
  return answer(c);
}

static struct result push(struct connection *c, struct arena *arena, const struct push *push, struct observation *out) {
  struct world *world = c->tracker->world;
  TRY(reach(c, true));
  people_check_outbound(world, push->payload, TIMEOUT_MS);
  world_tell(world, "%s %.*ss %.*s %.*s in %s%.*s%.*s%.*s", actor_current()->name, STR_FMT(push->intent->change),
             STR_FMT(push->intent->kind), STR_FMT(push->intent->external_id), c->tracker->habits.system,
             STR_FMT(tell_values(arena, "set", &push->payload->set)),
             STR_FMT(tell_values(arena, "add", &push->payload->add)),
             STR_FMT(tell_values(arena, "remove", &push->payload->remove)));
  return str_is(push->intent->change, "create") ? push_create(c, arena, push, out) : push_update(c, arena, push, out);
}

/* -- webhooks -- */

/* GitHub's deliveries name an author, which the adapter does not take for itself without asking. */
static struct result translate(struct arena *arena, const struct project *project, struct str event, struct str body,
                               struct list *out) {
  struct tracker *tracker = tracker_of_system(project->system);
  size_t place, number;
  (void)event;
  if (sscanf(str_c(arena, body), "%zu %zu", &place, &number) != 2 || place >= tracker->item_count)
    return result_error(RESULT_REJECTED, "not a delivery");
  struct observation *seen = ARENA_NEW(arena, struct observation);
  *seen = tracker_observe(arena, &tracker->items[place], &tracker->items[place].revisions[number]);
  seen->etag = (struct str){0};
  seen->author_is_self = false;
  *out = (struct list){seen, 1};
  return RESULT_DONE;
}

static bool verify(const struct webhook_request *request, struct str secret) {
  return str_equal(request->signature, secret);
}

static struct result describe(struct connection *c, struct arena *arena, struct remote_description *out) {
  (void)arena;
  out->account = STR("bot");
  out->remote = str_of(c->tracker->habits.system);
  return RESULT_DONE;
}

struct connector simulated_connector(const struct habits *habits) {
  return (struct connector){.system = habits->system,
                            .default_base_url = "https://tracker.test",
                            .settle_ms = habits->settle_ms,
                            .open = open_connection,
                            .close = close_connection,
                            .pull = pull,
                            .fetch = fetch,
                            .fetch_many = habits->has_etags ? NULL : fetch_many,
                            .push = push,
                            .create_many = habits->marker == MARKER_IN_BODY ? NULL : create_many,
                            .find = find,
                            .verify = verify,
                            .translate = translate,
                            .describe = describe,
                            .take_usage = take_usage};
}
