/* Quotas, the pace of writes, and the tracker's clock. */
#include "store/sending/usage.h"

#include <math.h>

#include "base/clock.h"
#include "store/security/credentials.h"

enum {
  CLOCK_AHEAD_MAX_MS = 24 * 3600 * 1000, /* more is no clock but a date that somebody made up */
  CLOCK_DELAY_MAX_MS = 60 * 1000,
  CLOCK_HOLDS_MS = 10 * 60 * 1000,
};

struct tracker_clock usage_clock_row(const struct rows *rows, size_t row) {
  return (struct tracker_clock){rows_i64(rows, row, "clock_ahead_ms"), rows_i64(rows, row, "clock_told_ms")};
}

/* A date is cut to the second and takes a while to get here: both make the tracker's clock look late, so what shows it
 * furthest ahead is nearest to the truth. It holds for a while, unless the clock was set: no delay makes that much. */
static bool tells_more(const struct tracker_clock *seen, const struct tracker_clock *kept) {
  return seen->ahead_ms > kept->ahead_ms || seen->ahead_ms < kept->ahead_ms - CLOCK_DELAY_MAX_MS ||
         kept->told_ms < seen->told_ms - CLOCK_HOLDS_MS;
}

static struct result record_clock(struct call *call, int64_t project_id, const struct usage *usage,
                                  const struct tracker_clock *kept) {
  struct tracker_clock seen = {.told_ms = clock_now_ms()}, read;
  seen.ahead_ms = usage->server_date_ms - seen.told_ms;
  bool is_clock = usage->server_date_ms && seen.ahead_ms <= CLOCK_AHEAD_MAX_MS && seen.ahead_ms >= -CLOCK_AHEAD_MAX_MS;
  if (is_clock && !kept) {
    struct rows rows;
    TRY(db_query(call->db, "select " TRACKER_CLOCK " from project p where p.id = $1::bigint", PARAMS(p_i64(project_id)),
                 &rows));
    read = usage_clock_row(&rows, 0);
    kept = &read;
  }
  if (!is_clock || !tells_more(&seen, kept))
    return RESULT_DONE;
  return db_query(call->db,
                  "update project set clock_ahead_ms = $2::bigint, clock_told_ms = $3::bigint where id = $1::bigint",
                  PARAMS(p_i64(project_id), p_i64(seen.ahead_ms), p_i64(seen.told_ms)), NULL);
}

/* What the answers tell of quota and calls, in one statement, because every page and every write brings it.
 *
 * Calls count by credential, whether or not a session is running: the tracker counts them so, too. */
static struct result record(struct call *call, int64_t project_id, const struct usage *usage, bool refused) {
  return db_query(call->db,
                  "with counted as (update session set api_calls = api_calls + $6::bigint "
                  "where project_id = $1::bigint and state = 'running' and $6 > 0) "
                  "update credential c set api_calls = api_calls + $6, "
                  "quota_limit = case when $2::bigint > 0 then $2 else quota_limit end, "
                  "quota_remaining = case when $2 > 0 then $3::bigint else quota_remaining end, "
                  "quota_reset = case when $4::bigint > 0 then to_timestamp($4 / 1000.0) else quota_reset end, "
                  "blocked_until = case when $5::bigint > 0 then "
                  "greatest(blocked_until, to_timestamp($5 / 1000.0)) else blocked_until end, refusals = case when "
                  "$7::boolean or $6 = 0 then refusals else 0 end "
                  "from project p where p.id = $1 and c.name = p.credential",
                  PARAMS(p_i64(project_id), p_i64(usage->quota_limit), p_i64(usage->quota_remaining),
                         p_i64(usage->quota_reset_ms), p_i64(usage->blocked_until_ms), p_i64(usage->api_calls),
                         p_bool(refused)),
                  NULL);
}

int64_t usage_corrected_ms(int64_t external_ms, int64_t ahead_ms) {
  bool is_apart = ahead_ms >= CLOCK_APART_MS || ahead_ms <= -CLOCK_APART_MS;
  return external_ms > 0 && is_apart ? external_ms - ahead_ms : external_ms;
}

