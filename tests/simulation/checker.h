/* The checker: P1 to P12 of a world that has come to rest, from the trackers' histories and what people know that they
 * did. Of tandem it asks only what a person can ask it: tickets and conflicts. */
#ifndef SIMULATION_CHECKER_H
#define SIMULATION_CHECKER_H

#include <stdbool.h>

struct conflict;
struct edit;
struct view;
struct world;

/* What is wrong goes to world_violate(). */
void checker_check(struct world *world);

/* Asserts what holds of a comment, and tells whether it is there with what the edit put into it. */
void checker_check_comment(const struct view *view, int identity);
bool checker_comment_holds(const struct view *view, const struct edit *edit);

/* Asserts what holds of each conflict. */
void checker_check_conflict(const struct view *view, const struct conflict *conflict);

#endif
