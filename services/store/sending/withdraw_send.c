/* A withdrawal on its way: the gate, the receipt, and the end of its mapping. */
#include "store/observing/adopt_shadow.h"
#include "store/observing/deletes.h"
#include "store/observing/externals.h"
#include "store/observing/gone.h"
#include "store/sending/withdraw.h"
#include "store/sending/withdraw_words.h"
#include "store/tickets/journal.h"
#include "store/tickets/keys.h"

static bool is_retraction(const struct pending *p) {
  return str_is(p->purpose, "retract");
}

/* -- the gate -- */

/* Whatever stands in the database: only neutral words and empty values go out. */
static bool carries_nothing(const struct pending *p) {
  for (size_t i = 0; i < p->set.count; i++) {
    const struct value *value = &p->set.at[i];
    bool is_neutral = value->kind == VALUE_SET ? value->count == 0 : value->text.length == 0;
    is_neutral |= str_is(value->name, "title") && str_is(value->text, WITHDRAWN_TITLE);
    is_neutral |= str_is(value->name, "body") && str_is(value->text, WITHDRAWN_BODY);
    if (!is_neutral && !str_is(value->name, "status"))
      return false;
  }
  return p->add.count == 0;
}

/* Nobody's edit is lost: what a retraction takes away there stays in the change log here, once, however often that is
 * tried. */
static struct result keep_what_was_there(struct call *call, const struct pending *p) {
  return db_query(call->db,
                  "insert into change_log (item_id, project_id, actor, cause, field, before) select m.item_id, "
                  "m.project_id, 'tandem', 'retracted', '*', e.fields from mapping m join external_item e on "
                  "(e.project_id, e.kind, e.external_id) = (m.project_id, m.kind, m.external_id) where m.id = "
                  "$1::bigint and not exists (select from change_log l where l.item_id = m.item_id and l.project_id = "
                  "m.project_id and l.cause = 'retracted' and l.before = e.fields)",
                  PARAMS(p_i64(p->mapping_id)), NULL);
}

static struct result tell(struct call *call, const struct pending *p) {
  struct rows rows;
  TRY(db_query(call->db,
               "select p.name, e.external_key, e.url, coalesce(t.number, i.number) as number from mapping m join "
               "project p on p.id = m.project_id join item i on i.id = m.item_id left join item t on t.id = "
               "i.parent_id left join external_item e on (e.project_id, e.kind, e.external_id) = (m.project_id, "
               "m.kind, m.external_id) where m.id = $1::bigint",
               PARAMS(p_i64(p->mapping_id)), &rows));
  bool is_comment = str_is(p->kind, "comment");
  struct str *names = ARENA_ARRAY(call->arena, struct str, p->set.count + p->remove.count + 1);
  struct event_external_ticket data = {
      .project = rows_str(&rows, 0, "name"),
      .ticket = key_text(call->arena, STR("ticket"), rows_i64(&rows, 0, "number"), 0),
      .comment = is_comment ? key_text(call->arena, p->kind, 0, p->item_id) : (struct str){0},
      .external_key = rows_str(&rows, 0, "external_key"),
      .url = rows_str(&rows, 0, "url"),
      .direction = STR("pushed"),
  };
  for (size_t i = 0; i < p->set.count + p->remove.count; i++)
    names[data.fields.count++] = i < p->set.count ? p->set.at[i].name : p->remove.at[i - p->set.count].name;
  if (p->deletes)
    names[data.fields.count++] = STR("deleted_by");
  data.fields.at = names;
  outbox_add(call->outbox, EVENT_EXTERNAL_TICKET_UPDATED, data.ticket, data.ticket, &data);
  return RESULT_DONE;
}

/* Its creation knows, when the mapping stands for a later one. */
static struct result note_taken_back(struct call *call, const struct pending *p) {
  return db_query(call->db,
                  "update intent set taken_back = true where op_id = (select op_id from mapping where id = $1::bigint)",
                  PARAMS(p_i64(p->mapping_id)), NULL);
}

/* It is done, or nothing is left to do: the mapping ends. */
static struct result finish(struct call *call, const struct pending *p) {
  if (p->deletes)
    TRY(gone_by_us(call, p->mapping_id));
  TRY(tell(call, p));
  TRY(pending_done(call, p->id, p->project_id, false));
  if (is_retraction(p) && !p->left_out.length)
    TRY(note_taken_back(call, p));
  struct str why = is_retraction(p) ? STR(WITHDRAWN_BY_RETRACTION) : STR(WITHDRAWN_BY_UNDO);
  if (p->left_out.length)
    why = str_format(call->arena, "%.*s, but for what the tracker refused: %.*s", STR_FMT(why), STR_FMT(p->left_out));
  return deletes_unlink(call, p->mapping_id, why);
}

/* A close is only for what is still as the session left it. */
static struct result leave_moved(struct call *call, const struct pending *p) {
  TRY(pending_end(call, p, "stale",
                  STR("it was changed there since, so it was left as it is: close it there if it is to be closed")));
  return journal_plan_mapping(call, p->mapping_id, RANK_EDIT);
}

