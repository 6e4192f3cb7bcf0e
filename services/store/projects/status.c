/* Verbs about the whole: hello and status. */
#include "base/clock.h"
#include "store/claims/parked.h"
#include "store/claims/troubles.h"
#include "store/migrate.h"
#include "store/projects/eta.h"
#include "store/projects/projects.h"
#include "store/security/credentials.h"
#include "store/sessions/sessions.h"
#include "store/webhooks/hook_health.h"

struct result store_hello(struct call *call, const void *request, void *reply) {
  (void)request;
  struct hello *hello = reply;
  struct rows rows;
  TRY(db_query(call->db, "select id, (select coalesce(max(sequence), 0) from event_log) as head from installation",
               NO_PARAMS, &rows));
  *hello = (struct hello){.installation = rows_str(&rows, 0, "id"),
                          .version = STR(TANDEM_VERSION),
                          .head = rows_i64(&rows, 0, "head"),
                          .schema = migrate_newest()};
  return RESULT_DONE;
}

/* What waits, and since when. A lag is what tandem has still to do by itself: what is parked or gone does not count. */
static struct result select_waiting(struct call *call, int64_t project_id, struct rows *out) {
  return db_query(
      call->db,
      "with queued as (select q.queued_at, m.state from plan_queue q join mapping m on m.id = q.mapping_id "
      "where q.project_id = $1::bigint), "
      "looks as (select f.queued_at, f.reason, coalesce(m.state, '') as state from fetch_queue f left join mapping m "
      "on "
      "(m.project_id, m.kind, m.external_id) = (f.project_id, f.kind, f.external_id) where f.project_id = $1::bigint), "
      "writes as (select created_at from intent where project_id = $1::bigint "
      "and state in ('prepared', 'sending', 'unknown')), "
      "hooks as (select received_at, state from delivery where project_id = $1::bigint "
      "and state in ('pending', 'poison')) "
      "select (select count(*) from queued where state <> 'gone') as unplanned, (select count(*) from looks) as "
      "fetches, "
      "(select count(*) from writes) as writes, "
      "(select count(*) from hooks where state = 'pending') as deliveries, "
      "(select count(*) from hooks where state = 'poison') as poison, "
      "ceil(extract(epoch from now() - least((select min(queued_at) from queued where state in ('creating', "
      "'linked')), "
      "(select min(queued_at) from looks where reason <> 'gone' and state <> 'parked'), "
      "(select min(created_at) from writes), "
      "(select min(received_at) from hooks where state = 'pending'))) * 1000)::bigint as lag_ms",
      PARAMS(p_i64(project_id)), out);
}

static struct result select_counts(struct call *call, int64_t project_id, struct rows *out) {
  return db_query(
      call->db,
      "select (select count(*) from mapping where project_id = p.id and kind = 'ticket' and item_id is not "
      "null) as tickets, (select count(*) from mapping where project_id = p.id and kind = 'comment' and item_id "
      "is not null) as comments, open.conflicts, open.oldest_ms, (select count(*) from intent where project_id = p.id "
      "and state = 'parked') + "
      "(select count(*) from mapping where project_id = p.id and state = 'parked') + "
      "(select count(*) from unread where project_id = p.id) as parked, "
      "(extract(epoch from p.last_sync_at) * 1000)::bigint as last_ms, "
      "(extract(epoch from p.next_sync_at) * 1000)::bigint as next_ms, "
      "c.api_calls, c.quota_limit, c.quota_remaining, c.kind, "
      "(extract(epoch from c.expires_at) * 1000)::bigint as expires_ms, "
      "(extract(epoch from c.quota_reset) * 1000)::bigint as reset_ms, "
      "(extract(epoch from c.blocked_until) * 1000)::bigint as blocked_ms "
      "from project p join credential c on c.name = p.credential, "
      "lateral (select count(*) as conflicts, (extract(epoch from min(created_at)) * 1000)::bigint as oldest_ms "
      "from conflict where project_id = p.id and state in ('open', 'decided')) open where p.id = $1::bigint",
      PARAMS(p_i64(project_id)), out);
}

/* What every project of the credential waits for: they share its pace. */
static struct result select_pace(struct call *call, struct str credential, struct rows *out) {
  return db_query(
      call->db,
      "with theirs as (select id from project where credential = $1 and state = 'active'), "
      "bucket as (select name, per_second, least(capacity, tokens + extract(epoch from now() - updated_at) * "
      "per_second) "
      "as tokens from rate_bucket where credential = $1), "
      "writes as (select next_attempt_at from intent where project_id in (select id from theirs) "
      "and state in ('prepared', 'sending', 'unknown')), "
      "recent as (select count(*) as n, min(done_at) as first from intent where state = 'done' "
      "and project_id in (select id from theirs) and done_at > now() - interval '10 minutes') "
      "select (select count(*) from writes) as writes, "
      "(select count(*) from fetch_queue where project_id in (select id from theirs) and attempts < 3) as fetches, "
      "(select ceil(extract(epoch from max(next_attempt_at) - now()) * 1000)::bigint from writes) as latest_ms, "
      "(select (tokens * 1000)::bigint from bucket where name = 'minute') as minute_tokens, "
      "(select (per_second * 60000)::bigint from bucket where name = 'minute') as per_minute, "
      "(select (tokens * 1000)::bigint from bucket where name = 'hour') as hour_tokens, "
      "(select (per_second * 3600000)::bigint from bucket where name = 'hour') as per_hour, "
      "recent.n as recent_writes, ceil(extract(epoch from now() - recent.first) * 1000)::bigint as recent_ms from "
      "recent",
      PARAMS(p_str(credential)), out);
}

