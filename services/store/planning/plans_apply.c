/* Applying plans: what has moved since, and all or nothing. */
#include "base/json.h"
#include "store/planning/plans.h"
#include "store/sessions/sessions.h"
#include "store/tickets/keys.h"

enum { BATCH = 200, MOVED_SHOWN = 5 };

/* -- what moved -- */

/* What the project's queue or a step tells to be otherwise than when the plan was made. A generation that moved while
 * both sides stayed as they were is no move. */
static struct result select_moved(struct call *call, int64_t plan_id, struct rows *out) {
  return db_query(
      call->db,
      "with plan as (select * from sync_plan where id = $1::bigint), "
      "step as (select t.* from sync_plan_step t join plan on plan.session_id = t.session_id), "
      "queued as (select q.mapping_id, q.generation from plan_queue q join plan on plan.project_id = q.project_id "
      "join mapping m on m.id = q.mapping_id and m.state in ('creating', 'linked', 'parked')), "
      "suspect as (select mapping_id from step left join queued q using (mapping_id) "
      "where q.generation is distinct from step.generation union select q.mapping_id from queued q, plan "
      "where q.generation > plan.head) "
      "select i.kind, i.number, i.id as item_id, e.external_key, step.mapping_id is null as unknown, "
      "q.mapping_id is null as planned, moved_fields(step.here, field_digests(i.fields)) as here, "
      "moved_fields(step.there, field_digests(e.fields)) as there, "
      "step.shadow is distinct from md5(m.shadow::text || m.shadow_local::text) as agreed, "
      "step.settings_version is distinct from p.version as settings "
      "from suspect join mapping m on m.id = suspect.mapping_id join project p on p.id = m.project_id "
      "left join step on step.mapping_id = m.id left join queued q on q.mapping_id = m.id "
      "left join item i on i.id = m.item_id left join external_item e on (e.project_id, e.kind, e.external_id) = "
      "(m.project_id, m.kind, m.external_id) order by m.id",
      PARAMS(p_i64(plan_id)), out);
}

/* "T-12 (title here)"; absent when nothing did. */
static struct str describe_moved(struct call *call, const struct rows *rows, size_t row) {
  struct str kind = rows_str(rows, row, "kind"), here = rows_str(rows, row, "here"),
             there = rows_str(rows, row, "there");
  struct str what = kind.at ? key_text(call->arena, kind, rows_i64(rows, row, "number"), rows_i64(rows, row, "item_id"))
                            : rows_str(rows, row, "external_key");
  if (rows_bool(rows, row, "unknown"))
    return str_format(call->arena, "%.*s (new or changed since)", STR_FMT(what));
  if (here.length || there.length)
    return str_format(call->arena, "%.*s (%.*s%s%s%.*s%s)", STR_FMT(what), STR_FMT(here), here.length ? " here" : "",
                      here.length && there.length ? ", " : "", STR_FMT(there), there.length ? " outside" : "");
  if (rows_bool(rows, row, "settings"))
    return str_format(call->arena, "%.*s (the project's settings)", STR_FMT(what));
  if (rows_bool(rows, row, "planned") || rows_bool(rows, row, "agreed"))
    return str_format(call->arena, "%.*s (synchronised since)", STR_FMT(what));
  return (struct str){0};
}

/* Absent when nothing moved. */
static struct result what_moved(struct call *call, int64_t plan_id, struct str *out) {
  struct rows rows;
  struct str_builder text = {.arena = call->arena};
  size_t count = 0;
  TRY(select_moved(call, plan_id, &rows));
  for (size_t i = 0; i < rows.count; i++) {
    struct str one = describe_moved(call, &rows, i);
    if (str_is_absent(one))
      continue;
    if (count++ < MOVED_SHOWN)
      str_append_format(&text, "%s%.*s", text.length ? ", " : "", STR_FMT(one));
  }
  if (count > MOVED_SHOWN)
    str_append_format(&text, " and %zu more", count - MOVED_SHOWN);
  *out = count ? str_built(&text) : (struct str){0};
  return RESULT_DONE;
}

/* -- applying -- */

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

/* The outcomes hold for the generations that the queue has now: nothing that they were decided on has moved. */
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
  TRY(what_moved(call, plan_id, &moved));
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
