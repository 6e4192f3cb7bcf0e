/* What an undo did, or would do, item by item. */
#ifndef CLI_UNDO_VIEW_H
#define CLI_UNDO_VIEW_H

#include "cli/output.h"
#include "proto/verbs.h"

/* A table, and where to look for what is on its way. `preview`: nothing of it is done yet. */
void undo_view_print(const struct output *output, const struct session_undone *undone, bool preview);

#endif
