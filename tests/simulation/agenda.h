/* What there is to do in the store, and from when on, as bells tell and as is asked once after each change that may
 * concern those who want to look, so that the looks of those who would find nothing need not be executed one by one. It
 * may promise too much, then somebody looks in vain; what it forgets nobody ever does, and the run never rests. */
#ifndef SIMULATION_AGENDA_H
#define SIMULATION_AGENDA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/result.h"
#include "proto/verbs.h"
#include "store/db.h"
#include "store/outbox.h"

/* Who looks for work; the adapters by the number of their tracker. */
enum looker { LOOKER_PLANNER, LOOKER_PREVIEWER, LOOKER_SCHEDULER, LOOKER_ADAPTER, LOOKER_COUNT = LOOKER_ADAPTER + 3 };

/* Taken by somebody who may never give it back; then it is there again. */
struct handed_out {
  uint64_t id;
  int64_t lapses_ms;
};
enum { HANDED_OUT_MAX = 8 };

struct prospect {
  bool is_known;   /* it was asked, and nothing that may concern it has happened since */
  int64_t due;     /* how much there may be: tickets for the planner, leases to take for an adapter */
  bool is_rung;    /* a bell has rung since */
  bool in_vain;    /* it was looked for, and was not */
  int64_t next_ms; /* when there is something new by itself; INT64_MAX = never */
  struct handed_out out[HANDED_OUT_MAX]; /* since it was asked; of more, next_ms tells when they lapse */
  size_t out_count;
};

struct looked; /* looks.h */

extern const char agenda_functions[]; /* agenda.sql */

struct agenda {
  struct prospect of[LOOKER_COUNT];
};

/* There are only projects, all new: the scheduler alone has something to do. */
void agenda_begin(struct agenda *agenda);

/* Brings it up to date for `looker` if it is not. */
struct result agenda_refresh(struct agenda *agenda, struct db *db, enum looker looker, int64_t now_ms) MUST_USE;

/* `verb` has changed something for one who looks for `lookers`, a set of bits; 0: for a person. The bells that it rings
 * are in the outbox. */
void agenda_note(struct agenda *agenda, enum verb_id verb, unsigned lookers, const struct outbox *outbox);

/* What was handed out as `id` to one of a set of lookers is done, and nothing is left of it. */
void agenda_settle(struct agenda *agenda, unsigned lookers, uint64_t id);

/* `looker` has looked, and taken part of what is due. */
void agenda_take(struct agenda *agenda, enum looker looker, const struct looked *looked, int64_t now_ms);

/* `looker` has looked, and there was nothing. */
void agenda_find_nothing(struct agenda *agenda, enum looker looker);

/* Adapters may have something to do that nothing has told of. */
void agenda_doubt_adapters(struct agenda *agenda);

/* When there may be something new by itself. */
int64_t agenda_next_ms(const struct agenda *agenda, enum looker looker);

static inline bool agenda_has(const struct agenda *agenda, enum looker looker) {
  return agenda->of[looker].due > 0 && !agenda->of[looker].in_vain;
}

#endif
