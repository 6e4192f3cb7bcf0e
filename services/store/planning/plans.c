/* Making and keeping plans, and asking for one to be applied. */
#include "store/planning/plans.h"

#include <sodium.h>

#include "base/shell.h"
#include "store/projects/projects.h"
#include "store/sessions/sessions.h"
#include "store/tickets/journal.h"

enum { HASH_BYTES = 32, BATCH = 200 };

/* -- steps -- */

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

/* Steps that only note what both sides agree on change nothing that a person could see. */
static struct result is_empty(struct call *call, int64_t session_id, bool *out) {
  struct rows rows;
  TRY(db_query(call->db, "select from preview where session_id = $1::bigint limit 1", PARAMS(p_i64(session_id)),
               &rows));
  *out = rows.count == 0;
  return RESULT_DONE;
}

struct result plans_make(struct call *call, int64_t session_id, struct str *out_id) {
  unsigned char hash[HASH_BYTES];
  struct rows rows;
  bool empty;
  *out_id = (struct str){0};
  TRY(supersede_open(call, session_id));
  TRY(is_empty(call, session_id, &empty));
  if (empty)
    return RESULT_DONE;
  TRY(hash_steps(call, session_id, hash));
  TRY(db_query(call->db,
               "insert into sync_plan (session_id, project_id, hash, head) select id, project_id, $2, "
               "(select last_value from plan_generation) from session where id = $1::bigint returning " PLAN_ID
               " as id",
               PARAMS(p_i64(session_id), p_bytes((struct str){(const char *)hash, HASH_BYTES})), &rows));
  *out_id = rows_str(&rows, 0, "id");
  return RESULT_DONE;
}

struct result plans_id_of(struct call *call, int64_t session_id, struct str *out_id, int64_t *out_expires_ms) {
  struct rows rows;
  TRY(db_query(call->db,
               "select " PLAN_ID " as id, epoch_ms(expires_at) as expires_ms "
               "from sync_plan where session_id = $1::bigint",
               PARAMS(p_i64(session_id)), &rows));
  *out_id = rows.count ? rows_str(&rows, 0, "id") : (struct str){0};
  *out_expires_ms = rows.count ? rows_i64(&rows, 0, "expires_ms") : 0;
  return RESULT_DONE;
}

struct result plans_holding(struct call *call, int64_t project_id, struct str *out_id) {
  struct rows rows;
  TRY(db_query(call->db,
               "select " PLAN_ID " as id from sync_plan where project_id = $1::bigint and state = 'open' and "
               "expires_at > now() and exists (select from project where id = $1 and state = 'paused') order by "
               "sync_plan.id desc limit 1",
               PARAMS(p_i64(project_id)), &rows));
  *out_id = rows.count ? rows_str(&rows, 0, "id") : (struct str){0};
  return RESULT_DONE;
}

struct result plans_expire(struct call *call) {
  TRY(db_query(call->db,
               "update sync_plan set state = 'expired', reason = 'it is too old' where state = 'open' "
               "and expires_at <= now()",
               NO_PARAMS, NULL));
  return db_query(call->db,
                  "with ended as (update sync_plan set cleared = true where not cleared and state not in ('open', "
                  "'applying') returning session_id) "
                  "delete from sync_plan_step t using ended e where t.session_id = e.session_id",
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
               "where s.id in (select id from sync_plan where " PLAN_ID " = $1)",
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
                        plan->reason.length ? ": " : "", STR_FMT(plan->reason),
                        STR_FMT(shell_word(call->arena, plan->project)));
  TRY(hash_steps(call, plan->session_id, hash));
  if (!str_equal(plan->hash, (struct str){(const char *)hash, HASH_BYTES}))
    return result_error(RESULT_REJECTED, "plan %.*s is not what was shown: its steps have another hash",
                        STR_FMT(plan->id_text));
  return RESULT_DONE;
}

struct result store_plan_apply(struct call *call, const void *request, void *reply) {
  const struct plan_apply *apply = request;
  struct session_id *answer = reply;
  struct stored_plan plan = {0};
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
