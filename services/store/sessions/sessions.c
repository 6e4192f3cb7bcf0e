/* Verbs on sessions and the scheduler's tick. */
#include "store/sessions/sessions.h"

#include "base/clock.h"
#include "store/observing/scans.h"
#include "store/planning/plans.h"
#include "store/projects/projects.h"
#include "store/security/credentials.h"
#include "store/sessions/undo.h"
#include "store/tickets/journal.h"
#include "store/webhooks/hook_changes.h"
#include "store/webhooks/hooks.h"

/* -- reading -- */

static struct str phase_of(const struct session *session, bool pull_done, bool undoing) {
  if (!str_is(session->state, "running"))
    return STR("done");
  if (undoing)
    return STR("undoing");
  if (!pull_done)
    return STR("pulling");
  return session->waiting ? STR("pushing") : STR("planning");
}

struct session sessions_row(const struct rows *rows, size_t row) {
  struct session session = {
      .id = rows_i64(rows, row, "id"),
      .project = rows_str(rows, row, "project"),
      .mode = rows_str(rows, row, "mode"),
      .trigger = rows_str(rows, row, "trigger"),
      .state = rows_str(rows, row, "state"),
      .started_at_ms = rows_i64(rows, row, "started_ms"),
      .finished_at_ms = rows_i64(rows, row, "finished_ms"),
      .seen = rows_i64(rows, row, "seen"),
      .unchanged = rows_i64(rows, row, "unchanged"),
      .imported = rows_i64(rows, row, "imported"),
      .updated = rows_i64(rows, row, "updated"),
      .created = rows_i64(rows, row, "created"),
      .pushed = rows_i64(rows, row, "pushed"),
      .conflicts = rows_i64(rows, row, "conflicts"),
      .parked = rows_i64(rows, row, "parked"),
      .api_calls = rows_i64(rows, row, "api_calls"),
      .waiting = rows_i64(rows, row, "waiting"),
      .uncertain = rows_i64(rows, row, "uncertain"),
      .unplanned = rows_i64(rows, row, "unplanned"),
      .undoes = rows_i64(rows, row, "undoes"),
      .error = rows_str(rows, row, "error"),
  };
  session.phase = phase_of(&session, rows_bool(rows, row, "pull_done"), rows_bool(rows, row, "undoing"));
  return session;
}

struct result store_session_get(struct call *call, const void *request, void *reply) {
  const struct session_id *get = request;
  struct rows rows;
  TRY(db_query(call->db,
               "select " SESSION_COLUMNS " from session s join project p on p.id = s.project_id "
               "where s.id = $1::bigint",
               PARAMS(p_i64(get->id)), &rows));
  if (rows.count == 0)
    return result_error(RESULT_GONE, "there is no session %lld; `tandem sessions list` shows what there is",
                        (long long)get->id);
  *(struct session *)reply = sessions_row(&rows, 0);
  return RESULT_DONE;
}

struct result store_session_list(struct call *call, const void *request, void *reply) {
  const struct session_query *query = request;
  struct session_list *list = reply;
  struct rows rows;
  TRY(db_query(call->db,
               "select " SESSION_COLUMNS " from session s join project p on p.id = s.project_id "
               "where $1::text is null or p.name = $1 order by s.id desc limit $2::bigint",
               PARAMS(p_str(query->project), p_i64(query->limit > 0 ? query->limit : 20)), &rows));
  struct session *sessions = ARENA_ARRAY(call->arena, struct session, rows.count);
  for (size_t i = 0; i < rows.count; i++)
    sessions[i] = sessions_row(&rows, i);
  list->sessions.at = sessions;
  list->sessions.count = rows.count;
  return RESULT_DONE;
}

struct result sessions_running(struct call *call, int64_t project_id, int64_t *out) {
  struct rows rows;
  TRY(db_query(call->db, "select id from session where project_id = $1::bigint and state = 'running'",
               PARAMS(p_i64(project_id)), &rows));
  *out = rows.count ? rows_i64(&rows, 0, "id") : 0;
  return RESULT_DONE;
}

struct result sessions_count(struct call *call, int64_t project_id, const struct session_counts *c) {
  return db_query(call->db,
                  "update session set seen = seen + $2::bigint, unchanged = unchanged + $3::bigint, "
                  "imported = imported + $4::bigint, updated = updated + $5::bigint, created = created + $6::bigint, "
                  "pushed = pushed + $7::bigint, conflicts = conflicts + $8::bigint, parked = parked + $9::bigint "
                  "where project_id = $1::bigint and state = 'running'",
                  PARAMS(p_i64(project_id), p_i64(c->seen), p_i64(c->unchanged), p_i64(c->imported), p_i64(c->updated),
                         p_i64(c->created), p_i64(c->pushed), p_i64(c->conflicts), p_i64(c->parked)),
                  NULL);
}

