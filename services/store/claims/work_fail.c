/* Work that could not be done: when it is tried again, and what stops the project. */
#include "base/metrics.h"
#include "store/claims/leases.h"
#include "store/observing/externals.h"
#include "store/observing/scans.h"
#include "store/security/credentials.h"
#include "store/sending/usage.h"
#include "store/sessions/sessions.h"
#include "store/webhooks/hooks.h"

static struct result back_off_pull(struct call *call, int64_t project_id, const struct work_fail *fail) {
  /* Full jitter up to min(15 min, 1 s * 2^n), never before the tracker's own word. */
  TRY(db_query(call->db,
               "update project set pull_attempts = pull_attempts + 1, pull_next_at = now() + greatest("
               "random() * least(900, power(2, least(pull_attempts, 10))), $2::bigint / 1000.0) * interval '1 second' "
               "where id = $1::bigint",
               PARAMS(p_i64(project_id), p_i64(fail->retry_after_ms)), NULL));
  return sessions_note_error(call, project_id, fail->code, fail->message);
}

/* All that are due wait, tried or not: the rest would run into the same wall. What is parked comes once an hour. */
static struct result back_off_fetch(struct call *call, int64_t project_id, const struct work_fail *fail) {
  return db_query(call->db,
                  "update fetch_queue set attempts = attempts + 1, next_at = now() + greatest(case when failures >= "
                  "$3::bigint then 1800 + random() * 1800 else random() * least(900, power(2, least(attempts, 10))) "
                  "end, $2::bigint / 1000.0, 1) * interval '1 second' "
                  "where project_id = $1::bigint and next_at <= now()",
                  PARAMS(p_i64(project_id), p_i64(fail->retry_after_ms), p_i64(FETCH_FAILURES_MAX)), NULL);
}

/* What has no queue of its own to wait in: the lease stays taken for a moment, so that nobody runs into the same wall.
 */
static struct result cool_down(struct call *call, const struct work_fail *fail) {
  return db_query(call->db,
                  "update lease set until = now() + greatest(2, $3::bigint / 1000.0) * interval '1 second' "
                  "where resource = $1 and fence = $2::bigint",
                  PARAMS(p_str(fail->lease.resource), p_i64(fail->lease.fence), p_i64(fail->retry_after_ms)), NULL);
}

/* The credential cannot be used, or the project itself does not answer. What only looks after the rest may need rights
 * of its own: whether the credential is good is told by pulls and writes. */
static bool is_fatal(const struct work_fail *fail) {
  struct str resource = fail->lease.resource;
  bool pull = str_starts_with(resource, "pull:");
  if (str_starts_with(resource, "hook:") || str_starts_with(resource, "scan:"))
    return false;
  return str_is(fail->code, "auth") || (pull && (str_is(fail->code, "gone") || str_is(fail->code, "rejected")));
}

static struct result select_of_lease(struct call *call, const struct work_fail *fail, struct rows *out) {
  return db_query(call->db,
                  "select id from project where state = 'active' and ($1 = 'push:' || credential or ($1 not like "
                  "'push:%' and $1 like '%:' || id)) order by id",
                  PARAMS(p_str(fail->lease.resource)), out);
}

/* A refusal that may be a stray one is asked about again after a pause. */
static struct result is_doubted(struct call *call, const struct work_fail *fail, const struct rows *projects,
                                bool *out) {
  *out = false;
  if (!str_is(fail->code, "auth") || fail->retry_after_ms == 0 || projects->count == 0)
    return RESULT_DONE;
  return credentials_doubt(call, rows_i64(projects, 0, "id"), out);
}

/* A credential that cannot be used stops every project of the lease: nothing of it would go on, and nobody would know.
 */
static struct result stop_projects(struct call *call, const struct work_fail *fail) {
  struct rows projects;
  bool doubted;
  TRY(select_of_lease(call, fail, &projects));
  TRY(is_doubted(call, fail, &projects, &doubted));
  for (size_t i = 0; !doubted && i < projects.count; i++)
    TRY(sessions_fail_project(call, rows_i64(&projects, i, "id"), fail->code, fail->message));
  return RESULT_DONE;
}

/* Each kind of work waits in a row of its own; the rest only cools down. */
static const struct {
  const char *kind;
  struct result (*later)(struct call *call, int64_t project_id, const struct work_fail *fail);
} failures[] = {
    {"pull", back_off_pull}, {"fetch", back_off_fetch}, {"hook", hooks_look_later}, {"scan", scans_look_later}};

/* What a claim of deliveries failed with is why they are given up, should it go on. */
static struct result note_deliveries(struct call *call, const struct work_fail *fail) {
  int64_t project_id;
  struct result of_deliveries = lease_project(&fail->lease, "deliver", &project_id);
  if (!result_ok(&of_deliveries))
    return RESULT_DONE;
  return db_query(call->db,
                  "update delivery set reason = $3 where project_id = $1::bigint and state = 'pending' and fence = "
                  "$2::bigint",
                  PARAMS(p_i64(project_id), p_i64(fail->lease.fence), p_str(fail->message)), NULL);
}

static const struct metric failed_work = {"tandem_work_failures_total",
                                          METRIC_COUNTER,
                                          {"kind", "code"},
                                          "Work that an adapter gave back, by kind and by what follows of it."};

struct result store_work_fail(struct call *call, const void *request, void *reply) {
  (void)reply;
  const struct work_fail *fail = request;
  int64_t project_id;
  TRY(lease_check(call, &fail->lease));
  enum result_code code = result_code_named(fail->code.at, fail->code.length);
  metric_add(&failed_work, METRIC_VALUES(lease_kind(&fail->lease), result_code_name(code)), 1);
  if (is_fatal(fail))
    TRY(stop_projects(call, fail));
  for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
    struct result mine = lease_project(&fail->lease, failures[i].kind, &project_id);
    if (!result_ok(&mine))
      continue;
    TRY(usage_record_outcome(call, project_id, &fail->usage, NULL, fail->code));
    TRY(failures[i].later(call, project_id, fail));
    return lease_release(call, &fail->lease);
  }
  TRY(note_deliveries(call, fail));
  return cool_down(call, fail);
}
