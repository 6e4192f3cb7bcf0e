/* The course of a run. */
#include "simulation/run.h"

#include "simulation/checker.h"
#include "simulation/people.h"
#include "simulation/reliance.h"

enum { MINUTE_MS = 60 * 1000, STEP_MS = 10 * 1000, REST_WITHIN_MS = 3 * 3600 * 1000 };

void run_to_rest(struct world *world) {
  int64_t until_ms = world->now_ms + REST_WITHIN_MS;
  uint64_t seen = 0;
  while (!world_is_wrong(world)) {
    world_run(world, world->now_ms + STEP_MS);
    if (world_is_wrong(world))
      return;
    if (store_changes(world->store) != seen && store_is_at_rest(world->store))
      return;
    seen = store_changes(world->store);
    if (world->now_ms > until_ms)
      world_violate(world, "P9", "no rest within three hours");
  }
}

/* Every project is synchronised once. */
static void round_of_sessions(struct world *world, const char *mode) {
  for (size_t i = 0; i < world->tracker_count; i++) {
    struct session_start start = {.project = str_of(world->trackers[i].habits.system),
                                  .mode = str_of(mode),
                                  .trigger = STR("person"),
                                  .actor = STR("ann")};
    struct session_id id;
    struct result result = people_verb(world, VERB_SESSION_START, &start, &id);
    if (!result_ok(&result))
      world_violate(world, "no bugs", "session.start: %s", result.message);
  }
  run_to_rest(world);
}

static int64_t writes(const struct world *world) {
  int64_t count = 0;
  for (size_t i = 0; i < world->tracker_count; i++)
    count += world->trackers[i].writes;
  return count;
}

/* What no webhook told is absent from a full pull, and is believed to be gone when it is looked at once more. */
static void find_what_is_gone(struct world *world) {
  round_of_sessions(world, "full");
  world_run(world, world->now_ms + 11 * MINUTE_MS);
  run_to_rest(world);
}

static void live(struct world *world, const struct plan_of_run *plan) {
  static const int64_t minutes[][2] = {{1, 2}, {2, 5}, {3, 8}};
  const int64_t *range = minutes[world->size];
  int64_t until_ms =
      world->now_ms + chances_between(&world->chances, DRAW_SETTING, WHO_WORLD, range[0], range[1]) * MINUTE_MS;
  people_begin(world, until_ms, plan->without_edits);
  reliance_begin(world, until_ms);
  world_run(world, until_ms);
  world_tell(world, "quiet: nothing goes wrong any more, nobody edits");
  world->chances.calm = true;
  while (!world_is_wrong(world) && world->events.expected_ms > world->now_ms)
    world_run(world, world->events.expected_ms); /* what was late arrives, what is frozen wakes */
  run_to_rest(world);
  if (world->reliance != RELIES_ON_POLLS)
    reliance_wait(world);
  else if (world->truth.anything_deleted)
    find_what_is_gone(world);
}

/* The first round still finds what lost webhooks did not tell. Then one round writes nothing, in one world of four two
 * of them; where the first one wrote nothing, it counts. */
static void check_stillness(struct world *world) {
  int64_t before = writes(world);
  int rounds = chances_draw(&world->chances, DRAW_SETTING, WHO_WORLD) % 4 ? 1 : 2, quiet = 0;
  round_of_sessions(world, "incremental");
  if (writes(world) == before)
    quiet++;
  before = writes(world);
  for (; quiet < rounds; quiet++)
    round_of_sessions(world, "incremental");
  if (writes(world) != before)
    world_violate(world, "P4", "%lld writes in rounds in which nobody did anything",
                  (long long)(writes(world) - before));
}

static void count(struct world *world) {
  tally_faults(&world->tally, &world->chances);
  if (world->reliance != RELIES_ON_POLLS)
    tally_situation(&world->tally, str_format(&world->arena, "relies on %s", reliance_name(world->reliance)).at, 1);
  struct result result = store_tally(world->store, &world->tally);
  if (!result_ok(&result))
    world_violate(world, "no bugs", "counting: %s", result.message);
}

void run_seed(struct world *world, struct store *store, const struct plan_of_run *plan) {
  world_begin(world, store, plan);
  live(world, plan);
  if (!world_is_wrong(world))
    check_stillness(world);
  if (!world_is_wrong(world))
    checker_check(world);
  if (plan->counted)
    count(world);
  world_end(world);
}
