/* The plan of a dry run. */
#ifndef CLI_PLAN_H
#define CLI_PLAN_H

#include "cli/invocation.h"

/* Prints what the session, a dry run, found, and how its plan is applied or dropped: the project stays paused until
 * somebody has decided. With --json the plan alone. */
struct result plan_show(struct invocation *call, const struct session *session) MUST_USE;

#endif
