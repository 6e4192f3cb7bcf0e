/* Values from words, for tables: "" is empty, NULL is missing. */
#ifndef UNIT_SYNC_MAKE_H
#define UNIT_SYNC_MAKE_H

#include "base/values.h"

/* The members of a set written as "a, b, c"; a text otherwise. `name` says which: labels, assignees and names that end
 * in "_set" are sets. */
struct value make_value(struct arena *arena, const char *name, const char *text);

/* One value, or none when `text` is NULL. */
struct values make_values(struct arena *arena, const char *name, const char *text);

/* "a, b, c" in alphabetical order; a text as it is; "-" for a value without a name. */
const char *make_shown(struct arena *arena, const struct value *value);

#endif
