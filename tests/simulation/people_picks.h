/* What the kinds of edits share: choosing what to edit, and telling of it. */
#ifndef SIMULATION_PEOPLE_PICKS_H
#define SIMULATION_PEOPLE_PICKS_H

#include "simulation/people_edits.h"
#include "simulation/tracker.h"

/* A line of the trace: `what` of the ticket or comment `identity`. */
void people_tell(const struct planned_edit *p, const char *what, int identity);

/* That of a ticket or comment which is being made by this edit. */
int people_new_identity(const struct planned_edit *p);

/* That of the ticket here that has this key; -1: there is none. */
int people_identity(struct world *world, struct str key);

/* One of `kind` in the edit's tracker; NULL: there is none. */
struct remote_item *people_pick_remote(const struct planned_edit *p, const char *kind);

/* One here, with its comments; NULL: there is none. */
const struct ticket *people_pick_local(const struct planned_edit *p);

/* Of any ticket here; NULL: there is none. */
const struct comment *people_pick_local_comment(const struct planned_edit *p);

/* Puts back the marker that stood at the end of what was `seen`: people edit above it. */
void people_keep_marker(const struct remote_item *item, const struct observation *seen, struct value *body);

/* tandem cannot tell this edit from a rendering of what it sent, as long as it does not know that it arrived. */
void people_doubt(struct remote_item *item, struct str edited);

#endif
