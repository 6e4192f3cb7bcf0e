/* One example of each event's data. */
#ifndef DOCS_EXAMPLES_H
#define DOCS_EXAMPLES_H

#include "proto/events.h"

/* The whole event as JSON, indented, in the arena: as it comes from the bus or the log. Ends the program when the
 * example does not fit the event's record. */
struct str example_of(struct arena *arena, enum event_id id);

#endif
