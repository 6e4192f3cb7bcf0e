/* Verbs that bring observations in: a page of a pull, a single fetch, webhook deliveries. */
#include "store/claims/leases.h"
#include "store/observing/absent.h"
#include "store/observing/externals.h"
#include "store/projects/projects.h"
#include "store/sending/usage.h"
#include "store/sessions/sessions.h"
#include "store/tickets/journal.h"
#include "store/webhooks/hook_changes.h"
#include "store/webhooks/hooks.h"

static struct result end_page(struct call *call, int64_t project_id, const struct observe *observe, int64_t unchanged) {
  int64_t seen = (int64_t)observe->observations.count;
  TRY(db_query(call->db,
               "update project set cursor = coalesce($2::text, cursor), pull_attempts = 0 where id = $1::bigint and "
               "(cursor is distinct from coalesce($2::text, cursor) or pull_attempts > 0)",
               PARAMS(p_i64(project_id), p_str(observe->cursor)), NULL));
  /* Pages come again: what kept them away is over. */
  return db_query(call->db,
                  "update session set pull_done = pull_done or $2::boolean, error = null, seen = seen + $3::bigint, "
                  "unchanged = unchanged + $4::bigint where project_id = $1::bigint and state = 'running' "
                  "and ($2::boolean or error is not null or $3 > 0)",
                  PARAMS(p_i64(project_id), p_bool(observe->done), p_i64(seen), p_i64(unchanged)), NULL);
}

/* What a page of a pull may concern beside its items. */
struct pull_page {
  int64_t full_session; /* the running one that pulls all that is known anew; 0 = none */
  bool awaited;         /* a webhook told of something that no poll has shown yet */
  struct tracker_clock clock;
};

/* The first session of a project is full, but nothing is known before it. */
static struct result read_page(struct call *call, int64_t project_id, struct pull_page *out) {
  struct rows rows;
  TRY(db_query(call->db,
               "select (select s.id from session s where s.project_id = p.id and s.state = 'running' and s.mode = "
               "'full' and p.last_sync_at is not null) as full_session, exists (select from hook_change where "
               "project_id = p.id and polled_at is null and told_at is not null) as awaited, " TRACKER_CLOCK
               " from project p where p.id = $1::bigint",
               PARAMS(p_i64(project_id)), &rows));
  *out =
      (struct pull_page){rows_i64(&rows, 0, "full_session"), rows_bool(&rows, 0, "awaited"), usage_clock_row(&rows, 0)};
  return RESULT_DONE;
}

/* A 304 on a single fetch: what is cached still holds, and is fresh. */
static struct result confirm_cached(struct call *call, int64_t project_id, const struct observe *observe) {
  for (size_t i = 0; i < observe->not_modified.count; i++) {
    const struct external_ref *ref = &observe->not_modified.at[i];
    TRY(db_query(
        call->db,
        "with confirmed as (update external_item set fresh = true, observed_at = now() "
        "where project_id = $1::bigint and kind = $2 and external_id = $3), "
        "settled as (delete from fetch_queue where project_id = $1::bigint and kind = $2 and external_id = $3 "
        "and " ASKED_BEFORE_THE_LOOK "), "
        "readable as (update mapping set state = 'linked', reason = null where project_id = $1::bigint and kind = $2 "
        "and external_id = $3 and state = 'parked') "
        "insert into plan_queue (mapping_id, project_id, rank) select id, project_id, 1 from mapping "
        "where project_id = $1::bigint and kind = $2 and external_id = $3 and state <> 'ignored' "
        "on conflict (mapping_id) do update "
        "set generation = nextval('plan_generation'), claimed_until = '-infinity'",
        PARAMS(p_i64(project_id), p_str(ref->kind), p_str(ref->external_id)), NULL));
    outbox_ring(call->outbox, BELL_PLAN, (struct str){0});
  }
  return RESULT_DONE;
}

/* An item that cannot be read is parked with the reason; looking again gets rarer, up to once an hour. Sessions wait
 * for three looks at most, and not for one that was refused. */
static struct result park_refused(struct call *call, int64_t project_id, const struct observe *observe) {
  for (size_t i = 0; i < observe->refused.count; i++) {
    const struct refused_fetch *refused = &observe->refused.at[i];
    TRY(db_query(
        call->db,
        "with later as (update fetch_queue set refused = true, attempts = greatest(attempts + 1, 3), reason = $4, "
        "next_at = now() + "
        "least(3600, 30 * power(2, least(greatest(attempts - 2, 0), 10))) * interval '1 second' "
        "where project_id = $1::bigint and kind = $2 and external_id = $3) "
        "update mapping set state = 'parked', reason = $4 where project_id = $1::bigint and kind = $2 "
        "and external_id = $3 and state = 'linked'",
        PARAMS(p_i64(project_id), p_str(refused->ref.kind), p_str(refused->ref.external_id), p_str(refused->message)),
        NULL));
  }
  return RESULT_DONE;
}

/* One whose looks fail again and again is parked, too: that says more about it than about the tracker. What was not
 * tried because another look failed is not among them. When it is tried again is for work.fail to say. */
static struct result count_unanswered(struct call *call, int64_t project_id, const struct observe *observe) {
  for (size_t i = 0; i < observe->unanswered.count; i++) {
    const struct refused_fetch *failed = &observe->unanswered.at[i];
    TRY(db_query(
        call->db,
        "with failed as (update fetch_queue set failures = failures + 1, refused = refused or failures + 1 >= "
        "$5::bigint, reason = case when failures + 1 >= $5 then format('%s looks in a row have failed, the last "
        "one with: %s', failures + 1, $4::text) else reason end where project_id = $1::bigint and kind = $2 "
        "and external_id = $3 returning project_id, kind, external_id, failures, reason) "
        "update mapping m set state = 'parked', reason = f.reason from failed f where (m.project_id, m.kind, "
        "m.external_id) = (f.project_id, f.kind, f.external_id) and m.state in ('linked', 'parked') and "
        "f.failures >= $5",
        PARAMS(p_i64(project_id), p_str(failed->ref.kind), p_str(failed->ref.external_id), p_str(failed->message),
               p_i64(FETCH_FAILURES_MAX)),
        NULL));
  }
  return RESULT_DONE;
}

