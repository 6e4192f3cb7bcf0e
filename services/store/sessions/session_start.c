/* Sessions begin: because a person asks, a plan is applied, another session is undone, or the time has come. */
#include "base/mutation.h"
#include "base/shell.h"
#include "store/planning/plans.h"
#include "store/projects/projects.h"
#include "store/sessions/session_watch.h"
#include "store/sessions/sessions.h"
#include "store/tickets/journal.h"

/* Nothing is planned while a session of this mode looks at both sides. */
static bool is_held(struct str mode) {
  return str_is(mode, "dry_run") || str_is(mode, "apply");
}

struct wish {
  struct str mode, trigger, actor;
  int64_t undoes; /* with the mode undo */
};

static struct result insert_session(struct call *call, const struct project *project, const struct wish *wish,
                                    int64_t *out_id) {
  struct rows rows;
  struct str mode = wish->mode, trigger = wish->trigger;
  bool full = str_is(mode, "full"), undoes = str_is(mode, "undo");
  /* With the direction push or disabled there is nothing to pull, and to undo nothing is looked at. */
  bool pulls = !undoes && (str_is(project->direction, "pull") || str_is(project->direction, "bidirectional"));
  TRY(db_query(call->db,
               "insert into session (project_id, mode, trigger, actor, pull_done, undoes, undo_cursor, traceparent) "
               "values ($1::bigint, $2, $3, $4, $5::boolean, nullif($6::bigint, 0), case when $6::bigint <> 0 then "
               "9223372036854775807 end, $7) returning id",
               PARAMS(p_i64(project->id), p_str(mode), p_str(trigger), p_str(wish->actor), p_bool(!pulls),
                      p_i64(wish->undoes), p_str(session_watch_begin(call->arena))),
               &rows));
  *out_id = rows_i64(&rows, 0, "id");
  TRY(db_query(call->db,
               "update project set pull_next_at = now(), pull_attempts = 0, "
               "cursor = case when $2::boolean then null else cursor end, "
               "preview_session = case when $3::boolean then $4::bigint end, "
               "state = case when $5::boolean then 'active' else state end, "
               "state_reason = case when $6::boolean and state = 'paused' then coalesce(state_reason, '') "
               "when $5::boolean then null else state_reason end where id = $1::bigint",
               PARAMS(p_i64(project->id), p_bool(full), p_bool(is_held(mode)), p_i64(*out_id),
                      p_bool(is_held(mode) || undoes), p_bool(str_is(mode, "dry_run"))),
               NULL));
  if (str_is(mode, "dry_run")) /* everything that waits is shown, whatever an earlier one has shown */
    TRY(db_query(call->db, "update plan_queue set previewed = null where project_id = $1::bigint",
                 PARAMS(p_i64(project->id)), NULL));
  struct event_sync_started data = {.session = *out_id, .project = project->name, .mode = mode, .trigger = trigger};
  struct str subject = sessions_subject(call, project->name);
  outbox_add(call->outbox, EVENT_SYNC_STARTED, subject, subject, &data);
  outbox_ring(call->outbox, BELL_WORK, project->system);
  if (!pulls || is_held(mode)) /* there is something to undo or to show, or nothing to wait for */
    outbox_ring(call->outbox, BELL_SESSION, (struct str){0});
  return RESULT_DONE;
}

static struct result is_first_sync(struct call *call, int64_t project_id, bool *out) {
  struct rows rows;
  TRY(db_query(call->db, "select last_sync_at is null as first from project where id = $1::bigint",
               PARAMS(p_i64(project_id)), &rows));
  *out = rows_bool(&rows, 0, "first");
  return RESULT_DONE;
}

/* What a running session has pulled so far may be older than the wish that joins it. Somebody waits for the answer, so
 * a pull that has failed is tried now. */
static struct result pull_again(struct call *call, int64_t session_id, struct str system) {
  outbox_ring(call->outbox, BELL_WORK, system);
  return db_query(call->db,
                  "with again as (update session s set pull_done = false from project p where s.id = $1::bigint "
                  "and p.id = s.project_id and p.direction in ('pull', 'bidirectional') returning p.id) "
                  "update project p set pull_next_at = least(p.pull_next_at, now()) from again where p.id = again.id",
                  PARAMS(p_i64(session_id)), NULL);
}

/* Nothing goes on where a person has to mend or to confirm something first. */
static struct result check_stands(struct call *call, const struct project *project) {
  if (!str_is(project->state, "failed"))
    return RESULT_DONE;
  return result_error(
      RESULT_REJECTED, "project %.*s has stopped: %.*s; `tandem projects resume %.*s` when it is mended",
      STR_FMT(project->name), STR_FMT(project->state_reason), STR_FMT(shell_word(call->arena, project->name)));
}

struct result sessions_start_apply(struct call *call, const struct project *project, struct str actor,
                                   int64_t *out_id) {
  TRY(check_stands(call, project));
  return insert_session(call, project, &(struct wish){STR("apply"), STR("person"), actor, 0}, out_id);
}

struct result sessions_start_undo(struct call *call, const struct project *project, int64_t undoes, struct str actor,
                                  int64_t *out_id) {
  return insert_session(call, project, &(struct wish){STR("undo"), STR("person"), actor, undoes}, out_id);
}

static struct result is_undo(struct call *call, int64_t session_id, bool *out) {
  struct rows rows;
  TRY(db_query(call->db, "select mode = 'undo' as undoes from session where id = $1::bigint", PARAMS(p_i64(session_id)),
               &rows));
  *out = rows.count && rows_bool(&rows, 0, "undoes");
  return RESULT_DONE;
}

