/* Verbs on local tickets: comment, share; and what several verbs need. Making tickets is in create.c, editing in
 * edit.c. */
#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "store/observing/restricted.h"
#include "store/projects/projects.h"
#include "store/tickets/journal.h"
#include "store/tickets/keys.h"
#include "store/tickets/tickets.h"

/* -- mappings of new items -- */

/* One that ended, because the ticket was gone there, begins anew; but not while what it stood for is taken back. */
#define BEGIN_ANEW                                                                                                     \
  "on conflict (item_id, project_id) where item_id is not null do update set state = 'creating', external_id = null, " \
  "reason = null, op_id = null, shadow = '{}', shadow_local = '{}' where mapping.state = 'gone' and not exists "       \
  "(select from intent n where n.mapping_id = mapping.id and n.state in ('prepared', 'sending', 'unknown')) "

/* A mapping without an external id: planning will create the counterpart, if it may leave. */
static struct result map_item(struct call *call, int64_t item_id, int64_t project_id) {
  struct rows rows;
  TRY(db_query(call->db,
               "insert into mapping (project_id, kind, item_id, state) "
               "select $2::bigint, kind, id, 'creating' from item where id = $1::bigint " BEGIN_ANEW "returning id",
               PARAMS(p_i64(item_id), p_i64(project_id)), &rows));
  return rows.count ? journal_plan_mapping(call, rows_i64(&rows, 0, "id"), RANK_EDIT) : RESULT_DONE;
}

struct result tickets_map_comments(struct call *call, int64_t ticket_id) {
  TRY(db_query(call->db,
               "with made as (insert into mapping (project_id, kind, item_id, state) "
               "  select parent.project_id, 'comment', c.id, 'creating' from item c "
               "  join mapping parent on parent.item_id = c.parent_id and parent.state in ('creating', 'linked') "
               "  where c.parent_id = $1::bigint and c.privacy <> 'local_only' and c.deleted_at is null " BEGIN_ANEW
               "returning id, project_id) "
               "insert into plan_queue (mapping_id, project_id, rank) select id, project_id, 2 from made "
               "on conflict (mapping_id) do update set generation = nextval('plan_generation'), claimed_until = "
               "'-infinity'",
               PARAMS(p_i64(ticket_id)), NULL));
  outbox_ring(call->outbox, BELL_PLAN, (struct str){0});
  return RESULT_DONE;
}

/* -- events -- */

static struct result read_changed(struct call *call, int64_t item_id, struct changed_item *out) {
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
  size_t bytes = 0;
  for (size_t i = 0; i < fields->count; i++) {
    bytes += fields->at[i].text.length;
    for (size_t item = 0; item < fields->at[i].count; item++)
      bytes += fields->at[i].items[item].length + 4;
  }
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
  TRY(read_changed(call, item_id, &item));
  tickets_tell(call, id, &item, by, fields);
  return RESULT_DONE;
}

