/* Finding what is absent from a full pull. */
#include "store/observing/absent.h"

static struct result note(struct call *call, int64_t session_id, int64_t project_id, const struct observation *shown,
                          size_t count) {
  struct str *kinds = ARENA_ARRAY(call->arena, struct str, count), *ids = ARENA_ARRAY(call->arena, struct str, count);
  for (size_t i = 0; i < count; i++) {
    kinds[i] = shown[i].kind;
    ids[i] = shown[i].external_id;
  }
  return db_query(
      call->db,
      "insert into shown (session_id, project_id, kind, external_id) select $1::bigint, $2::bigint, kind, "
      "external_id from unnest($3::text[], $4::text[]) i(kind, external_id) on conflict do nothing",
      PARAMS(p_i64(session_id), p_i64(project_id), p_strs(call->arena, kinds, count), p_strs(call->arena, ids, count)),
      NULL);
}

/* What was seen during the session is there, shown or not. */
static struct result look_at_absent(struct call *call, int64_t session_id, int64_t project_id) {
  struct rows rows;
  TRY(db_query(call->db,
               "insert into fetch_queue (project_id, kind, external_id, reason) select n.project_id, n.kind, "
               "n.external_id, 'absent' from session s cross join lateral not_seen_since($2::bigint, s.started_at) n "
               "where s.id = $1::bigint and not exists (select from shown h where (h.session_id, h.kind, "
               "h.external_id) = ($1::bigint, n.kind, n.external_id)) on conflict do nothing",
               PARAMS(p_i64(session_id), p_i64(project_id)), &rows));
  TRY(db_query(call->db, "delete from shown where project_id = $1::bigint", PARAMS(p_i64(project_id)), NULL));
  if (rows.affected == 0)
    return RESULT_DONE;
  struct rows project;
  TRY(db_query(call->db, "select system from project where id = $1::bigint", PARAMS(p_i64(project_id)), &project));
  outbox_ring(call->outbox, BELL_WORK, rows_str(&project, 0, "system"));
  return RESULT_DONE;
}

struct result absent_page(struct call *call, int64_t session_id, int64_t project_id, const struct observation *shown,
                          size_t count, bool done) {
  TRY(note(call, session_id, project_id, shown, count));
  return done ? look_at_absent(call, session_id, project_id) : RESULT_DONE;
}
