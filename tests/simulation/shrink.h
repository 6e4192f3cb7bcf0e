/* Making a failing run short: it is run again without some of its faults and edits, as long as the same property
 * breaks.
 */
#ifndef SIMULATION_SHRINK_H
#define SIMULATION_SHRINK_H

#include <stdio.h>

#include "simulation/world.h"

/* Shrinks the run that `world` has just made of `plan`, and prints the trace of what is left. */
void shrink(struct world *world, struct store *store, const struct plan_of_run *plan, FILE *file);

#endif
