/* What there is to do in the store, and from when on: asked once after each change for those who want to look, so that
 * the looks of those who would find nothing need not be executed one by one. It may promise too much, then somebody
 * looks in vain; what it forgets nobody ever does, and the run does not come to rest. */
#ifndef SIMULATION_AGENDA_H
#define SIMULATION_AGENDA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/result.h"
#include "store/db.h"

/* Who looks for work; the adapters by the number of their tracker. */
enum looker { LOOKER_PLANNER, LOOKER_PREVIEWER, LOOKER_SCHEDULER, LOOKER_ADAPTER, LOOKER_COUNT = LOOKER_ADAPTER + 3 };

struct prospect {
  uint64_t as_of;  /* the store's count of changes when it was asked; 0 = not yet */
  bool due;        /* there may be something */
  bool in_vain;    /* it was looked for, and was not */
  int64_t next_ms; /* when there is something new by itself; INT64_MAX = never */
};

struct agenda {
  struct prospect of[LOOKER_COUNT];
};

/* Brings it up to date for `looker` if it is not. `changes` counts the store's changes, from 1 on. */
struct result agenda_refresh(struct agenda *agenda, struct db *db, enum looker looker, uint64_t changes,
                             int64_t now_ms) MUST_USE;

static inline bool agenda_has(const struct agenda *agenda, enum looker looker) {
  return agenda->of[looker].due && !agenda->of[looker].in_vain;
}

#endif
