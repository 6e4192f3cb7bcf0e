/* Changing who may see an item: here, in the change log, and told to whoever listens. */
#include "store/tickets/privacy.h"

#include "store/tickets/keys.h"
#include "store/tickets/tickets.h"

/* Whoever keeps copies learns that they may not any more, or that they may. A ticket's privacy bounds its comments'. */
static struct result tell(struct call *call, int64_t item_id, struct str by) {
  struct changed_item item;
  struct str *name = ARENA_NEW(call->arena, struct str);
  TRY(tickets_changed(call, item_id, &item));
  bool is_comment = str_is(item.kind, "comment");
  *name = STR("privacy");
  struct event_ticket data = {
      .ticket = key_text(call->arena, STR("ticket"), is_comment ? item.parent_number : item.number, 0),
      .comment = is_comment ? key_text(call->arena, item.kind, 0, item.id) : (struct str){0},
      .by = by,
      .privacy = item.privacy,
  };
  data.names.at = name;
  data.names.count = 1;
  outbox_add(call->outbox, EVENT_TICKET_UPDATED, data.ticket, data.ticket, &data);
  return RESULT_DONE;
}

/* Its own cause: a tracker may have a field of that name, and this is none of a tracker's. */
static struct result log_change(struct call *call, const struct privacy_change *change, struct str before) {
  struct value values[] = {value_text(STR("privacy"), before), value_text(STR("privacy"), change->privacy)};
  struct item_change logged = {.item_id = change->item_id,
                               .actor = change->actor,
                               .cause = STR("share"),
                               .before = &values[0],
                               .after = &values[1]};
  return tickets_log_change(call, &logged);
}

struct result privacy_set(struct call *call, const struct privacy_change *change, struct str *out_before) {
  struct rows rows;
  TRY(db_query(call->db,
               "with old as materialized (select id, privacy from item where id = $1::bigint for update), changed as "
               "(update item i set privacy = $2, version = version + 1, updated_at = now() from old where i.id = "
               "old.id and old.privacy <> $2) select privacy from old",
               PARAMS(p_i64(change->item_id), p_str(change->privacy)), &rows));
  *out_before = rows_str(&rows, 0, "privacy");
  if (str_equal(*out_before, change->privacy))
    return RESULT_DONE;
  TRY(log_change(call, change, *out_before));
  return tell(call, change->item_id, change->actor);
}
