/* The verb that adds a comment, and what several verbs need. */
#include <stdio.h>

#include "base/clock.h"
#include "store/tickets/journal.h"
#include "store/tickets/keys.h"
#include "store/tickets/tickets.h"

struct result tickets_check_length(const struct values *fields) {
  size_t bytes = values_bytes(fields);
  if (bytes <= CONTENT_BYTES_MAX)
    return RESULT_DONE;
  return result_error(
      RESULT_REJECTED,
      "that is a text of %zu bytes, and a ticket or comment has at most %d: keep it elsewhere, and link "
      "it",
      bytes, CONTENT_BYTES_MAX);
}

/* -- events -- */

struct result tickets_changed(struct call *call, int64_t item_id, struct changed_item *out) {
  struct rows rows;
  TRY(db_query(call->db,
               "select i.id, i.number, i.kind, " ITEM_PRIVACY " as privacy, t.number as parent_number from item i "
               "left join item t on t.id = i.parent_id where i.id = $1::bigint",
               PARAMS(p_i64(item_id)), &rows));
  *out =
      (struct changed_item){rows_i64(&rows, 0, "id"), rows_i64(&rows, 0, "number"), rows_i64(&rows, 0, "parent_number"),
                            rows_str(&rows, 0, "kind"), rows_str(&rows, 0, "privacy")};
  return RESULT_DONE;
}

/* Whether the values are small enough to travel in an event. */
static bool fits_in_event(const struct values *fields) {
  size_t bytes = values_bytes(fields);
  for (size_t i = 0; i < fields->count; i++)
    bytes += 4 * fields->at[i].count;
  return bytes < EVENT_BYTES_MAX / 3;
}

void tickets_tell(struct call *call, enum event_id id, const struct changed_item *item, struct str by,
                  const struct values *fields) {
  bool is_comment = str_is(item->kind, "comment");
  struct str *names = ARENA_ARRAY(call->arena, struct str, fields->count);
  for (size_t i = 0; i < fields->count; i++)
    names[i] = fields->at[i].name;
  struct event_ticket data = {
      .ticket = key_text(call->arena, STR("ticket"), is_comment ? item->parent_number : item->number, 0),
      .by = by,
      .privacy = item->privacy,
  };
  if (is_comment)
    data.comment = key_text(call->arena, item->kind, 0, item->id);
  data.names.at = names;
  data.names.count = fields->count;
  if (str_is(item->privacy, "public") && fits_in_event(fields))
    data.fields = *fields;
  outbox_add(call->outbox, id, data.ticket, data.ticket, &data);
}

static struct result tell(struct call *call, enum event_id id, int64_t item_id, struct str by,
                          const struct values *fields) {
  struct changed_item item;
  TRY(tickets_changed(call, item_id, &item));
  tickets_tell(call, id, &item, by, fields);
  return RESULT_DONE;
}

/* -- what several verbs need -- */

struct result tickets_check_privacy(struct str privacy) {
  if (str_is(privacy, "local_only") || str_is(privacy, "shareable") || str_is(privacy, "public"))
    return RESULT_DONE;
  return result_error(RESULT_REJECTED, "privacy is local_only, shareable or public, not \"%.*s\"", STR_FMT(privacy));
}

static struct result log_created(struct call *call, int64_t item_id, struct str actor, const struct values *fields) {
  return db_query(call->db,
                  "insert into change_log (item_id, actor, cause, field, after) "
                  "values ($1::bigint, $2, 'created', '*', $3::text::jsonb)",
                  PARAMS(p_i64(item_id), p_str(actor), p_values(call->arena, fields)), NULL);
}

struct result tickets_log_change(struct call *call, const struct item_change *change) {
  struct values before = {change->before, change->before ? 1 : 0}, after = {change->after, 1};
  return db_query(call->db,
                  "insert into change_log (item_id, project_id, session_id, actor, cause, field, before, after) "
                  "values ($1::bigint, nullif($2::bigint, 0), nullif($3::bigint, 0), $4, $5, $6, "
                  "$7::text::jsonb, $8::text::jsonb)",
                  PARAMS(p_i64(change->item_id), p_i64(change->project_id), p_i64(change->session_id),
                         p_str(change->actor), p_str(change->cause), p_str(change->after->name),
                         p_values(call->arena, &before), p_values(call->arena, &after)),
                  NULL);
}

struct result tickets_apply(struct call *call, int64_t item_id, const struct values *changed) {
  struct values_builder times = {.arena = call->arena};
  struct str now = str_format(call->arena, "%lld", (long long)clock_now_ms());
  for (size_t i = 0; i < changed->count; i++)
    values_put(&times, value_text(changed->at[i].name, now));
  struct values times_built = values_built(&times);
  return db_query(call->db,
                  "update item set fields = fields || $2::text::jsonb, times = times || $3::text::jsonb, "
                  "version = version + 1, updated_at = now() where id = $1::bigint",
                  PARAMS(p_i64(item_id), p_values(call->arena, changed), p_values(call->arena, &times_built)), NULL);
}

/* -- comment -- */

struct result store_ticket_comment(struct call *call, const void *request, void *reply) {
  const struct ticket_comment *comment = request;
  int64_t ticket_id;
  bool is_comment;
  TRY(key_find_item(call, comment->key, &ticket_id, &is_comment));
  if (is_comment || str_trim(comment->body).length == 0)
    return result_error(RESULT_REJECTED, "a comment needs a ticket (T-12) and a text (--body)");
  if (comment->privacy.length)
    TRY(tickets_check_privacy(comment->privacy));
  struct value body = value_text(STR("body"), comment->body);
  struct values fields = {&body, 1};
  struct rows rows;
  TRY(tickets_check_length(&fields));
  TRY(db_query(call->db,
               "insert into item (kind, parent_id, fields, privacy, author) select 'comment', id, $2::text::jsonb, "
               "coalesce($3::text, privacy), $4 from item where id = $1::bigint returning id",
               PARAMS(p_i64(ticket_id), p_values(call->arena, &fields), p_str(comment->privacy), p_str(comment->actor)),
               &rows));
  int64_t id = rows_i64(&rows, 0, "id");
  TRY(log_created(call, id, comment->actor, &fields));
  TRY(tell(call, EVENT_TICKET_CREATED, id, comment->actor, &fields));
  TRY(tickets_map_comments(call, ticket_id));
  return tickets_read(call, ticket_id, false, reply);
}