/* Rates and tokens come as thousandths. */
static double thousandth(const struct rows *rows, const char *column) {
  return (double)rows_i64(rows, 0, column) / 1000;
}

static struct result estimate(struct call *call, int64_t now_ms, struct project_status *out) {
  bool waits = out->waiting + out->fetches > 0;
  struct rows rows;
  if (!waits || !str_is(out->project.state, "active"))
    return out->eta_ms = waits ? -1 : 0, RESULT_DONE;
  TRY(select_pace(call, out->project.credential, &rows));
  struct eta_input input = {
      .writes = rows_i64(&rows, 0, "writes"),
      .fetches = rows_i64(&rows, 0, "fetches"),
      .minute_tokens = thousandth(&rows, "minute_tokens"),
      .per_minute = thousandth(&rows, "per_minute"),
      .hour_tokens = thousandth(&rows, "hour_tokens"),
      .per_hour = thousandth(&rows, "per_hour"),
      .quota_limit = out->quota_limit,
      .quota_remaining = out->quota_reset_ms > now_ms ? out->quota_remaining : out->quota_limit,
      .quota_reset_in_ms = out->quota_reset_ms - now_ms,
      .blocked_for_ms = out->blocked_until_ms - now_ms,
      .latest_attempt_in_ms = rows_i64(&rows, 0, "latest_ms"),
      .recent_writes = rows_i64(&rows, 0, "recent_writes"),
      .recent_ms = rows_i64(&rows, 0, "recent_ms"),
  };
  out->eta_ms = eta_ms(&input);
  return RESULT_DONE;
}

static struct str next_step(struct call *call, const struct project *project, struct str mend) {
  if (str_is(project->state, "active"))
    return (struct str){0};
  struct str resume = str_format(call->arena, "tandem projects resume %.*s", STR_FMT(project->name));
  return str_is(project->state, "failed")
             ? str_format(call->arena, "%.*s (with a new credential: %.*s, or tandem connect %.*s --name %.*s)",
                          STR_FMT(resume), STR_FMT(mend), STR_FMT(project->system), STR_FMT(project->name))
             : resume;
}

static struct result read_project_status(struct call *call, const struct project *project, int64_t now_ms,
                                         struct project_status *out) {
  struct rows rows, waiting;
  TRY(select_counts(call, project->id, &rows));
  TRY(select_waiting(call, project->id, &waiting));
  struct str mend = credentials_mend(call->arena, project->credential, rows_str(&rows, 0, "kind"));
  *out = (struct project_status){
      .project = *project,
      .next_step = next_step(call, project, mend),
      .credential_mend = mend,
      .credential_expires_ms = rows_i64(&rows, 0, "expires_ms"),
      .tickets = rows_i64(&rows, 0, "tickets"),
      .comments = rows_i64(&rows, 0, "comments"),
      .open_conflicts = rows_i64(&rows, 0, "conflicts"),
      .oldest_conflict_ms = rows_i64(&rows, 0, "oldest_ms"),
      .parked = rows_i64(&rows, 0, "parked"),
      .waiting = rows_i64(&waiting, 0, "writes"),
      .unplanned = rows_i64(&waiting, 0, "unplanned"),
      .fetches = rows_i64(&waiting, 0, "fetches"),
      .deliveries = rows_i64(&waiting, 0, "deliveries"),
      .poison = rows_i64(&waiting, 0, "poison"),
      .lag_ms = rows_i64(&waiting, 0, "lag_ms"),
      .last_sync_ms = rows_i64(&rows, 0, "last_ms"),
      .next_sync_ms = rows_i64(&rows, 0, "next_ms"),
      .api_calls = rows_i64(&rows, 0, "api_calls"),
      .quota_limit = rows_i64(&rows, 0, "quota_limit"),
      .quota_remaining = rows_i64(&rows, 0, "quota_remaining"),
      .quota_reset_ms = rows_i64(&rows, 0, "reset_ms"),
      .blocked_until_ms = rows_i64(&rows, 0, "blocked_ms"),
  };
  TRY(estimate(call, now_ms, out));
  TRY(hook_health(call, project, &out->webhook));
  struct session_query query = {.project = project->name, .limit = 1};
  struct session_list sessions = {0};
  TRY(store_session_list(call, &query, &sessions));
  out->last_session.at = sessions.sessions.at;
  out->last_session.count = sessions.sessions.count;
  return RESULT_DONE;
}

struct result store_status(struct call *call, const void *request, void *reply) {
  struct status *status = reply;
  struct project_name all = {0};
  struct project_list list = {0};
  struct rows rows;
  TRY(store_hello(call, request, &status->store));
  TRY(store_project_list(call, &all, &list));
  status->now_ms = clock_now_ms();
  struct project_status *projects = ARENA_ARRAY(call->arena, struct project_status, list.projects.count);
  for (size_t i = 0; i < list.projects.count; i++)
    TRY(read_project_status(call, &list.projects.at[i], status->now_ms, &projects[i]));
  status->projects.at = projects;
  status->projects.count = list.projects.count;
  TRY(db_query(call->db, "select count(*) as tickets from item where kind = 'ticket'", NO_PARAMS, &rows));
  status->tickets = rows_i64(&rows, 0, "tickets");
  status->events = status->store.head;
  TRY(troubles_list(call, status));
  return parked_list(call, status);
}
