/* One run: its clock, its chances, its processes, trackers and people, and what was found wrong. Single-threaded; there
 * is one world at a time, because the clocks that the production code reads are global. */
#ifndef SIMULATION_WORLD_H
#define SIMULATION_WORLD_H

#include "base/arena.h"
#include "base/str.h"
#include "simulation/actor.h"
#include "simulation/chances.h"
#include "simulation/events.h"
#include "simulation/reliance.h"
#include "simulation/store.h"
#include "simulation/tally.h"
#include "simulation/trace.h"
#include "simulation/tracker.h"
#include "simulation/truth.h"

/* Who decides by chance, for chances.h. */
enum { WHO_STORE = 20, WHO_TRACKER = 24, WHO_PEOPLE = 28, WHO_WORLD = 29, WHO_RELIANCE = 30 };

enum { TRACKERS_MAX = 3, VERBS_MAX = 6000 };

/* Most worlds are small: what goes wrong mostly needs no more than two tickets, two trackers and three edits. */
enum size { SIZE_SMALL, SIZE_MIDDLE, SIZE_LARGE };

struct world {
  struct arena arena; /* of this run */
  enum size size;
  enum reliance reliance;
  int64_t now_ms;
  struct chances chances;
  struct events events;
  struct actor actors[ACTORS_MAX];
  size_t actor_count;
  struct tracker trackers[TRACKERS_MAX];
  size_t tracker_count;
  struct store *store;
  struct trace trace;
  struct truth truth;
  struct tally tally;      /* of all runs */
  int64_t verbs;           /* how many the store has executed */
  int64_t people_requests; /* how many commands people gave */
  bool closing;
  char violation[640]; /* "P2: ..."; empty while nothing is wrong */
};

/* What a run is to do. */
struct plan_of_run {
  uint64_t seed;
  const bool *without_kinds;      /* of faults, for shrinking; NULL = all may happen */
  const uint64_t *without_faults; /* ids */
  size_t without_fault_count;
  const bool *without_edits; /* by number; NULL = all are made */
  bool traced, counted;
};

/* The world that the clocks show. */
struct world *world_current(void);

/* Prepares a run; world_end() ends it. The world's memory is zeroed before the first one. */
void world_begin(struct world *world, struct store *store, const struct plan_of_run *plan);
void world_end(struct world *world);

/* Connects the project of a tracker, or changes it; `choice` draws the strategy. */
void world_configure(struct world *world, const struct tracker *tracker, uint64_t choice);

/* Lets time pass until `until_ms`, or until something is wrong. */
void world_run(struct world *world, int64_t until_ms);

/* The first one is kept. */
void world_violate(struct world *world, const char *property, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static inline bool world_is_wrong(const struct world *world) {
  return world->violation[0] != 0;
}

/* A line of the trace. */
void world_tell(struct world *world, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
