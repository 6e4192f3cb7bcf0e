/* Asking the store for conflicts. */
#ifndef CLI_CONFLICT_FIND_H
#define CLI_CONFLICT_FIND_H

#include "cli/invocation.h"

/* The conflict of that number. RESULT_GONE says how to see what there is. */
struct result conflict_find(struct invocation *call, struct str number, struct conflict *out) MUST_USE;

/* What --project, --ticket, --field and --kind ask for. */
struct conflict_query conflict_filter(const struct invocation *call);

#endif
