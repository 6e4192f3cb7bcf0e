/* Two sets of values against each other, in the time that sorting their members takes: they may come from anybody, and
 * have thousands. Members are compared byte by byte; value_has() is for a single one. */
#ifndef BASE_SETS_H
#define BASE_SETS_H

#include "base/arena.h"
#include "base/values.h"

/* The same members, in any order and any number of times. */
bool sets_equal(const struct value *a, const struct value *b);

/* Each member once, in the order in which they stand there, under the name of `set`; the members are borrowed. Those
 * that `leaving` does not have, and those of either. */
struct value sets_without(struct arena *arena, const struct value *set, const struct value *leaving);
struct value sets_join(struct arena *arena, const struct value *set, const struct value *joining);

#endif
