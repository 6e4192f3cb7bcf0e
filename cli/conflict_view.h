/* A conflict as people compare it. */
#ifndef CLI_CONFLICT_VIEW_H
#define CLI_CONFLICT_VIEW_H

#include "cli/output.h"
#include "proto/nouns.h"

/* Conflicts as people read them: the ticket that `external` names by the key that they know. Owned by `arena`. */
const struct conflict *conflict_named(struct arena *arena, const struct conflict *conflicts, size_t count);

/* One line a conflict. */
void conflict_view_list(const struct output *output, const struct conflict *conflicts, size_t count, int64_t now_ms);

/* What it is about and why, who changed what when, the versions side by side, and what can be done. `full`: what is
 * equal or long too. */
void conflict_view_print(const struct output *output, const struct conflict *conflict, bool full, int64_t now_ms);

#endif
