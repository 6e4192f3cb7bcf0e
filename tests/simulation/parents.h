/* Fields that name another ticket: in a tracker by the id that it has there, here by its key. For the checker the named
 * ticket has one word, whoever speaks of it: "p03" for the one of identity 3. */
#ifndef SIMULATION_PARENTS_H
#define SIMULATION_PARENTS_H

#include "simulation/people_edits.h"
#include "simulation/tracker.h"

struct ticket;

/* A value of a tracker, and one of here: a reference as the word of the ticket that it names, any other one as it is.
 * An absent value stays absent; what names no ticket stays as it is. */
struct value parents_word_there(const struct tracker *tracker, const struct value *value);
struct value parents_word_here(struct world *world, const struct value *value);

/* Those of a ticket in a tracker, each as its word. */
struct values parents_words_there(const struct tracker *tracker, const struct values *fields);

/* A parent for the ticket (NULL: a new one), by chance: another ticket of the same side, or none where it has one. No
 * name: there is nothing to choose from. */
struct value parents_choose_there(const struct tracker *tracker, const struct remote_item *child, uint64_t roll);
struct value parents_choose_here(struct world *world, const struct ticket *child, uint64_t roll);

#endif
