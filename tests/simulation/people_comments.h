/* What people do with comments, and to whole tickets: writing, editing, deleting. */
#ifndef SIMULATION_PEOPLE_COMMENTS_H
#define SIMULATION_PEOPLE_COMMENTS_H

#include "simulation/people_edits.h"

struct remote_item;
struct ticket;

/* A comment on the ticket, in its tracker or here. */
void people_comment_remote(const struct planned_edit *p, const struct remote_item *ticket);
void people_comment_local(const struct planned_edit *p, const struct ticket *ticket);

/* Edits or deletes a comment; where there is none, writes one. A ticket has to be there. */
void people_touch_comment(const struct planned_edit *p);

/* Deletes a ticket in its tracker, with its comments there. */
void people_delete_ticket(const struct planned_edit *p, struct remote_item *ticket);

#endif
