/* What adapters ask and tell about webhooks. */
#include "store/webhooks/hooks.h"

#include "store/claims/leases.h"
#include "store/projects/projects.h"
#include "store/sending/usage.h"
#include "store/tickets/journal.h"
#include "store/webhooks/hook_removal.h"

/* Every ten seconds at most ten: GitHub wants a second between two requests that are not reads.
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api */
enum { ATTEMPTS_MAX = 5, ASKED_AT_ONCE_MAX = 10 };

struct result hooks_watch(struct call *call, int64_t project_id) {
  return db_query(call->db,
                  "insert into project_hook (project_id) select id from project where id = $1::bigint "
                  "and direction in ('pull', 'bidirectional') on conflict do nothing",
                  PARAMS(p_i64(project_id)), NULL);
}

/* -- work -- */

struct result hooks_load_task(struct call *call, int64_t project_id, struct work *work) {
  struct rows rows;
  TRY(hooks_ensure_secret(call, &work->project));
  TRY(db_query(call->db,
               "select h.url, h.hook_id, h.newest_delivery, p.state = 'removed' as remove, "
               "h.secret_generation is distinct from c.generation or coalesce(h.refused_at > h.checked_at, false) as "
               "repair from project_hook h join project p on p.id = h.project_id "
               "left join credential c on c.name = p.webhook_credential where h.project_id = $1::bigint",
               PARAMS(p_i64(project_id)), &rows));
  work->hook = (struct hook_task){
      .remove = rows_bool(&rows, 0, "remove"),
      .repair = rows_bool(&rows, 0, "repair"),
      .url = rows_str(&rows, 0, "url"),
      .hook_id = rows_str(&rows, 0, "hook_id"),
      .newest_delivery = rows_str(&rows, 0, "newest_delivery"),
  };
  return RESULT_DONE;
}

struct result hooks_look_later(struct call *call, int64_t project_id, const struct work_fail *fail) {
  return db_query(call->db,
                  "update project_hook set attempts = attempts + 1, error = $2, due_at = now() + greatest("
                  "least(900, 30 * power(2, least(attempts, 5))), $3::bigint / 1000.0) * interval '1 second' "
                  "where project_id = $1::bigint",
                  PARAMS(p_i64(project_id), p_str(fail->message), p_i64(fail->retry_after_ms)), NULL);
}

/* -- what an adapter tells -- */

static struct result record_failed(struct call *call, int64_t project_id, const struct failed_delivery *failed) {
  return db_query(
      call->db,
      "insert into failed_delivery as f (project_id, delivery_id, attempt_id, event, status, failed_at) "
      "select $1::bigint, $2, $3, $4, $5::bigint, to_timestamp($6::bigint / 1000.0) where not exists (select from "
      "delivery d where d.project_id = $1 and d.delivery_id = $2) on conflict (project_id, delivery_id) do update set "
      "attempt_id = excluded.attempt_id, status = excluded.status, failed_at = greatest(f.failed_at, "
      "excluded.failed_at)",
      PARAMS(p_i64(project_id), p_str(failed->delivery_id), p_str(failed->attempt_id), p_str(failed->event),
             p_i64(failed->status), p_i64(failed->failed_at_ms)),
      NULL);
}

/* Those that are due again, oldest first; each is asked for five times at most, more and more rarely. */
static struct result choose_again(struct call *call, int64_t project_id, struct hook_again *out) {
  struct rows rows;
  TRY(db_query(call->db,
               "update failed_delivery f set asked = f.asked + 1, next_at = now() + 60 * power(4, f.asked) * "
               "interval '1 second' from (select delivery_id from failed_delivery where project_id = $1::bigint "
               "and asked < $2::bigint and next_at <= now() order by failed_at limit $3::bigint) n "
               "where f.project_id = $1 and f.delivery_id = n.delivery_id returning f.attempt_id",
               PARAMS(p_i64(project_id), p_i64(ATTEMPTS_MAX), p_i64(ASKED_AT_ONCE_MAX)), &rows));
  struct str *ids = ARENA_ARRAY(call->arena, struct str, rows.count);
  for (size_t i = 0; i < rows.count; i++)
    ids[i] = rows_str(&rows, i, "attempt_id");
  out->attempt_ids.at = ids;
  out->attempt_ids.count = rows.count;
  return RESULT_DONE;
}

struct result store_hook_deliveries(struct call *call, const void *request, void *reply) {
  const struct hook_deliveries *told = request;
  int64_t project_id;
  TRY(lease_check(call, &told->lease));
  TRY(lease_project(&told->lease, "hook", &project_id));
  for (size_t i = 0; i < told->failed.count; i++)
    TRY(record_failed(call, project_id, &told->failed.at[i]));
  TRY(db_query(call->db,
               "update project_hook h set newest_delivery = coalesce($2, newest_delivery), last_failed_at = "
               "greatest(last_failed_at, (select max(failed_at) from failed_delivery f where f.project_id = "
               "h.project_id)) where project_id = $1::bigint",
               PARAMS(p_i64(project_id), p_str(told->newest)), NULL));
  return choose_again(call, project_id, reply);
}

/* What failed is asked for again before the webhook itself is due, and a secret that was replaced while somebody looked
 * is still to be told to the tracker; when there is none of either, those queries have no row. */
