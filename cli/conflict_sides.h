/* The three versions that a conflict keeps, as rows to be shown side by side. */
#ifndef CLI_CONFLICT_SIDES_H
#define CLI_CONFLICT_SIDES_H

#include "cli/align.h"
#include "cli/columns.h"
#include "proto/nouns.h"

struct conflict_sides {
  const struct align_row *rows; /* a line of a text or a member of a set each; clean */
  size_t count;
  bool has_base; /* where both sides never agreed there is none */
};

/* Owned by `arena`. */
struct conflict_sides conflict_sides_of(struct arena *arena, const struct conflict *conflict);

/* Prints them in columns; `headings` of base, local and external. `full`: equal lines far from any difference, and what
 * is long, too. */
void conflict_sides_print(const struct output *output, const struct conflict_sides *sides,
                          const char *const headings[3], bool full);

/* What a side says about the field; NULL: it has no value. Of a ticket that is gone there, what else it holds stands
 * beside it. */
const struct value *conflict_value(const struct conflict *conflict, const struct values *side);

/* Whether the field is a set. */
bool conflict_is_set(const struct conflict *conflict);

#endif
