/* Time that passes while nothing happens is skipped: as if the machine had slept. */
#include "simulation/reliance.h"

#include "simulation/people.h"
#include "simulation/people_comments.h"
#include "simulation/people_picks.h"
#include "simulation/run.h"
#include "simulation/world.h"

enum {
  MINUTE_MS = 60 * 1000,
  STEP_MS = 10 * 1000,
  BEGUN_WITHIN_MS = 10 * MINUTE_MS,
  SCANS_MS = 65 * MINUTE_MS,
  COUNTED_AGAIN_MS = 11 * MINUTE_MS,
  NIGHT_MS = 25 * 60 * MINUTE_MS,
  ASKED_AGAIN_MS = 70 * MINUTE_MS, /* the fourth time */
  WATCHED_MS = 2 * MINUTE_MS,
  LOOKS_MEANWHILE_MAX = 3,
  SCANS_MEANWHILE = 2,
  LOOKS_MEANWHILE = 2,
  OF_WORLDS = 48
};

const char *reliance_name(enum reliance reliance) {
  static const char *const names[RELIANCE_COUNT] = {"polls", "scans", "nights", "redelivery"};
  return names[reliance];
}

/* -- the world -- */

enum reliance reliance_draw(struct world *world) {
  static const enum reliance all[OF_WORLDS] = {RELIES_ON_SCANS, RELIES_ON_NIGHTS, RELIES_ON_REDELIVERY,
                                               RELIES_ON_REDELIVERY};
  return all[chances_draw(&world->chances, DRAW_SETTING, WHO_RELIANCE) % OF_WORLDS];
}

void reliance_raise_faults(struct world *world) {
  if (world->reliance == RELIES_ON_POLLS)
    return;
  chances_raise(&world->chances, FAULT_HOOK_LOST, 50000);
  chances_raise(&world->chances, FAULT_LIST_PASS, 80000);
  if (world->reliance != RELIES_ON_REDELIVERY)
    chances_raise(&world->chances, FAULT_HOOK_TAMPERED, 8000);
}

void reliance_settle_habits(enum reliance reliance, struct habits *habits) {
  bool redelivers = reliance == RELIES_ON_REDELIVERY;
  if (reliance == RELIES_ON_POLLS)
    return;
  habits->has_hooks |= redelivers;
  habits->registers_hooks = habits->has_hooks;
  habits->repeats_on_request = habits->has_hooks && !habits->hooks_are_retried;
  habits->hooks_are_sure = redelivers && habits->hooks_are_retried;
  habits->lists_all_deliveries = redelivers;
  habits->scans = !redelivers;
}

/* Scans tell of tickets alone; webhooks of nothing before they are registered. */
enum topic reliance_topic(const struct world *world, enum topic topic) {
  if (world->reliance == RELIES_ON_SCANS && topic == TOPIC_COMMENT)
    return TOPIC_END;
  if (world->reliance == RELIES_ON_REDELIVERY && topic != TOPIC_DISPUTE)
    return TOPIC_TICKET;
  return topic;
}

/* Where tickets are only counted, one that went would make up for one that was passed by. */
bool reliance_hides(const struct remote_item *item, bool is_told) {
  const struct habits *habits = &item->tracker->habits;
  switch (item->tracker->world->reliance) {
  case RELIES_ON_SCANS:
    return item->count == 1 && str_is(item->kind, "ticket") && !habits->counts_tickets;
  case RELIES_ON_NIGHTS:
    return true;
  case RELIES_ON_REDELIVERY:
    return is_told && habits->repeats_on_request;
  default:
    return false;
  }
}

/* -- in the midst of it -- */

static void bring_scans_forward(void *context, uint64_t unused) {
  struct world *world = context;
  (void)unused;
  store_bring_scans_forward(world->store);
}

/* Whoever has everything looked at finds what a scan is to find. */
static void look_after(void *context, uint64_t roll) {
  struct world *world = context;
  bool full = roll % 4 < 2 && world->reliance == RELIES_ON_NIGHTS;
  struct str project = str_of(world->trackers[roll / 4 % world->tracker_count].habits.system);
  struct session_start start = {.project = project, .mode = STR("full"), .trigger = STR("person"), .actor = STR("ann")};
  struct session_id session;
  struct hook_check check = {.project = project, .rotate = roll % 2, .actor = STR("ann")};
  struct project_id checked;
  struct result result = full ? people_try_verb(world, VERB_SESSION_START, &start, &session)
                              : people_try_verb(world, VERB_HOOK_CHECK, &check, &checked);
  if (result.code == RESULT_BUG)
    world_violate(world, "no bugs", "looking after %.*s: %s", STR_FMT(project), result.message);
}

void reliance_begin(struct world *world, int64_t until_ms) {
  struct chances *chances = &world->chances;
  for (int i = 0; world->reliance != RELIES_ON_POLLS && i < SCANS_MEANWHILE + LOOKS_MEANWHILE; i++) {
    int64_t at_ms = chances_between(chances, DRAW_EDIT, WHO_RELIANCE, world->now_ms, until_ms);
    uint64_t roll = chances_draw(chances, DRAW_EDIT, WHO_RELIANCE);
    if (i >= SCANS_MEANWHILE)
      events_expect(&world->events, at_ms, look_after, world, roll);
    else if (world->reliance != RELIES_ON_REDELIVERY)
      events_expect(&world->events, at_ms, bring_scans_forward, world, 0);
  }
}