/* One write is tried when the time is over: it goes on by itself. */
static struct result hold_writes(struct call *call, int64_t project_id, struct str why) {
  return db_query(call->db,
                  "update project set writes_held = $2, writes_held_until = now() + interval '15 minutes' where id = "
                  "$1::bigint",
                  PARAMS(p_i64(project_id), p_str(why)), NULL);
}

struct result usage_release_writes(struct call *call, int64_t project_id, int64_t *out_waiting) {
  struct rows rows;
  TRY(db_query(call->db,
               "with freed as (update project set writes_held = null, writes_held_until = null where writes_held is "
               "not null and $1::bigint in (0, id) returning id) select count(*) as waiting from intent n join freed "
               "f on f.id = n.project_id where n.state in ('prepared', 'unknown')",
               PARAMS(p_i64(project_id)), &rows));
  *out_waiting = rows_i64(&rows, 0, "waiting");
  return RESULT_DONE;
}

struct result usage_record_outcome(struct call *call, int64_t project_id, const struct usage *usage,
                                   const struct tracker_clock *clock, struct str outcome) {
  TRY(record_clock(call, project_id, usage, clock));
  if (usage->quota_limit || usage->blocked_until_ms || usage->api_calls)
    TRY(record(call, project_id, usage, str_is(outcome, "auth")));
  if (usage->held.length)
    TRY(hold_writes(call, project_id, usage->held));
  return usage->credential_expires_ms ? credentials_note_expiry(call, project_id, usage->credential_expires_ms)
                                      : RESULT_DONE;
}

struct result usage_record(struct call *call, int64_t project_id, const struct usage *usage,
                           const struct tracker_clock *clock) {
  return usage_record_outcome(call, project_id, usage, clock, STR("ok"));
}

/* -- token buckets -- */

/* `*out_wait_ms`: until it has one. */
static struct result refill(struct call *call, struct str credential, const char *name, int64_t burst,
                            double per_second, int64_t *out_wait_ms) {
  struct str capacity = str_format(call->arena, "%lld", (long long)burst);
  struct str rate = str_format(call->arena, "%.9f", per_second);
  struct rows rows;
  TRY(db_query(call->db,
               "insert into rate_bucket as b (credential, name, capacity, per_second, tokens) "
               "values ($1, $2, $3::text::float8, $4::text::float8, $3::text::float8) on conflict (credential, name) "
               "do update set capacity = excluded.capacity, per_second = excluded.per_second, tokens = least("
               "excluded.capacity, b.tokens + extract(epoch from now() - b.updated_at) * excluded.per_second), "
               "updated_at = now() returning (tokens * 1000000)::bigint as micro",
               PARAMS(p_str(credential), p_str(str_of(name)), p_str(capacity), p_str(rate)), &rows));
  double tokens = (double)rows_i64(&rows, 0, "micro") / 1e6;
  *out_wait_ms = tokens >= 1 ? 0 : (int64_t)ceil((1 - tokens) / per_second * 1000);
  return RESULT_DONE;
}

struct result usage_take_token(struct call *call, struct str credential, const struct pace *pace, int64_t *wait_ms) {
  int64_t minute_ms = 0, hour_ms = 0;
  if (pace->per_minute > 0)
    TRY(refill(call, credential, "minute", pace->burst, (double)pace->per_minute / 60, &minute_ms));
  if (pace->per_hour > 0)
    TRY(refill(call, credential, "hour", pace->hourly_burst, (double)pace->per_hour / 3600, &hour_ms));
  *wait_ms = minute_ms > hour_ms ? minute_ms : hour_ms;
  if (*wait_ms > 0 || (pace->per_minute <= 0 && pace->per_hour <= 0))
    return RESULT_DONE;
  return db_query(call->db, "update rate_bucket set tokens = tokens - 1 where credential = $1",
                  PARAMS(p_str(credential)), NULL);
}
