/* What the seeds of a process went through, counted: a simulation that meets no conflicts, crashes or lost answers
 * proves nothing, however many seeds it runs. */
#ifndef SIMULATION_TALLY_H
#define SIMULATION_TALLY_H

#include <stdint.h>
#include <stdio.h>

#include "proto/verbs.h"
#include "simulation/chances.h"

enum { SITUATIONS_MAX = 128, SITUATION_BYTES = 48 };

struct tally {
  int64_t verbs[VERB_COUNT], faults[FAULT_COUNT];
  struct {
    char name[SITUATION_BYTES];
    int64_t count;
  } situations[SITUATIONS_MAX]; /* what the store shows at the end of a seed */
  size_t situation_count;
};

/* Adds `count` to the situation called `name`. */
void tally_situation(struct tally *tally, const char *name, int64_t count);

/* Adds the faults that happened in a seed. */
void tally_faults(struct tally *tally, const struct chances *chances);

/* A line `count NUMBER NAME` each. */
void tally_print(const struct tally *tally, FILE *file);

#endif
