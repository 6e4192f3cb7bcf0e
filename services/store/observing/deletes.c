/* What deletions do to local comments and to mappings; and the verb by which a person deletes one. */
#include "store/observing/deletes.h"

#include "store/observing/gone.h"
#include "store/tickets/journal.h"
#include "store/tickets/keys.h"
#include "store/tickets/tickets.h"

#define WENT_WITH_TICKET "its ticket is gone"

/* -- comments -- */

static struct result log_deletion(struct call *call, const struct deletion *d, const char *cause) {
  return db_query(
      call->db,
      "insert into change_log (item_id, project_id, session_id, actor, cause, field, before, after) select id, "
      "nullif($2::bigint, 0), coalesce(nullif($5::bigint, 0), (select s.id from session s where s.project_id = "
      "$2::bigint and s.state = 'running')), $3, $4, '*', case when deleted_at is null then null else fields end, "
      "case when deleted_at is null then fields end from item where id = $1::bigint",
      PARAMS(p_i64(d->item_id), p_i64(d->project_id), p_str(d->by), p_str(str_of(cause)), p_i64(d->session_id)), NULL);
}

static struct result tell(struct call *call, int64_t item_id, struct str by) {
  struct rows rows;
  TRY(db_query(call->db,
               "select " ITEM_PRIVACY
               " as privacy, i.deleted_by, t.number from item i join item t on t.id = i.parent_id "
               "where i.id = $1::bigint",
               PARAMS(p_i64(item_id)), &rows));
  struct str deleted_by = rows_str(&rows, 0, "deleted_by");
  struct value value = value_text(STR("deleted_by"), deleted_by.at ? deleted_by : STR(""));
  struct values fields = {&value, 1};
  struct changed_item item = {.id = item_id,
                              .parent_number = rows_i64(&rows, 0, "number"),
                              .kind = STR("comment"),
                              .privacy = rows_str(&rows, 0, "privacy")};
  tickets_tell(call, EVENT_TICKET_UPDATED, &item, by, &fields);
  return RESULT_DONE;
}

struct result deletes_mark(struct call *call, const struct deletion *d) {
  struct rows rows;
  TRY(db_query(call->db,
               "update item set deleted_at = now(), deleted_by = $2, deleted_in = nullif($3::bigint, 0), version = "
               "version + 1, updated_at = now() where id = $1::bigint and deleted_at is null",
               PARAMS(p_i64(d->item_id), p_str(d->by), p_i64(d->project_id)), &rows));
  if (rows.affected == 0)
    return RESULT_DONE;
  TRY(log_deletion(call, d, "deleted"));
  TRY(tell(call, d->item_id, d->by));
  return journal_plan_item(call, d->item_id, RANK_EDIT);
}

struct result store_comment_delete(struct call *call, const void *request, void *reply) {
  const struct comment_delete *deletion = request;
  int64_t id;
  bool is_comment;
  TRY(key_find_item(call, deletion->key, &id, &is_comment));
  if (!is_comment)
    return result_error(RESULT_REJECTED,
                        "tickets are not deleted; close it: tandem ticket edit %.*s --status cancelled",
                        STR_FMT(deletion->key));
  struct deletion here = {.item_id = id, .by = deletion->actor.length ? deletion->actor : STR("unknown")};
  TRY(deletes_mark(call, &here));
  return tickets_read(call, id, false, reply);
}

/* -- mappings -- */

/* Nothing is kept in step any more: what waited for it is over. */
static struct result end_mapping(struct call *call, int64_t mapping_id, struct str reason) {
  TRY(db_query(call->db, "update mapping set state = 'gone', reason = $2 where id = $1::bigint",
               PARAMS(p_i64(mapping_id), p_str(reason)), NULL));
  TRY(db_query(call->db, "delete from plan_queue where mapping_id = $1::bigint", PARAMS(p_i64(mapping_id)), NULL));
  TRY(conflicts_end(call, mapping_id, CONFLICTS_OF_VALUES, STR("tandem: it is gone")));
  return db_query(call->db,
                  "update intent set state = 'superseded' where mapping_id = $1::bigint and state = 'parked' and "
                  "purpose is null",
                  PARAMS(p_i64(mapping_id)), NULL);
}

