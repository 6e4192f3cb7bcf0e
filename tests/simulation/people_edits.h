/* The kinds of edits. */
#ifndef SIMULATION_PEOPLE_EDITS_H
#define SIMULATION_PEOPLE_EDITS_H

#include <stdbool.h>
#include <stdint.h>

struct world;

enum { PEOPLE_DECIDE = 3 }; /* `what` of a decision about a conflict, here */

/* What it is about: a ticket's fields, comments that are there, the end of a ticket, or, here, what is to be settled.
 */
enum topic { TOPIC_TICKET, TOPIC_COMMENT, TOPIC_END, TOPIC_DISPUTE };

/* One planned edit. What it hits is drawn beforehand, so that it stays the same when others are left out. */
struct planned_edit {
  struct world *world;
  int number;
  int side; /* 0 = here, else the tracker's number + 1 */
  int64_t at_ms;
  bool lies_in_wait, is_done;
  bool wants_sync; /* and asks for it, when it was made in a tracker */
  enum topic topic;
  uint64_t what, target, detail;
};

void people_do(struct planned_edit *planned);

#endif
