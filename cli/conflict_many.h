/* Deciding many conflicts at once. */
#ifndef CLI_CONFLICT_MANY_H
#define CLI_CONFLICT_MANY_H

#include "cli/invocation.h"

/* Whether the command line names several, or a filter. */
bool conflict_many_asked(const struct invocation *call);

/* Shows which, asks, decides them in batches, and lists what was left open because it has moved meanwhile; then the
 * exit status is EXIT_CODE_STALE. */
struct result conflict_many_resolve(struct invocation *call) MUST_USE;

#endif
