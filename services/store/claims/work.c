/* What an adapter may do next: claiming, releasing, failing. Push comes first, because a person waits for it; then
 * deliveries, single fetches, and pulls; what only looks after the rest comes last. */
#include "base/clock.h"
#include "base/mutation.h"
#include "store/claims/leases.h"
#include "store/observing/scans.h"
#include "store/projects/projects.h"
#include "store/sending/doubted.h"
#include "store/tickets/journal.h"
#include "store/tickets/markers.h"
#include "store/webhooks/hook_removal.h"
#include "store/webhooks/hooks.h"

enum {
  INTENTS_A_CLAIM = 20,
  DELIVERIES_A_CLAIM = 50,
  DELIVERY_ATTEMPTS_MAX = 5,
  FETCHES_A_CLAIM = 20,
  LOOK_AGAIN_MS = 5000
};

/* One project that has work of a kind, with the resource to lease for it. */
struct candidate {
  bool found;
  int64_t project_id, generation; /* of its credential */
  struct str resource;
};

/* One row a project that has something in `queue`, with what is leased for it; `rest`: where, and in which order. */
#define CANDIDATES(queue, resource, rest)                                                                       \
  "select p.id as project_id, c.generation, r.resource from " queue " q join project p on p.id = q.project_id " \
  "join credential c on c.name = p.credential, lateral (select " resource " as resource) r where " rest

#define FREE_AND_ALLOWED                                                                            \
  "p.system = $1 and p.state = 'active' and (c.blocked_until is null or c.blocked_until <= now()) " \
  "and not exists (select from lease l where l.resource = r.resource and l.until > now()) "

/* What keeps itself busy leaves a fifth of the quota to people's edits. */
#define QUOTA_LEFT "and coalesce(c.quota_reset <= now() or c.quota_remaining * 5 > c.quota_limit, true) "

/* The first rows of each project that has any in `table`, by an index of this order: from one project's to the next
 * one's (`beyond`), because what cannot be taken, of a project that is paused, may be very much. */
#define FIRST_OF_EACH(table, waiting, order, beyond)                                                                   \
  "(with recursive first as ((select " order " from " table " where " waiting " order by " order                       \
  " limit 1) union all "                                                                                               \
  "select n.* from first f, lateral (select " order " from " table " where " waiting " and " beyond " order by " order \
  " limit 1) n) select * from first)"

#define UNRESOLVED "state in ('prepared', 'sending', 'unknown') "
#define FIRST_UNRESOLVED FIRST_OF_EACH("intent", UNRESOLVED, "project_id, rank, id", "project_id > f.project_id")
/* `is true`: whatever the planner takes this table for, it is read in this order, not by that time. */
#define FIRST_WRITES                                                                                   \
  FIRST_OF_EACH("intent", UNRESOLVED "and (next_attempt_at <= now()) is true", "project_id, rank, id", \
                "project_id > f.project_id")
#define FIRST_DELIVERIES \
  FIRST_OF_EACH("delivery", "state = 'pending'", "project_id, attempts, id", "project_id > f.project_id")
#define FIRST_FETCHES                                                  \
  FIRST_OF_EACH("fetch_queue", "true", "project_id, refused, next_at", \
                "(project_id, refused) > (f.project_id, f.refused)")

/* Webhooks of removed projects are taken away, whatever state that leaves them in. */
#define HOOK_WANTED                                                   \
  "(p.state = 'active' and p.direction in ('pull', 'bidirectional') " \
  "or p.state = 'removed' and " HOOK_STANDS("q") ") "

/* -- what goes with each kind -- */

#define END_INTERRUPTED(state)                                                            \
  "update intent set state = '" state "' where state = 'sending' and fence < $2::bigint " \
  "and project_id in (select id from project where credential = "                         \
  "(select credential from project where id = $1::bigint))"

/* Whoever held the lease before is gone: what it was sending may or may not have arrived. */
static struct result doubt_interrupted(struct call *call, int64_t project_id, int64_t fence) {
  return db_query(call->db, MUTATED(INTENT) ? END_INTERRUPTED("prepared") : END_INTERRUPTED("unknown"),
                  PARAMS(p_i64(project_id), p_i64(fence)), NULL);
}

