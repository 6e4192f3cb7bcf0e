/* The report of a session that a person wants to read: what changed on which side, what is left to decide, what it
 * cost, and what to do next. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "proto/verbs.h"

/* `status` of the session's project, for quota and parked writes, may be NULL. */
struct str report_render(struct arena *arena, const struct session *session, const struct project_status *status,
                         int64_t now_ms);

/* The line while a session runs: "rocket: pulling · 1,200 seen · 800 imported · 12 to write, about 40 s · 1 min 5 s".
 * While its tracker rests it says until when instead of how long; 0 = it does not. */
struct str report_progress(struct arena *arena, const struct session *session, int64_t rests_until_ms, int64_t now_ms);

#endif