static struct result set_due(struct call *call, int64_t project_id, int64_t check_in_ms) {
  return db_query(call->db,
                  "update project_hook h set due_at = least(now() + greatest($2::bigint, 1000) / 1000.0 * interval "
                  "'1 second', (select min(greatest(f.next_at, now() + interval '10 seconds')) from failed_delivery f "
                  "where f.project_id = h.project_id and f.asked < $3::bigint), "
                  "(select now() from project p join credential c on c.name = p.webhook_credential "
                  "where p.id = h.project_id and h.state = 'active' and c.generation <> h.secret_generation)) "
                  "where project_id = $1::bigint",
                  PARAMS(p_i64(project_id), p_i64(check_in_ms), p_i64(ATTEMPTS_MAX)), NULL);
}

/* Nothing more is signed with the one before: it is forgotten in an hour, when what is on its way has come. */
static struct result tracker_has_secret(struct call *call, int64_t project_id, int64_t generation) {
  struct rows rows;
  TRY(db_query(call->db, "select webhook_credential as name from project where id = $1::bigint",
               PARAMS(p_i64(project_id)), &rows));
  struct credential_outcome works = {.name = rows_str(&rows, 0, "name"), .generation = generation};
  return str_is_absent(works.name) ? RESULT_DONE : store_credential_outcome(call, &works, NULL);
}

struct result store_hook_report(struct call *call, const void *request, void *reply) {
  (void)reply;
  const struct hook_report *report = request;
  int64_t project_id;
  TRY(lease_check(call, &report->lease));
  TRY(lease_project(&report->lease, "hook", &project_id));
  TRY(usage_record(call, project_id, &report->usage, NULL));
  TRY(db_query(call->db,
               "update project_hook set state = $2, reason = $3, url = coalesce($4, url), hook_id = $5, "
               "secret_generation = case when $2 = 'active' then $6::bigint else secret_generation end, "
               "expires_at = case when $7::bigint > 0 then to_timestamp($7 / 1000.0) end, checked_at = now(), "
               "attempts = 0, error = null, repaired_at = case when $8::boolean then now() else repaired_at end "
               "where project_id = $1::bigint",
               PARAMS(p_i64(project_id), p_str(report->state), p_str(report->reason), p_str(report->url),
                      p_str(report->hook_id), p_i64(report->generation), p_i64(report->expires_at_ms),
                      p_bool(report->repaired)),
               NULL));
  if (str_is(report->state, "active"))
    TRY(tracker_has_secret(call, project_id, report->generation));
  if (str_is(report->state, "left") || str_is(report->state, "removed"))
    TRY(hook_removal_note(call, project_id, report));
  return set_due(call, project_id, report->check_in_ms);
}

struct result hooks_delivery_came(struct call *call, int64_t project_id, struct str delivery_id) {
  TRY(db_query(call->db, "delete from failed_delivery where project_id = $1::bigint and delivery_id = $2",
               PARAMS(p_i64(project_id), p_str(delivery_id)), NULL));
  return db_query(call->db,
                  "insert into project_hook as h (project_id, last_delivery_at) values ($1::bigint, now()) "
                  "on conflict (project_id) do update set last_delivery_at = now()",
                  PARAMS(p_i64(project_id)), NULL);
}

struct result store_webhook_refused(struct call *call, const void *request, void *reply) {
  (void)reply;
  const struct hook_refused *refused = request;
  struct project project;
  TRY(project_named(call, refused->project, &project));
  return db_query(
      call->db,
      "insert into project_hook as h (project_id, refused_at, refused, refused_untimely) values ($1::bigint, now() - "
      "$4::bigint * interval '1 millisecond', $2::bigint, $3::boolean) on conflict (project_id) do update set "
      "refused_at = greatest(h.refused_at, excluded.refused_at), refused = h.refused + $2, refused_untimely = $3, "
      "due_at = case when h.refused_at is null or h.refused_at < now() - interval '10 minutes' then now() "
      "else h.due_at end",
      PARAMS(p_i64(project.id), p_i64(refused->count > 0 ? refused->count : 1), p_bool(refused->untimely),
             p_i64(refused->ago_ms > 0 ? refused->ago_ms : 0)),
      NULL);
}

/* -- what a person asks -- */

struct result store_hook_check(struct call *call, const void *request, void *reply) {
  const struct hook_check *check = request;
  struct project_id *answer = reply;
  struct project project;
  TRY(project_named(call, check->project, &project));
  TRY(hooks_watch(call, project.id));
  if (check->rotate)
    TRY(hooks_rotate_secret(call, &project, check->actor));
  TRY(db_query(call->db,
               "update project_hook set due_at = now(), secret_generation = null where project_id = $1::bigint",
               PARAMS(p_i64(project.id)), NULL));
  TRY(db_query(call->db, "update failed_delivery set asked = 0, next_at = now() where project_id = $1::bigint",
               PARAMS(p_i64(project.id)), NULL));
  outbox_ring(call->outbox, BELL_WORK, project.system);
  answer->id = project.id;
  return journal_audit(call, check->actor, "hook.check", project.name,
                       check->rotate ? STR("{\"rotate\": true}") : (struct str){0});
}