static struct result load_push(struct call *call, int64_t project_id, struct work *work) {
  TRY(doubt_interrupted(call, project_id, work->lease.fence));
  struct rows rows;
  TRY(db_query(call->db,
               "select n.id, n.op_id, n.state, n.change, n.kind, n.mapping_id, m.external_id, "
               "coalesce(e.parent_external_id, pm.external_id) as parent_external_id, e.etag, n.high_water, "
               "n.attempts, n.traceparent, epoch_ms(n.created_at) as created_ms, epoch_ms(n.first_sent_at) as sent_ms "
               "from intent n join mapping m on m.id = n.mapping_id join item i on i.id = n.item_id "
               "left join external_item e on (e.project_id, e.kind, e.external_id) = "
               "(m.project_id, m.kind, m.external_id) "
               "left join mapping pm on pm.project_id = m.project_id and pm.item_id = i.parent_id "
               "where n.project_id = $1::bigint and n.state in ('prepared', 'unknown') and "
               "n.next_attempt_at <= now() "
               "order by n.rank, n.id limit $2::bigint",
               PARAMS(p_i64(project_id), p_i64(INTENTS_A_CLAIM)), &rows));
  struct intent *intents = ARENA_ARRAY(call->arena, struct intent, rows.count);
  for (size_t i = 0; i < rows.count; i++)
    intents[i] = (struct intent){
        .id = rows_i64(&rows, i, "id"),
        .op_id = rows_str(&rows, i, "op_id"),
        .state = rows_str(&rows, i, "state"),
        .change = rows_str(&rows, i, "change"),
        .kind = rows_str(&rows, i, "kind"),
        .mapping_id = rows_i64(&rows, i, "mapping_id"),
        .external_id = rows_str(&rows, i, "external_id"),
        .parent_external_id = rows_str(&rows, i, "parent_external_id"),
        .etag = rows_str(&rows, i, "etag"),
        .created_at_ms = rows_i64(&rows, i, "created_ms"),
        .first_sent_at_ms = rows_i64(&rows, i, "sent_ms"),
        .high_water = rows_str(&rows, i, "high_water"),
        .attempts = rows_i64(&rows, i, "attempts"),
        .traceparent = rows_str(&rows, i, "traceparent"),
    };
  for (size_t i = 0; i < rows.count; i++)
    if (str_is(intents[i].change, "create"))
      TRY(marker_make(call, intents[i].op_id, &intents[i].marker));
    else if (str_is(intents[i].state, "unknown"))
      TRY(doubted_load(call, &intents[i]));
  work->intents.at = intents;
  work->intents.count = rows.count;
  return RESULT_DONE;
}

/* One that was claimed before and did not come to an end is tried alone, after the others: if it brings the adapter
 * down, or is refused here, it does not take them with it. */
static struct result give_up_deliveries(struct call *call, int64_t project_id) {
  return db_query(call->db,
                  "update delivery set state = 'poison', reason = 'it was tried five times, and ' || coalesce("
                  "'failed the last time with: ' || reason, 'each time the adapter or the store failed at it; their "
                  "logs say why') where project_id = $1::bigint and state = 'pending' and attempts >= $2::bigint",
                  PARAMS(p_i64(project_id), p_i64(DELIVERY_ATTEMPTS_MAX)), NULL);
}

/* Work that several have asked for is told as a consequence of the first. */
static struct str first_traceparent(const struct rows *rows) {
  for (size_t i = 0; i < rows->count; i++)
    if (!str_is_absent(rows_str(rows, i, "traceparent")))
      return rows_str(rows, i, "traceparent");
  return (struct str){0};
}

static struct result load_deliver(struct call *call, int64_t project_id, struct work *work) {
  struct rows rows;
  TRY(give_up_deliveries(call, project_id));
  TRY(db_query(call->db,
               "with next as (select id, attempts, octet_length(body) as bytes from delivery where project_id = "
               "$1::bigint and state = 'pending' order by attempts, id limit $2::bigint), "
               "waiting as (select id, attempts, row_number() over up_to as place, sum(bytes) over up_to as bytes "
               "from next window up_to as (order by attempts, id)), "
               "claimed as (update delivery d set attempts = d.attempts + 1, fence = $3::bigint from waiting w where "
               "w.id = d.id and (w.place = 1 or (w.attempts = 0 and w.bytes <= $4::bigint)) "
               "returning d.id, d.event, d.body, d.traceparent) "
               "select * from claimed order by id",
               PARAMS(p_i64(project_id), p_i64(DELIVERIES_A_CLAIM), p_i64(work->lease.fence), p_i64(WIRE_PAGE_BYTES)),
               &rows));
  struct delivery *deliveries = ARENA_ARRAY(call->arena, struct delivery, rows.count);
  for (size_t i = 0; i < rows.count; i++)
    deliveries[i] = (struct delivery){rows_i64(&rows, i, "id"), rows_str(&rows, i, "event"),
                                      rows_bytes(call->arena, &rows, i, "body")};
  work->deliveries.at = deliveries;
  work->deliveries.count = rows.count;
  work->traceparent = first_traceparent(&rows);
  return RESULT_DONE;
}

