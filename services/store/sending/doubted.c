/* What an unanswered update carried. */
#include "store/sending/doubted.h"

#include "store/sending/outward.h"

struct result doubted_load(struct call *call, struct intent *intent) {
  struct payload *sent = ARENA_NEW(call->arena, struct payload);
  struct values known = {0};
  struct rows rows;
  TRY(db_query(
      call->db,
      "select n.payload_set, n.payload_add, n.payload_remove, n.seen_version, p.base_url, e.fields from intent "
      "n join mapping m on m.id = n.mapping_id join project p on p.id = n.project_id left join external_item e "
      "on (e.project_id, e.kind, e.external_id) = (m.project_id, m.kind, m.external_id) "
      "where n.id = $1::bigint and n.kind = 'ticket' and n.change = 'update' and n.purpose is null",
      PARAMS(p_i64(intent->id)), &rows));
  if (rows.count == 0)
    return RESULT_DONE;
  TRY(rows_values(call->arena, &rows, 0, "payload_set", &sent->set));
  TRY(rows_values(call->arena, &rows, 0, "payload_add", &sent->add));
  TRY(rows_values(call->arena, &rows, 0, "payload_remove", &sent->remove));
  TRY(rows_values(call->arena, &rows, 0, "fields", &known));
  sent->set = outward_leaving(call, rows_str(&rows, 0, "base_url"), &sent->set, &known);
  intent->doubted = sent;
  intent->seen_version = rows_i64(&rows, 0, "seen_version");
  return RESULT_DONE;
}
