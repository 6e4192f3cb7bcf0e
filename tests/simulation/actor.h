/* A process of tandem as a coroutine: the production code runs on a stack of its own, and stands still wherever it
 * waits for the store or a tracker, or passes a fault point. There it may also crash or freeze.
 *
 * A process that has crashed goes on only to the end of its calls: whatever it asks of the world has no effect and
 * fails, so that its memory is freed. Then it starts again. */
#ifndef SIMULATION_ACTOR_H
#define SIMULATION_ACTOR_H

#include <ucontext.h>

#include "service/adapter_worker.h"
#include "service/service.h"
#include "simulation/tracker.h"

enum { ACTORS_MAX = PROCESSES_MAX };

struct world;

/* The connection of one process to the store: what the production code knows as its rpc. */
struct rpc {
  struct actor *actor; /* NULL: a person's command, which is done at once */
  struct str client;
  int64_t next_request;
};

struct actor {
  struct world *world;
  unsigned who;
  char name[24];
  struct result (*work)(struct service_context *context, int64_t *wait_ms);
  unsigned bells;
  const struct connector *connector; /* of an adapter, else NULL */

  struct rpc rpc;
  struct service_context service;
  struct arena arena, life; /* of a round; of a process from its start to its end */
  struct worker *worker;
  bool is_dead, has_ended, waits;
  int lives;
  int64_t busy_ms;       /* with others, at most, before it comes to look */
  unsigned lookers;      /* what it looks for, a set of bits (agenda.h) */
  uint64_t rings;        /* bells heard */
  int64_t stirs_from_ms; /* while it is frozen: from then on its lease is gone; else 0 */
  bool is_drowsy;        /* it has slept through its lease, and written nothing since */

  ucontext_t context, scheduler;
  char *stack;
  uint64_t token; /* of the one wake-up that counts */
  void *fiber;    /* for AddressSanitizer */
};

/* Makes the process; it starts within a second. */
void actor_start(struct actor *actor);

/* Ends it, wherever it is. */
void actor_end(struct actor *actor);
void actor_free(struct actor *actor);

/* Stands still until `until_ms`, or until somebody wakes it. May crash or freeze. */
void actor_wait(struct actor *actor, int64_t until_ms);

/* The same for a moment in which it does neither. */
void actor_wait_awake(struct actor *actor, int64_t until_ms);

void actor_wake(struct actor *actor, int64_t at_ms);

/* Somebody is calling a tracker: a bad moment for one whose lease is gone to wake up. */
void actors_may_stir(struct world *world);

/* The process whose code is running, NULL: the world's own. */
struct actor *actor_current(void);

/* One round of an adapter's worker. */
struct result adapter_work(struct service_context *context, int64_t *wait_ms) MUST_USE;

/* A bell rings in the store. */
void actor_ring(struct actor *actor, enum bell bell, struct str system);

#endif