/* Whoever keeps copies learns that they may not any more, or that they may. A ticket's privacy bounds its comments'. */
static struct result tell_privacy(struct call *call, int64_t item_id, struct str by) {
  struct changed_item item;
  struct str *name = ARENA_NEW(call->arena, struct str);
  TRY(read_changed(call, item_id, &item));
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

/* -- what several verbs need -- */

struct result tickets_check_privacy(struct str privacy) {
  if (str_is(privacy, "local_only") || str_is(privacy, "shareable") || str_is(privacy, "public"))
    return RESULT_DONE;
  return result_error(RESULT_REJECTED, "privacy is local_only, shareable or public, not \"%.*s\"", STR_FMT(privacy));
}

static struct result grant(struct call *call, int64_t item_id, int64_t project_id, struct str actor) {
  return db_query(call->db,
                  "insert into item_grant (item_id, project_id, granted_by) values ($1::bigint, $2::bigint, $3) "
                  "on conflict do nothing",
                  PARAMS(p_i64(item_id), p_i64(project_id), p_str(actor)), NULL);
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

/* -- comment, share -- */

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

/* Its own cause: a tracker may have a field of that name, and this is none of a tracker's. */
static struct result log_privacy(struct call *call, int64_t id, const struct ticket_share *share, struct str before) {
  struct value values[] = {value_text(STR("privacy"), before), value_text(STR("privacy"), share->privacy)};
  struct item_change change = {
      .item_id = id, .actor = share->actor, .cause = STR("share"), .before = &values[0], .after = &values[1]};
  return tickets_log_change(call, &change);
}

static struct result change_privacy(struct call *call, int64_t id, const struct ticket_share *share,
                                    struct str *out_before) {
  struct rows rows;
  TRY(tickets_check_privacy(share->privacy));
  TRY(restricted_decided(call, id));
  TRY(db_query(call->db,
               "with old as materialized (select id, privacy from item where id = $1::bigint for update), changed as "
               "(update item i set privacy = $2, version = version + 1, updated_at = now() from old where i.id = "
               "old.id and old.privacy <> $2) select privacy from old",
               PARAMS(p_i64(id), p_str(share->privacy)), &rows));
  *out_before = rows_str(&rows, 0, "privacy");
  if (str_equal(*out_before, share->privacy))
    return RESULT_DONE;
  TRY(log_privacy(call, id, share, *out_before));
  return tell_privacy(call, id, share->actor);
}

/* Shared again, what was to be taken back there stays, as long as that was not begun. */
static struct result keep_there(struct call *call, int64_t id, int64_t project_id) {
  return db_query(call->db,
                  "update intent n set state = 'superseded', reason = 'it may be there again', done_at = now() from "
                  "(select $1::bigint as id union all select id from item where parent_id = $1) f join mapping m on "
                  "m.item_id = f.id and m.project_id = $2::bigint and m.state = 'gone' where n.mapping_id = m.id and "
                  "n.purpose = 'retract' and n.state = 'prepared'",
                  PARAMS(p_i64(id), p_i64(project_id)), NULL);
}

static struct result share_with(struct call *call, int64_t id, const struct ticket_share *share) {
  struct project project;
  TRY(project_named(call, share->project, &project));
  if (share->revoke)
    return db_query(call->db, "delete from item_grant where item_id = $1::bigint and project_id = $2::bigint",
                    PARAMS(p_i64(id), p_i64(project.id)), NULL);
  TRY(grant(call, id, project.id, share->actor));
  TRY(keep_there(call, id, project.id));
  TRY(map_item(call, id, project.id));
  return tickets_map_comments(call, id);
}

/* What was kept back with the ticket goes with it: comments that were not sent, and edits of those that were. */
struct result tickets_plan_with_comments(struct call *call, int64_t id) {
  TRY(db_query(call->db,
               "insert into plan_queue (mapping_id, project_id, rank) select m.id, m.project_id, $2::bigint "
               "from item c join mapping m on m.item_id = c.id where c.parent_id = $1::bigint "
               "on conflict (mapping_id) do update set generation = nextval('plan_generation'), claimed_until = "
               "'-infinity'",
               PARAMS(p_i64(id), p_i64(RANK_COMMENT)), NULL));
  return journal_plan_item(call, id, RANK_EDIT);
}

/* {"privacy": {"before": "shareable", "after": "public"}, "project": "rocket"}, as far as it was asked for. */
static struct str decision(struct call *call, const struct ticket_share *share, struct str before) {
  cJSON *detail = cJSON_CreateObject();
  if (share->privacy.length) {
    cJSON *privacy = cJSON_AddObjectToObject(detail, "privacy");
    cJSON_AddItemToObject(privacy, "before", json_string(call->arena, before));
    cJSON_AddItemToObject(privacy, "after", json_string(call->arena, share->privacy));
  }
  if (share->project.length)
    cJSON_AddItemToObject(detail, "project", json_string(call->arena, share->project));
  return json_print(call->arena, detail);
}

struct result store_ticket_share(struct call *call, const void *request, void *reply) {
  const struct ticket_share *share = request;
  struct str before = {0};
  int64_t id;
  bool is_comment;
  TRY(key_find_item(call, share->key, &id, &is_comment));
  if (share->privacy.length)
    TRY(change_privacy(call, id, share, &before));
  if (share->project.length && is_comment)
    return result_error(RESULT_REJECTED, "a comment goes where its ticket goes; set its --privacy instead");
  if (share->project.length)
    TRY(share_with(call, id, share));
  TRY(journal_audit(call, share->actor, share->revoke ? "ticket.unshare" : "ticket.share", share->key,
                    decision(call, share, before)));
  TRY(tickets_plan_with_comments(call, id));
  return tickets_read(call, id, false, reply);
}
