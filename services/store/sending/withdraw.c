/* What a withdrawal sends, and how it is prepared. */
#include "store/sending/withdraw.h"

#include "service/project_rules.h"
#include "store/observing/deletes.h"
#include "store/projects/projects.h"
#include "store/sending/withdraw_words.h"
#include "sync/catalogue.h"
#include "sync/map_fields.h"

/* The mapping that is to be taken back. */
struct target {
  int64_t mapping_id, project_id, item_id;
  struct str kind, state, external_key, hash, system;
  bool is_ours; /* tandem made it there */
  struct values external, left;
  struct rules rules;
};

static struct result load_target(struct call *call, int64_t mapping_id, struct target *out) {
  struct rows rows;
  struct project *project;
  size_t count;
  TRY(db_query(call->db,
               "select m.project_id, m.item_id, m.kind, m.state, m.op_id is not null as ours, e.external_key, e.hash, "
               "e.fields, p.system, (select coalesce(jsonb_object_agg(f, ''), '{}') from egress g, unnest(g.fields) f "
               "where g.item_id = m.item_id and g.project_id = m.project_id) as sent from mapping m "
               "join project p on p.id = m.project_id join external_item e on (e.project_id, e.kind, e.external_id) = "
               "(m.project_id, m.kind, m.external_id) where m.id = $1::bigint and m.item_id is not null",
               PARAMS(p_i64(mapping_id)), &rows));
  if (rows.count == 0)
    return result_error(RESULT_GONE, "nothing of it is there");
  *out = (struct target){.mapping_id = mapping_id,
                         .project_id = rows_i64(&rows, 0, "project_id"),
                         .item_id = rows_i64(&rows, 0, "item_id"),
                         .kind = rows_str(&rows, 0, "kind"),
                         .state = rows_str(&rows, 0, "state"),
                         .external_key = rows_str(&rows, 0, "external_key"),
                         .hash = rows_bytes(call->arena, &rows, 0, "hash"),
                         .system = rows_str(&rows, 0, "system"),
                         .is_ours = rows_bool(&rows, 0, "ours")};
  TRY(rows_values(call->arena, &rows, 0, "fields", &out->external));
  TRY(rows_values(call->arena, &rows, 0, "sent", &out->left));
  TRY(projects_of(call, &out->project_id, 1, &project, &count));
  out->rules = project_rules(call->arena, project);
  return RESULT_DONE;
}

/* -- what is sent -- */

struct draft {
  struct values_builder set, remove, sent_local;
};

static bool is_closed_there(struct call *call, const struct target *t) {
  const struct value *status = values_find(&t->external, STR("status"));
  if (!status)
    return false;
  struct mapped here = map_fields_to_local(call->arena, rules_field(&t->rules, STR("status")), status);
  return catalogue_is_over(here.value.text);
}

/* The tracker's word for a ticket that is over: cancelled where it has one, else done. */
static bool put_closed(struct call *call, const struct target *t, struct draft *draft) {
  static const char *const words[] = {"cancelled", "done"};
  if (!rules_takes(&t->rules, STR("status")))
    return false;
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    struct value local = value_text(STR("status"), str_of(words[i]));
    struct mapped there = map_fields_to_external(call->arena, rules_field(&t->rules, STR("status")), &local);
    if (there.unmappable_count)
      continue;
    values_put(&draft->set, value_text(STR("status"), there.value.text));
    values_put(&draft->sent_local, local);
    return true;
  }
  return false;
}

/* Everything that ever left of it and is there still; nothing that only others wrote. */
static void put_blank(const struct target *t, struct draft *draft) {
  values_put(&draft->set, value_text(STR("title"), STR(WITHDRAWN_TITLE)));
  values_put(&draft->set, value_text(STR("body"), STR(WITHDRAWN_BODY)));
  for (size_t i = 0; i < t->left.count; i++) {
    const struct value *there = values_find(&t->external, t->left.at[i].name);
    if (!there || str_is(there->name, "title") || str_is(there->name, "body") || str_is(there->name, "status"))
      continue;
    if (there->kind == VALUE_SET && there->count)
      values_put(&draft->remove, *there);
    else if (there->kind == VALUE_TEXT && there->text.length)
      values_put(&draft->set, value_text(there->name, STR("")));
  }
}

/* -- preparing -- */

