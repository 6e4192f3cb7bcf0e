/* Sessions end: with nothing left to do, or with something that a person has to mend. */
#include "base/shell.h"
#include "store/observing/scans.h"
#include "store/planning/plans.h"
#include "store/projects/projects.h"
#include "store/security/credentials.h"
#include "store/sending/pending.h"
#include "store/sessions/session_watch.h"
#include "store/sessions/sessions.h"
#include "store/tickets/journal.h"
#include "store/webhooks/hook_changes.h"

/* The command that gives the project's credential a new secret. */
static struct str mend_of(struct call *call, struct str project) {
  struct rows rows;
  struct result found = db_query(call->db,
                                 "select c.name, c.kind from credential c join project p on p.credential = c.name "
                                 "where p.name = $1",
                                 PARAMS(p_str(project)), &rows);
  if (!result_ok(&found) || rows.count == 0)
    return STR("tandem credentials list");
  return credentials_mend(call->arena, rows_str(&rows, 0, "name"), rows_str(&rows, 0, "kind"));
}

static void tell_error(struct call *call, int64_t session_id, struct str project, struct str system, struct str code,
                       struct str message) {
  struct event_sync_error data = {.session = session_id, .project = project, .code = code, .message = message};
  struct str word = shell_word(call->arena, project);
  if (str_is(code, "auth"))
    data.next_step = str_format(call->arena, "give it a new credential: %.*s, or tandem connect %.*s --name %.*s",
                                STR_FMT(mend_of(call, project)), STR_FMT(system), STR_FMT(word));
  else if (str_is(code, "stale"))
    data.next_step = str_format(call->arena, "look at a new plan: tandem sync %.*s --dry-run", STR_FMT(word));
  else if (str_is(code, "retry") || str_is(code, "uncertain"))
    data.next_step = STR("nothing: tandem keeps trying; `tandem status` shows when it works again");
  else
    data.next_step = str_format(call->arena, "mend it, then: tandem projects resume %.*s", STR_FMT(word));
  struct str subject = sessions_subject(call, project);
  outbox_add(call->outbox, EVENT_SYNC_ERROR, subject, subject, &data);
}

enum { ERRORS_UNTIL_TOLD = 3 };

struct result sessions_note_error(struct call *call, int64_t project_id, struct str code, struct str message) {
  struct rows rows;
  TRY(db_query(call->db,
               "update session s set error = $2 from project p where s.project_id = $1::bigint "
               "and s.state = 'running' and p.id = s.project_id returning s.id, p.name, p.system, p.pull_attempts",
               PARAMS(p_i64(project_id), p_str(message)), &rows));
  if (rows.count && rows_i64(&rows, 0, "pull_attempts") == ERRORS_UNTIL_TOLD)
    tell_error(call, rows_i64(&rows, 0, "id"), rows_str(&rows, 0, "name"), rows_str(&rows, 0, "system"), code, message);
  return RESULT_DONE;
}

/* `*out_id`: which one it was, 0 = none. */
static struct result fail_running(struct call *call, int64_t project_id, struct str error, int64_t *out_id) {
  struct rows rows;
  TRY(db_query(call->db,
               "update session s set state = 'failed', finished_at = now(), error = $2 from project p "
               "where s.project_id = $1::bigint and s.state = 'running' and p.id = s.project_id "
               "returning " SESSION_WATCHED,
               PARAMS(p_i64(project_id), p_str(error)), &rows));
  *out_id = rows.count ? rows_i64(&rows, 0, "id") : 0;
  if (rows.count)
    session_watch_end(call, &rows, 0);
  return RESULT_DONE;
}

