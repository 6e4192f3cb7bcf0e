/* The way to a tracker and back: what makes a call late, and what ends it. */
#include "simulation/connector_parts.h"
#include "simulation/people.h"
#include "simulation/world.h"

enum { SLOWEST_MS = 28000 };

static struct result is_dead(void) {
  return result_error(RESULT_BUG, "this process has crashed");
}

/* What made a process sleep through its lease is not over at once: its next write is often slow too. */
static bool is_held_up(struct actor *actor) {
  bool was_drowsy = actor->is_drowsy;
  actor->is_drowsy = false;
  return was_drowsy && chances_draw(&actor->world->chances, DRAW_CHOICE, actor->who) % 2;
}

/* Whoever sends a write has just looked at the clock. */
struct result connector_reach(struct connection *c, bool writes) {
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

/* Nobody looks at the clock between the requests of one write. */
struct result connector_answer_to(struct connection *c, bool is_last) {
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

struct result connector_answer(struct connection *c) {
  return connector_answer_to(c, true);
}

struct result connector_no_answer(struct connection *c) {
  struct actor *actor = actor_current();
  world_tell(actor->world, "%s the answer of %s is lost", actor->name, c->tracker->habits.system);
  actor_wait(actor, actor->world->now_ms + TIMEOUT_MS);
  return actor->is_dead ? is_dead() : result_error(RESULT_UNCERTAIN, "no answer");
}
