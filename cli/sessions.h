/* Starting sessions and showing how they went: what sync, connect and sessions share. */
#ifndef CLI_SESSIONS_H
#define CLI_SESSIONS_H

#include "cli/invocation.h"

/* session.start for a person. */
struct result sessions_start(struct invocation *call, struct str project, const char *mode, int64_t *out_id) MUST_USE;

/* The report, as text or JSON; the quota is asked for where it can be had. */
struct result sessions_report(struct invocation *call, const struct session *session) MUST_USE;

/* Why the look that goes on at an active project fails; absent when it does not. */
struct str sessions_failing(const struct project_status *project);

/* Waits and reports. A session that failed makes the exit status 1. */
struct result sessions_follow(struct invocation *call, int64_t id, struct session *out) MUST_USE;

/* The status of one project; false when it cannot be had. */
bool sessions_project_status(struct invocation *call, struct str project, struct project_status *out);

#endif
