/* The end of a write outside: everything that becomes true with it, in one transaction. */
#include "store/observing/adopt.h"

#include "store/conflicts/conflicts.h"
#include "store/conflicts/write_conflicts.h"
#include "store/observing/adopt_shadow.h"
#include "store/observing/deletes.h"
#include "store/observing/externals.h"
#include "store/sending/pending.h"
#include "store/tickets/journal.h"
#include "store/tickets/keys.h"
#include "store/tickets/references.h"
#include "store/tickets/tickets.h"

static void tell_written(struct call *call, const struct written *w, const struct observation *returned) {
  bool is_comment = str_is(w->kind, "comment"), created = str_is(w->change, "create");
  bool deletes = str_is(w->change, "delete");
  struct str deleted = STR("deleted_by");
  struct str *names = ARENA_ARRAY(call->arena, struct str, w->sent_local.count);
  for (size_t i = 0; i < w->sent_local.count; i++)
    names[i] = w->sent_local.at[i].name;
  struct event_external_ticket data = {
      .project = w->project,
      .ticket = key_text(call->arena, STR("ticket"), is_comment ? w->parent_number : w->number, 0),
      .comment = is_comment ? key_text(call->arena, w->kind, 0, w->item_id) : (struct str){0},
      .external_key = returned ? returned->external_key : w->external_key,
      .url = returned ? returned->url : w->url,
      .direction = STR("pushed"),
  };
  data.fields.at = deletes ? &deleted : names;
  data.fields.count = deletes ? 1 : w->sent_local.count;
  outbox_add(call->outbox, created ? EVENT_EXTERNAL_TICKET_CREATED : EVENT_EXTERNAL_TICKET_UPDATED, data.ticket,
             data.ticket, &data);
}

/* It was shown before it was answered, and waited for the answer. */
static struct result forget_import(struct call *call, const struct written *w, struct str external_id) {
  return db_query(call->db,
                  "with forgotten as (delete from mapping where project_id = $1::bigint and kind = $2 "
                  "and external_id = $3 and item_id is null returning id) "
                  "delete from plan_queue where mapping_id in (select id from forgotten)",
                  PARAMS(p_i64(w->project_id), p_str(w->kind), p_str(external_id)), NULL);
}

static struct result link_created(struct call *call, const struct written *w, const struct observation *returned) {
  TRY(forget_import(call, w, returned->external_id));
  TRY(db_query(call->db,
               "with made as (update intent set external_id = $2, unanswered = false where op_id = $3::text::uuid) "
               "update mapping set external_id = $2, state = 'linked', reason = null, op_id = $3::text::uuid "
               "where id = $1::bigint",
               PARAMS(p_i64(w->mapping_id), p_str(returned->external_id), p_str(w->op_id)), NULL));
  if (!str_is(w->kind, "ticket"))
    return RESULT_DONE;
  /* Its comments waited for it, and tickets that name it. */
  TRY(references_mapped(call, &w->item_id, 1));
  return tickets_map_comments(call, w->item_id);
}

static struct conflict_place place_of(struct call *call, const struct written *w) {
  bool is_ticket = str_is(w->kind, "ticket");
  return (struct conflict_place){.mapping_id = w->mapping_id,
                                 .item_id = w->item_id,
                                 .project_id = w->project_id,
                                 .is_ticket = is_ticket,
                                 .project = w->project,
                                 .ticket =
                                     key_text(call->arena, STR("ticket"), is_ticket ? w->number : w->parent_number, 0),
                                 .external_key = w->external_key};
}

/* The shadow moves with what has arrived, and so what a person decided about it is applied. */
static struct result move_shadow(struct call *call, const struct written *w, const struct observation *returned,
                                 enum adopted_by by) {
  struct values arrived;
  TRY(adopt_shadow_of_write(call, w, returned, by, &arrived));
  if (!w->is_decided || arrived.count == 0)
    return RESULT_DONE;
  struct conflict_place place = place_of(call, w);
  return conflicts_applied(call, &place, w->id, &arrived);
}

static struct result adopt_deletion(struct call *call, const struct written *w) {
  struct conflict_place place = place_of(call, w);
  TRY(deletes_written(call, &place));
  tell_written(call, w, NULL);
  return pending_done(call, w->id, w->project_id, false);
}

/* What the write brought to light, as long as the shadow is the one that it was decided on. */
static struct result tell_surprises(struct call *call, const struct written *w, const struct observation *returned) {
  if (!returned)
    return RESULT_DONE;
  TRY(write_conflicts_replaced(call, w->id, &returned->replaced));
  return write_conflicts_refused(call, w->id, returned->refused.at, returned->refused.count);
}

struct result adopt_written(struct call *call, int64_t intent_id, const struct observation *returned,
                            enum adopted_by by) {
  struct written w;
  TRY(written_load(call, intent_id, &w));
  bool created = str_is(w.change, "create");
  if (str_is(w.state, "done"))
    return RESULT_DONE;
  if (str_is(w.change, "delete"))
    return adopt_deletion(call, &w);
  if (created && !returned)
    return result_error(RESULT_REJECTED, "a creation's receipt must carry what was created");
  if (returned)
    TRY(externals_record_written(call, w.project_id, returned));
  if (created)
    TRY(link_created(call, &w, returned));
  TRY(tell_surprises(call, &w, returned));
  TRY(move_shadow(call, &w, returned, by));
  TRY(pending_done(call, w.id, w.project_id, created));
  tell_written(call, &w, returned);
  return journal_plan_mapping(call, w.mapping_id, RANK_TICKET);
}

/* A write that was not begun may be what was missing of half a creation: by now somebody may have undone that. */
static struct result decide_again(struct call *call, int64_t mapping_id) {
  TRY(db_query(call->db,
               "update intent set state = 'stale', reason = 'the answer to the creation came later', done_at = now() "
               "where mapping_id = $1::bigint and state = 'prepared' and first_sent_at is null and change = 'update' "
               "and purpose is null",
               PARAMS(p_i64(mapping_id)), NULL));
  return journal_plan_mapping(call, mapping_id, RANK_TICKET);
}

struct result adopt_answer(struct call *call, int64_t intent_id, const struct observation *returned) {
  struct written w;
  struct rows newer;
  TRY(written_load(call, intent_id, &w));
  if (!str_equal(returned->external_id, w.external_id)) /* it was sent twice, and both have arrived */
    return adopt_set_aside(call, w.project_id, returned, w.op_id);
  TRY(db_query(
      call->db,
      "select from external_item where project_id = $1::bigint and kind = $2 and external_id = $3 "
      "and version > $4::bigint",
      PARAMS(p_i64(w.project_id), p_str(returned->kind), p_str(returned->external_id), p_i64(returned->version)),
      &newer));
  if (newer.count)
    return RESULT_DONE;
  TRY(externals_record_written(call, w.project_id, returned));
  TRY(adopt_shadow_of_rest(call, &w, returned));
  return decide_again(call, w.mapping_id);
}

struct result adopt_effect(struct call *call, int64_t intent_id, const struct observation *seen) {
  struct written w;
  TRY(written_load(call, intent_id, &w));
  return move_shadow(call, &w, seen, ADOPTED_ON_SIGHT);
}
