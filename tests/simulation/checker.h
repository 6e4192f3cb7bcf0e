/* The checker: P1 to P8 of a world that has come to rest, from the trackers' histories and what people know that they
 * did. Of tandem it asks only what a person can ask it: tickets, conflicts, the record of changes. */
#ifndef SIMULATION_CHECKER_H
#define SIMULATION_CHECKER_H

struct world;

/* What is wrong goes to world_violate(). */
void checker_check(struct world *world);

#endif
