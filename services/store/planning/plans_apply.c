/* Applying plans, all or nothing. */
#include "base/json.h"
#include "store/planning/plans.h"
#include "store/planning/plans_moved.h"
#include "store/sessions/sessions.h"

enum { BATCH = 200 };

/* The session whose turn has come: it has pulled everything, and nothing waits to be seen. */
static struct result select_ready(struct call *call, struct rows *out) {
  return db_query(call->db,
                  "select a.*, s.id as apply_session from (select id, session_id, project_id, " PLAN_ID
                  " as name from sync_plan where state = 'applying') a join project p on p.id = a.project_id left join "
                  "session s on s.id = p.preview_session and s.mode = 'apply' "
                  "and s.state = 'running' where s.id is null or (s.pull_done "
                  "and not exists (select from delivery d where d.project_id = p.id and d.state = 'pending') "
                  "and not exists (select from fetch_queue f where f.project_id = p.id and f.attempts < 3))",
                  NO_PARAMS, out);
}

/* The outcomes hold for the generations that the queue has now: see plans_moved(). */
static struct result read_outcomes(struct call *call, int64_t session_id, int64_t after, struct plan_outcome **out,
                                   size_t *count) {
  struct rows rows;
  TRY(db_query(call->db,
               "select t.outcome, q.generation from sync_plan_step t join plan_queue q using (mapping_id) "
               "where t.session_id = $1::bigint and t.mapping_id > $2::bigint order by t.mapping_id limit $3::bigint",
               PARAMS(p_i64(session_id), p_i64(after), p_i64(BATCH)), &rows));
  *out = ARENA_ARRAY(call->arena, struct plan_outcome, rows.count);
  *count = rows.count;
  for (size_t i = 0; i < rows.count; i++) {
    TRY(json_to_record(call->arena, &record_plan_outcome, rows_str(&rows, i, "outcome"), &(*out)[i]));
    (*out)[i].generation = rows_i64(&rows, i, "generation");
  }
  return RESULT_DONE;
}

static struct result commit_steps(struct call *call, int64_t session_id) {
  int64_t after = 0;
  size_t count = BATCH;
  while (count == BATCH) {
    struct plan_outcome *outcomes;
    struct plan_commit commit = {0};
    struct plan_committed committed = {0};
    TRY(read_outcomes(call, session_id, after, &outcomes, &count));
    if (count == 0)
      break;
    after = outcomes[count - 1].mapping_id;
    commit.outcomes.at = outcomes;
    commit.outcomes.count = count;
    TRY(store_plan_commit(call, &commit, &committed));
    if (committed.moved)
      return result_error(RESULT_STALE, "it moved while it was applied");
  }
  return RESULT_DONE;
}

static struct result end_plan(struct call *call, int64_t plan_id, const char *state, struct str reason) {
  return db_query(call->db, "update sync_plan set state = $2, reason = $3 where id = $1::bigint",
                  PARAMS(p_i64(plan_id), p_str(str_of(state)), p_str(reason)), NULL);
}

/* Too much was gone at once: then the project was paused in the middle, instead of going on. */
static struct result check_active(struct call *call, int64_t project_id) {
  struct rows rows;
  TRY(db_query(call->db, "select state = 'active' as active, state_reason from project where id = $1::bigint",
               PARAMS(p_i64(project_id)), &rows));
  return rows_bool(&rows, 0, "active")
             ? RESULT_DONE
             : result_error(RESULT_STALE, "%.*s", STR_FMT(rows_str(&rows, 0, "state_reason")));
}

static struct result apply_now(struct call *call, const struct rows *rows, size_t row) {
  int64_t project_id = rows_i64(rows, row, "project_id");
  TRY(commit_steps(call, rows_i64(rows, row, "session_id")));
  TRY(check_active(call, project_id));
  TRY(db_query(call->db, "update project set preview_session = null where id = $1::bigint", PARAMS(p_i64(project_id)),
               NULL));
  outbox_ring(call->outbox, BELL_PLAN, (struct str){0});
  outbox_ring(call->outbox, BELL_WORK, (struct str){0});
  outbox_ring(call->outbox, BELL_SESSION, (struct str){0});
  return end_plan(call, rows_i64(rows, row, "id"), "applied", (struct str){0});
}

/* What fails for good takes back its changes and its events, and nothing else of the tick. */
static struct result apply_or_undo(struct call *call, const struct rows *rows, size_t row, struct str *out_failure) {
  size_t events = call->outbox->count;
  *out_failure = (struct str){0};
  TRY(db_part_begin(call->db));
  struct result result = db_part_end(call->db, apply_now(call, rows, row));
  if (result_ok(&result) || result.code == RESULT_RETRY)
    return result;
  *out_failure = str_copy(call->arena, str_of(result.message));
  call->outbox->count = events;
  return RESULT_DONE;
}

static struct result give_up(struct call *call, const struct rows *rows, size_t row, struct str why) {
  struct str name = rows_str(rows, row, "name");
  TRY(end_plan(call, rows_i64(rows, row, "id"), "moved", why));
  return sessions_give_up_apply(
      call, rows_i64(rows, row, "project_id"),
      str_format(call->arena, "nothing of plan %.*s was applied: %.*s", STR_FMT(name), STR_FMT(why)));
}

static struct result settle_one(struct call *call, const struct rows *rows, size_t row, int64_t *finished) {
  int64_t plan_id = rows_i64(rows, row, "id"), session_id = rows_i64(rows, row, "apply_session");
  struct str moved, failure;
  if (session_id == 0) /* ended otherwise: paused, removed, failed */
    return end_plan(call, plan_id, "moved", STR("it was stopped before it was applied"));
  TRY(plans_moved(call, plan_id, &moved));
  if (moved.length) {
    *finished += 1;
    return give_up(call, rows, row, str_format(call->arena, "this has moved since: %.*s", STR_FMT(moved)));
  }
  TRY(apply_or_undo(call, rows, row, &failure));
  if (str_is_absent(failure))
    return RESULT_DONE;
  *finished += 1;
  return give_up(call, rows, row, failure);
}

struct result plans_settle(struct call *call, int64_t *finished) {
  struct rows rows;
  TRY(select_ready(call, &rows));
  for (size_t i = 0; i < rows.count; i++)
    TRY(settle_one(call, &rows, i, finished));
  return RESULT_DONE;
}
