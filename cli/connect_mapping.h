/* The mapping that `connect` was given, for trackers whose adapter works by one. */
#ifndef CLI_CONNECT_MAPPING_H
#define CLI_CONNECT_MAPPING_H

#include "cli/invocation.h"
#include "cli/mapping_file.h"
#include "cli/tracker.h"

/* Reads the file of --mapping; without it `out` is empty. Nothing for trackers that have no mapping. */
struct result connect_mapping_read(struct invocation *call, const struct tracker *tracker,
                                   struct mapping_file *out) MUST_USE;

/* The mapping is needed and was neither given nor stored before: asks for the file, or says which option names it. */
struct result connect_mapping_ask(struct invocation *call, struct mapping_file *out) MUST_USE;

/* Says what these options let tandem do there, and what not. They have been checked. */
void connect_mapping_show(struct invocation *call, struct str options);

/* Says where the tracker has to post its webhooks, when the mapping takes any. */
void connect_mapping_show_receiver(struct invocation *call, const struct project *project);

#endif