/* What is to be confirmed stays to be read, whatever fails afterwards. */
struct result sessions_fail_project(struct call *call, int64_t project_id, struct str code, struct str message) {
  struct rows project;
  int64_t session_id;
  if (str_is(code, "auth"))
    TRY(credentials_note_refusal(call, project_id));
  TRY(db_query(call->db,
               "update project set state = 'failed', state_reason = case when gone_paused then state_reason else $2 "
               "end where id = $1::bigint returning name, system",
               PARAMS(p_i64(project_id), p_str(message)), &project));
  TRY(fail_running(call, project_id, message, &session_id));
  tell_error(call, session_id, rows_str(&project, 0, "name"), rows_str(&project, 0, "system"), code, message);
  return journal_audit(call, STR("tandem"), "project.failed", rows_str(&project, 0, "name"), (struct str){0});
}

struct result sessions_give_up_apply(struct call *call, int64_t project_id, struct str reason) {
  struct rows project;
  int64_t session_id;
  TRY(fail_running(call, project_id, reason, &session_id));
  TRY(db_query(call->db,
               "update project set state = 'paused', state_reason = $2, preview_session = null where id = $1::bigint "
               "returning name, system",
               PARAMS(p_i64(project_id), p_str(reason)), &project));
  tell_error(call, session_id, rows_str(&project, 0, "name"), rows_str(&project, 0, "system"), STR("stale"), reason);
  return RESULT_DONE;
}

struct result sessions_give_up_undo(struct call *call, int64_t session_id, struct str reason) {
  struct rows rows;
  TRY(db_query(call->db,
               "update session s set state = 'failed', finished_at = now(), error = $2 from project p where s.id = "
               "$1::bigint and p.id = s.project_id returning " SESSION_WATCHED,
               PARAMS(p_i64(session_id), p_str(reason)), &rows));
  struct str subject = sessions_subject(call, rows_str(&rows, 0, "project"));
  struct event_sync_error data = {.session = session_id,
                                  .project = rows_str(&rows, 0, "project"),
                                  .code = STR("rejected"),
                                  .message = reason,
                                  .next_step = STR("ask for the undo again: it goes on with the rest")};
  outbox_add(call->outbox, EVENT_SYNC_ERROR, subject, subject, &data);
  session_watch_end(call, &rows, 0);
  return RESULT_DONE;
}

/* What is told of sessions that are over: a row of session s and its project p. */
#define COMPLETED_COLUMNS                                                               \
  SESSION_WATCHED                                                                       \
  ", s.project_id, s.imported, s.updated, s.created, s.pushed, s.conflicts, s.parked, " \
  "exists (select from project_scan x where x.project_id = s.project_id) as scanned"

static void tell_completed(struct call *call, const struct rows *rows, size_t row) {
  struct event_sync_completed data = {
      .session = rows_i64(rows, row, "id"),
      .project = rows_str(rows, row, "project"),
      .mode = rows_str(rows, row, "mode"),
      .imported = rows_i64(rows, row, "imported"),
      .updated = rows_i64(rows, row, "updated"),
      .created = rows_i64(rows, row, "created"),
      .pushed = rows_i64(rows, row, "pushed"),
      .conflicts = rows_i64(rows, row, "conflicts"),
      .parked = rows_i64(rows, row, "parked"),
      .api_calls = rows_i64(rows, row, "api_calls"),
      .duration_ms = rows_i64(rows, row, "took_ms"),
  };
  struct str subject = sessions_subject(call, data.project);
  outbox_add(call->outbox, EVENT_SYNC_COMPLETED, subject, subject, &data);
  session_watch_end(call, rows, row);
}

/* A delivery that nobody could read told of something that has been seen by now. */
static struct result forget_poison(struct call *call, int64_t session_id, int64_t project_id) {
  return db_query(call->db,
                  "update delivery d set state = 'done', reason = null from session s where s.id = $1::bigint and "
                  "d.project_id = $2::bigint and d.state = 'poison' and d.received_at < s.started_at",
                  PARAMS(p_i64(session_id), p_i64(project_id)), NULL);
}

