/* Scans of ids. */
#include "store/observing/scans.h"

#include "base/mutation.h"
#include "store/claims/leases.h"
#include "store/observing/externals.h"
#include "store/sending/usage.h"
#include "store/webhooks/hook_changes.h"

#define EVERY "1 hour"
#define LOOK_AGAIN "10 minutes" /* a count that differs may only lag */

/* A project's place in the hour follows from its number: neighbours are far apart. */
#define PLACE "(p.id * 2654435761 % 3600) * interval '1 second'"

struct result scans_begin(struct call *call, int64_t project_id) {
  return db_query(call->db,
                  "insert into project_scan (project_id, next_at) select p.id, now() + " PLACE " from project p "
                  "where p.id = $1::bigint and p.direction in ('pull', 'bidirectional') on conflict do nothing",
                  PARAMS(p_i64(project_id)), NULL);
}

/* One that began long ago would take for gone what has been moved meanwhile. */
struct result scans_load(struct call *call, int64_t project_id, struct work *work) {
  struct rows rows;
  TRY(db_query(call->db,
               "with old as (select project_id, started_at is null or cursor is null or started_at < now() - interval "
               "'" EVERY "' as anew from project_scan where project_id = $1::bigint) "
               "update project_scan s set started_at = case when o.anew then now() else s.started_at end, "
               "cursor = case when not o.anew then s.cursor end from old o where o.project_id = s.project_id "
               "returning s.cursor, o.anew",
               PARAMS(p_i64(project_id)), &rows));
  work->cursor = rows_str(&rows, 0, "cursor");
  if (!rows_bool(&rows, 0, "anew"))
    return RESULT_DONE;
  return db_query(call->db, "delete from scan_shown where project_id = $1::bigint", PARAMS(p_i64(project_id)), NULL);
}

struct result scans_look_later(struct call *call, int64_t project_id, const struct work_fail *fail) {
  return db_query(call->db,
                  "update project_scan set attempts = attempts + 1, reason = $2, "
                  "cursor = case when attempts % 3 < 2 then cursor end, next_at = now() + greatest(random() * "
                  "least(900, 10 * power(2, least(attempts, 7))), $3::bigint / 1000.0) * interval '1 second' "
                  "+ case when $4 = 'rejected' then interval '" EVERY "' else '0' end where project_id = $1::bigint",
                  PARAMS(p_i64(project_id), p_str(fail->message), p_i64(fail->retry_after_ms), p_str(fail->code)),
                  NULL);
}

/* -- ids -- */

static struct result note_shown(struct call *call, int64_t project_id, const struct scan_page *page) {
  if (page->ids.count == 0)
    return RESULT_DONE;
  return db_query(
      call->db,
      "insert into scan_shown (project_id, external_id) select $1::bigint, id from unnest($2::text[]) i(id) "
      "on conflict do nothing",
      PARAMS(p_i64(project_id), p_strs(call->arena, page->ids.at, page->ids.count)), NULL);
}

static struct result look_at_absent(struct call *call, int64_t project_id, int64_t *out) {
  struct rows rows;
  TRY(db_query(call->db,
               "insert into fetch_queue (project_id, kind, external_id, reason) select n.project_id, n.kind, "
               "n.external_id, 'absent' from project_scan s cross join lateral not_seen_since(s.project_id, "
               "s.started_at) n where s.project_id = $1::bigint and n.kind = 'ticket' and not exists (select from "
               "scan_shown h where (h.project_id, h.external_id) = (n.project_id, n.external_id)) "
               "on conflict do nothing",
               PARAMS(p_i64(project_id)), &rows));
  *out = rows.affected;
  return RESULT_DONE;
}

/* What a webhook tells of meanwhile is none that was missed. */
static struct result look_at_unseen(struct call *call, int64_t project_id, int64_t *out) {
  struct rows rows;
  TRY(db_query(call->db,
               "insert into fetch_queue (project_id, kind, external_id, reason) select h.project_id, 'ticket', "
               "h.external_id, 'unseen' from scan_shown h where h.project_id = $1::bigint and not exists (select from "
               "external_item e where (e.project_id, e.kind, e.external_id) = (h.project_id, 'ticket', h.external_id)) "
               "on conflict do nothing returning external_id",
               PARAMS(p_i64(project_id)), &rows));
  struct str *kinds = ARENA_ARRAY(call->arena, struct str, rows.count);
  struct str *ids = ARENA_ARRAY(call->arena, struct str, rows.count);
  int64_t *versions = ARENA_ARRAY(call->arena, int64_t, rows.count);
  for (size_t i = 0; i < rows.count; i++) {
    kinds[i] = STR("ticket");
    ids[i] = rows_str(&rows, i, "external_id");
    versions[i] = 0;
  }
  *out = (int64_t)rows.count;
  struct shown_changes news = {kinds, ids, versions, rows.count};
  return hook_changes_polled(call, project_id, &news);
}