static struct result insert_intent(struct call *call, const struct target *t, const char *purpose, int64_t session_id,
                                   const struct draft *draft, int64_t *out_id) {
  struct values set = values_built(&draft->set), remove = values_built(&draft->remove),
                sent = values_built(&draft->sent_local);
  bool deletes = str_is(t->kind, "comment");
  struct rows rows;
  outbox_ring(call->outbox, BELL_WORK, t->system);
  TRY(db_query(call->db,
               "insert into intent (project_id, mapping_id, item_id, kind, change, payload_set, payload_add, "
               "payload_remove, sent_local, expect_hash, purpose, session_id) values ($1::bigint, $2::bigint, "
               "$3::bigint, $4, $5, $6::text::jsonb, '{}', $7::text::jsonb, $8::text::jsonb, $9, $10, "
               "nullif($11::bigint, 0)) returning id",
               PARAMS(p_i64(t->project_id), p_i64(t->mapping_id), p_i64(t->item_id), p_str(t->kind),
                      p_str(deletes ? STR("delete") : STR("update")), p_values(call->arena, &set),
                      p_values(call->arena, &remove), p_values(call->arena, &sent), p_bytes(t->hash),
                      p_str(str_of(purpose)), p_i64(session_id)),
               &rows));
  *out_id = rows_i64(&rows, 0, "id");
  return RESULT_DONE;
}

/* Of a mapping one write is on its way at a time. What was not sent yet need not be. */
static struct result make_room(struct call *call, int64_t mapping_id, const char *purpose, struct withdrawal *out) {
  struct rows rows;
  TRY(db_query(call->db,
               "update intent set state = 'superseded', reason = 'it is taken back' where mapping_id = $1::bigint and "
               "purpose is distinct from $2 and ((state = 'prepared' and first_sent_at is null) or (state = 'parked' "
               "and change <> 'create'))",
               PARAMS(p_i64(mapping_id), p_str(str_of(purpose))), NULL));
  TRY(db_query(call->db,
               "select id, coalesce(purpose, '') = $2 as same from intent where mapping_id = $1::bigint and (state in "
               "('prepared', 'sending', 'unknown') or (state = 'parked' and purpose = $2)) order by id desc limit 1",
               PARAMS(p_i64(mapping_id), p_str(str_of(purpose))), &rows));
  if (rows.count == 0)
    return RESULT_DONE;
  if (rows_bool(&rows, 0, "same"))
    out->intent_id = rows_i64(&rows, 0, "id");
  else
    out->why_not = STR("a write of it is on its way, and nobody knows yet whether it arrived: ask again in a moment");
  return RESULT_DONE;
}

static struct str refusal(const struct target *t, bool also_ended) {
  if (!str_is(t->state, "linked") && !str_is(t->state, "parked") && !(also_ended && str_is(t->state, "gone")))
    return STR("it is not kept in step any more");
  if (!t->is_ours)
    return STR("tandem did not make it there");
  return (struct str){0};
}

struct result withdraw_undo(struct call *call, int64_t mapping_id, int64_t session_id, struct withdrawal *out) {
  struct target t;
  struct values_builder empty = {.arena = call->arena};
  struct draft draft = {empty, empty, empty};
  *out = (struct withdrawal){0};
  TRY(load_target(call, mapping_id, &t));
  out->why_not = refusal(&t, false);
  if (out->why_not.length)
    return RESULT_DONE;
  if (is_closed_there(call, &t)) {
    out->done = true;
    return deletes_unlink(call, mapping_id, STR(WITHDRAWN_BY_UNDO));
  }
  if (!rules_may_push(rules_direction(&t.rules, STR("status"))) || !put_closed(call, &t, &draft)) {
    out->why_not = STR("this project's rules do not let its status be written: close it there");
    return RESULT_DONE;
  }
  TRY(make_room(call, mapping_id, "undo", out));
  return out->intent_id || out->why_not.length ? RESULT_DONE
                                               : insert_intent(call, &t, "undo", session_id, &draft, &out->intent_id);
}

/* Whatever the direction is: a person asks for just this. What an undo only closed can be read all the same. */
struct result withdraw_retract(struct call *call, int64_t mapping_id, struct withdrawal *out) {
  struct target t;
  struct values_builder empty = {.arena = call->arena};
  struct draft draft = {empty, empty, empty};
  *out = (struct withdrawal){0};
  TRY(load_target(call, mapping_id, &t));
  out->why_not = refusal(&t, true);
  if (out->why_not.length)
    return RESULT_DONE;
  if (str_is(t.kind, "ticket")) {
    put_blank(&t, &draft);
    if (!is_closed_there(call, &t))
      put_closed(call, &t, &draft);
  }
  TRY(make_room(call, mapping_id, "retract", out));
  return out->intent_id || out->why_not.length ? RESULT_DONE
                                               : insert_intent(call, &t, "retract", 0, &draft, &out->intent_id);
}
