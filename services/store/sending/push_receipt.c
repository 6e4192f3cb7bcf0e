/* The verb of a write's outcome, or of a probe's: what becomes true with it, and what is tried next. */
#include "base/metrics.h"
#include "base/mutation.h"
#include "store/claims/leases.h"
#include "store/conflicts/write_conflicts.h"
#include "store/observing/adopt.h"
#include "store/observing/externals.h"
#include "store/security/credentials.h"
#include "store/sending/pending.h"
#include "store/sending/usage.h"
#include "store/sending/withdraw.h"
#include "store/sessions/sessions.h"
#include "store/tickets/keys.h"

enum { LOOKS_MAX = 20, LOOKS_APART_MAX_MS = 60000 }; /* a quarter of an hour in all */

/* Its target is as it was when it was decided, and nothing shows that it had been there. */
static bool left_no_trace(const struct pending *p, const struct observation *seen) {
  return !seen->gone.length && seen->arrived.count == 0 && str_equal(seen->hash, p->expect_hash);
}

/* An uncertain update is not looked for: the target itself tells. What left no trace is tried again, later each time;
 * anything else is decided anew on this fresh look. */
static struct result doubt_update(struct call *call, const struct pending *p, const struct push_receipt *receipt) {
  const struct observation *seen = receipt->returned.at;
  struct taken taken = {0};
  if (receipt->returned.count == 0) {
    TRY(externals_fetch(call, p->project_id, p->kind, p->external_id, "uncertain"));
    return pending_give_up_stale(call, p);
  }
  TRY(externals_record(call, p->project_id, SOURCE_FRESH, seen, 1, &taken));
  if (left_no_trace(p, seen))
    return pending_try_later(call, p, "prepared", p->reason, 0);
  if (!seen->gone.length)
    TRY(adopt_effect(call, p->id, seen));
  return pending_give_up_stale(call, p);
}

/* Looked for and not found. Twice, and long enough apart for the tracker to have settled: then it never arrived. */
static struct result count_probe(struct call *call, const struct pending *p, const struct push_receipt *receipt) {
  TRY(db_query(call->db,
               "update intent set probes = probes + 1, first_probe_at = coalesce(first_probe_at, now()) "
               "where id = $1::bigint",
               PARAMS(p_i64(p->id)), NULL));
  if ((p->probes >= 1 && p->settled) || MUTATED(SETTLE))
    return db_query(call->db,
                    "update intent set state = 'prepared', unanswered = false, probes = 0, first_probe_at = null, "
                    "next_attempt_at = now() "
                    "where id = $1::bigint",
                    PARAMS(p_i64(p->id)), NULL);
  int64_t wait_ms = receipt->settle_ms / 4 > 1000 ? receipt->settle_ms / 4 : 1000;
  return db_query(call->db,
                  "update intent set next_attempt_at = now() + $2::bigint * interval '1 millisecond' "
                  "where id = $1::bigint",
                  PARAMS(p_i64(p->id), p_i64(wait_ms)), NULL);
}

/* Without the refused fields something else would be sent; a tracker that goes on refusing the same has it parked. */
static bool sends_refused(const struct pending *p, const struct push_receipt *receipt) {
  for (size_t i = 0; i < receipt->refused.count; i++) {
    struct str field = receipt->refused.at[i].field;
    if (!values_find(&p->set, field) && !values_find(&p->add, field) && !values_find(&p->remove, field))
      return false;
  }
  return receipt->refused.count > 0;
}

/* What was created may have been imported before the answer came: the name here of what it is then, else absent. */
static struct result imported_as(struct call *call, const struct pending *p, const struct push_receipt *receipt,
                                 struct str *out) {
  struct rows rows;
  *out = (struct str){0};
  if (receipt->returned.count == 0 || str_equal(receipt->returned.at->external_id, p->external_id))
    return RESULT_DONE;
  TRY(db_query(
      call->db,
      "select i.kind, i.number, i.id from mapping m join item i on i.id = m.item_id where m.project_id = "
      "$1::bigint and m.kind = $2 and m.external_id = $3 and m.item_id <> $4::bigint",
      PARAMS(p_i64(p->project_id), p_str(p->kind), p_str(receipt->returned.at->external_id), p_i64(p->item_id)),
      &rows));
  if (rows.count)
    *out = key_text(call->arena, rows_str(&rows, 0, "kind"), rows_i64(&rows, 0, "number"), rows_i64(&rows, 0, "id"));
  return RESULT_DONE;
}

