/* Making a world, letting time pass, ending it. */
#include "simulation/world.h"

#include <sodium.h>
#include <stdlib.h>

#include "conflict/work.h"
#include "scheduler/work.h"
#include "simulation/agenda.h"
#include "simulation/people.h"
#include "simulation/people_undo.h"

static struct world *current;

static const int64_t BEGINNING_MS = 1800000000000; /* 2027-01-15T08:00:00Z */
enum { PLANS_LATE_MS = 20000 };

struct world *world_current(void) {
  return current;
}

/* -- randomness of the production code -- */

static uint32_t random_word(void) {
  return current ? (uint32_t)chances_draw(&current->chances, DRAW_CHOICE, WHO_WORLD) : 4;
}

static void random_bytes(void *const buffer, const size_t size) {
  unsigned char *bytes = buffer;
  for (size_t i = 0; i < size; i++)
    bytes[i] = (unsigned char)random_word();
}

static const char *random_name(void) {
  return "simulation";
}

static struct randombytes_implementation by_seed = {
    .implementation_name = random_name, .random = random_word, .buf = random_bytes};

/* -- telling -- */

void world_tell(struct world *world, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  trace_line(&world->trace, world->now_ms, format, arguments);
  va_end(arguments);
}

void world_violate(struct world *world, const char *property, const char *format, ...) {
  if (world_is_wrong(world))
    return;
  int start = snprintf(world->violation, sizeof world->violation, "%s: ", property);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(world->violation + start, sizeof world->violation - (size_t)start, format, arguments);
  va_end(arguments);
  world_tell(world, "VIOLATION %s", world->violation);
}

/* -- setting up -- */

static struct actor *add_actor(struct world *world, const char *role, int number) {
  struct actor *actor = &world->actors[world->actor_count];
  actor->world = world;
  actor->who = (unsigned)world->actor_count++;
  actor->has_ended = false;
  actor->lives = 0;
  actor->busy_ms = 0;
  actor->connector = NULL;
  actor->rpc.next_request = 0;
  snprintf(actor->name, sizeof actor->name, "%s-%d", role, number);
  return actor;
}

static void add_services(struct world *world) {
  for (size_t i = 0; i < world->tracker_count; i++)
    for (int n = 1; n <= 2; n++) {
      struct actor *actor = add_actor(world, world->trackers[i].habits.system, n);
      actor->connector = &world->trackers[i].connector;
      actor->bells = 1U << BELL_WORK;
      actor->lookers = 1U << (LOOKER_ADAPTER + i);
      actor->work = adapter_work;
      if (!actor->worker)
        actor->worker = calloc(1, sizeof *actor->worker);
      if (!actor->worker)
        abort();
    }
  bool plans_late = chances_draw(&world->chances, DRAW_SETTING, WHO_STORE) % 8 == 0; /* much of it together */
  for (int n = 1; n <= 2; n++) {
    struct actor *actor = add_actor(world, "conflict", n);
    actor->busy_ms = plans_late ? PLANS_LATE_MS : 0;
    actor->bells = 1U << BELL_PLAN | 1U << BELL_SESSION;
    actor->lookers = 1U << LOOKER_PLANNER | 1U << LOOKER_PREVIEWER;
    actor->work = conflict_work;
  }
  struct actor *actor = add_actor(world, "scheduler", 1);
  actor->bells = 1U << BELL_SESSION;
  actor->lookers = 1U << LOOKER_SCHEDULER;
  actor->work = scheduler_work;
}

static void must(struct world *world, struct result result, const char *what) {
  if (!result_ok(&result))
    world_violate(world, "no bugs", "%s: %s", what, result.message);
}

/* It follows those of the first `known` trackers that it is not itself. */
static void configure(struct world *world, const struct tracker *tracker, uint64_t choice, size_t known) {
  static const char *const strategies[] = {"manual", "manual", "merge", "local_wins", "external_wins", "newest_wins"};
  static const int64_t polls_s[] = {90, 150, 400, 900};
  struct str name = str_of(tracker->habits.system), others[TRACKERS_MAX];
  struct project_configure configure = {
      .project = {.name = name,
                  .system = name,
                  .base_url = STR("https://tracker.test"),
                  .remote = name,
                  .credential = name,
                  .direction = STR("bidirectional"),
                  .strategy = str_of(strategies[choice * 7 % 6]),
                  .confirmed_by = STR("ann"),
                  .privacy_default = STR("shareable"),
                  .poll_interval_s = polls_s[(world->chances.seed + tracker->index) / 8 % 4]},
      .actor = STR("ann")};
  size_t count = 0;
  for (size_t i = 0; i < known; i++)
    if (i != tracker->index)
      others[count++] = str_of(world->trackers[i].habits.system);
  configure.project.follows.at = others;
  configure.project.follows.count = count;
  struct project_id id;
  must(world, people_verb(world, VERB_PROJECT_CONFIGURE, &configure, &id), "project.configure");
}

