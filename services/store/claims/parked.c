/* Writes that were given up, external items that cannot be read, deliveries that nobody understood. */
#include "store/claims/parked.h"

#include "store/projects/projects.h"
#include "store/sending/usage.h"
#include "store/tickets/journal.h"
#include "store/tickets/keys.h"

enum { LISTED_MAX = 100 };

/* -- listing -- */

/* A letter and a number say which row of which table it is. The newest of each project come first, then the second
 * newest of each: what one project has very many of hides nothing of others. */
static struct result select_parked(struct call *call, int64_t project_id, struct rows *out) {
  return db_query(
      call->db,
      "select * from (select t.*, p.name as project, epoch_ms(t.since) as since_ms, count(*) over () as total, "
      "row_number() over (partition by p.id order by t.since desc nulls last, t.id) as place from ("
      "select 'W-' || n.id as id, 'write' as kind, n.project_id, i.kind as item_kind, i.number, i.id as item_id, "
      "null as external_key, n.reason, n.done_at as since from intent n join item i on i.id = n.item_id "
      "where n.state = 'parked' "
      "union all select 'R-' || m.id, 'read', m.project_id, i.kind, i.number, i.id, e.external_key, m.reason, "
      "coalesce(f.queued_at, e.observed_at) from mapping m left join item i on i.id = m.item_id "
      "left join external_item e on (e.project_id, e.kind, e.external_id) = (m.project_id, m.kind, m.external_id) "
      "left join fetch_queue f on (f.project_id, f.kind, f.external_id) = (m.project_id, m.kind, m.external_id) "
      "where m.state = 'parked' "
      "union all select 'F-' || u.id, 'read', u.project_id, null, null, null, u.external_id, u.reason, u.queued_at "
      "from unread u "
      "union all select 'D-' || d.id, 'delivery', d.project_id, null, null, null, nullif(d.event, ''), d.reason, "
      "d.received_at from delivery d where d.state = 'poison') t "
      "join project p on p.id = t.project_id where p.state <> 'removed' and $2::bigint in (0, p.id) order by "
      "place, t.since desc nulls last, t.id limit $1::bigint) fair order by since desc nulls last, id",
      PARAMS(p_i64(LISTED_MAX), p_i64(project_id)), out);
}

static struct str ticket_of(struct call *call, const struct rows *rows, size_t row) {
  struct str kind = rows_str(rows, row, "item_kind");
  if (str_is_absent(kind))
    return rows_str(rows, row, "external_key");
  return key_text(call->arena, kind, rows_i64(rows, row, "number"), rows_i64(rows, row, "item_id"));
}

struct result parked_list(struct call *call, int64_t project_id, struct status *out) {
  struct rows rows;
  TRY(select_parked(call, project_id, &rows));
  struct parked_work *parked = ARENA_ARRAY(call->arena, struct parked_work, rows.count);
  for (size_t i = 0; i < rows.count; i++) {
    struct str id = rows_str(&rows, i, "id");
    parked[i] = (struct parked_work){
        .id = id,
        .kind = rows_str(&rows, i, "kind"),
        .project = rows_str(&rows, i, "project"),
        .ticket = ticket_of(call, &rows, i),
        .reason = rows_str(&rows, i, "reason"),
        .next_step = str_format(call->arena, "tandem retry %.*s", STR_FMT(id)),
        .since_ms = rows_i64(&rows, i, "since_ms"),
    };
  }
  out->parked.at = parked;
  out->parked.count = rows.count;
  out->parked_more = rows.count ? rows_i64(&rows, 0, "total") - (int64_t)rows.count : 0;
  return RESULT_DONE;
}

/* -- putting back -- */

/* Which rows: of one project, of any (0), and of one number (0 = all). */
struct selection {
  int64_t project_id, id;
  bool writes, reads, unread, deliveries;
};

/* A creation that was sent once may have arrived: it is looked for before it is sent again, under its own id. */
static struct result retry_sent_creations(struct call *call, const struct selection *s, struct rows *out) {
  return db_query(call->db,
                  "update intent n set state = 'unknown', attempts = 0, probes = 0, first_probe_at = null, "
                  "retried_at = now(), next_attempt_at = now(), done_at = null where n.state = 'parked' "
                  "and n.change = 'create' and n.first_sent_at is not null "
                  "and $1::bigint in (0, n.project_id) and $2::bigint in (0, n.id) returning n.mapping_id",
                  PARAMS(p_i64(s->project_id), p_i64(s->id)), out);
}

/* A withdrawal is a person's order: it is sent again, on a fresh look, and waits for a write that is on its way. */
static struct result retry_withdrawals(struct call *call, const struct selection *s, struct rows *out) {
  return db_query(call->db,
                  "update intent n set state = 'prepared', attempts = 0, retried_at = now(), next_attempt_at = now(), "
                  "done_at = null where n.state = 'parked' and n.purpose is not null and not exists (select from "
                  "intent o where o.mapping_id = n.mapping_id and o.state in ('prepared', 'sending', 'unknown')) "
                  "and $1::bigint in (0, n.project_id) and $2::bigint in (0, n.id) returning n.mapping_id",
                  PARAMS(p_i64(s->project_id), p_i64(s->id)), out);
}

/* What planning decided is decided anew on what both sides are now; what was given up may be out of date. */
static struct result decide_anew(struct call *call, const struct selection *s, struct rows *out) {
  return db_query(
      call->db,
      "with anew as (update intent n set state = 'superseded', retried_at = now() where n.state = 'parked' "
      "and n.purpose is null and $1::bigint in (0, n.project_id) and $2::bigint in (0, n.id) returning n.mapping_id), "
      "queued as (insert into plan_queue (mapping_id, project_id, rank) select m.id, m.project_id, 0 "
      "from mapping m where m.id in (select mapping_id from anew) on conflict (mapping_id) do update set "
      "generation = nextval('plan_generation'), rank = 0, claimed_until = '-infinity') "
      "select mapping_id from anew",
      PARAMS(p_i64(s->project_id), p_i64(s->id)), out);
}