/* What a creation made, though another mapping has it; absent: it has not arrived. */
static struct result note_made(struct call *call, const struct pending *p, struct str external_id) {
  return db_query(call->db, "update intent set external_id = $2, unanswered = false where id = $1::bigint",
                  PARAMS(p_i64(p->id), p_str(external_id)), NULL);
}

static struct result adopt(struct call *call, const struct pending *p, const struct push_receipt *receipt) {
  const struct observation *returned = receipt->returned.count ? receipt->returned.at : NULL;
  struct str other;
  TRY(imported_as(call, p, receipt, &other));
  if (!str_is_absent(other)) {
    TRY(note_made(call, p, returned->external_id));
    return pending_park(call, p,
                        str_format(call->arena,
                                   "what was created there, %.*s, came here as %.*s before the tracker answered: "
                                   "keep that one and close this one",
                                   STR_FMT(returned->external_key), STR_FMT(other)));
  }
  return adopt_written(call, p->id, returned, receipt->probe ? ADOPTED_ON_SIGHT : ADOPTED_BY_RECEIPT);
}

/* Of a write that planning decided; withdrawals end in their own way. */
static struct result settle_decided(struct call *call, const struct pending *p, const struct push_receipt *receipt) {
  struct str outcome = receipt->outcome;
  bool creates = str_is(p->change, "create");
  if (str_is(outcome, "ok"))
    return adopt(call, p, receipt);
  if (p->deletes && (str_is(outcome, "gone") || (receipt->returned.count && receipt->returned.at->gone.length)))
    return adopt_written(call, p->id, NULL, ADOPTED_ON_SIGHT);
  if (receipt->probe && str_is(outcome, "gone") && creates)
    return count_probe(call, p, receipt);
  if (receipt->probe && !creates)
    return doubt_update(call, p, receipt);
  if (str_is(outcome, "rejected") && sends_refused(p, receipt)) {
    TRY(write_conflicts_refused(call, p->id, receipt->refused.at, receipt->refused.count));
    return pending_give_up(call, p, STR("the tracker refuses a value"));
  }
  if (str_is(outcome, "gone") && p->external_id.length)
    TRY(externals_fetch(call, p->project_id, p->kind, p->external_id, "gone"));
  return pending_park(call, p, receipt->message);
}

static bool looks_at_update(const struct pending *p, const struct push_receipt *receipt) {
  return receipt->probe && !str_is(p->change, "create") && !p->purpose.length;
}

/* What the update may have written would look like somebody's edit to whoever looks later, and what somebody took away
 * of it as if it had never arrived, so a look that failed is repeated, while it is no more than a bad moment. */
static bool is_bad_moment(const struct pending *p, const struct push_receipt *receipt) {
  return str_is(receipt->outcome, "auth") || (str_is(receipt->outcome, "retry") && p->probes < LOOKS_MAX);
}

static struct result look_again(struct call *call, const struct pending *p, const struct push_receipt *receipt) {
  int64_t doubled_ms = INT64_C(1000) << p->probes;
  int64_t wait_ms = doubled_ms < LOOKS_APART_MAX_MS ? doubled_ms : LOOKS_APART_MAX_MS;
  TRY(db_query(call->db, "update intent set probes = probes + 1 where id = $1::bigint", PARAMS(p_i64(p->id)), NULL));
  return pending_try_later(call, p, "unknown", receipt->message,
                           wait_ms > receipt->retry_after_ms ? wait_ms : receipt->retry_after_ms);
}

/* What a tracker calls a conflict may be one with an attempt before, so it is looked at, too. */
static bool may_have_arrived(const struct pending *p, struct str outcome) {
  return str_is(outcome, "uncertain") || (str_is(outcome, "stale") && !p->purpose.length);
}

static bool says_not_made(const struct pending *p, const struct push_receipt *receipt) {
  return str_is(p->change, "create") && !receipt->probe && !str_is(receipt->outcome, "ok") &&
         !may_have_arrived(p, receipt->outcome);
}