/* A paused project may be looked at, unless that would send what was decided before. */
static struct result check_paused(struct call *call, const struct project *project, struct str mode) {
  struct rows rows;
  if (!str_is(project->state, "paused"))
    return RESULT_DONE;
  if (str_is(mode, "dry_run")) {
    TRY(db_query(call->db,
                 "select from intent where project_id = $1::bigint and state in ('prepared', 'sending', 'unknown') "
                 "limit 1",
                 PARAMS(p_i64(project->id)), &rows));
    if (rows.count == 0)
      return RESULT_DONE;
  }
  return result_error(RESULT_REJECTED, "project %.*s is paused; `tandem projects resume %.*s` first",
                      STR_FMT(project->name), STR_FMT(shell_word(call->arena, project->name)));
}

struct result store_session_start(struct call *call, const void *request, void *reply) {
  const struct session_start *start = request;
  struct session_id *answer = reply;
  struct project project;
  TRY(project_named(call, start->project, &project));
  TRY(check_paused(call, &project, start->mode));
  TRY(check_stands(call, &project));
  bool undoes = false, joins = str_is(start->mode, "incremental");
  TRY(sessions_running(call, project.id, &answer->id));
  if (answer->id)
    TRY(is_undo(call, answer->id, &undoes));
  joins &= !undoes;
  if (answer->id && !joins && !undoes)
    TRY(is_first_sync(call, project.id, &joins)); /* which is a full one anyway */
  if (answer->id && joins)
    return pull_again(call, answer->id, project.system);
  if (answer->id)
    return result_error(RESULT_RETRY, "session %lld is running; this one can start when it has finished",
                        (long long)answer->id);
  struct str mode = str_is(start->mode, "full") || str_is(start->mode, "dry_run") ? start->mode : STR("incremental");
  return insert_session(call, &project, &(struct wish){mode, start->trigger, start->actor, 0}, &answer->id);
}

enum { STARTED_A_TICK = 100, NOTHING_DUE_MS = 60000 };

/* When everything is looked at: every night between 1 and 5 o'clock of the database, each project at a time of its own.
 */
#define NIGHT                                                                                              \
  "(select max(n.at) from (values (0), (1)) d(days), lateral (select date_trunc('day', now()) - d.days * " \
  "interval '1 day' + interval '1 hour' + (p.id * 2654435761 % 14400) * interval '1 second' as at) n "     \
  "where n.at <= now())"

static struct result start_one(struct call *call, const struct rows *due, size_t row) {
  struct project project;
  int64_t id;
  TRY(project_named(call, rows_str(due, row, "name"), &project));
  bool first = rows_bool(due, row, "first"), full = rows_bool(due, row, "full") && !MUTATED(NIGHT);
  struct wish wish = {.mode = full && !first ? STR("full") : STR("incremental"),
                      .trigger = first ? STR("first") : STR("poll"),
                      .actor = STR("scheduler")};
  return insert_session(call, &project, &wish, &id);
}

/* One that is still writing, for hours perhaps: what is new in the tracker does not wait for its end. */
static struct result poll_again(struct call *call, const struct rows *due, size_t row) {
  int64_t poll_ms = rows_i64(due, row, "poll_s") * 1000, ran_ms = rows_i64(due, row, "ran_ms");
  bool again = ran_ms >= poll_ms;
  if (again)
    TRY(pull_again(call, rows_i64(due, row, "running"), rows_str(due, row, "system")));
  return db_query(call->db,
                  "update project set next_sync_at = now() + $2::bigint * interval '1 millisecond' where id = "
                  "$1::bigint",
                  PARAMS(p_i64(rows_i64(due, row, "id")), p_i64(again ? poll_ms : poll_ms - ran_ms)), NULL);
}

/* What was deleted or changed without anybody telling shows when everything is looked at. The first import was such a
 * look, and one in the evening does for the night. The rest of very many is started by the next ticks, so that others
 * are served in between. */
struct result sessions_start_due(struct call *call, int64_t *started, int64_t *next_ms) {
  struct rows rows;
  TRY(db_query(
      call->db,
      "select p.id, p.name, p.system, p.last_sync_at is null as first, p.full_wanted or not coalesce(p.full_sync_at "
      "> " NIGHT
      " - interval '6 hours', false) as full, ceil(extract(epoch from p.next_sync_at - now()) * 1000)::bigint "
      "as ms, r.id as running, (extract(epoch from now() - r.started_at) * 1000)::bigint as ran_ms, "
      "coalesce(nullif(h.poll_s, 0), p.poll_interval_s) as poll_s from project p left join lateral (select * from "
      "session s where s.project_id = p.id and s.state = 'running' offset 0) r on true left join project_hook h on "
      "h.project_id = p.id where p.state = 'active' and p.direction <> 'disabled' and (r.id is null or (r.pull_done "
      "and r.mode = 'incremental' and p.preview_session is null)) order by p.next_sync_at limit $1::bigint + 1",
      PARAMS(p_i64(STARTED_A_TICK)), &rows));
  size_t due = 0;
  for (; due < rows.count && due < STARTED_A_TICK && rows_i64(&rows, due, "ms") <= 0; due++) {
    bool runs = rows_i64(&rows, due, "running") != 0;
    TRY(runs ? poll_again(call, &rows, due) : start_one(call, &rows, due));
    *started += !runs;
  }
  int64_t ms = due < rows.count ? rows_i64(&rows, due, "ms") : NOTHING_DUE_MS;
  *next_ms = ms > 0 ? ms : 0;
  return RESULT_DONE;
}
