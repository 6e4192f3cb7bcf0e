/* Reading what a session did: its changes of local values from the change log, its writes outside from its intents. */
#include "store/sessions/undo_read.h"

#include "store/sessions/sessions.h"
#include "store/tickets/tickets.h"

enum { ITEMS_A_PAGE = 25 }; /* a page is one message, and each may have a long text before and after */

struct result undo_load(struct call *call, int64_t session_id, struct undone *out) {
  struct rows rows;
  TRY(db_query(call->db,
               "select s.id, s.project_id, s.mode, s.state, p.name, p.state as project_state from session s join "
               "project p on p.id = s.project_id where s.id = $1::bigint and not s.forgotten",
               PARAMS(p_i64(session_id)), &rows));
  if (rows.count == 0)
    return sessions_missing(call, session_id);
  *out = (struct undone){.id = session_id,
                         .project_id = rows_i64(&rows, 0, "project_id"),
                         .mode = rows_str(&rows, 0, "mode"),
                         .state = rows_str(&rows, 0, "state"),
                         .project = rows_str(&rows, 0, "name"),
                         .project_state = rows_str(&rows, 0, "project_state")};
  out->is_undo = str_is(out->mode, "undo");
  return RESULT_DONE;
}

static struct result select_page(struct call *call, const struct undone *s, int64_t before, int64_t **out_ids,
                                 size_t *out_count) {
  struct rows rows;
  TRY(db_query(call->db,
               "select item_id from ((select distinct item_id from change_log where session_id = $1::bigint and "
               "item_id < $2::bigint order by item_id desc limit $3::bigint) union (select distinct item_id from "
               "intent where session_id = $1::bigint and item_id < $2::bigint order by item_id desc limit "
               "$3::bigint)) t order by item_id desc limit $3::bigint",
               PARAMS(p_i64(s->id), p_i64(before), p_i64(ITEMS_A_PAGE)), &rows));
  *out_ids = ARENA_ARRAY(call->arena, int64_t, rows.count);
  *out_count = rows.count;
  for (size_t i = 0; i < rows.count; i++)
    (*out_ids)[i] = rows_i64(&rows, i, "item_id");
  return RESULT_DONE;
}

static struct result select_items(struct call *call, const struct undone *s, const int64_t *ids, size_t count,
                                  struct rows *out) {
  return db_query(call->db,
                  "select i.id, i.kind, coalesce(t.number, i.number) as number, coalesce(t.fields, i.fields) ->> "
                  "'title' as title, i.fields, " ITEM_PRIVACY
                  " as privacy, coalesce(i.merged_into, t.merged_into) is not null as merged, i.deleted_at is not "
                  "null as deleted, m.id as mapping_id, m.state, m.external_id is not null and coalesce(m.reason, '') "
                  "not like 'retracted%' as there, e.external_key from unnest($2::bigint[]) u(id) join item i on i.id "
                  "= u.id left join item t on t.id = i.parent_id left join mapping m on m.item_id = i.id and "
                  "m.project_id = $1::bigint left join external_item e on (e.project_id, e.kind, e.external_id) = "
                  "(m.project_id, m.kind, m.external_id) order by i.id desc",
                  PARAMS(p_i64(s->project_id), p_i64s(call->arena, ids, count)), out);
}

/* Its changes of local values. What an undo wrote itself is told apart from what came in while it was going on. An
 * imported comment goes the way of its ticket, when that was imported with it. */
static struct result select_changes(struct call *call, const struct undone *s, const int64_t *ids, size_t count,
                                    struct rows *out) {
  return db_query(
      call->db,
      "select l.item_id, l.field, l.cause, l.before, l.after, case when l.cause in ('import', 'relinked') then "
      "coalesce(moved_since(own.item_id, $1::bigint, own.id), moved_since(l.item_id, $1::bigint, l.id)) end as moved "
      "from change_log l join item i on i.id = l.item_id left join change_log own on own.item_id = i.parent_id and "
      "own.session_id = $1::bigint and own.cause in ('import', 'relinked') where l.session_id = $1::bigint and "
      "l.item_id = any($3::bigint[]) and case when $2::boolean then l.cause in ('undo', 'unlinked', 'relinked', "
      "'closed', 'reopened') or (l.cause in ('deleted', 'restored') and l.project_id is null) else l.cause in "
      "('sync', 'import') or (l.cause = 'deleted' and l.project_id is not null) end order by l.item_id desc, l.id desc",
      PARAMS(p_i64(s->id), p_bool(s->is_undo), p_i64s(call->arena, ids, count)), out);
}

/* Its writes outside, with the fields that it did not change here itself, and who was there since it made something. */
static struct result select_writes(struct call *call, const struct undone *s, const int64_t *ids, size_t count,
                                   struct rows *out) {
  return db_query(
      call->db,
      "select n.item_id, n.kind, n.change, n.state, (select array_to_string(array_agg(distinct k order by k), ', ') "
      "from jsonb_object_keys(n.payload_set || n.payload_add || n.payload_remove) k where not exists (select from "
      "change_log l where l.item_id = n.item_id and l.session_id = n.session_id and l.cause = 'sync' and l.field = "
      "k)) as fields, case when n.change = 'create' then coalesce((select 'somebody commented there since' from item "
      "c where c.parent_id = n.item_id and c.origin_project = n.project_id and c.deleted_at is null limit 1), (select "
      "string_agg(t.field, ', ') || ' changed there since' from (select distinct on (l.field) l.field, l.before -> "
      "l.field as before, i.fields -> l.field as now from change_log l join item i on i.id = l.item_id where "
      "l.item_id = n.item_id and l.cause = 'sync' and l.project_id = n.project_id and l.session_id is distinct from "
      "$1::bigint and l.at > n.done_at order by l.field, l.id) t where t.before is distinct from t.now)) end as moved "
      "from intent n where n.session_id = $1::bigint and n.item_id = any($2::bigint[]) and n.purpose is null and "
      "n.state not in ('refused', 'stale', 'superseded') order by n.item_id desc, n.change, n.id",
      PARAMS(p_i64(s->id), p_i64s(call->arena, ids, count)), out);
}

struct result undo_read(struct call *call, const struct undone *undone, int64_t before, struct undo_rows *out) {
  int64_t *ids;
  size_t count;
  TRY(select_page(call, undone, before, &ids, &count));
  TRY(select_items(call, undone, ids, count, &out->items));
  TRY(select_changes(call, undone, ids, count, &out->changes));
  TRY(select_writes(call, undone, ids, count, &out->writes));
  out->next = count == ITEMS_A_PAGE ? ids[count - 1] : 0;
  return RESULT_DONE;
}
