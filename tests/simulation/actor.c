/* Coroutines (ucontext), and the loop of a process as service.c has it for threads. */
#include "simulation/actor.h"

#include <stdlib.h>

#include "base/fault.h"
#include "service/backoff.h"
#include "simulation/fiber.h"
#include "simulation/world.h"

enum { STACK_BYTES = 1024 * 1024, PROJECTS_MAX = TRACKERS_MAX, LEASE_MS = 60 * 1000 };

static struct actor *running;
static const void *scheduler_stack;
static size_t scheduler_stack_bytes;

struct actor *actor_current(void) {
  return running;
}

/* -- changing stacks -- */

static void enter(struct actor *actor) {
  void *fiber = NULL;
  running = actor;
  fiber_leave(&fiber, actor->stack, STACK_BYTES);
  swapcontext(&actor->scheduler, &actor->context);
  fiber_arrive(fiber, NULL, NULL);
  running = NULL;
}

static void leave(struct actor *actor) {
  fiber_leave(actor->has_ended ? NULL : &actor->fiber, scheduler_stack, scheduler_stack_bytes);
  swapcontext(&actor->context, &actor->scheduler);
  fiber_arrive(actor->fiber, &scheduler_stack, &scheduler_stack_bytes);
}

static void wake_up(void *context, uint64_t token) {
  struct actor *actor = context;
  if (!actor->has_ended && actor->token == token)
    enter(actor);
}

/* -- waiting -- */

void actor_wait_awake(struct actor *actor, int64_t until_ms) {
  struct world *world = actor->world;
  if (actor->is_dead || world->closing)
    return;
  actor->token++;
  events_plan(&world->events, until_ms, wake_up, actor, actor->token);
  actor->waits = true;
  leave(actor);
  actor->waits = false;
  if (world->closing)
    actor->is_dead = true;
}

static void freeze(struct actor *actor) {
  struct world *world = actor->world;
  bool is_long = chances_draw(&world->chances, DRAW_DURATION, actor->who) % 3 > 0; /* longer than a lease */
  int64_t until_ms = world->now_ms + chances_between(&world->chances, DRAW_DURATION, actor->who,
                                                     is_long ? LEASE_MS : 5000, is_long ? 170000 : LEASE_MS);
  world_tell(world, "%s freezes for %lld s", actor->name, (long long)(until_ms - world->now_ms) / 1000);
  events_expect_until(&world->events, until_ms);
  int64_t lost_ms = actor->stirs_from_ms = world->now_ms + LEASE_MS;
  while (actor->stirs_from_ms && world->now_ms < until_ms && !actor->is_dead && !world->chances.calm)
    actor_wait_awake(actor, until_ms);
  actor->stirs_from_ms = 0;
  actor->is_drowsy |= world->now_ms >= lost_ms;
}

/* When both stand still, nobody takes over. */
static bool has_fellow_awake(const struct actor *actor) {
  for (size_t i = 0; i < actor->world->actor_count; i++) {
    const struct actor *other = &actor->world->actors[i];
    if (other != actor && other->connector == actor->connector && other->work == actor->work && other->stirs_from_ms)
      return false;
  }
  return true;
}

void actors_may_stir(struct world *world) {
  for (size_t i = 0; i < world->actor_count; i++) {
    struct actor *actor = &world->actors[i];
    bool may = actor->stirs_from_ms && world->now_ms >= actor->stirs_from_ms;
    if (!may || chances_draw(&world->chances, DRAW_CHOICE, actor->who) % 3 > 0)
      continue;
    world_tell(world, "%s stirs", actor->name);
    actor->stirs_from_ms = 0;
    actor_wake(actor, world->now_ms + chances_between(&world->chances, DRAW_LATENCY, actor->who, 0, 400));
  }
}

static void meet_fate(struct actor *actor) {
  struct world *world = actor->world;
  if (actor->is_dead)
    return;
  if (has_fellow_awake(actor) && chances_fault(&world->chances, FAULT_FREEZE, actor->who))
    freeze(actor);
  if (!actor->is_dead && chances_fault(&world->chances, FAULT_CRASH, actor->who)) {
    world_tell(world, "%s crashes", actor->name);
    actor->is_dead = true;
  }
}

void actor_wait(struct actor *actor, int64_t until_ms) {
  actor_wait_awake(actor, until_ms);
  meet_fate(actor);
}

void actor_wake(struct actor *actor, int64_t at_ms) {
  if (actor->waits)
    events_plan(&actor->world->events, at_ms, wake_up, actor, actor->token);
}

void actor_ring(struct actor *actor, enum bell bell, struct str system) {
  bool is_other = actor->connector && system.length && !str_is(system, actor->connector->system);
  if (!(actor->bells & 1U << bell) || is_other)
    return;
  if (chances_fault(&actor->world->chances, FAULT_BELL_LOST, actor->who))
    return;
  actor->rings++;
  actor_wake(actor, actor->world->now_ms + chances_between(&actor->world->chances, DRAW_LATENCY, actor->who, 1, 250));
}

/* -- fault points -- */

