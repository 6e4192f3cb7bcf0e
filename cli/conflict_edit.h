/* A conflict brought together in an editor. */
#ifndef CLI_CONFLICT_EDIT_H
#define CLI_CONFLICT_EDIT_H

#include "proto/nouns.h"

/* What a person gets to edit: a three-way merge, in which only what does not fit together stands between markers. A set
 * has one member a line. */
struct conflict_draft {
  struct str text;      /* absent: too long to be merged */
  size_t marker_length; /* of the markers in it */
  bool clean;           /* there are none */
};

struct conflict_draft conflict_edit_draft(struct arena *arena, const struct conflict *conflict);

/* True when the text still has one of the draft's markers. */
bool conflict_edit_has_markers(const struct conflict_draft *draft, struct str text);

/* The value that the text stands for. */
struct value conflict_edit_read(struct arena *arena, const struct conflict *conflict, struct str text);

#endif