/* One that is parked is tried alone, after the others: it does not take them with it where they share a call. */
static struct result load_fetch(struct call *call, int64_t project_id, struct work *work) {
  struct rows rows;
  TRY(db_query(call->db,
               "with due as (select * from fetch_queue where project_id = $1::bigint and next_at <= now() order by "
               "refused, next_at limit $2::bigint), placed as (select *, row_number() over (order by refused, next_at) "
               "as place from due) "
               "select f.kind, f.external_id, e.parent_external_id, e.etag, f.traceparent from placed f left join "
               "external_item e using (project_id, kind, external_id) where f.place = 1 or not f.refused "
               "order by f.place",
               PARAMS(p_i64(project_id), p_i64(FETCHES_A_CLAIM)), &rows));
  struct external_ref *refs = ARENA_ARRAY(call->arena, struct external_ref, rows.count);
  for (size_t i = 0; i < rows.count; i++)
    refs[i] = (struct external_ref){rows_str(&rows, i, "kind"), rows_str(&rows, i, "external_id"),
                                    rows_str(&rows, i, "parent_external_id"), rows_str(&rows, i, "etag")};
  work->refs.at = refs;
  work->refs.count = rows.count;
  work->traceparent = first_traceparent(&rows);
  return RESULT_DONE;
}

static struct result load_pull(struct call *call, int64_t project_id, struct work *work) {
  struct rows rows;
  TRY(db_query(call->db,
               "select s.id, s.mode, s.traceparent, p.cursor from session s join project p on p.id = s.project_id "
               "where s.project_id = $1::bigint and s.state = 'running'",
               PARAMS(p_i64(project_id)), &rows));
  work->session_id = rows_i64(&rows, 0, "id");
  work->mode = rows_str(&rows, 0, "mode");
  work->traceparent = rows_str(&rows, 0, "traceparent");
  work->cursor = rows_str(&rows, 0, "cursor");
  return RESULT_DONE;
}

static const struct {
  const char *kind;
  const char *candidates; /* $1: the system */
  struct result (*load)(struct call *call, int64_t project_id, struct work *work);
  bool hooks, scans; /* only for adapters that can */
} kinds[] = {
    {"push",
     CANDIDATES(FIRST_WRITES, "'push:' || p.credential",
                "(p.writes_held_until is null or p.writes_held_until <= now()) and " FREE_AND_ALLOWED
                "order by q.rank, q.id limit 1"),
     load_push, false, false},
    {"deliver", CANDIDATES(FIRST_DELIVERIES, "'deliver:' || p.id", FREE_AND_ALLOWED "order by q.id limit 1"),
     load_deliver, false, false},
    {"fetch",
     CANDIDATES(FIRST_FETCHES, "'fetch:' || p.id",
                "q.next_at <= now() and " FREE_AND_ALLOWED "order by q.next_at limit 1"),
     load_fetch, false, false},
    {"pull",
     CANDIDATES("session", "'pull:' || p.id",
                "q.state = 'running' and not q.pull_done and p.pull_next_at <= now() and " FREE_AND_ALLOWED
                "order by p.pull_next_at limit 1"),
     load_pull, false, false},
    {"hook",
     CANDIDATES("project_hook", "'hook:' || p.id",
                "q.due_at <= now() and p.system = $1 and " HOOK_WANTED
                "and (c.blocked_until is null or c.blocked_until <= now()) " QUOTA_LEFT
                "and not exists (select from lease l where l.resource = r.resource and l.until > now()) "
                "order by q.due_at limit 1"),
     hooks_load_task, true, false},
    {"scan",
     CANDIDATES(
         "project_scan", "'scan:' || p.id",
         "q.next_at <= now() and p.direction in ('pull', 'bidirectional') " QUOTA_LEFT
         "and not exists (select from session x where x.project_id = p.id and x.state = 'running' and not x.pull_done) "
         "and " FREE_AND_ALLOWED "order by q.next_at limit 1"),
     scans_load, false, true},
};

