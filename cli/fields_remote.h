/* What a configured project's remote's tickets have now. */
#ifndef CLI_FIELDS_REMOTE_H
#define CLI_FIELDS_REMOTE_H

#include "cli/known.h"

/* Asks the tracker, with the stored credential. */
struct result fields_remote_describe(struct invocation *call, const struct project *project,
                                     struct remote_description *out) MUST_USE;

#endif
