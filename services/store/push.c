/* Verbs of writing outside: the gate before, the receipt after. */
#include <sodium.h>

#include "base/json.h"
#include "base/mutation.h"
#include "store/adopt.h"
#include "store/externals.h"
#include "store/journal.h"
#include "store/leases.h"
#include "store/markers.h"
#include "store/sessions.h"
#include "store/usage.h"
#include "store/write_conflicts.h"
#include "sync/attribution.h"

enum { ATTEMPTS_MAX = 25, DAYS_MAX = 5 };

struct pending {
  int64_t id, project_id, mapping_id, item_id, attempts, probes;
  struct str state, change, kind, op_id, mapping_op_id, credential, rule, external_id, observed_hash, expect_hash;
  struct values set, add, remove;
  bool too_old, observed_gone, settled, deletes, deleted_here;
};

/* "github" as people write it. */
static struct str system_title(struct arena *arena, struct str system) {
  if (str_is(system, "github"))
    return STR("GitHub");
  char *title = str_c(arena, system);
  if (title[0] >= 'a' && title[0] <= 'z')
    title[0] = (char)(title[0] - 'a' + 'A');
  return str_of(title);
}

static struct result load_pending(struct call *call, int64_t intent_id, int64_t settle_ms, struct pending *out) {
  struct rows rows;
  TRY(db_query(
      call->db,
      "select n.project_id, n.mapping_id, n.item_id, n.attempts, n.probes, n.state, n.change, n.kind, n.op_id, "
      "m.op_id as mapping_op_id, p.credential, case when n.change = 'delete' then 'delete' else leave_rule(n.item_id, "
      "n.project_id) end as rule, i.deleted_at is not null as deleted_here, m.external_id, "
      "e.hash as observed_hash, n.expect_hash, exists (select from gone_item g where (g.project_id, "
      "g.kind, g.external_id) = (m.project_id, m.kind, m.external_id) and g.gone is not null) as gone, n.payload_set, "
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
      .project_id = rows_i64(&rows, 0, "project_id"),
      .mapping_id = rows_i64(&rows, 0, "mapping_id"),
      .item_id = rows_i64(&rows, 0, "item_id"),
      .attempts = rows_i64(&rows, 0, "attempts"),
      .probes = rows_i64(&rows, 0, "probes"),
      .state = rows_str(&rows, 0, "state"),
      .change = rows_str(&rows, 0, "change"),
      .kind = rows_str(&rows, 0, "kind"),
      .op_id = rows_str(&rows, 0, "op_id"),
      .mapping_op_id = rows_str(&rows, 0, "mapping_op_id"),
      .credential = rows_str(&rows, 0, "credential"),
      .rule = rows_str(&rows, 0, "rule"),
      .external_id = rows_str(&rows, 0, "external_id"),
      .observed_hash = rows_bytes(call->arena, &rows, 0, "observed_hash"),
      .expect_hash = rows_bytes(call->arena, &rows, 0, "expect_hash"),
      .too_old = rows_bool(&rows, 0, "too_old"),
      .observed_gone = rows_bool(&rows, 0, "gone"),
      .settled = rows_bool(&rows, 0, "settled"),
      .deletes = str_is(rows_str(&rows, 0, "change"), "delete"),
      .deleted_here = rows_bool(&rows, 0, "deleted_here"),
  };
  TRY(rows_values(call->arena, &rows, 0, "payload_set", &out->set));
  TRY(rows_values(call->arena, &rows, 0, "payload_add", &out->add));
  return rows_values(call->arena, &rows, 0, "payload_remove", &out->remove);
}

/* A comment that was written in another tracker tells who wrote it there. */
static struct result attribute(struct call *call, const struct pending *p, struct values *set) {
  const struct value *body = values_find(set, STR("body"));
  struct rows rows;
  if (!str_is(p->kind, "comment") || !body)
    return RESULT_DONE;
  TRY(db_query(
      call->db,
      "select i.author, o.system, e.url from item i join project o on o.id = i.origin_project "
      "left join mapping m on m.item_id = i.id and m.project_id = o.id left join external_item e on "
      "(e.project_id, e.kind, e.external_id) = (m.project_id, m.kind, m.external_id) "
      "where i.id = $1::bigint and (o.id <> $2::bigint or $3::boolean)",
      PARAMS(p_i64(p->item_id), p_i64(p->project_id), p_bool(str_is(p->change, "create") || p->mapping_op_id.length)),
      &rows));
  if (rows.count == 0)
    return RESULT_DONE;
  struct str author = rows_str(&rows, 0, "author"), system = rows_str(&rows, 0, "system");
  ptrdiff_t colon = str_find(author, ":");
  author = str_slice(author, colon < 0 ? 0 : (size_t)colon + 1, author.length);
  struct str text =
      attribution_add(call->arena, body->text, author, system_title(call->arena, system), rows_str(&rows, 0, "url"));
  struct values_builder with = {.arena = call->arena};
  values_put_all(&with, set);
  values_put(&with, value_text(STR("body"), text));
  *set = values_built(&with);
  return RESULT_DONE;
}

/* -- ending an intent without a write -- */

static struct result set_state(struct call *call, const struct pending *p, const char *state, struct str reason) {
  outbox_ring(call->outbox, BELL_SESSION, (struct str){0});
  return db_query(call->db, "update intent set state = $2, reason = $3, done_at = now() where id = $1::bigint",
                  PARAMS(p_i64(p->id), p_str(str_of(state)), p_str(reason)), NULL);
}

static struct result park(struct call *call, const struct pending *p, struct str reason) {
  struct session_counts counts = {.parked = 1};
  TRY(sessions_count(call, p->project_id, &counts));
  return set_state(call, p, "parked", reason);
}

/* Decide again. */
static struct result give_up(struct call *call, const struct pending *p, struct str reason) {
  TRY(set_state(call, p, "stale", reason));
  return journal_plan_mapping(call, p->mapping_id, RANK_EDIT);
}

/* The decision was made on something that is no longer so. */
static struct result give_up_stale(struct call *call, const struct pending *p) {
  return give_up(call, p, STR("the other side moved"));
}

/* Full jitter, min(15 min, 1 s * 2^n), never before the tracker's own word. */
static struct result try_later(struct call *call, const struct pending *p, const char *state, struct str reason,
                               int64_t retry_after_ms) {
  if (p->attempts >= ATTEMPTS_MAX || p->too_old)
    return park(call, p,
                str_format(call->arena, "gave up after %lld attempts: %.*s", (long long)p->attempts, STR_FMT(reason)));
  outbox_ring(call->outbox, BELL_SESSION, (struct str){0});
  return db_query(call->db,
                  "update intent set state = $2, reason = $3, next_attempt_at = now() + greatest(random() * "
                  "least(900, power(2, least(attempts, 10))), $4::bigint / 1000.0) * interval '1 second' "
                  "where id = $1::bigint",
                  PARAMS(p_i64(p->id), p_str(str_of(state)), p_str(reason), p_i64(retry_after_ms)), NULL);
}

/* -- the gate -- */

/* The marker travels with every body of something that tandem created. */
static struct result payload_marker(struct call *call, const struct pending *p, struct str *out) {
  bool creates = str_is(p->change, "create");
  if (MUTATED(MARKER))
    return RESULT_DONE;
  if (creates)
    return marker_make(call, p->op_id, out);
  if (p->mapping_op_id.length && values_find(&p->set, STR("body")))
    return marker_make(call, p->mapping_op_id, out);
  return RESULT_DONE;
}

static struct result log_egress(struct call *call, const struct pending *p) {
  const struct values *parts[] = {&p->set, &p->add, &p->remove};
  struct str *names = ARENA_ARRAY(call->arena, struct str, p->set.count + p->add.count + p->remove.count);
  struct str_builder content = {.arena = call->arena};
  size_t count = 0;
  for (size_t part = 0; part < 3; part++) {
    str_append(&content, json_values_text(call->arena, parts[part]));
    for (size_t i = 0; i < parts[part]->count; i++) {
      bool known = false;
      for (size_t seen = 0; seen < count; seen++)
        known |= str_equal(names[seen], parts[part]->at[i].name);
      if (!known)
        names[count++] = parts[part]->at[i].name;
    }
  }
  struct str text = str_built(&content);
  unsigned char hash[32];
  crypto_generichash(hash, sizeof hash, (const unsigned char *)text.at, text.length, NULL, 0);
  return db_query(call->db,
                  "insert into egress (intent_id, item_id, project_id, fields, rule, content_hash) "
                  "values ($1::bigint, $2::bigint, $3::bigint, $4::text[], $5, $6)",
                  PARAMS(p_i64(p->id), p_i64(p->item_id), p_i64(p->project_id), p_strs(call->arena, names, count),
                         p_str(p->rule), p_bytes((struct str){(const char *)hash, sizeof hash})),
                  NULL);
}

static struct result mark_sending(struct call *call, const struct pending *p, const struct lease *lease) {
  return db_query(
      call->db,
      "update intent set state = 'sending', fence = $2::bigint, attempts = attempts + 1, "
      "first_sent_at = coalesce(first_sent_at, now()), "
      "high_water = case when high_water is null and change = 'create' then (select max(lpad(external_id, 20, '0')) "
      "from external_item e where e.project_id = intent.project_id and e.kind = intent.kind) else high_water end "
      "where id = $1::bigint",
      PARAMS(p_i64(p->id), p_i64(lease->fence)), NULL);
}

/* The target as just fetched must be what the decision was made on. */
static struct result check_target(struct call *call, const struct pending *p, const struct push_begin *begin,
                                  bool *moved) {
  *moved = false;
  if (begin->fresh.count) {
    struct taken taken = {0};
    TRY(externals_record(call, p->project_id, SOURCE_FRESH, begin->fresh.at, 1, &taken));
    *moved = !str_equal(begin->fresh.at[0].hash, p->expect_hash) || begin->fresh.at[0].gone.length;
  } else if (!str_is(p->change, "create")) {
    *moved = !str_equal(p->observed_hash, p->expect_hash);
  }
  return RESULT_DONE;
}

/* A deletion that finds nothing left to delete is done. */
static bool is_gone(const struct observation *seen, size_t count) {
  return count && seen->gone.length;
}

struct result store_push_begin(struct call *call, const void *request, void *reply) {
  const struct push_begin *begin = request;
  struct push_go *go = reply;
  struct pending p;
  bool moved;
  TRY(lease_check(call, &begin->lease));
  TRY(load_pending(call, begin->intent_id, 0, &p));
  if (!str_is(p.state, "prepared"))
    return RESULT_DONE;
  if (p.deletes != p.deleted_here)
    return give_up_stale(call, &p);
  if (p.deletes && is_gone(begin->fresh.at, begin->fresh.count))
    return adopt_written(call, p.id, NULL, ADOPTED_ON_SIGHT);
  if (str_is_absent(p.rule) && MUTATED(GATE))
    p.rule = STR("public");
  if (str_is_absent(p.rule))
    return set_state(call, &p, "refused", STR("it is private here: nothing was sent (tandem ticket share)"));
  TRY(check_target(call, &p, begin, &moved));
  if (moved && p.observed_gone)
    return park(call, &p, STR("the external ticket is gone"));
  if (moved)
    return give_up_stale(call, &p);
  TRY(usage_take_token(call, p.credential, &begin->pace, &go->wait_ms));
  if (go->wait_ms > 0)
    return db_query(call->db,
                    "update intent set next_attempt_at = now() + $2::bigint * interval '1 millisecond' "
                    "where id = $1::bigint",
                    PARAMS(p_i64(p.id), p_i64(go->wait_ms)), NULL);
  TRY(attribute(call, &p, &p.set));
  TRY(payload_marker(call, &p, &go->payload.marker));
  TRY(log_egress(call, &p));
  TRY(mark_sending(call, &p, &begin->lease));
  go->go = true;
  go->lease_ms = lease_length_ms();
  go->payload.set = p.set;
  go->payload.add = p.add;
  go->payload.remove = p.remove;
  return RESULT_DONE;
}

/* -- the receipt -- */

/* An uncertain update is not looked for: the target itself tells, so it is decided anew on a fresh look. */
static struct result doubt_update(struct call *call, const struct pending *p, const struct push_receipt *receipt) {
  if (receipt->returned.count) {
    struct taken taken = {0};
    TRY(externals_record(call, p->project_id, SOURCE_FRESH, receipt->returned.at, 1, &taken));
    if (!receipt->returned.at->gone.length)
      TRY(adopt_effect(call, p->id, receipt->returned.at));
  } else {
    TRY(externals_fetch(call, p->project_id, p->kind, p->external_id, "uncertain"));
  }
  return give_up_stale(call, p);
}

/* Looked for and not found. Twice, and long enough apart for the tracker to have settled: then it never arrived. */
static struct result count_probe(struct call *call, const struct pending *p, const struct push_receipt *receipt) {
  TRY(db_query(call->db,
               "update intent set probes = probes + 1, first_probe_at = coalesce(first_probe_at, now()) "
               "where id = $1::bigint",
               PARAMS(p_i64(p->id)), NULL));
  if ((p->probes >= 1 && p->settled) || MUTATED(SETTLE))
    return db_query(call->db,
                    "update intent set state = 'prepared', probes = 0, first_probe_at = null, next_attempt_at = now() "
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
  if (receipt->returned.count == 0)
    return RESULT_DONE;
  TRY(db_query(
      call->db,
      "select i.kind, i.number, i.id from mapping m join item i on i.id = m.item_id where m.project_id = "
      "$1::bigint and m.kind = $2 and m.external_id = $3 and m.item_id <> $4::bigint",
      PARAMS(p_i64(p->project_id), p_str(p->kind), p_str(receipt->returned.at->external_id), p_i64(p->item_id)),
      &rows));
  if (rows.count)
    *out = journal_key(call->arena, rows_str(&rows, 0, "kind"), rows_i64(&rows, 0, "number"), rows_i64(&rows, 0, "id"));
  return RESULT_DONE;
}

static struct result adopt(struct call *call, const struct pending *p, const struct push_receipt *receipt) {
  const struct observation *returned = receipt->returned.count ? receipt->returned.at : NULL;
  struct str other;
  TRY(imported_as(call, p, receipt, &other));
  if (!str_is_absent(other))
    return park(call, p,
                str_format(call->arena,
                           "what was created there, %.*s, came here as %.*s before the tracker answered: "
                           "keep that one and close this one",
                           STR_FMT(returned->external_key), STR_FMT(other)));
  return adopt_written(call, p->id, returned, receipt->probe ? ADOPTED_ON_SIGHT : ADOPTED_BY_RECEIPT);
}

static struct result settle(struct call *call, const struct pending *p, const struct push_receipt *receipt) {
  struct str outcome = receipt->outcome;
  bool creates = str_is(p->change, "create");
  if (str_is(outcome, "ok"))
    return adopt(call, p, receipt);
  if (p->deletes && (str_is(outcome, "gone") || is_gone(receipt->returned.at, receipt->returned.count)))
    return adopt_written(call, p->id, NULL, ADOPTED_ON_SIGHT);
  if (receipt->probe && str_is(outcome, "gone") && creates)
    return count_probe(call, p, receipt);
  if (receipt->probe && !creates)
    return doubt_update(call, p, receipt);
  if (str_is(outcome, "retry"))
    return try_later(call, p, receipt->probe ? "unknown" : "prepared", receipt->message, receipt->retry_after_ms);
  if (str_is(outcome, "uncertain"))
    return try_later(call, p, MUTATED(INTENT) ? "prepared" : "unknown", receipt->message, receipt->retry_after_ms);
  if (str_is(outcome, "stale"))
    return doubt_update(call, p, receipt);
  if (str_is(outcome, "auth")) {
    TRY(try_later(call, p, receipt->probe ? "unknown" : "prepared", receipt->message, 0));
    return sessions_fail_project(call, p->project_id, outcome, receipt->message);
  }
  if (str_is(outcome, "rejected") && sends_refused(p, receipt)) {
    TRY(write_conflicts_refused(call, p->id, receipt->refused.at, receipt->refused.count));
    return give_up(call, p, STR("the tracker refuses a value"));
  }
  if (str_is(outcome, "gone") && p->external_id.length)
    TRY(externals_fetch(call, p->project_id, p->kind, p->external_id, "gone"));
  return park(call, p, receipt->message);
}

struct result store_push_receipt(struct call *call, const void *request, void *reply) {
  (void)reply;
  const struct push_receipt *receipt = request;
  struct pending p;
  TRY(lease_check(call, &receipt->lease));
  TRY(load_pending(call, receipt->intent_id, receipt->settle_ms, &p));
  TRY(usage_record(call, p.project_id, &receipt->usage));
  /* Adopted on sight of its marker, or settled by a repeated request: there is nothing left to do. */
  if (!str_is(p.state, "sending") && !str_is(p.state, "unknown") && !str_is(p.state, "prepared"))
    return RESULT_DONE;
  return settle(call, &p, receipt);
}