/* That a ticket is not there is believed when a second look says so, as ever: a right may have been taken away. */
static struct result wait_until_sure(struct call *call, const struct pending *p) {
  enum { SECOND_LOOK_MS = 11 * 60 * 1000 };
  return pending_try_later(call, p, "prepared", STR("it seems to be gone there; that is looked at again"),
                           SECOND_LOOK_MS);
}

struct result withdraw_begin(struct call *call, const struct pending *p, bool moved, bool *stop) {
  *stop = true;
  if (p->observed_gone)
    return p->deletes || p->surely_gone ? finish(call, p) : wait_until_sure(call, p);
  if (is_retraction(p) && !str_is_absent(p->rule)) {
    TRY(pending_end(call, p, "superseded", STR("it may be there again")));
    return journal_plan_mapping(call, p->mapping_id, RANK_EDIT);
  }
  if (!is_retraction(p) && moved)
    return leave_moved(call, p);
  if (!carries_nothing(p))
    return pending_end(call, p, "refused", STR("it would carry content, and a withdrawal carries none"));
  *stop = false;
  return is_retraction(p) ? keep_what_was_there(call, p) : RESULT_DONE;
}

/* -- the receipt -- */

/* On what the target is now: to write the same again does no harm. */
static struct result again(struct call *call, const struct pending *p) {
  return db_query(call->db,
                  "update intent n set state = 'prepared', expect_hash = case when n.purpose = 'retract' then e.hash "
                  "else n.expect_hash end, next_attempt_at = now() from mapping m join external_item e on "
                  "(e.project_id, e.kind, e.external_id) = (m.project_id, m.kind, m.external_id) where n.id = "
                  "$1::bigint and m.id = n.mapping_id",
                  PARAMS(p_i64(p->id)), NULL);
}

static bool shows(const struct values *fields, const struct values *sent) {
  for (size_t i = 0; i < sent->count; i++) {
    const struct value *there = values_find(fields, sent->at[i].name);
    if (!there || !value_equal(there, &sent->at[i]))
      return false;
  }
  return sent->count > 0;
}

/* Nobody knows whether it arrived; the target tells. */
static struct result look(struct call *call, const struct pending *p, const struct push_receipt *receipt) {
  struct taken taken = {0};
  if (receipt->returned.count == 0)
    return again(call, p);
  TRY(externals_record(call, p->project_id, SOURCE_FRESH, receipt->returned.at, 1, &taken));
  bool gone = receipt->returned.at->gone.length > 0;
  if (p->deletes ? gone : shows(&receipt->returned.at->fields, &p->set))
    return finish(call, p);
  return again(call, p);
}

/* The rest is sent without what the tracker does not take. */
static struct result leave_out(struct call *call, const struct pending *p, const struct push_receipt *receipt) {
  struct str *names = ARENA_ARRAY(call->arena, struct str, receipt->refused.count);
  struct rows rows;
  for (size_t i = 0; i < receipt->refused.count; i++)
    names[i] = receipt->refused.at[i].field;
  TRY(db_query(call->db,
               "update intent set payload_set = payload_set - $2::text[], payload_remove = payload_remove - "
               "$2::text[], state = 'prepared', left_out = $3, next_attempt_at = now() where id = $1::bigint and "
               "(payload_set - $2::text[] <> '{}' or payload_remove - $2::text[] <> '{}') and (payload_set || "
               "payload_remove) ?| $2::text[]",
               PARAMS(p_i64(p->id), p_strs(call->arena, names, receipt->refused.count), p_str(receipt->message)),
               &rows));
  return rows.affected ? RESULT_DONE : pending_park(call, p, receipt->message);
}

static struct result written(struct call *call, const struct pending *p, const struct push_receipt *receipt) {
  const struct observation *returned = receipt->returned.count ? receipt->returned.at : NULL;
  const struct value *status = returned ? values_find(&returned->fields, STR("status")) : NULL;
  if (returned && !returned->gone.length)
    TRY(externals_record_written(call, p->project_id, returned));
  if (status && !is_retraction(p)) { /* undone itself, it is opened again by an ordinary push */
    struct value closed = value_text(STR("status"), STR("cancelled"));
    TRY(adopt_shadow_move(call, p->mapping_id, &(struct values){status, 1}, &(struct values){&closed, 1}));
  }
  return finish(call, p);
}

struct result withdraw_settle(struct call *call, const struct pending *p, const struct push_receipt *receipt) {
  struct str outcome = receipt->outcome;
  if (str_is(outcome, "ok"))
    return written(call, p, receipt);
  if (str_is(outcome, "gone") && p->deletes)
    return finish(call, p);
  if (str_is(outcome, "gone")) {
    TRY(externals_fetch(call, p->project_id, p->kind, p->external_id, "gone"));
    return wait_until_sure(call, p);
  }
  if (str_is(outcome, "stale"))
    return look(call, p, receipt);
  if (str_is(outcome, "rejected") && receipt->refused.count)
    return leave_out(call, p, receipt);
  return pending_park(call, p, receipt->message);
}
