/* Loading one. */
#include "store/observing/written.h"

#include "store/conflicts/conflicts.h"

struct result written_load(struct call *call, int64_t intent_id, struct written *out) {
  struct rows rows;
  TRY(db_query(call->db,
               "select n.id, n.project_id, n.mapping_id, n.item_id, n.change, n.kind, n.state, n.op_id, p.name, "
               "n.payload_set, n.payload_add, n.payload_remove, n.sent_local, m.shadow, "
               "m.shadow || m.shadow_local as shadow_local, i.fields, i.number, i.parent_id, "
               "t.number as parent_number, m.external_id, e.external_key, e.url, p.base_url, "
               "exists (select from conflict c where c.mapping_id = n.mapping_id and " CONFLICTS_OF_INTENT
               " offset 0) as decided "
               "from intent n join mapping m on m.id = n.mapping_id join project p on p.id = n.project_id "
               "join item i on i.id = n.item_id left join item t on t.id = i.parent_id left join external_item e on "
               "(e.project_id, e.kind, e.external_id) = (m.project_id, m.kind, m.external_id) where n.id = $1::bigint",
               PARAMS(p_i64(intent_id)), &rows));
  if (rows.count == 0)
    return result_error(RESULT_GONE, "there is no write %lld", (long long)intent_id);
  *out = (struct written){
      .id = intent_id,
      .project_id = rows_i64(&rows, 0, "project_id"),
      .mapping_id = rows_i64(&rows, 0, "mapping_id"),
      .item_id = rows_i64(&rows, 0, "item_id"),
      .number = rows_i64(&rows, 0, "number"),
      .parent_id = rows_i64(&rows, 0, "parent_id"),
      .parent_number = rows_i64(&rows, 0, "parent_number"),
      .change = rows_str(&rows, 0, "change"),
      .kind = rows_str(&rows, 0, "kind"),
      .state = rows_str(&rows, 0, "state"),
      .project = rows_str(&rows, 0, "name"),
      .op_id = rows_str(&rows, 0, "op_id"),
      .external_id = rows_str(&rows, 0, "external_id"),
      .external_key = rows_str(&rows, 0, "external_key"),
      .url = rows_str(&rows, 0, "url"),
      .base_url = rows_str(&rows, 0, "base_url"),
      .is_decided = rows_bool(&rows, 0, "decided"),
  };
  TRY(rows_values(call->arena, &rows, 0, "payload_set", &out->set));
  TRY(rows_values(call->arena, &rows, 0, "payload_add", &out->add));
  TRY(rows_values(call->arena, &rows, 0, "payload_remove", &out->remove));
  TRY(rows_values(call->arena, &rows, 0, "sent_local", &out->sent_local));
  TRY(rows_values(call->arena, &rows, 0, "fields", &out->local));
  TRY(rows_values(call->arena, &rows, 0, "shadow_local", &out->shadow_local));
  return rows_values(call->arena, &rows, 0, "shadow", &out->shadow);
}