/* -- claim -- */

static struct result soonest_ms(struct call *call, struct str system, int64_t *out) {
  struct rows rows;
  TRY(db_query(
      call->db,
      "select ceil(extract(epoch from min(t.at) - now()) * 1000)::bigint + 1 as ms from ("
      "select case when c.blocked_until > now() then c.blocked_until else (select min(n.next_attempt_at) from intent n "
      "where n.project_id = p.id and n." UNRESOLVED "and n.next_attempt_at > now()) end as at from " FIRST_UNRESOLVED
      " q join project p on p.id = q.project_id join credential c on c.name = p.credential where p.system = $1 and "
      "p.state = 'active' "
      "union all select f.next_at from " FIRST_FETCHES " f join project p on p.id = f.project_id "
      "where p.system = $1 and p.state = 'active' "
      "union all select min(p.pull_next_at) from session s join project p on p.id = s.project_id "
      "where s.state = 'running' and not s.pull_done and p.system = $1 and p.state = 'active') t(at) "
      "where t.at > now()",
      PARAMS(p_str(system)), &rows));
  int64_t ms = rows_i64(&rows, 0, "ms");
  *out = ms > 0 && ms < LOOK_AGAIN_MS ? ms : LOOK_AGAIN_MS;
  return RESULT_DONE;
}

static struct result find_candidate(struct call *call, const char *candidates, struct str system,
                                    struct candidate *out) {
  struct rows rows;
  TRY(db_query(call->db, candidates, PARAMS(p_str(system)), &rows));
  if (rows.count)
    *out = (struct candidate){true, rows_i64(&rows, 0, "project_id"), rows_i64(&rows, 0, "generation"),
                              rows_str(&rows, 0, "resource")};
  return RESULT_DONE;
}

/* The lease, and the settings that go with it. */
static struct result take(struct call *call, const struct candidate *candidate, struct str worker, bool *taken,
                          struct work *out) {
  struct rows rows;
  TRY(db_query(call->db,
               "with taken as (" LEASE_TAKE ") select taken.*, " PROJECT_COLUMNS " from taken, project where "
               "project.id = $5::bigint",
               PARAMS(LEASE_PARAMS(call, candidate->resource, worker), p_i64(candidate->project_id)), &rows));
  *taken = rows.count == 1;
  if (!*taken)
    return RESULT_DONE;
  out->lease = lease_row(candidate->resource, &rows);
  out->credential_generation = candidate->generation;
  return project_row(call->arena, &rows, 0, &out->project);
}

static struct result claim_kind(struct call *call, size_t kind, const struct work_claim *claim, struct work *out,
                                bool *claimed) {
  struct candidate candidate = {0};
  *claimed = false;
  if ((kinds[kind].hooks && !claim->hooks) || (kinds[kind].scans && !claim->scans))
    return RESULT_DONE;
  TRY(find_candidate(call, kinds[kind].candidates, claim->system, &candidate));
  if (!candidate.found)
    return RESULT_DONE;
  TRY(take(call, &candidate, claim->worker, claimed, out));
  if (!*claimed)
    return RESULT_DONE;
  out->kind = str_of(kinds[kind].kind);
  return kinds[kind].load(call, candidate.project_id, out);
}

struct result store_work_claim(struct call *call, const void *request, void *reply) {
  struct work *work = reply;
  for (size_t kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++) {
    bool claimed;
    TRY(claim_kind(call, kind, request, work, &claimed));
    if (claimed)
      return RESULT_DONE;
  }
  const struct work_claim *claim = request;
  work->kind = STR("none");
  work->project.name = STR("");
  work->lease.resource = STR("");
  return soonest_ms(call, claim->system, &work->retry_ms);
}

struct result store_work_release(struct call *call, const void *request, void *reply) {
  (void)reply;
  const struct work_release *release = request;
  return lease_release(call, &release->lease);
}
