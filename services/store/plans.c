/* Making, keeping, applying plans. */
#include "store/plans.h"

#include <sodium.h>

#include "base/json.h"
#include "store/journal.h"
#include "store/projects.h"
#include "store/sessions.h"

enum { HASH_BYTES = 32, HASH_SHOWN = 12, BATCH = 200, MOVED_SHOWN = 5 };

/* -- steps -- */

struct result plans_note_step(struct call *call, const struct plan_outcome *outcome) {
  struct str json = json_record_text(call->arena, &record_plan_outcome, outcome, false);
  return db_query(
      call->db,
      "insert into sync_plan_step (session_id, mapping_id, generation, settings_version, outcome, here, there, shadow) "
      "select p.preview_session, m.id, $2::bigint, $3::bigint, $4, field_digests(i.fields), field_digests(e.fields), "
      "md5(m.shadow::text || m.shadow_local::text) from mapping m join project p on p.id = m.project_id "
      "left join item i on i.id = m.item_id left join external_item e on (e.project_id, e.kind, e.external_id) = "
      "(m.project_id, m.kind, m.external_id) where m.id = $1::bigint and p.preview_session is not null "
      "on conflict (session_id, mapping_id) do update set generation = excluded.generation, "
      "settings_version = excluded.settings_version, outcome = excluded.outcome, here = excluded.here, "
      "there = excluded.there, shadow = excluded.shadow",
      PARAMS(p_i64(outcome->mapping_id), p_i64(outcome->generation), p_i64(outcome->settings_version), p_str(json)),
      NULL);
}

static struct result select_steps(struct call *call, int64_t session_id, int64_t after, struct rows *out) {
  return db_query(call->db,
                  "select mapping_id, settings_version, outcome from sync_plan_step where session_id = $1::bigint "
                  "and mapping_id > $2::bigint order by mapping_id limit $3::bigint",
                  PARAMS(p_i64(session_id), p_i64(after), p_i64(BATCH)), out);
}

/* Of all steps in order: what a person has seen is what is applied. */
static struct result hash_steps(struct call *call, int64_t session_id, unsigned char hash[HASH_BYTES]) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
  int64_t after = 0;
  struct rows rows = {.count = BATCH};
  while (rows.count == BATCH) {
    TRY(select_steps(call, session_id, after, &rows));
    for (size_t i = 0; i < rows.count; i++) {
      struct str outcome = rows_str(&rows, i, "outcome");
      after = rows_i64(&rows, i, "mapping_id");
      crypto_generichash_update(&state, (const unsigned char *)outcome.at, outcome.length + 1); /* with its NUL */
    }
  }
  crypto_generichash_final(&state, hash, HASH_BYTES);
  return RESULT_DONE;
}

/* -- making -- */

static struct result supersede_open(struct call *call, int64_t session_id) {
  return db_query(call->db,
                  "update sync_plan set state = 'superseded', reason = 'a newer dry run' where state = 'open' "
                  "and project_id = (select project_id from session where id = $1::bigint)",
                  PARAMS(p_i64(session_id)), NULL);
}

struct result plans_make(struct call *call, int64_t session_id) {
  unsigned char hash[HASH_BYTES];
  TRY(hash_steps(call, session_id, hash));
  TRY(supersede_open(call, session_id));
  return db_query(call->db,
                  "insert into sync_plan (session_id, project_id, hash, head) select id, project_id, $2, "
                  "(select last_value from plan_generation) from session where id = $1::bigint",
                  PARAMS(p_i64(session_id), p_bytes((struct str){(const char *)hash, HASH_BYTES})), NULL);
}

#define PLAN_ID "'P' || id || '-' || left(encode(hash, 'hex'), 12)"

struct result plans_id_of(struct call *call, int64_t session_id, struct str *out_id, int64_t *out_expires_ms) {
  struct rows rows;
  TRY(db_query(call->db,
               "select " PLAN_ID " as id, (extract(epoch from expires_at) * 1000)::bigint as expires_ms "
               "from sync_plan where session_id = $1::bigint",
               PARAMS(p_i64(session_id)), &rows));
  *out_id = rows.count ? rows_str(&rows, 0, "id") : (struct str){0};
  *out_expires_ms = rows.count ? rows_i64(&rows, 0, "expires_ms") : 0;
  return RESULT_DONE;
}

struct result plans_expire(struct call *call) {
  TRY(db_query(call->db,
               "update sync_plan set state = 'expired', reason = 'it is too old' where state = 'open' "
               "and expires_at <= now()",
               NO_PARAMS, NULL));
  return db_query(call->db,
                  "delete from sync_plan_step t using sync_plan p where p.session_id = t.session_id "
                  "and p.state in ('applied', 'moved', 'superseded', 'expired')",
                  NO_PARAMS, NULL);
}

/* -- asking for it -- */

struct stored_plan {
  int64_t id, session_id;
  struct str id_text, project, state, reason, hash;
  bool expired;
};