/* -- starting -- */

static struct str project_subject(struct call *call, struct str name) {
  return str_format(call->arena, "project/%.*s", STR_FMT(name));
}

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
  TRY(db_query(
      call->db,
      "insert into session (project_id, mode, trigger, actor, pull_done, undoes, undo_cursor) "
      "values ($1::bigint, $2, $3, $4, $5::boolean, nullif($6::bigint, 0), case when $6::bigint <> 0 then "
      "9223372036854775807 end) returning id",
      PARAMS(p_i64(project->id), p_str(mode), p_str(trigger), p_str(wish->actor), p_bool(!pulls), p_i64(wish->undoes)),
      &rows));
  *out_id = rows_i64(&rows, 0, "id");
  TRY(db_query(
      call->db,
      "update project set pull_next_at = now(), pull_attempts = 0, "
      "cursor = case when $2::boolean then null else cursor end, "
      "preview_session = case when $3::boolean then $4::bigint end, "
      "state = case when $5::boolean then 'active' else state end, "
      "state_reason = case when $5::boolean then null else state_reason end where id = $1::bigint",
      PARAMS(p_i64(project->id), p_bool(full), p_bool(is_held(mode)), p_i64(*out_id), p_bool(is_held(mode) || undoes)),
      NULL));
  if (str_is(mode, "dry_run")) /* everything that waits is shown, whatever an earlier one has shown */
    TRY(db_query(call->db, "update plan_queue set previewed = null where project_id = $1::bigint",
                 PARAMS(p_i64(project->id)), NULL));
  struct event_sync_started data = {.session = *out_id, .project = project->name, .mode = mode, .trigger = trigger};
  struct str subject = project_subject(call, project->name);
  outbox_add(call->outbox, EVENT_SYNC_STARTED, subject, subject, &data);
  outbox_ring(call->outbox, BELL_WORK, project->system);
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

/* What a running session has pulled so far may be older than the wish that joins it. */
static struct result pull_again(struct call *call, int64_t session_id, struct str system) {
  outbox_ring(call->outbox, BELL_WORK, system);
  return db_query(call->db,
                  "update session s set pull_done = false from project p where s.id = $1::bigint "
                  "and p.id = s.project_id and p.direction in ('pull', 'bidirectional')",
                  PARAMS(p_i64(session_id)), NULL);
}

struct result sessions_start_apply(struct call *call, const struct project *project, struct str actor,
                                   int64_t *out_id) {
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
                      STR_FMT(project->name), STR_FMT(project->name));
}

