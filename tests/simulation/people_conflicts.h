/* What people do with conflicts. */
#ifndef SIMULATION_PEOPLE_CONFLICTS_H
#define SIMULATION_PEOPLE_CONFLICTS_H

#include "simulation/people_edits.h"

/* Decides an open one: for a side, or for a value of one's own. False: there is none. */
bool people_decide(const struct planned_edit *p);

/* Brings back a value that a closed one kept. False: there is none. */
bool people_restore(const struct planned_edit *p);

#endif
