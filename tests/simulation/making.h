/* What a write of tandem's makes of a tracker's tickets, once it has arrived there. */
#ifndef SIMULATION_MAKING_H
#define SIMULATION_MAKING_H

#include "simulation/tracker.h"

/* The fields that an update sets, as they become. */
struct values making_changed(const struct remote_item *item, const struct push *push);

/* Whether the ticket of a comment that is to be created is there. */
bool making_has_place(struct tracker *tracker, const struct intent *intent);

/* What a creation makes; where tandem chooses the id and it is there already, that. */
struct remote_item *making_create(struct tracker *tracker, const struct push *push);

/* The creation is on its way when its sender gives up, and arrives after that. */
void making_create_late(struct tracker *tracker, const struct push *push);

#endif