static struct result read_plan(struct call *call, struct str id_text, struct stored_plan *out) {
  struct rows rows;
  TRY(db_query(call->db,
               "select s.id, s.session_id, s.hash, s.state, s.reason, s.expires_at <= now() as expired, p.name "
               "from sync_plan s join project p on p.id = s.project_id "
               "where 'P' || s.id || '-' || left(encode(s.hash, 'hex'), 12) = $1",
               PARAMS(p_str(id_text)), &rows));
  if (rows.count == 0)
    return result_error(RESULT_GONE, "there is no plan %.*s; `tandem sync PROJECT --dry-run` makes one",
                        STR_FMT(id_text));
  *out = (struct stored_plan){.id = rows_i64(&rows, 0, "id"),
                              .session_id = rows_i64(&rows, 0, "session_id"),
                              .id_text = id_text,
                              .project = rows_str(&rows, 0, "name"),
                              .state = rows_str(&rows, 0, "state"),
                              .reason = rows_str(&rows, 0, "reason"),
                              .hash = rows_bytes(call->arena, &rows, 0, "hash"),
                              .expired = rows_bool(&rows, 0, "expired")};
  return RESULT_DONE;
}

static struct result check_plan(struct call *call, const struct stored_plan *plan) {
  unsigned char hash[HASH_BYTES];
  if (!str_is(plan->state, "open") || plan->expired)
    return result_error(RESULT_STALE, "plan %.*s is %.*s%s%.*s. Make a new one: tandem sync %.*s --dry-run",
                        STR_FMT(plan->id_text), STR_FMT(plan->expired ? STR("expired") : plan->state),
                        plan->reason.length ? ": " : "", STR_FMT(plan->reason), STR_FMT(plan->project));
  TRY(hash_steps(call, plan->session_id, hash));
  if (!str_equal(plan->hash, (struct str){(const char *)hash, HASH_BYTES}))
    return result_error(RESULT_REJECTED, "plan %.*s is not what was shown: its steps have another hash",
                        STR_FMT(plan->id_text));
  return RESULT_DONE;
}

struct result store_plan_apply(struct call *call, const void *request, void *reply) {
  const struct plan_apply *apply = request;
  struct session_id *answer = reply;
  struct stored_plan plan;
  struct project project;
  int64_t running;
  TRY(read_plan(call, apply->plan, &plan));
  TRY(check_plan(call, &plan));
  TRY(project_named(call, plan.project, &project));
  TRY(sessions_running(call, project.id, &running));
  if (running)
    return result_error(RESULT_RETRY, "session %lld is running; the plan can be applied when it has finished",
                        (long long)running);
  TRY(sessions_start_apply(call, &project, apply->actor, &answer->id));
  TRY(db_query(call->db, "update sync_plan set state = 'applying', decided_by = $2 where id = $1::bigint",
               PARAMS(p_i64(plan.id), p_str(apply->actor)), NULL));
  return journal_audit(call, apply->actor, "plan.apply", apply->plan, (struct str){0});
}

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
  struct str what = kind.at
                        ? journal_key(call->arena, kind, rows_i64(rows, row, "number"), rows_i64(rows, row, "item_id"))
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
      return result_error(RESULT_BUG, "a plan moved while it was applied");
  }
  return RESULT_DONE;
}

static struct result end_plan(struct call *call, int64_t plan_id, const char *state, struct str reason) {
  return db_query(call->db, "update sync_plan set state = $2, reason = $3 where id = $1::bigint",
                  PARAMS(p_i64(plan_id), p_str(str_of(state)), p_str(reason)), NULL);
}

static struct result apply_now(struct call *call, const struct rows *rows, size_t row) {
  TRY(commit_steps(call, rows_i64(rows, row, "session_id")));
  TRY(db_query(call->db, "update project set preview_session = null where id = $1::bigint",
               PARAMS(p_i64(rows_i64(rows, row, "project_id"))), NULL));
  outbox_ring(call->outbox, BELL_PLAN, (struct str){0});
  outbox_ring(call->outbox, BELL_WORK, (struct str){0});
  outbox_ring(call->outbox, BELL_SESSION, (struct str){0});
  return end_plan(call, rows_i64(rows, row, "id"), "applied", (struct str){0});
}

static struct result settle_one(struct call *call, const struct rows *rows, size_t row, int64_t *finished) {
  int64_t plan_id = rows_i64(rows, row, "id"), session_id = rows_i64(rows, row, "apply_session");
  struct str name = rows_str(rows, row, "name"), moved;
  if (session_id == 0) /* ended otherwise: paused, removed, failed */
    return end_plan(call, plan_id, "moved", STR("it was stopped before it was applied"));
  TRY(what_moved(call, plan_id, &moved));
  if (str_is_absent(moved))
    return apply_now(call, rows, row);
  struct str reason = str_format(call->arena, "nothing of plan %.*s was applied, because this moved since: %.*s",
                                 STR_FMT(name), STR_FMT(moved));
  *finished += 1;
  TRY(end_plan(call, plan_id, "moved", str_format(call->arena, "moved: %.*s", STR_FMT(moved))));
  return sessions_give_up_apply(call, rows_i64(rows, row, "project_id"), reason);
}

struct result plans_settle(struct call *call, int64_t *finished) {
  struct rows rows;
  TRY(select_ready(call, &rows));
  for (size_t i = 0; i < rows.count; i++)
    TRY(settle_one(call, &rows, i, finished));
  return RESULT_DONE;
}
