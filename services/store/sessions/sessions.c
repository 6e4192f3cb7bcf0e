/* Reading sessions, and what they count. */
#include "store/sessions/sessions.h"

#include "base/clock.h"
#include "store/projects/projects.h"

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

struct result sessions_missing(struct call *call, int64_t id) {
  struct rows rows;
  TRY(db_query(call->db, "select exists (select from session where id > $1::bigint) as later", PARAMS(p_i64(id)),
               &rows));
  if (id > 0 && rows_bool(&rows, 0, "later"))
    return result_error(RESULT_GONE,
                        "session %lld was deleted because of its age (retention.sessions_days) and cannot be undone as "
                        "a whole; the history of each ticket still has what it changed",
                        (long long)id);
  return result_error(RESULT_GONE, "there is no session %lld; `tandem sessions list` shows what there is",
                      (long long)id);
}

struct result store_session_get(struct call *call, const void *request, void *reply) {
  const struct session_id *get = request;
  struct rows rows;
  TRY(db_query(call->db,
               "select " SESSION_COLUMNS " from session s join project p on p.id = s.project_id "
               "where s.id = $1::bigint",
               PARAMS(p_i64(get->id)), &rows));
  if (rows.count == 0)
    return sessions_missing(call, get->id);
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
                  "update session set imported = imported + $2::bigint, updated = updated + $3::bigint, "
                  "created = created + $4::bigint, pushed = pushed + $5::bigint, conflicts = conflicts + $6::bigint, "
                  "parked = parked + $7::bigint where project_id = $1::bigint and state = 'running'",
                  PARAMS(p_i64(project_id), p_i64(c->imported), p_i64(c->updated), p_i64(c->created), p_i64(c->pushed),
                         p_i64(c->conflicts), p_i64(c->parked)),
                  NULL);
}

struct result sessions_may_end(struct call *call, int64_t project_id) {
  struct rows rows;
  TRY(db_query(call->db, "select from session where project_id = $1::bigint and state = 'running' and pull_done",
               PARAMS(p_i64(project_id)), &rows));
  if (rows.count)
    outbox_ring(call->outbox, BELL_SESSION, (struct str){0});
  return RESULT_DONE;
}

struct str sessions_subject(struct call *call, struct str project) {
  return str_format(call->arena, "project/%.*s", STR_FMT(project));
}
