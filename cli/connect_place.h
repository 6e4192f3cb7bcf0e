/* Which remote is to be connected, and where it is. */
#ifndef CLI_CONNECT_PLACE_H
#define CLI_CONNECT_PLACE_H

#include "cli/invocation.h"
#include "cli/tracker.h"
#include "proto/nouns.h"

/* Sets the project's `remote` and `base_url`. */
struct result connect_place(struct invocation *call, const struct tracker *tracker, struct project *project) MUST_USE;

/* The remote alone, by its option or by asking; its own address where what was typed has one. */
struct result connect_place_remote(struct invocation *call, const struct tracker *tracker,
                                   struct project *project) MUST_USE;

#endif
