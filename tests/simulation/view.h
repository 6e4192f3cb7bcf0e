/* What a person sees of tandem when everything has come to rest: what the checker goes by. */
#ifndef SIMULATION_VIEW_H
#define SIMULATION_VIEW_H

#include "simulation/world.h"

struct view {
  struct world *world;
  struct ticket_list tickets; /* with mappings and comments */
  struct conflict_list conflicts;
};

/* False: the world is wrong. */
bool view_look(struct world *world, struct view *out);

struct tracker *view_tracker(const struct view *view, struct str project);

/* NULL: there is none. */
const struct ticket *view_ticket(const struct view *view, struct str key);
const struct ticket *view_ticket_of_identity(const struct view *view, int identity);

/* An absent `project` stands for any. */
bool view_has_open_conflict(const struct view *view, struct str project, struct str ticket, struct str field);

/* Whether a person is to decide about the comment; whether one ever was. */
bool view_asks_about_comment(const struct view *view, struct str project, int identity);
bool view_was_asked_about_comment(const struct view *view, int identity);

/* The identity of the ticket or comment that it is about, or -1. */
int view_identity(const struct view *view, const struct conflict *conflict);

/* Somebody saw both values and chose. */
bool view_was_decided(const struct view *view, struct str ticket, struct str field);

/* Whether a conflict keeps the edit's value; of a merged one that is no excuse. */
bool view_keeps(const struct view *view, const struct edit *edit);

/* The value names a ticket that was deleted there. */
bool view_names_gone(const struct tracker *tracker, const struct value *there);

/* The value names a ticket that the project does not have, or not any more: it is waited for. */
bool view_waits(const struct view *view, const struct value *here, struct str project);

#endif