static struct result retry_reads(struct call *call, const struct selection *s, struct rows *out) {
  return db_query(
      call->db,
      "insert into fetch_queue as f (project_id, kind, external_id, reason) select m.project_id, m.kind, "
      "m.external_id, 'retry' from mapping m where m.state = 'parked' and m.external_id is not null "
      "and $1::bigint in (0, m.project_id) and $2::bigint in (0, m.id) "
      "on conflict (project_id, kind, external_id) do update set attempts = 0, failures = 0, refused = false, "
      "next_at = now() "
      "returning f.external_id",
      PARAMS(p_i64(s->project_id), p_i64(s->id)), out);
}

static struct result retry_unread(struct call *call, const struct selection *s, struct rows *out) {
  return db_query(call->db,
                  "update fetch_queue f set attempts = 0, failures = 0, refused = false, next_at = now() from unread u "
                  "where u.id = f.id "
                  "and $1::bigint in (0, u.project_id) and $2::bigint in (0, u.id) returning f.id",
                  PARAMS(p_i64(s->project_id), p_i64(s->id)), out);
}

static struct result retry_deliveries(struct call *call, const struct selection *s, struct rows *out) {
  return db_query(call->db,
                  "update delivery set state = 'pending', attempts = 0, reason = null where state = 'poison' "
                  "and $1::bigint in (0, project_id) and $2::bigint in (0, id) returning id",
                  PARAMS(p_i64(s->project_id), p_i64(s->id)), out);
}

static struct result put_back(struct call *call, const struct selection *s, struct work_retried *out) {
  struct rows sent = {0}, withdrawn = {0}, anew = {0}, reads = {0}, unread = {0}, deliveries = {0};
  int64_t held = 0;
  if (s->writes && !s->id)
    TRY(usage_release_writes(call, s->project_id, &held));
  if (s->writes) {
    TRY(retry_sent_creations(call, s, &sent));
    TRY(retry_withdrawals(call, s, &withdrawn));
    TRY(decide_anew(call, s, &anew));
  }
  if (s->reads)
    TRY(retry_reads(call, s, &reads));
  if (s->unread)
    TRY(retry_unread(call, s, &unread));
  if (s->deliveries)
    TRY(retry_deliveries(call, s, &deliveries));
  *out = (struct work_retried){(int64_t)(sent.count + withdrawn.count + anew.count) + held,
                               (int64_t)(reads.count + unread.count), (int64_t)deliveries.count};
  return RESULT_DONE;
}

/* "W-12" */
static struct result select_one(struct str id, struct selection *out) {
  static const struct {
    const char *prefix;
    struct selection selection;
  } kinds[] = {
      {"W-", {.writes = true}}, {"R-", {.reads = true}}, {"F-", {.unread = true}}, {"D-", {.deliveries = true}}};
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    *out = kinds[i].selection;
    if (str_starts_with(id, kinds[i].prefix) && str_to_i64(str_slice(id, 2, id.length), &out->id) && out->id > 0)
      return RESULT_DONE;
  }
  return result_error(RESULT_REJECTED, "\"%.*s\" is no id of parked work: `tandem status` shows them, as in W-12",
                      STR_FMT(id));
}

static struct result select_work(struct call *call, const struct work_retry *retry, struct selection *out) {
  int given = (retry->project.length > 0) + (retry->id.length > 0) + retry->all;
  if (given != 1)
    return result_error(RESULT_REJECTED, "say one of: a project, an id, all");
  if (retry->id.length)
    return select_one(retry->id, out);
  *out = (struct selection){.writes = true, .reads = true, .unread = true, .deliveries = true};
  if (retry->all)
    return RESULT_DONE;
  struct project project;
  TRY(project_named(call, retry->project, &project));
  out->project_id = project.id;
  return RESULT_DONE;
}

/* One that was not put back waits for another write of its mapping, or is not there. */
static struct result check_put_back(struct call *call, const struct work_retry *retry, const struct selection *s,
                                    const struct work_retried *answer) {
  struct rows waits = {0};
  if (retry->id.length == 0 || answer->writes + answer->reads + answer->deliveries)
    return RESULT_DONE;
  if (s->writes)
    TRY(db_query(call->db, "select from intent where id = $1::bigint and state = 'parked'", PARAMS(p_i64(s->id)),
                 &waits));
  if (waits.count)
    return result_error(RESULT_STALE, "another write of the same ticket is on its way: ask again when it is done");
  return result_error(RESULT_GONE, "%.*s is not parked (any more); `tandem status` shows what is", STR_FMT(retry->id));
}

struct result store_work_retry(struct call *call, const void *request, void *reply) {
  const struct work_retry *retry = request;
  struct work_retried *answer = reply;
  struct selection selection;
  TRY(select_work(call, retry, &selection));
  TRY(put_back(call, &selection, answer));
  TRY(check_put_back(call, retry, &selection, answer));
  struct str subject = retry->id.length ? retry->id : retry->all ? STR("all") : retry->project;
  outbox_ring(call->outbox, BELL_PLAN, (struct str){0});
  outbox_ring(call->outbox, BELL_WORK, (struct str){0});
  return journal_audit(call, retry->actor, "work.retry", subject,
                       str_format(call->arena, "{\"writes\": %lld, \"reads\": %lld, \"deliveries\": %lld}",
                                  (long long)answer->writes, (long long)answer->reads, (long long)answer->deliveries));
}
