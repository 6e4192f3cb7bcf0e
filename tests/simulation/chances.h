/* Every random decision of a run: a hash of the seed, of what is decided, for whom, and how often that was asked
 * before. So one decision does not depend on the others, and a run from which a fault was removed stays nearly the
 * same: that is what makes shrinking work. */
#ifndef SIMULATION_CHANCES_H
#define SIMULATION_CHANCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What goes wrong, and what a shrunk run may leave out. */
enum fault {
  FAULT_CRASH,         /* a process ends at a call or a fault point */
  FAULT_FREEZE,        /* a process stands still, longer than its lease perhaps */
  FAULT_REQUEST_LOST,  /* a verb's request; sent again after a while */
  FAULT_REQUEST_LATE,  /* it arrives when its sender may have given up */
  FAULT_REQUEST_TWICE, /* it is done twice, if it is not one that is done once */
  FAULT_REPLY_LOST,
  FAULT_STORE_CRASH, /* before or after a commit */
  FAULT_BELL_LOST,
  FAULT_CALL_REFUSED, /* a tracker's 5xx, a connection that is not made */
  FAULT_CALL_SLOW,    /* it arrives late, and its sender still waits */
  FAULT_RATE_LIMIT,
  FAULT_ANSWER_LOST, /* a write arrives, its answer does not */
  FAULT_WRITE_LATE,  /* a creation arrives after its sender has given up */
  FAULT_HOOK_LOST,
  FAULT_HOOK_TWICE,
  FAULT_HOOK_LATE,
  FAULT_LIST_LAG, /* a list shows what was true a while ago */
  FAULT_USUAL_COUNT,
  FAULT_LIST_PASS = FAULT_USUAL_COUNT, /* what changed never gets into the lists of what changed */
  FAULT_HOOK_TAMPERED,                 /* somebody deletes a webhook in the tracker, or switches it off */
  FAULT_COUNT,
};

enum draw { DRAW_LATENCY, DRAW_DURATION, DRAW_SETTING, DRAW_EDIT, DRAW_CHOICE, DRAW_COUNT };

enum { WHO_MAX = 32, FIRED_MAX = 512, DECISIONS = FAULT_COUNT + DRAW_COUNT + 1 };

/* A fault that happened. `id` names it in every run of the seed. */
struct fired {
  uint64_t id;
  enum fault fault;
  unsigned who;
};

struct chances {
  uint64_t seed;
  bool calm; /* nothing goes wrong any more */
  uint32_t counts[DECISIONS][WHO_MAX];
  unsigned per_100000[FAULT_COUNT];
  unsigned dwelt_on; /* the kind of fault that the seed dwells on; FAULT_USUAL_COUNT or more: none */
  struct fired fired[FIRED_MAX];
  size_t fired_count;
  const uint64_t *suppressed; /* ids of faults that are left out */
  size_t suppressed_count;
};

/* The seed also decides how often each kind of fault happens, from never to often; every other seed dwells on one kind
 * (swarm testing: Groce and others 2012, doi:10.1145/2338965.2336763). */
void chances_begin(struct chances *chances, uint64_t seed);

/* Makes all faults so many times as frequent. */
void chances_multiply(struct chances *chances, unsigned times);

/* Has a kind of fault happen at least so often; the unusual ones do not happen otherwise. */
void chances_raise(struct chances *chances, enum fault fault, unsigned per_100000);

uint64_t chances_draw(struct chances *chances, enum draw draw, unsigned who);

/* A number from `low` to `high`, both included. */
int64_t chances_between(struct chances *chances, enum draw draw, unsigned who, int64_t low, int64_t high);

/* Whether this fault happens now. */
bool chances_fault(struct chances *chances, enum fault fault, unsigned who);

const char *chances_fault_name(enum fault fault);

#endif
