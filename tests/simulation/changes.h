/* What a person's change makes of a ticket's fields, and writing down what was done. */
#ifndef SIMULATION_CHANGES_H
#define SIMULATION_CHANGES_H

#include "simulation/people_edits.h"
#include "simulation/tracker.h"
#include "simulation/truth.h"

enum change {
  CHANGE_TITLE,
  CHANGE_BODY,
  CHANGE_LABEL_ADDED,
  CHANGE_LABEL_REMOVED,
  CHANGE_STATUS,
  CHANGE_DUE_DATE,
  CHANGE_DUE_DATE_CLEARED,
  CHANGE_VERSION_ADDED,
  CHANGE_VERSION_REMOVED,
  CHANGE_PARENT,
};

/* What kind of a change it is, if it is one of a ticket's fields; where the tracker has no such field, of the title. */
enum change changes_kind(const struct planned_edit *p);

/* Turns a planned edit into one that takes away what the newest change of the item put there. False, and nothing
 * happens, where that can only be replaced. */
bool changes_take_away(struct planned_edit *p, const struct remote_item *item);

/* The token of this edit. */
struct str changes_token(const struct planned_edit *p);

/* The changed field of a ticket that looks like `fields`; no name: there is nothing to do. Of a parent: parents.h. */
struct value changes_make(const struct planned_edit *p, const struct values *fields);

/* The body of a ticket or comment with one line more, in place of the others sometimes. */
struct value changes_body(const struct planned_edit *p, const struct value *old);

/* A new ticket, of this parent if it has a name. */
struct values changes_new_ticket(const struct planned_edit *p, int identity, const struct value *parent);

/* Writes down an edit of `field`. */
struct edit *changes_remember(const struct planned_edit *p, int identity, const char *field);

/* Writes down a change from `old` to `after`, references as words (parents.h). Returns what can be checked of it; NULL:
 * nothing. */
struct edit *changes_note(const struct planned_edit *p, int identity, const struct value *old,
                          const struct value *after);

/* Writes down what a new ticket holds. */
void changes_note_new(const struct planned_edit *p, int identity, const struct values *fields);

#endif
