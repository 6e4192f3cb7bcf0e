/* What deletions do to local comments and to mappings; and the verb by which a person deletes one. */
#include "store/deletes.h"

#include "store/gone.h"
#include "store/journal.h"
#include "store/tickets.h"

/* -- comments -- */

static struct result log_deletion(struct call *call, int64_t item_id, int64_t project_id, struct str by,
                                  const char *cause) {
  return db_query(
      call->db,
      "insert into change_log (item_id, project_id, actor, cause, field, before, after) select id, "
      "nullif($2::bigint, 0), $3, $4, '*', case when deleted_at is null then null else fields end, case when "
      "deleted_at is null then fields end from item where id = $1::bigint",
      PARAMS(p_i64(item_id), p_i64(project_id), p_str(by), p_str(str_of(cause))), NULL);
}

static struct result tell(struct call *call, int64_t item_id, struct str by) {
  struct rows rows;
  TRY(db_query(call->db,
               "select i.privacy, i.deleted_by, t.number from item i join item t on t.id = i.parent_id "
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

/* `project_id`: where it was deleted; 0 = here. */
static struct result mark_deleted(struct call *call, int64_t item_id, int64_t project_id, struct str by) {
  struct rows rows;
  TRY(db_query(call->db,
               "update item set deleted_at = now(), deleted_by = $2, deleted_in = nullif($3::bigint, 0), version = "
               "version + 1, updated_at = now() where id = $1::bigint and deleted_at is null",
               PARAMS(p_i64(item_id), p_str(by), p_i64(project_id)), &rows));
  if (rows.affected == 0)
    return RESULT_DONE;
  TRY(log_deletion(call, item_id, project_id, by, "deleted"));
  TRY(tell(call, item_id, by));
  return journal_plan_item(call, item_id, RANK_EDIT);
}

struct result store_comment_delete(struct call *call, const void *request, void *reply) {
  const struct comment_delete *deletion = request;
  int64_t id;
  bool is_comment;
  TRY(journal_find_item(call, deletion->key, &id, &is_comment));
  if (!is_comment)
    return result_error(RESULT_REJECTED,
                        "tickets are not deleted; close it: tandem ticket edit %.*s --status cancelled",
                        STR_FMT(deletion->key));
  TRY(mark_deleted(call, id, 0, deletion->actor.length ? deletion->actor : STR("unknown")));
  return tickets_read(call, id, false, reply);
}

/* -- mappings -- */

/* Nothing is kept in step any more: what waited for it is over. */
static struct result end_mapping(struct call *call, int64_t mapping_id, struct str reason) {
  TRY(db_query(call->db, "update mapping set state = 'gone', reason = $2 where id = $1::bigint",
               PARAMS(p_i64(mapping_id), p_str(reason)), NULL));
  TRY(db_query(call->db, "delete from plan_queue where mapping_id = $1::bigint", PARAMS(p_i64(mapping_id)), NULL));
  TRY(conflicts_end(call, mapping_id, CONFLICTS_OF_VALUES, STR("tandem: it is gone")));
  return db_query(call->db, "update intent set state = 'superseded' where mapping_id = $1::bigint and state = 'parked'",
                  PARAMS(p_i64(mapping_id)), NULL);
}

static struct result end_comments(struct call *call, const struct conflict_place *place) {
  struct rows rows;
  TRY(db_query(call->db,
               "select m.id from mapping m join item i on i.id = m.item_id where i.parent_id = $1::bigint and "
               "m.project_id = $2::bigint and m.state <> 'gone'",
               PARAMS(p_i64(place->item_id), p_i64(place->project_id)), &rows));
  for (size_t i = 0; i < rows.count; i++)
    TRY(end_mapping(call, rows_i64(&rows, i, "id"), STR("its ticket is gone")));
  return RESULT_DONE;
}

static struct result end_ticket(struct call *call, const struct conflict_place *place) {
  struct rows rows;
  TRY(db_query(call->db,
               "select coalesce(g.note, 'gone') || ' there' as reason from mapping m left join gone_item g on "
               "(g.project_id, g.kind, g.external_id) = (m.project_id, m.kind, m.external_id) where m.id = $1::bigint",
               PARAMS(p_i64(place->mapping_id)), &rows));
  TRY(end_mapping(call, place->mapping_id, rows_str(&rows, 0, "reason")));
  return end_comments(call, place);
}

/* As if it had never been there: planning creates it. */
static struct result begin_anew(struct call *call, int64_t mapping_id) {
  TRY(db_query(call->db,
               "update mapping set state = 'creating', external_id = null, reason = null, op_id = null, shadow = '{}', "
               "shadow_local = '{}' where id = $1::bigint",
               PARAMS(p_i64(mapping_id)), NULL));
  return journal_plan_mapping(call, mapping_id, RANK_EDIT);
}

struct result deletes_restore(struct call *call, int64_t item_id, int64_t except_mapping, struct str by) {
  struct rows rows;
  TRY(db_query(call->db,
               "update item set deleted_at = null, deleted_by = null, deleted_in = null, version = version + 1, "
               "updated_at = now() where id = $1::bigint and deleted_at is not null",
               PARAMS(p_i64(item_id)), &rows));
  if (rows.affected == 0)
    return RESULT_DONE;
  TRY(log_deletion(call, item_id, 0, by, "restored"));
  TRY(tell(call, item_id, by));
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
    TRY(mark_deleted(call, place->item_id, place->project_id, by));
    return end_mapping(call, place->mapping_id, STR("deleted there"));
  }
  if (str_is(how, "restore_local"))
    return deletes_restore(call, place->item_id, place->mapping_id, by);
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