static void connect_trackers(struct world *world) {
  for (size_t i = 0; i < world->tracker_count; i++) {
    struct credential_put put = {.name = str_of(world->trackers[i].habits.system),
                                 .kind = STR("simulated"),
                                 .secret = STR("{}"),
                                 .actor = STR("ann")};
    must(world, people_verb(world, VERB_CREDENTIAL_PUT, &put, NULL), "credential.put");
    configure(world, &world->trackers[i], world->chances.seed + i, i);
  }
  for (size_t i = 0; i + 1 < world->tracker_count; i++) /* the last one knew all others */
    configure(world, &world->trackers[i], world->chances.seed + i, world->tracker_count);
}

void world_configure(struct world *world, const struct tracker *tracker, uint64_t choice) {
  configure(world, tracker, choice, world->tracker_count);
}

static void choose_size(struct world *world) {
  static const enum size sizes[] = {[8] = SIZE_MIDDLE, [9] = SIZE_LARGE};
  static const size_t counts[][6] = {{1, 1, 2, 2, 2, 2}, {1, 2, 2, 2, 3, 3}, {1, 1, 2, 2, 3, 3}};
  struct chances *chances = &world->chances;
  world->size = sizes[chances_draw(chances, DRAW_SETTING, WHO_WORLD) % 10];
  world->tracker_count = counts[world->size][chances_draw(chances, DRAW_SETTING, WHO_WORLD) % 6];
  if (world->size == SIZE_SMALL)
    chances_multiply(chances, 3); /* there are fewer occasions */
  world->reliance = reliance_draw(world);
  reliance_raise_faults(world);
  unsigned first = (unsigned)chances_draw(chances, DRAW_SETTING, WHO_WORLD) % TRACKERS_MAX;
  if (world->reliance == RELIES_ON_REDELIVERY)
    first = 0; /* GitHub, which has to be asked */
  for (unsigned i = 0; i < world->tracker_count; i++)
    tracker_begin(&world->trackers[i], world, i, (first + i) % TRACKERS_MAX);
}

void world_begin(struct world *world, struct store *store, const struct plan_of_run *plan) {
  randombytes_set_implementation(&by_seed);
  current = world;
  world->now_ms = BEGINNING_MS;
  world->store = store;
  world->closing = false;
  world->verbs = 0;
  world->actor_count = 0;
  world->people_requests = 0;
  world->violation[0] = 0;
  world->truth = (struct truth){0};
  events_clear(&world->events);
  chances_begin(&world->chances, plan->seed);
  world->chances.suppressed = plan->without_faults;
  world->chances.suppressed_count = plan->without_fault_count;
  trace_begin(&world->trace, plan->traced);
  choose_size(world);
  for (int kind = 0; plan->without_kinds && kind < FAULT_COUNT; kind++)
    if (plan->without_kinds[kind])
      world->chances.per_100000[kind] = 0;
  must(world, store_reset(store, world), "reset");
  world->chances.calm = true;
  connect_trackers(world);
  store_begin(store);
  world->chances.calm = false;
  add_services(world);
  for (size_t i = 0; i < world->actor_count; i++)
    actor_start(&world->actors[i]);
}

void world_run(struct world *world, int64_t until_ms) {
  struct event event;
  while (!world_is_wrong(world) && world->events.count && world->events.at[0].at_ms <= until_ms) {
    events_take(&world->events, &event);
    world->now_ms = event.at_ms > world->now_ms ? event.at_ms : world->now_ms;
    event.run(event.context, event.detail);
    people_watch_undos(world);
    if (world->verbs > VERBS_MAX)
      world_violate(world, "P9", "no end after %d verbs", VERBS_MAX);
  }
  if (world->now_ms < until_ms)
    world->now_ms = until_ms;
}

void world_end(struct world *world) {
  world->closing = true;
  for (size_t i = 0; i < world->actor_count; i++)
    actor_end(&world->actors[i]);
  arena_reset(&world->arena);
}