static struct result end_comments(struct call *call, int64_t item_id, int64_t project_id) {
  struct rows rows;
  TRY(db_query(call->db,
               "select m.id from mapping m join item i on i.id = m.item_id where i.parent_id = $1::bigint and "
               "m.project_id = $2::bigint and m.state <> 'gone'",
               PARAMS(p_i64(item_id), p_i64(project_id)), &rows));
  for (size_t i = 0; i < rows.count; i++)
    TRY(end_mapping(call, rows_i64(&rows, i, "id"), STR(WENT_WITH_TICKET)));
  return RESULT_DONE;
}

struct result deletes_unlink(struct call *call, int64_t mapping_id, struct str reason) {
  struct rows rows;
  TRY(end_mapping(call, mapping_id, reason));
  TRY(db_query(call->db, "select item_id, project_id from mapping where id = $1::bigint and kind = 'ticket'",
               PARAMS(p_i64(mapping_id)), &rows));
  return rows.count ? end_comments(call, rows_i64(&rows, 0, "item_id"), rows_i64(&rows, 0, "project_id")) : RESULT_DONE;
}

/* With the comments there that nobody here had yet: they could not come while their ticket was not kept in step. */
static struct result link_comments_again(struct call *call, int64_t mapping_id) {
  return db_query(
      call->db,
      "with ticket as (select * from mapping where id = $1::bigint and kind = 'ticket'), "
      "ours as (update mapping m set state = 'linked', reason = null from ticket t join item i on "
      "i.parent_id = t.item_id where m.item_id = i.id and m.project_id = t.project_id and m.state = 'gone' "
      "and m.reason = '" WENT_WITH_TICKET "' and m.external_id is not null returning m.id, m.project_id), "
      "theirs as (select m.id, m.project_id from ticket t join external_item e on e.project_id = "
      "t.project_id and e.kind = 'comment' and e.parent_external_id = t.external_id join mapping m on "
      "(m.project_id, m.kind, m.external_id) = (e.project_id, e.kind, e.external_id) and m.item_id is null) "
      "insert into plan_queue (mapping_id, project_id, rank) select id, project_id, 2 from (select * from "
      "ours union select * from theirs) c on conflict (mapping_id) do update set generation = "
      "nextval('plan_generation'), claimed_until = '-infinity'",
      PARAMS(p_i64(mapping_id)), NULL);
}

struct result deletes_link_again(struct call *call, int64_t mapping_id) {
  TRY(db_query(call->db,
               "update mapping set state = 'linked', reason = null where id = $1::bigint and state = 'gone' and "
               "external_id is not null",
               PARAMS(p_i64(mapping_id)), NULL));
  TRY(link_comments_again(call, mapping_id));
  return journal_plan_mapping(call, mapping_id, RANK_EDIT);
}

static struct result end_ticket(struct call *call, const struct conflict_place *place) {
  struct rows rows;
  TRY(db_query(call->db,
               "select coalesce(g.note, 'gone') || ' there' as reason from mapping m left join gone_item g on "
               "(g.project_id, g.kind, g.external_id) = (m.project_id, m.kind, m.external_id) where m.id = $1::bigint",
               PARAMS(p_i64(place->mapping_id)), &rows));
  return deletes_unlink(call, place->mapping_id, rows_str(&rows, 0, "reason"));
}

/* As if it had never been there: planning creates it. What was asked about its values there is asked of nothing, and
 * would keep them from being sent. */