/* -- afterwards -- */

static void pass_ms(struct world *world, int64_t ms) {
  if (world_is_wrong(world))
    return;
  world->now_ms += ms;
  world_tell(world, "time has passed");
  world_run(world, world->now_ms + MINUTE_MS);
  run_to_rest(world);
}

static bool have_scanned(const struct world *world, int64_t since_ms) {
  for (size_t i = 0; i < world->tracker_count; i++)
    if (world->trackers[i].scanned_ms < since_ms)
      return false;
  return true;
}

static bool hooks_stand_everywhere(const struct world *world, int64_t since_ms) {
  (void)since_ms;
  for (size_t i = 0; i < world->tracker_count; i++)
    if (world->trackers[i].habits.registers_hooks && !hooks_stand(&world->trackers[i]))
      return false;
  return true;
}

static void expect(struct world *world, bool (*is_done)(const struct world *world, int64_t since_ms), int64_t since_ms,
                   const char *what) {
  int64_t until_ms = world->now_ms + BEGUN_WITHIN_MS;
  while (!world_is_wrong(world) && !is_done(world, since_ms) && world->now_ms < until_ms)
    world_run(world, world->now_ms + STEP_MS);
  if (!world_is_wrong(world) && !is_done(world, since_ms))
    world_violate(world, "P13", "%s", what);
  run_to_rest(world);
}

/* What was not delivered is asked for before anything else is found: what comes later tells of a time that is over. */
static void ask_for_deliveries(struct world *world) {
  struct project_id id;
  for (size_t i = 0; i < world->tracker_count; i++) {
    struct hook_check check = {.project = str_of(world->trackers[i].habits.system), .actor = STR("ann")};
    if (!world->trackers[i].habits.repeats_on_request)
      continue;
    struct result result = people_verb(world, VERB_HOOK_CHECK, &check, &id);
    if (!result_ok(&result))
      world_violate(world, "no bugs", "hook.check: %s", result.message);
  }
  pass_ms(world, 0);
}

static struct tracker *which_counts(struct world *world) {
  for (size_t i = 0; i < world->tracker_count; i++)
    if (world->trackers[i].habits.counts_tickets)
      return &world->trackers[i];
  return NULL;
}

/* A number that differs is counted again before everything is looked at, and once more after that. */
static void wait_for_scans(struct world *world) {
  int64_t since_ms = world->now_ms;
  pass_ms(world, SCANS_MS);
  expect(world, have_scanned, since_ms, "which tickets are there was not looked at within the hour");
  for (int i = 0; i < 2 && which_counts(world) && world->truth.anything_deleted; i++)
    pass_ms(world, COUNTED_AGAIN_MS);
}

/* In the hour after the one in which others did, a ticket goes: the number differs by as much as it did before. */
static bool delete_one_more(struct world *world, struct tracker *tracker) {
  struct planned_edit edit = {.world = world, .number = PLANNED_EDITS_MAX, .side = (int)tracker->index + 1};
  struct remote_item *ticket = people_pick_remote(&edit, "ticket");
  if (!ticket || world_is_wrong(world))
    return false;
  hooks_tamper(tracker);
  people_delete_ticket(&edit, ticket);
  return true;
}

/* What stands is not looked at again and again. */
static void watch_looks(struct world *world) {
  int64_t before[TRACKERS_MAX];
  for (size_t i = 0; i < world->tracker_count; i++)
    before[i] = world->trackers[i].hook_looks;
  world_run(world, world->now_ms + WATCHED_MS);
  for (size_t i = 0; i < world->tracker_count; i++)
    if (world->trackers[i].hook_looks - before[i] > LOOKS_MEANWHILE_MAX)
      world_violate(world, "P9", "the webhook of %s is looked at %lld times in two minutes",
                    world->trackers[i].habits.system, (long long)(world->trackers[i].hook_looks - before[i]));
  run_to_rest(world);
}

static void wait_for_night(struct world *world) {
  pass_ms(world, NIGHT_MS);
  expect(world, hooks_stand_everywhere, 0, "a webhook that somebody did away with is not there again");
  watch_looks(world);
}

static void wait_for_all_scans(struct world *world) {
  struct tracker *tracker = which_counts(world);
  bool had_gone = world->truth.anything_deleted;
  wait_for_scans(world);
  if (tracker && had_gone && delete_one_more(world, tracker))
    wait_for_scans(world);
}

void reliance_wait(struct world *world) {
  if (world->reliance != RELIES_ON_REDELIVERY)
    ask_for_deliveries(world);
  if (world->reliance == RELIES_ON_SCANS)
    wait_for_all_scans(world);
  else if (world->reliance == RELIES_ON_NIGHTS)
    wait_for_night(world);
  else
    pass_ms(world, ASKED_AGAIN_MS);
}
