/* One run of one seed: people and faults for some minutes, then quiet, then the checks. */
#ifndef SIMULATION_RUN_H
#define SIMULATION_RUN_H

#include "simulation/world.h"

/* Everything that happened, in `world` until the next run; `world->violation` says what is wrong. */
void run_seed(struct world *world, struct store *store, const struct plan_of_run *plan);

/* Lets time pass until there is nothing left to do. */
void run_to_rest(struct world *world);

#endif
