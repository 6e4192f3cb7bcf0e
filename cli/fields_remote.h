/* A configured project, and what its remote's tickets have now. */
#ifndef CLI_FIELDS_REMOTE_H
#define CLI_FIELDS_REMOTE_H

#include "cli/known.h"

/* The project as it is configured. RESULT_GONE: there is none of that name. */
struct result fields_remote_project(struct invocation *call, struct str name, struct project *out) MUST_USE;

/* Asks the tracker, with the stored credential. */
struct result fields_remote_describe(struct invocation *call, const struct project *project,
                                     struct remote_description *out) MUST_USE;

#endif