static struct result begin_anew(struct call *call, int64_t mapping_id) {
  TRY(conflicts_end(call, mapping_id, CONFLICTS_OF_VALUES, STR("tandem: it is gone")));
  TRY(db_query(call->db,
               "update mapping set state = 'creating', external_id = null, reason = null, op_id = null, shadow = '{}', "
               "shadow_local = '{}' where id = $1::bigint",
               PARAMS(p_i64(mapping_id)), NULL));
  return journal_plan_mapping(call, mapping_id, RANK_EDIT);
}

struct result deletes_restore(struct call *call, const struct deletion *back, int64_t except_mapping) {
  int64_t item_id = back->item_id;
  struct rows rows;
  TRY(db_query(call->db,
               "update item set deleted_at = null, deleted_by = null, deleted_in = null, version = version + 1, "
               "updated_at = now() where id = $1::bigint and deleted_at is not null",
               PARAMS(p_i64(item_id)), &rows));
  if (rows.affected == 0)
    return RESULT_DONE;
  TRY(log_deletion(call, back, "restored"));
  TRY(tell(call, item_id, back->by));
  TRY(db_query(call->db,
               "select m.id from mapping m join item i on i.id = m.item_id join mapping t on t.item_id = i.parent_id "
               "and t.project_id = m.project_id and t.state in ('creating', 'linked') where m.item_id = $1::bigint and "
               "m.id <> $2::bigint and m.state = 'gone'",
               PARAMS(p_i64(item_id), p_i64(except_mapping)), &rows));
  for (size_t i = 0; i < rows.count; i++)
    TRY(begin_anew(call, rows_i64(&rows, i, "id")));
  return journal_plan_item(call, item_id, RANK_EDIT);
}

/* -- what planning decided -- */

/* The person who decided, or what happened there. */
static struct result who_decided(struct call *call, const struct conflict_place *place, struct str actor,
                                 struct str *out) {
  struct rows rows;
  TRY(db_query(
      call->db,
      "select decided_by from conflict where mapping_id = $1::bigint and kind = 'deleted_vs_edited' and state = "
      "'decided'",
      PARAMS(p_i64(place->mapping_id)), &rows));
  *out = rows.count ? rows_str(&rows, 0, "decided_by") : actor;
  return RESULT_DONE;
}

struct result deletes_commit(struct call *call, const struct conflict_place *place, const struct plan_outcome *outcome,
                             struct str actor) {
  struct str by, how = outcome->deletion;
  bool is_ticket = place->is_ticket;
  if (how.length == 0)
    return RESULT_DONE;
  TRY(who_decided(call, place, actor, &by));
  if (str_is(how, "delete_local")) {
    TRY(deletes_mark(call, &(struct deletion){place->item_id, place->project_id, 0, by}));
    return end_mapping(call, place->mapping_id, STR("deleted there"));
  }
  if (str_is(how, "restore_local"))
    return deletes_restore(call, &(struct deletion){.item_id = place->item_id, .by = by}, place->mapping_id);
  if (str_is(how, "restore_external"))
    return begin_anew(call, place->mapping_id);
  if (str_is(how, "unlink") || str_is(how, "close_local"))
    return is_ticket ? end_ticket(call, place) : end_mapping(call, place->mapping_id, STR("deleted"));
  return str_is(how, "delete_external") ? RESULT_DONE
                                        : result_error(RESULT_REJECTED, "unknown deletion \"%.*s\"", STR_FMT(how));
}

struct result deletes_written(struct call *call, const struct conflict_place *place) {
  struct str field = STR("comment");
  struct plan_outcome done = {.mapping_id = place->mapping_id, .closes.at = &field, .closes.count = 1};
  struct rows rows;
  TRY(gone_by_us(call, place->mapping_id));
  TRY(db_query(call->db, "select deleted_at is not null as deleted from item where id = $1::bigint",
               PARAMS(p_i64(place->item_id)), &rows));
  if (!rows_bool(&rows, 0, "deleted"))
    return begin_anew(call, place->mapping_id);
  TRY(conflicts_close(call, place, &done));
  return end_mapping(call, place->mapping_id, STR("deleted"));
}
