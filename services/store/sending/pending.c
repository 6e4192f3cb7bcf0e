/* Loading an intent that is to be written, and ending it without a write. */
#include "store/sending/pending.h"

#include "base/metrics.h"
#include "store/sessions/sessions.h"
#include "store/tickets/journal.h"
#include "store/tickets/leave_rule.h"

enum { ATTEMPTS_MAX = 25 };

#define RULE_OF_INTENT LEAVE_RULE("n.item_id", "n.project_id")

struct result pending_load(struct call *call, int64_t intent_id, int64_t settle_ms, struct pending *out) {
  struct rows rows;
  TRY(db_query(
      call->db,
      "select " TRACKER_CLOCK
      ", p.writes_held is not null as held, n.project_id, n.mapping_id, n.item_id, n.attempts, n.probes, n.state, "
      "n.change, n.kind, n.op_id, "
      "m.op_id as mapping_op_id, p.system, p.credential, p.base_url, e.fields as observed, n.purpose, n.left_out, "
      "n.reason, "
      "case when n.change = 'delete' and n.purpose is null then 'delete' else " RULE_OF_INTENT
      " end as rule, i.deleted_at is not null as deleted_here, m.external_id, "
      "e.hash as observed_hash, n.expect_hash, exists (select from gone_item g where (g.project_id, "
      "g.kind, g.external_id) = (m.project_id, m.kind, m.external_id) and g.gone is not null) as gone, exists (select "
      "from gone_item g where (g.project_id, g.kind, "
      "g.external_id) = (m.project_id, m.kind, m.external_id) and g.sure) as sure, n.payload_set, "
      "n.payload_add, "
      "n.payload_remove, coalesce(n.retried_at, n.created_at) < now() - interval '5 days' as too_old, "
      "n.first_probe_at <= now() - $2::bigint * interval '1 millisecond' as settled "
      "from intent n join mapping m on m.id = n.mapping_id join project p on p.id = n.project_id "
      "join item i on i.id = n.item_id left join external_item e on (e.project_id, e.kind, e.external_id) = "
      "(m.project_id, m.kind, m.external_id) where n.id = $1::bigint for update of n, i",
      PARAMS(p_i64(intent_id), p_i64(settle_ms)), &rows));
  if (rows.count == 0)
    return result_error(RESULT_GONE, "there is no write %lld", (long long)intent_id);
  *out = (struct pending){
      .id = intent_id,
      .clock = usage_clock_row(&rows, 0),
      .project_id = rows_i64(&rows, 0, "project_id"),
      .mapping_id = rows_i64(&rows, 0, "mapping_id"),
      .item_id = rows_i64(&rows, 0, "item_id"),
      .attempts = rows_i64(&rows, 0, "attempts"),
      .probes = rows_i64(&rows, 0, "probes"),
      .system = rows_str(&rows, 0, "system"),
      .state = rows_str(&rows, 0, "state"),
      .change = rows_str(&rows, 0, "change"),
      .kind = rows_str(&rows, 0, "kind"),
      .op_id = rows_str(&rows, 0, "op_id"),
      .mapping_op_id = rows_str(&rows, 0, "mapping_op_id"),
      .credential = rows_str(&rows, 0, "credential"),
      .rule = rows_str(&rows, 0, "rule"),
      .purpose = rows_str(&rows, 0, "purpose"),
      .left_out = rows_str(&rows, 0, "left_out"),
      .reason = rows_str(&rows, 0, "reason"),
      .external_id = rows_str(&rows, 0, "external_id"),
      .observed_hash = rows_bytes(call->arena, &rows, 0, "observed_hash"),
      .base_url = rows_str(&rows, 0, "base_url"),
      .expect_hash = rows_bytes(call->arena, &rows, 0, "expect_hash"),
      .too_old = rows_bool(&rows, 0, "too_old"),
      .observed_gone = rows_bool(&rows, 0, "gone"),
      .surely_gone = rows_bool(&rows, 0, "sure"),
      .settled = rows_bool(&rows, 0, "settled"),
      .held = rows_bool(&rows, 0, "held"),
      .deletes = str_is(rows_str(&rows, 0, "change"), "delete"),
      .deleted_here = rows_bool(&rows, 0, "deleted_here"),
  };
  TRY(rows_values(call->arena, &rows, 0, "observed", &out->observed));
  TRY(rows_values(call->arena, &rows, 0, "payload_set", &out->set));
  TRY(rows_values(call->arena, &rows, 0, "payload_add", &out->add));
  return rows_values(call->arena, &rows, 0, "payload_remove", &out->remove);
}

