/* Waiting for a session: one live line on a terminal, nothing anywhere else. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "cli/invocation.h"

/* Blocks until session `id` is no longer running, and fills `out`. Asks the store every 200 ms at most, every second at
 * least, sooner when an event says that something moved. The line is erased at the end. A store that is away for a
 * moment is waited for. */
struct result progress_wait(struct invocation *call, int64_t id, struct session *out) MUST_USE;

#endif
