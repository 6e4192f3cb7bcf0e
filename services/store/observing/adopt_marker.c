/* What is come upon and carries the marker of a creation: the write is adopted from it instead of importing it. */
#include "store/observing/adopt.h"
#include "store/observing/externals.h"
#include "store/tickets/journal.h"
#include "store/tickets/markers.h"

struct result adopt_set_aside(struct call *call, int64_t project_id, const struct observation *seen, struct str op_id) {
  struct rows rows;
  TRY(externals_record_written(call, project_id, seen));
  TRY(db_query(call->db,
               "insert into mapping (project_id, kind, external_id, state, reason) "
               "values ($1::bigint, $2, $3, 'ignored', 'duplicate of the creation ' || $4) "
               "on conflict (project_id, kind, external_id) do nothing",
               PARAMS(p_i64(project_id), p_str(seen->kind), p_str(seen->external_id), p_str(op_id)), &rows));
  if (rows.affected == 0)
    return RESULT_DONE;
  return journal_audit(call, STR("tandem"), "duplicate.set_aside", seen->external_key, (struct str){0});
}

/* Where a tracker takes the id of a new item from its maker, that id is our op_id and shown as the marker. Whoever is
 * named as the author, nobody else can have made it: the id is random, and known to nobody before. A tracker that keeps
 * the Idempotency-Key of a creation shows the op_id as the marker too, but others may name the key once they saw it. */
static struct result op_id_of(struct call *call, const struct observation *seen, struct str *out) {
  bool is_bare = marker_is_op_id(seen->marker), is_own_id = is_bare && str_equal(seen->marker, seen->external_id);
  *out = (struct str){0};
  if (is_own_id || (is_bare && seen->author_is_self))
    *out = seen->marker;
  else if (seen->marker.length && seen->author_is_self)
    return marker_check(call, seen->marker, out);
  return RESULT_DONE;
}

struct result adopt_by_marker(struct call *call, int64_t project_id, const struct observation *seen, bool *adopted) {
  *adopted = false;
  struct str op_id;
  TRY(op_id_of(call, seen, &op_id));
  if (str_is_absent(op_id))
    return RESULT_DONE;
  struct rows rows;
  TRY(db_query(call->db,
               "select n.id, m.external_id from intent n join mapping m on m.id = n.mapping_id "
               "where n.op_id = $2::text::uuid and n.project_id = $1::bigint and n.change = 'create' and n.kind = $3",
               PARAMS(p_i64(project_id), p_str(op_id), p_str(seen->kind)), &rows));
  if (rows.count == 0)
    return RESULT_DONE;
  *adopted = true;
  if (str_is_absent(rows_str(&rows, 0, "external_id")))
    return adopt_written(call, rows_i64(&rows, 0, "id"), seen, ADOPTED_ON_SIGHT);
  return adopt_set_aside(call, project_id, seen, op_id);
}
