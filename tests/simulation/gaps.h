/* What comes between the look that a write outside is decided on and the write itself. No tracker knows conditional
 * writes, so there is a gap; but it is short, and tandem itself does nothing in it. */
#ifndef SIMULATION_GAPS_H
#define SIMULATION_GAPS_H

#include "simulation/tracker.h"

/* Before an update writes `written` to the item: notes the texts that it replaces unseen. They must not have stood
 * there for long. `looked_at`: how many targets the look before that was at. */
void gaps_check(const struct remote_item *item, const struct push *push, const struct values *written,
                size_t looked_at);

/* A write of the process `who` arrives that was decided on, or, of a creation, sent off at `since_ms`: since then no
 * other one has written to the tracker, for one at a time has its turn. */
void gaps_take_turn(struct tracker *tracker, unsigned who, int64_t since_ms);

#endif
