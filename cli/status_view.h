/* How things stand, for people. */
#ifndef CLI_STATUS_VIEW_H
#define CLI_STATUS_VIEW_H

#include "cli/invocation.h"

/* A line a project, then what is to be said of each, and what does not go on by itself. */
void status_view_all(const struct invocation *call, const struct status *status);

/* The same of the only project in `status`, with more of it. */
void status_view_one(const struct invocation *call, const struct status *status);

#endif