/* What has moved since the decision waited for its end. */
struct result pending_end(struct call *call, const struct pending *p, const char *state, struct str reason) {
  outbox_ring(call->outbox, BELL_SESSION, (struct str){0});
  outbox_ring(call->outbox, BELL_PLAN, (struct str){0});
  return db_query(call->db, "update intent set state = $2, reason = $3, done_at = now() where id = $1::bigint",
                  PARAMS(p_i64(p->id), p_str(str_of(state)), p_str(reason)), NULL);
}

struct result pending_park(struct call *call, const struct pending *p, struct str reason) {
  struct session_counts counts = {.parked = 1};
  TRY(sessions_count(call, p->project_id, &counts));
  return pending_end(call, p, "parked", reason);
}

static const struct metric way_out = {"tandem_edit_to_tracker_seconds",
                                      METRIC_HISTOGRAM_SLOW,
                                      {"system"},
                                      "From when a change is known here until the tracker has it."};

struct result pending_done(struct call *call, int64_t intent_id, int64_t project_id, bool created) {
  struct rows rows;
  TRY(db_query(call->db,
               "with running as (update session set created = created + $3::boolean::int, pushed = pushed + (not "
               "$3)::int where project_id = $2::bigint and state = 'running' returning id, pull_done) "
               "update intent n set state = 'done', reason = null, done_at = now(), session_id = case when n.purpose "
               "is null then coalesce((select id from running), n.session_id) else n.session_id end from project p "
               "where n.id = $1::bigint and p.id = n.project_id returning p.system, epoch_ms(now()) - "
               "epoch_ms(n.caused_at) as took_ms, (select pull_done from running) as pulled",
               PARAMS(p_i64(intent_id), p_i64(project_id), p_bool(created)), &rows));
  if (rows.count && !str_is_absent(rows_str(&rows, 0, "took_ms")))
    metric_observe(&way_out, METRIC_VALUES(str_c(call->arena, rows_str(&rows, 0, "system"))),
                   (double)rows_i64(&rows, 0, "took_ms") / 1000);
  if (rows.count && rows_bool(&rows, 0, "pulled")) /* it may have been what the session waited for */
    outbox_ring(call->outbox, BELL_SESSION, (struct str){0});
  return RESULT_DONE;
}

struct result pending_give_up(struct call *call, const struct pending *p, struct str reason) {
  TRY(pending_end(call, p, "stale", reason));
  return journal_plan_mapping(call, p->mapping_id, RANK_EDIT);
}

struct result pending_give_up_stale(struct call *call, const struct pending *p) {
  return pending_give_up(call, p, STR("the other side moved"));
}

/* Full jitter, min(15 min, 1 s * 2^n), never before the tracker's own word. */
struct result pending_try_later(struct call *call, const struct pending *p, const char *state, struct str reason,
                                int64_t retry_after_ms) {
  if (p->attempts >= ATTEMPTS_MAX || p->too_old)
    return pending_park(
        call, p, str_format(call->arena, "gave up after %lld attempts: %.*s", (long long)p->attempts, STR_FMT(reason)));
  outbox_ring(call->outbox, BELL_SESSION, (struct str){0}); /* which may no longer wait for it */
  return db_query(call->db,
                  "update intent set state = $2, reason = $3, next_attempt_at = now() + greatest(random() * "
                  "least(900, power(2, least(attempts, 10))), $4::bigint / 1000.0) * interval '1 second' "
                  "where id = $1::bigint",
                  PARAMS(p_i64(p->id), p_str(str_of(state)), p_str(reason), p_i64(retry_after_ms)), NULL);
}
