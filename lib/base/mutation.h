/* Protective parts that a test build can leave out, one at a time, to see that the simulation notices
 * (docs/simulation.md). Only a build with TANDEM_MUTATION knows how: in every other one MUTATED(...) is false. */
#ifndef BASE_MUTATION_H
#define BASE_MUTATION_H

#include <stdbool.h>

enum mutation {
  MUTATION_NONE,
  MUTATION_SHADOW,     /* what both sides last agreed on is not kept */
  MUTATION_GATE,       /* the privacy gate before each write lets everything pass */
  MUTATION_FRESH,      /* the target is not fetched before it is written to */
  MUTATION_MARKER,     /* what is created carries no marker */
  MUTATION_INTENT,     /* a write of unknown outcome is repeated blindly */
  MUTATION_FENCE,      /* a lease that somebody else has taken still counts */
  MUTATION_LEASE,      /* work is handed out while somebody is at it */
  MUTATION_DELTA,      /* sets are sent whole */
  MUTATION_OVERLAP,    /* a pull begins exactly where the last one ended */
  MUTATION_SETTLE,     /* what is not found at once counts as not written */
  MUTATION_OVERWRITE,  /* what a write replaced is not looked at */
  MUTATION_LATECOMER,  /* a field that comes while its ticket is created counts as one that it had */
  MUTATION_HISTORY,    /* what an unanswered update had put there and somebody took away counts as never arrived */
  MUTATION_TOGETHER,   /* what was planned together is done together, whatever the first of it changed for the others */
  MUTATION_SCAN,       /* which tickets are there is asked for, and nothing is concluded from it */
  MUTATION_NIGHT,      /* everything is never looked at but when somebody asks for it */
  MUTATION_REDELIVERY, /* what a tracker could not deliver is not asked for again */
  MUTATION_COUNT,
};

#ifdef TANDEM_MUTATION
extern enum mutation mutation_chosen; /* by mutation_select(), before anything else runs */
#define MUTATED(which) (mutation_chosen == MUTATION_##which)
#else
#define MUTATED(which) false
#endif

/* Leaves out the part called `name` ("gate"); false when there is none of that name, or the build cannot. */
bool mutation_select(const char *name);

/* Whether one was selected. */
bool mutation_selected(void);

#endif
