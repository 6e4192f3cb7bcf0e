/* What people do to whole projects. */
#ifndef SIMULATION_PEOPLE_PROJECTS_H
#define SIMULATION_PEOPLE_PROJECTS_H

#include "simulation/people_edits.h"

/* Pauses the project of one tracker, for seconds or minutes. */
void people_pause(struct planned_edit *planned);

/* Looks first what a synchronisation would do, and has that done, or not. */
void people_dry_run(struct planned_edit *planned);

/* Has it decide by another strategy from now on. */
void people_change_strategy(const struct planned_edit *planned);

#endif