static struct result end_ids(struct call *call, int64_t project_id) {
  int64_t absent, unseen;
  struct rows project;
  TRY(look_at_absent(call, project_id, &absent));
  TRY(look_at_unseen(call, project_id, &unseen));
  TRY(db_query(call->db,
               "update project_scan set found_absent = found_absent + $2::bigint, found_unseen = found_unseen + "
               "$3::bigint where project_id = $1::bigint",
               PARAMS(p_i64(project_id), p_i64(absent), p_i64(unseen)), NULL));
  TRY(db_query(call->db, "delete from scan_shown where project_id = $1::bigint", PARAMS(p_i64(project_id)), NULL));
  TRY(db_query(call->db, "select system from project where id = $1::bigint", PARAMS(p_i64(project_id)), &project));
  if (absent + unseen)
    outbox_ring(call->outbox, BELL_WORK, rows_str(&project, 0, "system"));
  return RESULT_DONE;
}

/* -- counts -- */

/* By how many tickets the tracker's count differs from ours. */
struct surplus {
  int64_t now, known, seen; /* stayed after everything was compared; seen by the scan before */
  bool compared;            /* everything was, since the scan before */
};

static struct result surplus_of(struct call *call, int64_t project_id, int64_t count, struct surplus *out) {
  struct rows rows;
  TRY(db_query(
      call->db,
      "select coalesce(s.surplus, 0) as known, coalesce(s.surplus_seen, 0) as seen, exists (select from project p "
      "where p.id = s.project_id and p.full_sync_at > s.done_at) as compared, (select count(*) from "
      "external_item e where " TICKET_OF(
          "e") " = $1::bigint and not exists (select from "
               "gone_item g where (g.project_id, g.kind, g.external_id) = (e.project_id, e.kind, e.external_id) "
               "and g.gone is not null)) as here from project_scan s where s.project_id = $1",
      PARAMS(p_i64(project_id)), &rows));
  *out = (struct surplus){.now = count - rows_i64(&rows, 0, "here"),
                          .known = rows_i64(&rows, 0, "known"),
                          .seen = rows_i64(&rows, 0, "seen"),
                          .compared = rows_bool(&rows, 0, "compared")};
  return RESULT_DONE;
}

static struct result keep_surplus(struct call *call, int64_t project_id, int64_t known, int64_t seen) {
  return db_query(call->db,
                  "update project_scan set surplus = $2::bigint, surplus_seen = $3::bigint, next_at = case when "
                  "$3 <> 0 then now() + interval '" LOOK_AGAIN "' else next_at end where project_id = $1::bigint",
                  PARAMS(p_i64(project_id), p_i64(known), p_i64(seen)), NULL);
}

/* A difference that stays although everything was compared (tickets that cannot be read) is not looked into again. That
 * it stays, the next count tells: what was found explains the one that it was looked for because of. */
static struct result end_count(struct call *call, int64_t project_id, int64_t count) {
  struct surplus surplus;
  TRY(surplus_of(call, project_id, count, &surplus));
  bool stays = surplus.now == surplus.seen && surplus.compared;
  if (surplus.now == 0 || surplus.now == surplus.known || stays)
    return keep_surplus(call, project_id, surplus.now, 0);
  if (surplus.now != surplus.seen)
    return keep_surplus(call, project_id, surplus.known, surplus.now);
  TRY(db_query(call->db,
               "update project set full_wanted = true, next_sync_at = least(next_sync_at, now()) where id = $1::bigint",
               PARAMS(p_i64(project_id)), NULL));
  outbox_ring(call->outbox, BELL_SESSION, (struct str){0});
  return keep_surplus(call, project_id, surplus.known, surplus.now);
}

/* -- the verb -- */

struct result store_scan_page(struct call *call, const void *request, void *reply) {
  (void)reply;
  const struct scan_page *page = request;
  int64_t project_id;
  TRY(lease_check(call, &page->lease));
  TRY(lease_project(&page->lease, "scan", &project_id));
  TRY(usage_record(call, project_id, &page->usage, NULL));
  TRY(note_shown(call, project_id, page));
  TRY(db_query(call->db,
               "update project_scan set cursor = $2, attempts = 0, reason = null, next_at = case when $3::boolean then "
               "now() + interval '" EVERY "' else next_at end where project_id = $1::bigint",
               PARAMS(p_i64(project_id), p_str(page->cursor), p_bool(page->done)), NULL));
  if (!page->done)
    return RESULT_DONE;
  if (!MUTATED(SCAN))
    TRY(page->counted ? end_count(call, project_id, page->count) : end_ids(call, project_id));
  return db_query(call->db,
                  "update project_scan set cursor = null, started_at = null, done_at = now() where project_id = "
                  "$1::bigint",
                  PARAMS(p_i64(project_id)), NULL);
}