static struct result settle(struct call *call, const struct pending *p, const struct push_receipt *receipt) {
  struct str outcome = receipt->outcome;
  const char *before = receipt->probe ? "unknown" : "prepared";
  bool looks = looks_at_update(p, receipt);
  /* It asks only what the target is now: then it is decided anew, whatever the answer. */
  if (looks && !is_bad_moment(p, receipt))
    return settle_decided(call, p, receipt);
  if (looks && str_is(outcome, "retry"))
    return look_again(call, p, receipt);
  if (str_is(outcome, "retry"))
    return pending_try_later(call, p, before, receipt->message, receipt->retry_after_ms);
  if (may_have_arrived(p, outcome))
    return pending_try_later(call, p, MUTATED(INTENT) ? "prepared" : "unknown", receipt->message,
                             receipt->retry_after_ms);
  if (str_is(outcome, "auth")) {
    bool again = false;
    if (receipt->retry_after_ms > 0)
      TRY(credentials_doubt(call, p->project_id, &again));
    TRY(pending_try_later(call, p, before, receipt->message, receipt->retry_after_ms));
    return again ? RESULT_DONE : sessions_fail_project(call, p->project_id, outcome, receipt->message);
  }
  return p->purpose.length ? withdraw_settle(call, p, receipt) : settle_decided(call, p, receipt);
}

/* Nothing is wrong with this write: it waits with all others of the project, for as long as it takes. */
static struct result wait_with_all(struct call *call, const struct pending *p, const struct push_receipt *receipt) {
  outbox_ring(call->outbox, BELL_SESSION, (struct str){0});
  return db_query(
      call->db,
      "update intent set state = $2, reason = $3, attempts = greatest(attempts - 1, 0), retried_at = now() "
      "where id = $1::bigint",
      PARAMS(p_i64(p->id), p_str(receipt->probe ? STR("unknown") : STR("prepared")), p_str(receipt->message)), NULL);
}

static const struct metric attempts = {"tandem_write_attempts_total",
                                       METRIC_COUNTER,
                                       {"system", "change", "outcome"},
                                       "Writes and looks for uncertain ones, by what came of them; retry and uncertain "
                                       "are tried again."};

static void count_attempt(struct call *call, const struct pending *p, const struct push_receipt *receipt) {
  enum result_code code = result_code_named(receipt->outcome.at, receipt->outcome.length);
  metric_add(&attempts,
             METRIC_VALUES(str_c(call->arena, p->system), receipt->probe ? "probe" : str_c(call->arena, p->change),
                           result_code_name(code)),
             1);
}

static bool is_answer_to_adopted(const struct pending *p, const struct push_receipt *receipt) {
  return str_is(p->state, "done") && str_is(p->change, "create") && str_is(receipt->outcome, "ok") && !receipt->probe &&
         receipt->returned.count && !receipt->returned.at->gone.length;
}

struct result store_push_receipt(struct call *call, const void *request, void *reply) {
  (void)reply;
  const struct push_receipt *receipt = request;
  struct pending p;
  int64_t waiting;
  TRY(lease_check(call, &receipt->lease));
  TRY(pending_load(call, receipt->intent_id, receipt->settle_ms, &p));
  TRY(usage_record_outcome(call, p.project_id, &receipt->usage, &p.clock, receipt->outcome));
  count_attempt(call, &p, receipt);
  /* Adopted on sight of its marker, or settled by a repeated request. */
  if (!str_is(p.state, "sending") && !str_is(p.state, "unknown") && !str_is(p.state, "prepared"))
    return is_answer_to_adopted(&p, receipt) ? adopt_answer(call, p.id, receipt->returned.at) : RESULT_DONE;
  if (says_not_made(&p, receipt))
    TRY(note_made(call, &p, (struct str){0}));
  if (receipt->usage.held.length && str_is(receipt->outcome, "retry"))
    return wait_with_all(call, &p, receipt);
  if (p.held && !receipt->probe && str_is(receipt->outcome, "ok"))
    TRY(usage_release_writes(call, p.project_id, &waiting));
  return settle(call, &p, receipt);
}
