/* Sessions: one synchronisation of a project, from start to report. */
#ifndef STORE_SESSIONS_H
#define STORE_SESSIONS_H

#include "store/store.h"

/* Something went wrong that time may mend: the running session shows it; the third in a row is told as SyncError. */
struct result sessions_note_error(struct call *call, int64_t project_id, struct str code, struct str message) MUST_USE;

/* Something went wrong that a person has to mend: the project stops and the session fails. */
struct result sessions_fail_project(struct call *call, int64_t project_id, struct str code,
                                    struct str message) MUST_USE;

/* A session that looks at both sides and then applies a plan. The project is active again, and nothing of it is planned
 * before that. */
struct project;
struct result sessions_start_apply(struct call *call, const struct project *project, struct str actor,
                                   int64_t *out_id) MUST_USE;

/* A session that undoes another one; a project that is paused goes on with it. undo_go_on() does the work. */
struct result sessions_start_undo(struct call *call, const struct project *project, int64_t undoes, struct str actor,
                                  int64_t *out_id) MUST_USE;

/* It cannot go on; what it has done stays. */
struct result sessions_give_up_undo(struct call *call, int64_t session_id, struct str reason) MUST_USE;

/* The plan could not be applied: its session fails, and the project is paused as before. */
struct result sessions_give_up_apply(struct call *call, int64_t project_id, struct str reason) MUST_USE;

/* Starts a session of each project whose time has come, and tells in how many ms the next one's comes. */
struct result sessions_start_due(struct call *call, int64_t *out_started, int64_t *out_next_ms) MUST_USE;

/* Ends those with nothing left, dry runs with a plan, and adds how many. */
struct result sessions_finish(struct call *call, int64_t *finished) MUST_USE;
struct result sessions_finish_dry_runs(struct call *call, int64_t *finished) MUST_USE;

/* GONE: there is no such session, or no more. */
struct result sessions_missing(struct call *call, int64_t id) MUST_USE;

/* What its events are about: "project/rocket". */
struct str sessions_subject(struct call *call, struct str project);

/* Adds to the running session's counters, if there is one. */
struct session_counts {
  int64_t imported, updated, created, pushed, conflicts, parked;
};
struct result sessions_count(struct call *call, int64_t project_id, const struct session_counts *counts) MUST_USE;

/* The running session's id, 0 = none. */
struct result sessions_running(struct call *call, int64_t project_id, int64_t *out) MUST_USE;

/* Something of the project has ended that its session may have waited for: rings if that has pulled to its end. */
struct result sessions_may_end(struct call *call, int64_t project_id) MUST_USE;

/* What only the last session of a project has to tell. */
#define IS_LAST_SESSION "not exists (select from session x where x.project_id = s.project_id and x.id > s.id)"

/* A session as a row of `select SESSION_COLUMNS from session s join project p ...`. A completed one may have left
 * writes that fail again and again. */
#define SESSION_COLUMNS                                                                                              \
  "s.id, p.name as project, s.mode, s.trigger, s.state, s.pull_done, (extract(epoch from s.started_at) * "           \
  "1000)::bigint as started_ms, (extract(epoch from s.finished_at) * 1000)::bigint as finished_ms, s.seen, "         \
  "s.unchanged, s.imported, s.updated, s.created, s.pushed, s.conflicts, s.parked, s.api_calls, s.error, case "      \
  "when s.state = 'failed' then (select count(*) from intent n where n.session_id = s.id and n.state = 'prepared') " \
  "when s.state = 'running' or " IS_LAST_SESSION " then (select count(*) from intent n where n.project_id = "        \
  "s.project_id and n.state in ('prepared', 'sending', 'unknown') and n.created_at <= coalesce(s.finished_at, "      \
  "now())) else 0 end as waiting, case when s.state = 'failed' then (select count(*) from intent n where "           \
  "n.session_id = s.id and n.state in ('sending', 'unknown')) else 0 end as uncertain, case when s.state = "         \
  "'failed' and " IS_LAST_SESSION " then (select count(*) from plan_queue q where q.project_id = s.project_id and "  \
  "exists (select from mapping m where m.id = q.mapping_id and m.state in ('creating', 'linked') offset 0)) else 0 " \
  "end as unplanned, s.undoes, s.undo_cursor is not null as undoing"
struct session sessions_row(const struct rows *rows, size_t row);

#endif