/* Sessions with nothing left: pulled to the end, nothing to plan or fetch, and to push only what fails for long. */
struct result sessions_finish(struct call *call, int64_t *finished) {
  struct rows rows;
  TRY(db_query(call->db,
               "update session s set state = 'completed', finished_at = now(), error = null from project p "
               "where p.id = s.project_id and s.state = 'running' and s.pull_done and s.undo_cursor is null "
               "and p.preview_session is distinct from s.id "
               "and not exists (select from delivery d where d.project_id = s.project_id and d.state = 'pending') "
               "and not exists (select from plannable q where q.project_id = s.project_id offset 0) "
               "and not exists (select from fetch_queue f where f.project_id = s.project_id and f.attempts < 3) "
               "and (not exists (select from intent n where n.project_id = s.project_id and " PENDING_IS_AWAITED
               ") or p.writes_held_until > now()) "
               "returning " COMPLETED_COLUMNS,
               NO_PARAMS, &rows));
  for (size_t i = 0; i < rows.count; i++) {
    int64_t project_id = rows_i64(&rows, i, "project_id"), poll_s;
    tell_completed(call, &rows, i);
    if (str_is(rows_str(&rows, i, "mode"), "full"))
      TRY(forget_poison(call, rows_i64(&rows, i, "id"), project_id));
    TRY(hook_changes_next_poll(call, project_id, &poll_s));
    TRY(db_query(call->db,
                 "update project set last_sync_at = now(), next_sync_at = now() + $2::bigint * interval '1 second', "
                 "full_wanted = full_wanted and $3 <> 'full', full_sync_at = case when $3 = 'full' or last_sync_at is "
                 "null then now() else full_sync_at end where id = $1::bigint",
                 PARAMS(p_i64(project_id), p_i64(poll_s), p_str(rows_str(&rows, i, "mode"))), NULL));
    if (!rows_bool(&rows, i, "scanned"))
      TRY(scans_begin(call, project_id));
  }
  *finished += (int64_t)rows.count;
  return RESULT_DONE;
}

/* With a plan the project is paused, so that nothing is applied before somebody has looked. Without one it is again
 * what it was: insert_session() left the reason of a pause where it was, and that of an older plan ends with it. */
static struct result end_dry_run(struct call *call, int64_t project_id, struct str plan) {
  if (plan.length == 0)
    return db_query(call->db,
                    "update project set preview_session = null, state = case when state_reason is null then 'active' "
                    "else 'paused' end, state_reason = case when state_reason like 'plan P% of a dry run waits%' then "
                    "'a newer dry run "
                    "found nothing to do' else nullif(state_reason, '') end where id = $1::bigint",
                    PARAMS(p_i64(project_id)), NULL);
  struct str reason = str_format(call->arena,
                                 "plan %.*s of a dry run waits: tandem apply %.*s does exactly what it shows, resuming "
                                 "the project drops it",
                                 STR_FMT(plan), STR_FMT(plan));
  return db_query(call->db,
                  "update project set preview_session = null, state = 'paused', state_reason = $2 "
                  "where id = $1::bigint",
                  PARAMS(p_i64(project_id), p_str(reason)), NULL);
}

struct result sessions_finish_dry_runs(struct call *call, int64_t *finished) {
  struct rows rows;
  TRY(db_query(call->db,
               "update session s set state = 'completed', finished_at = now(), error = null from project p "
               "where p.id = s.project_id and s.state = 'running' and s.pull_done and s.mode = 'dry_run' "
               "and not exists (select from previewable q where q.project_id = s.project_id) "
               "and not exists (select from fetch_queue f where f.project_id = s.project_id and f.attempts < 3) "
               "returning " COMPLETED_COLUMNS,
               NO_PARAMS, &rows));
  for (size_t i = 0; i < rows.count; i++) {
    struct str plan;
    TRY(plans_make(call, rows_i64(&rows, i, "id"), &plan));
    TRY(end_dry_run(call, rows_i64(&rows, i, "project_id"), plan));
    tell_completed(call, &rows, i);
  }
  *finished += (int64_t)rows.count;
  return RESULT_DONE;
}