struct result store_session_start(struct call *call, const void *request, void *reply) {
  const struct session_start *start = request;
  struct session_id *answer = reply;
  struct project project;
  TRY(project_named(call, start->project, &project));
  TRY(check_paused(call, &project, start->mode));
  if (str_is(project.state, "failed"))
    return result_error(RESULT_REJECTED,
                        "project %.*s has stopped: %.*s; `tandem projects resume %.*s` when it is mended",
                        STR_FMT(project.name), STR_FMT(project.state_reason), STR_FMT(project.name));
  bool undoes, joins = str_is(start->mode, "incremental");
  TRY(sessions_running(call, project.id, &answer->id));
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

/* -- ending -- */

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
  if (str_is(code, "auth"))
    data.next_step = str_format(call->arena, "give it a new credential: %.*s, or tandem connect %.*s --name %.*s",
                                STR_FMT(mend_of(call, project)), STR_FMT(system), STR_FMT(project));
  else if (str_is(code, "stale"))
    data.next_step = str_format(call->arena, "look at a new plan: tandem sync %.*s --dry-run", STR_FMT(project));
  else if (str_is(code, "retry") || str_is(code, "uncertain"))
    data.next_step = STR("nothing: tandem keeps trying; `tandem status` shows when it works again");
  else
    data.next_step = str_format(call->arena, "mend it, then: tandem projects resume %.*s", STR_FMT(project));
  struct str subject = project_subject(call, project);
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

struct result sessions_fail_project(struct call *call, int64_t project_id, struct str code, struct str message) {
  struct rows project, session;
  if (str_is(code, "auth"))
    TRY(credentials_note_refusal(call, project_id));
  TRY(db_query(call->db,
               "update project set state = 'failed', state_reason = $2 where id = $1::bigint "
               "returning name, system",
               PARAMS(p_i64(project_id), p_str(message)), &project));
  TRY(db_query(call->db,
               "update session set state = 'failed', finished_at = now(), error = $2 "
               "where project_id = $1::bigint and state = 'running' returning id",
               PARAMS(p_i64(project_id), p_str(message)), &session));
  tell_error(call, session.count ? rows_i64(&session, 0, "id") : 0, rows_str(&project, 0, "name"),
             rows_str(&project, 0, "system"), code, message);
  return journal_audit(call, STR("tandem"), "project.failed", rows_str(&project, 0, "name"), (struct str){0});
}

struct result sessions_give_up_apply(struct call *call, int64_t project_id, struct str reason) {
  struct rows project, session;
  TRY(db_query(call->db,
               "update session set state = 'failed', finished_at = now(), error = $2 where project_id = $1::bigint "
               "and state = 'running' returning id",
               PARAMS(p_i64(project_id), p_str(reason)), &session));
  TRY(db_query(call->db,
               "update project set state = 'paused', state_reason = $2, preview_session = null where id = $1::bigint "
               "returning name, system",
               PARAMS(p_i64(project_id), p_str(reason)), &project));
  tell_error(call, session.count ? rows_i64(&session, 0, "id") : 0, rows_str(&project, 0, "name"),
             rows_str(&project, 0, "system"), STR("stale"), reason);
  return RESULT_DONE;
}

struct result sessions_give_up_undo(struct call *call, int64_t session_id, struct str reason) {
  struct rows rows;
  TRY(db_query(call->db,
               "update session s set state = 'failed', finished_at = now(), error = $2 from project p where s.id = "
               "$1::bigint and p.id = s.project_id returning p.name",
               PARAMS(p_i64(session_id), p_str(reason)), &rows));
  struct str subject = project_subject(call, rows_str(&rows, 0, "name"));
  struct event_sync_error data = {.session = session_id,
                                  .project = rows_str(&rows, 0, "name"),
                                  .code = STR("rejected"),
                                  .message = reason,
                                  .next_step = STR("ask for the undo again: it goes on with the rest")};
  outbox_add(call->outbox, EVENT_SYNC_ERROR, subject, subject, &data);
  return RESULT_DONE;
}

static void tell_completed(struct call *call, const struct session *s) {
  struct event_sync_completed data = {
      .session = s->id,
      .project = s->project,
      .mode = s->mode,
      .imported = s->imported,
      .updated = s->updated,
      .created = s->created,
      .pushed = s->pushed,
      .conflicts = s->conflicts,
      .parked = s->parked,
      .api_calls = s->api_calls,
      .duration_ms = s->finished_at_ms - s->started_at_ms,
  };
  struct str subject = project_subject(call, s->project);
  outbox_add(call->outbox, EVENT_SYNC_COMPLETED, subject, subject, &data);
}

/* Sessions with nothing left: pulled to the end, nothing to plan, fetch or push. */
static struct result finish_quiet(struct call *call, int64_t *finished) {
  struct rows rows;
  TRY(db_query(call->db,
               "with quiet as (update session s set state = 'completed', finished_at = now(), error = null "
               "where s.state = 'running' and s.pull_done and s.undo_cursor is null "
               "and not exists (select from project h where h.id = s.project_id and h.preview_session = s.id) "
               "and not exists (select from delivery d where d.project_id = s.project_id and d.state = 'pending') "
               "and not exists (select from plannable q where q.project_id = s.project_id) "
               "and not exists (select from fetch_queue f where f.project_id = s.project_id and f.attempts < 3) "
               "and not exists (select from intent n where n.project_id = s.project_id "
               "and n.state in ('prepared', 'sending', 'unknown')) returning *) "
               "select " SESSION_COLUMNS ", s.project_id from quiet s join project p on p.id = s.project_id",
               NO_PARAMS, &rows));
  for (size_t i = 0; i < rows.count; i++) {
    struct session session = sessions_row(&rows, i);
    tell_completed(call, &session);
    int64_t project_id = rows_i64(&rows, i, "project_id"), poll_s;
    TRY(hook_changes_next_poll(call, project_id, &poll_s));
    TRY(db_query(call->db,
                 "update project set last_sync_at = now(), next_sync_at = now() + $2::bigint * interval '1 second', "
                 "full_wanted = full_wanted and $3 <> 'full' where id = $1::bigint",
                 PARAMS(p_i64(project_id), p_i64(poll_s), p_str(session.mode)), NULL));
  }
  *finished = (int64_t)rows.count;
  return RESULT_DONE;
}

/* When everything is looked at: every night between 1 and 5 o'clock of the database, each project at a time of its own.
 */
#define NIGHT                                                                                              \
  "(select max(n.at) from (values (0), (1)) d(days), lateral (select date_trunc('day', now()) - d.days * " \
  "interval '1 day' + interval '1 hour' + (p.id * 2654435761 % 14400) * interval '1 second' as at) n "     \
  "where n.at <= now())"

/* What was deleted or changed without anybody telling shows when everything is looked at. The first import was such a
 * look, and one in the evening does for the night. */
static struct result start_due(struct call *call, int64_t *started) {
  struct rows rows;
  TRY(db_query(
      call->db,
      "select p.name, p.last_sync_at is null as first, p.full_wanted or not exists (select from session s where "
      "s.project_id = p.id and s.state = 'completed' and s.finished_at > " NIGHT " - interval '6 hours' and (s.mode = "
      "'full' or not exists (select from session x where x.project_id = p.id and x.state = 'completed' and x.id < "
      "s.id))) "
      "as full from "
      "project p where p.state = 'active' "
      "and p.direction <> 'disabled' and p.next_sync_at <= now() "
      "and not exists (select from session s where s.project_id = p.id and s.state = 'running')",
      NO_PARAMS, &rows));
  for (size_t i = 0; i < rows.count; i++) {
    struct project project;
    int64_t id;
    TRY(project_named(call, rows_str(&rows, i, "name"), &project));
    bool first = rows_bool(&rows, i, "first"), full = rows_bool(&rows, i, "full");
    struct wish wish = {.mode = full && !first ? STR("full") : STR("incremental"),
                        .trigger = first ? STR("first") : STR("poll"),
                        .actor = STR("scheduler")};
    TRY(insert_session(call, &project, &wish, &id));
  }
  *started = (int64_t)rows.count;
  return RESULT_DONE;
}

static struct result tidy(struct call *call) {
  TRY(plans_expire(call));
  TRY(db_query(call->db, "delete from request where at < now() - interval '1 hour'", NO_PARAMS, NULL));
  TRY(db_query(call->db, "delete from event_received where at < now() - interval '30 days'", NO_PARAMS, NULL));
  return db_query(call->db, "delete from delivery where state = 'done' and received_at < now() - interval '3 days'",
                  NO_PARAMS, NULL);
}

/* A dry run ends with the project paused, so that nothing is applied before somebody has looked. */
static struct result finish_dry_runs(struct call *call, int64_t *finished) {
  struct rows rows;
  TRY(db_query(
      call->db,
      "with quiet as (update session s set state = 'completed', finished_at = now(), error = null "
      "where s.state = 'running' and s.pull_done and s.mode = 'dry_run' "
      "and not exists (select from previewable q where q.project_id = s.project_id) "
      "and not exists (select from fetch_queue f where f.project_id = s.project_id and f.attempts < 3) "
      "returning *), paused as (update project p set state = 'paused', preview_session = null, "
      "state_reason = 'a dry run was shown; apply its plan, or resume' from quiet s where p.id = s.project_id) "
      "select " SESSION_COLUMNS " from quiet s join project p on p.id = s.project_id",
      NO_PARAMS, &rows));
  for (size_t i = 0; i < rows.count; i++) {
    struct session session = sessions_row(&rows, i);
    TRY(plans_make(call, session.id));
    tell_completed(call, &session);
  }
  *finished += (int64_t)rows.count;
  return RESULT_DONE;
}

struct result store_schedule_tick(struct call *call, const void *request, void *reply) {
  (void)request;
  struct schedule_result *result = reply;
  bool undoing;
  TRY(finish_quiet(call, &result->finished));
  TRY(finish_dry_runs(call, &result->finished));
  TRY(plans_settle(call, &result->finished));
  TRY(undo_go_on(call, &undoing));
  TRY(hooks_tick(call));
  TRY(scans_tick(call));
  TRY(hook_changes_judge(call));
  TRY(start_due(call, &result->started));
  TRY(tidy(call));
  TRY(credentials_forget_previous(call));
  TRY(credentials_tell_expiry(call));
  struct rows rows;
  TRY(db_query(call->db,
               "select ceil(extract(epoch from min(next_sync_at) - now()) * 1000)::bigint as ms "
               "from project p where state = 'active' and direction <> 'disabled' "
               "and not exists (select from session s where s.project_id = p.id and s.state = 'running')",
               NO_PARAMS, &rows));
  bool any = !str_is_absent(rows_str(&rows, 0, "ms"));
  int64_t ms = rows_i64(&rows, 0, "ms");
  result->next_ms = undoing ? 0 : !any ? 60000 : ms > 0 ? ms : 0;
  return RESULT_DONE;
}
