/* Sessions that somebody undoes. */
#ifndef SIMULATION_PEOPLE_UNDO_H
#define SIMULATION_PEOPLE_UNDO_H

#include "simulation/people_edits.h"

/* Undoes a session that did nothing but change fields here, as its preview tells. False: there is none. */
bool people_undo(const struct planned_edit *p);

/* Writes down what undos under way have done since they were looked at last: before anybody acts on it. */
void people_watch_undos(struct world *world);

#endif