/* Between its last look at the clock and the bytes going out a process may crash, and does not freeze: no protocol can
 * help against that, as long as trackers know no conditional writes. */
void fault_point_of(const char *name, const char *detail) {
  struct actor *actor = running;
  if (!actor)
    store_fault_point(name);
  else if (strcmp(name, "adapter.before_send") == 0)
    actor->is_dead = actor->is_dead || chances_fault(&actor->world->chances, FAULT_CRASH, actor->who);
  else
    meet_fate(actor);
  (void)detail;
}

void fault_point(const char *name) {
  fault_point_of(name, "");
}

/* -- a process -- */

struct result adapter_work(struct service_context *context, int64_t *wait_ms) {
  return worker_round(context->state, context, wait_ms);
}

static void be_busy_elsewhere(struct actor *actor) {
  struct world *world = actor->world;
  int64_t until_ms = world->now_ms + chances_between(&world->chances, DRAW_LATENCY, actor->who, 0, actor->busy_ms);
  while (world->now_ms < until_ms && !actor->is_dead)
    actor_wait_awake(actor, until_ms);
}

/* Idle until a bell rings or `wait_ms` have passed; to crash or freeze then would harm nobody. Where there is nothing
 * to be found, nobody looks: only time is saved by that. */
static void rest(struct actor *actor, uint64_t rings, int64_t wait_ms) {
  struct world *world = actor->world;
  while (actor->rings == rings && !actor->is_dead) {
    int64_t until_ms = world->now_ms + wait_ms;
    while (actor->rings == rings && world->now_ms < until_ms && !actor->is_dead)
      actor_wait_awake(actor, until_ms);
    if (store_has_work(world->store, actor->lookers)) {
      if (actor->busy_ms)
        be_busy_elsewhere(actor);
      return;
    }
  }
}

static void live(struct actor *actor) {
  struct world *world = actor->world;
  struct backoff backoff = backoff_start(100, 15000);
  while (!actor->is_dead) {
    uint64_t rings = actor->rings;
    int64_t wait_ms = 1000;
    struct result result = actor->work(&actor->service, &wait_ms);
    arena_reset(&actor->arena);
    if (actor->is_dead)
      return;
    if (result.code == RESULT_BUG)
      world_violate(world, "no bugs", "%s: %s", actor->name, result.message);
    if (!result_ok(&result))
      actor_wait(actor, world->now_ms + backoff_next(&backoff, result.retry_after_ms));
    else if (wait_ms > 0)
      rest(actor, rings, wait_ms);
    else
      backoff = backoff_start(100, 15000);
  }
}

static void begin_life(struct actor *actor) {
  actor->is_dead = actor->world->closing;
  actor->stirs_from_ms = 0;
  actor->is_drowsy = false;
  actor->lives++;
  actor->rings = 0;
  actor->rpc.client = str_format(&actor->life, "%s-%d", actor->name, actor->lives);
  actor->service = (struct service_context){
      .rpc = &actor->rpc, .name = actor->rpc.client, .arena = &actor->arena, .state = actor->worker};
  if (actor->worker)
    *actor->worker = (struct worker){.connector = actor->connector, .rpc = &actor->rpc, .name = actor->rpc.client};
}

static void end_life(struct actor *actor) {
  for (int64_t id = 1; actor->worker && id <= PROJECTS_MAX; id++) {
    struct usage usage;
    worker_leave(actor->worker, &(struct project){.id = id}, true, &usage);
  }
  arena_reset(&actor->arena);
  arena_reset(&actor->life);
}

static void run(unsigned high, unsigned low) {
  struct actor *actor = (struct actor *)((uintptr_t)high << 32 | low);
  fiber_arrive(NULL, &scheduler_stack, &scheduler_stack_bytes);
  while (!actor->world->closing) {
    begin_life(actor);
    live(actor);
    end_life(actor);
    actor->is_dead = false;
    actor_wait_awake(actor, actor->world->now_ms + 2000);
  }
  actor->has_ended = true;
  leave(actor);
}

void actor_start(struct actor *actor) {
  struct world *world = actor->world;
  uintptr_t address = (uintptr_t)actor;
  if (!actor->stack)
    actor->stack = malloc(STACK_BYTES);
  if (!actor->stack || getcontext(&actor->context) != 0)
    abort();
  actor->rpc.actor = actor;
  actor->context.uc_stack.ss_sp = actor->stack;
  actor->context.uc_stack.ss_size = STACK_BYTES;
  actor->context.uc_link = NULL;
  makecontext(&actor->context, (void (*)(void))run, 2, (unsigned)(address >> 32), (unsigned)address);
  actor->token = 1;
  events_plan(&world->events, world->now_ms + chances_between(&world->chances, DRAW_LATENCY, actor->who, 1, 1000),
              wake_up, actor, actor->token);
}

void actor_end(struct actor *actor) {
  actor->is_dead = true;
  while (!actor->has_ended)
    enter(actor);
}

void actor_free(struct actor *actor) {
  arena_free(&actor->arena);
  arena_free(&actor->life);
  free(actor->worker);
  free(actor->stack);
}