static struct result read_ids(struct arena *arena, const struct str *texts, size_t count, int64_t **out) {
  int64_t *ids = ARENA_ARRAY(arena, int64_t, count);
  for (size_t i = 0; i < count; i++)
    if (!str_to_i64(texts[i], &ids[i]))
      return result_error(RESULT_REJECTED, "delivery ids are decimal numbers");
  *out = ids;
  return RESULT_DONE;
}

static struct result settle_deliveries(struct call *call, int64_t project_id, const struct observe *observe) {
  size_t count = observe->delivery_ids.count;
  int64_t *ids;
  if (count == 0)
    return RESULT_DONE;
  TRY(read_ids(call->arena, observe->delivery_ids.at, count, &ids));
  return db_query(call->db,
                  "update delivery set state = 'done', reason = null where project_id = $1::bigint and id = "
                  "any($2::bigint[])",
                  PARAMS(p_i64(project_id), p_i64s(call->arena, ids, count)), NULL);
}

/* An adapter of an earlier version gives no reasons. */
static struct result poison_deliveries(struct call *call, int64_t project_id, const struct observe *observe) {
  size_t count = observe->poison_ids.count;
  struct str *reasons = ARENA_ARRAY(call->arena, struct str, count);
  int64_t *ids;
  if (count == 0)
    return RESULT_DONE;
  TRY(read_ids(call->arena, observe->poison_ids.at, count, &ids));
  for (size_t i = 0; i < count; i++)
    reasons[i] = i < observe->poison_reasons.count && observe->poison_reasons.at[i].length
                     ? str_format(call->arena, "it cannot be read: %.*s", STR_FMT(observe->poison_reasons.at[i]))
                     : STR("it cannot be read; the adapter's log says why (delivery_poison)");
  return db_query(call->db,
                  "update delivery d set state = 'poison', reason = u.reason from unnest($2::bigint[], $3::text[]) "
                  "u(id, reason) where d.project_id = $1::bigint and d.id = u.id",
                  PARAMS(p_i64(project_id), p_i64s(call->arena, ids, count), p_strs(call->arena, reasons, count)),
                  NULL);
}

struct result store_observe(struct call *call, const void *request, void *reply) {
  const struct observe *observe = request;
  struct observe_result *answer = reply;
  bool pull = str_is(observe->source, "list"), webhook = str_is(observe->source, "webhook");
  int64_t project_id;
  TRY(lease_check(call, &observe->lease));
  TRY(lease_project(&observe->lease, pull ? "pull" : webhook ? "deliver" : "fetch", &project_id));
  struct taken taken = {0};
  struct pull_page page = {0};
  enum source source = pull ? SOURCE_LIST : webhook ? SOURCE_WEBHOOK : SOURCE_FRESH;
  if (webhook)
    TRY(hook_changes_told(call, project_id, observe->observations.at, observe->observations.count));
  if (pull)
    TRY(read_page(call, project_id, &page));
  if (page.awaited && observe->observations.count)
    TRY(hook_changes_met(call, project_id, observe->observations.at, observe->observations.count));
  TRY(externals_record(call, project_id, source, observe->observations.at, observe->observations.count, &taken));
  TRY(usage_record(call, project_id, &observe->usage, pull ? &page.clock : NULL));
  if (page.full_session)
    TRY(absent_page(call, page.full_session, project_id, observe->observations.at, observe->observations.count,
                    observe->done));
  if (pull)
    TRY(end_page(call, project_id, observe, taken.unchanged));
  if (webhook) {
    TRY(settle_deliveries(call, project_id, observe));
    TRY(poison_deliveries(call, project_id, observe));
  }
  TRY(confirm_cached(call, project_id, observe));
  TRY(park_refused(call, project_id, observe));
  TRY(count_unanswered(call, project_id, observe));
  if (pull && observe->done)
    outbox_ring(call->outbox, BELL_SESSION, (struct str){0});
  else if (!pull)
    TRY(sessions_may_end(call, project_id));
  *answer = (struct observe_result){taken.taken, taken.unchanged, taken.refetch};
  return RESULT_DONE;
}

/* -- webhooks -- */

struct result store_webhook_accept(struct call *call, const void *request, void *reply) {
  const struct webhook_accept *accept = request;
  struct webhook_accepted *answer = reply;
  struct project project;
  struct rows rows;
  TRY(project_named(call, accept->project, &project));
  struct str system = peer_system(call->peer);
  if (system.length && !str_equal(system, project.system))
    return result_error(RESULT_GONE, "%.*s has no project \"%.*s\"", STR_FMT(system), STR_FMT(accept->project));
  TRY(db_query(call->db,
               "insert into delivery (project_id, delivery_id, event, body) values ($1::bigint, $2, $3, $4) "
               "on conflict (project_id, delivery_id) do nothing",
               PARAMS(p_i64(project.id), p_str(accept->delivery_id), p_str(accept->event), p_bytes(accept->body)),
               &rows));
  answer->duplicate = rows.affected == 0;
  TRY(hooks_delivery_came(call, project.id, accept->delivery_id));
  if (!answer->duplicate)
    outbox_ring(call->outbox, BELL_WORK, project.system);
  return RESULT_DONE;
}
