/* What connectors with a history share: which parts of an unanswered update it shows to have arrived, though somebody
 * has changed them since. Only what the update was to put there is told, and only what is not there now. */
#ifndef SERVICE_CONNECTOR_ARRIVALS_H
#define SERVICE_CONNECTOR_ARRIVALS_H

#include "service/connector.h"

struct arrivals {
  struct arena *arena;
  const struct payload *sent; /* NULL: nothing is in doubt */
  const struct values *now;
  struct values_builder told;
};

/* Whether the history has to be asked: something of the update is not there, and the target may have changed since the
 * look before it. Long texts do not count, since no tracker's history shows them as they were. */
bool arrivals_in_doubt(const struct intent *intent, const struct observation *seen);

/* Borrows both. */
struct arrivals arrivals_begin(struct arena *arena, const struct intent *intent, const struct observation *seen);

/* Whether the update was to change this field. */
bool arrivals_want(const struct arrivals *arrivals, struct str field);

/* An entry of the history, made after the look before the update, by whomever: one field was `from` and became `to`. Of
 * a set both may name those members alone that came or went. In any order. */
void arrivals_entry(struct arrivals *arrivals, const struct value *from, const struct value *to);

/* The fields as the update left them (struct observation). */
struct values arrivals_told(const struct arrivals *arrivals);

#endif
