/* The verb that says where a ticket or comment may go. */
#include "base/json.h"
#include "store/observing/restricted.h"
#include "store/projects/projects.h"
#include "store/tickets/journal.h"
#include "store/tickets/keys.h"
#include "store/tickets/privacy.h"
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

/* -- where it may go -- */

static struct result grant(struct call *call, int64_t item_id, int64_t project_id, struct str actor) {
  return db_query(call->db,
                  "insert into item_grant (item_id, project_id, granted_by) values ($1::bigint, $2::bigint, $3) "
                  "on conflict do nothing",
                  PARAMS(p_i64(item_id), p_i64(project_id), p_str(actor)), NULL);
}

static struct result decide_privacy(struct call *call, int64_t id, const struct ticket_share *share,
                                    struct str *out_before) {
  struct privacy_change change = {id, share->privacy, share->actor};
  TRY(tickets_check_privacy(share->privacy));
  TRY(restricted_decided(call, id));
  return privacy_set(call, &change, out_before);
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
    TRY(decide_privacy(call, id, share, &before));
  if (share->project.length && is_comment)
    return result_error(RESULT_REJECTED, "a comment goes where its ticket goes; set its --privacy instead");
  if (share->project.length)
    TRY(share_with(call, id, share));
  TRY(journal_audit(call, share->actor, share->revoke ? "ticket.unshare" : "ticket.share", share->key,
                    decision(call, share, before)));
  TRY(tickets_plan_with_comments(call, id));
  return tickets_read(call, id, false, reply);
}
