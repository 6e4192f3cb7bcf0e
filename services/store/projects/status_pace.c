/* How long what waits will take. Projects of one credential share its pace and its quota, so that is looked up once a
 * credential. */
#include <stdlib.h>

#include "store/projects/eta.h"
#include "store/projects/status_page.h"

/* What every project of a credential waits for, a row a credential in the order of their names given. */
static struct result select_paces(struct call *call, const struct str *credentials, size_t count, struct rows *out) {
  return db_query(
      call->db,
      "select w.writes, f.fetches, ceil(extract(epoch from w.latest - now()) * 1000)::bigint as latest_ms, "
      "b.minute_tokens, b.per_minute, b.hour_tokens, b.per_hour, r.recent_writes, "
      "ceil(extract(epoch from now() - r.first) * 1000)::bigint as recent_ms "
      "from unnest($1::text[]) with ordinality c(name, at) "
      "cross join lateral (select count(*) as writes, max(n.next_attempt_at) as latest from project p join intent n on "
      "n.project_id = p.id and n.state in ('prepared', 'sending', 'unknown') where p.credential = c.name and p.state = "
      "'active') w "
      "cross join lateral (select count(*) as fetches from project p join fetch_queue f on f.project_id = p.id and "
      "f.attempts < 3 where p.credential = c.name and p.state = 'active') f "
      "cross join lateral (select count(*) as recent_writes, min(n.done_at) as first from project p join intent n on "
      "n.project_id = p.id and n.state = 'done' and n.done_at > now() - interval '10 minutes' where p.credential = "
      "c.name and p.state = 'active') r "
      "cross join lateral (select max(tokens) filter (where name = 'minute') as minute_tokens, max((per_second * "
      "60000)::bigint) filter (where name = 'minute') as per_minute, max(tokens) filter (where name = 'hour') as "
      "hour_tokens, max((per_second * 3600000)::bigint) filter (where name = 'hour') as per_hour from (select name, "
      "per_second, (least(capacity, tokens + extract(epoch from now() - updated_at) * per_second) * 1000)::bigint as "
      "tokens from rate_bucket where credential = c.name) bucket) b "
      "order by c.at",
      PARAMS(p_strs(call->arena, credentials, count)), out);
}

/* Rates and tokens come as thousandths. */
static double thousandth(const struct rows *rows, size_t row, const char *column) {
  return (double)rows_i64(rows, row, column) / 1000;
}

static int64_t estimate(const struct rows *rows, size_t row, int64_t now_ms, const struct project_status *status) {
  struct eta_input input = {
      .writes = rows_i64(rows, row, "writes"),
      .fetches = rows_i64(rows, row, "fetches"),
      .minute_tokens = thousandth(rows, row, "minute_tokens"),
      .per_minute = thousandth(rows, row, "per_minute"),
      .hour_tokens = thousandth(rows, row, "hour_tokens"),
      .per_hour = thousandth(rows, row, "per_hour"),
      .quota_limit = status->quota_limit,
      .quota_remaining = status->quota_reset_ms > now_ms ? status->quota_remaining : status->quota_limit,
      .quota_reset_in_ms = status->quota_reset_ms - now_ms,
      .blocked_for_ms = status->blocked_until_ms - now_ms,
      .latest_attempt_in_ms = rows_i64(rows, row, "latest_ms"),
      .recent_writes = rows_i64(rows, row, "recent_writes"),
      .recent_ms = rows_i64(rows, row, "recent_ms"),
  };
  return eta_ms(&input);
}

static int compare_credentials(const void *a, const void *b) {
  struct str one = (*(struct project_status *const *)a)->project.credential;
  struct str other = (*(struct project_status *const *)b)->project.credential;
  int order = memcmp(one.at, other.at, one.length < other.length ? one.length : other.length);
  return order ? order : (one.length > other.length) - (one.length < other.length);
}

/* Those that go on, by their credentials; of the others nobody knows. */
static size_t select_active(struct project_status *at, size_t count, struct project_status **out) {
  size_t active = 0;
  for (size_t i = 0; i < count; i++) {
    bool waits = at[i].waiting + at[i].fetches > 0;
    at[i].eta_ms = waits ? -1 : 0;
    if (waits && str_is(at[i].project.state, "active"))
      out[active++] = &at[i];
  }
  if (active)
    qsort(out, active, sizeof(struct project_status *), compare_credentials);
  return active;
}

struct result status_pace_estimate(struct call *call, struct project_status *at, size_t count, int64_t now_ms) {
  struct project_status **waiting = ARENA_ARRAY(call->arena, struct project_status *, count);
  size_t active = select_active(at, count, waiting), names = 0;
  struct str *credentials = ARENA_ARRAY(call->arena, struct str, active);
  size_t *paces = ARENA_ARRAY(call->arena, size_t, active); /* the row of each one's credential */
  struct rows rows;
  if (active == 0)
    return RESULT_DONE;
  for (size_t i = 0; i < active; i++) {
    struct str name = waiting[i]->project.credential;
    if (names == 0 || !str_equal(credentials[names - 1], name))
      credentials[names++] = name;
    paces[i] = names - 1;
  }
  TRY(select_paces(call, credentials, names, &rows));
  for (size_t i = 0; i < active; i++)
    waiting[i]->eta_ms = estimate(&rows, paces[i], now_ms, waiting[i]);
  return RESULT_DONE;
}
