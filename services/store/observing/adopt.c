/* The end of a write outside: everything that becomes true with it, in one transaction. */
#include "store/observing/adopt.h"

#include "base/mutation.h"
#include "store/conflicts/write_conflicts.h"
#include "store/observing/deletes.h"
#include "store/observing/externals.h"
#include "store/sending/outward.h"
#include "store/sending/pending.h"
#include "store/tickets/journal.h"
#include "store/tickets/references.h"
#include "store/tickets/tickets.h"
#include "sync/attribution.h"
#include "sync/canon.h"
#include "sync/catalogue.h"
#include "sync/plan.h"

enum { SECOND_MS = 1000 };

struct written {
  int64_t id, project_id, mapping_id, item_id, number, parent_id, parent_number;
  struct str change, kind, state, project, op_id, external_key, url, base_url;
  struct values set, add, remove, sent_local, shadow, local;
};

static struct result load_written(struct call *call, int64_t intent_id, struct written *out) {
  struct rows rows;
  TRY(db_query(
      call->db,
      "select n.id, n.project_id, n.mapping_id, n.item_id, n.change, n.kind, n.state, n.op_id, p.name, "
      "n.payload_set, n.payload_add, n.payload_remove, n.sent_local, m.shadow, i.fields, i.number, i.parent_id, "
      "t.number as parent_number, e.external_key, e.url, p.base_url "
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
      .external_key = rows_str(&rows, 0, "external_key"),
      .url = rows_str(&rows, 0, "url"),
      .base_url = rows_str(&rows, 0, "base_url"),
  };
  TRY(rows_values(call->arena, &rows, 0, "payload_set", &out->set));
  TRY(rows_values(call->arena, &rows, 0, "payload_add", &out->add));
  TRY(rows_values(call->arena, &rows, 0, "payload_remove", &out->remove));
  TRY(rows_values(call->arena, &rows, 0, "sent_local", &out->sent_local));
  TRY(rows_values(call->arena, &rows, 0, "fields", &out->local));
  return rows_values(call->arena, &rows, 0, "shadow", &out->shadow);
}

/* -- the shadow -- */

static struct plan_write write_of(const struct written *w, struct str field) {
  struct plan_write write = {0};
  const struct value *set = values_find(&w->set, field), *add = values_find(&w->add, field),
                     *remove = values_find(&w->remove, field);
  write.has_set = set != NULL;
  if (set)
    write.set = *set;
  write.has_delta = add || remove;
  write.add = add ? *add : value_set(field, NULL, 0);
  write.remove = remove ? *remove : value_set(field, NULL, 0);
  return write;
}

static bool is_as_sent(struct call *call, const struct written *w, const struct plan_write *write,
                       const struct value *answer) {
  if (write->has_delta && answer)
    return canon_has_all(answer, &write->add) && !canon_has_any(answer, &write->remove);
  if (!write->has_set || !answer || canon_equal(catalogue_kind(answer->name, answer->kind), &write->set, answer))
    return true;
  struct value own = *answer;
  own.text = attribution_strip(answer->text);
  const struct values seen = {&own, 1}, sent = {&write->set, 1};
  own = outward_coming(call, w->base_url, &seen, &sent).at[0];
  return canon_equal(catalogue_kind(answer->name, answer->kind), &write->set, &own);
}

static struct value nothing_like(const struct value *value) {
  return value->kind == VALUE_SET ? value_set(value->name, NULL, 0) : value_text(value->name, STR(""));
}

/* Whether it is as its creation made it. A clock of whole seconds does not tell a change within the first one: of a
 * text or a set, which goes out with the first request, that may be somebody's edit. */
static bool is_untouched(const struct observation *seen, const struct value *sent) {
  bool is_choice = catalogue_kind(sent->name, sent->kind) == CONTENT_CHOICE;
  return seen->version <= seen->created_at_ms && (is_choice || seen->version % SECOND_MS != 0);
}

/* A creation may take several requests (GitHub: create, then close), and what is come upon may be half of it. Where
 * nobody changed it since, what is missing is still to be pushed; else there is no shadow, and unequal values are a
 * conflict. */
static bool shadow_of_half(const struct written *w, const struct observation *seen, const struct value *sent,
                           struct value *local) {
  *local = nothing_like(sent);
  return str_is(w->change, "create") && is_untouched(seen, sent);
}

/* What is come upon shows what the tracker made of the creation only while its clock tells that nothing came since. */
static bool is_as_made(const struct observation *seen, enum adopted_by by) {
  return by == ADOPTED_BY_RECEIPT || (seen->version <= seen->created_at_ms && seen->version % SECOND_MS != 0);
}

/* What a field that was not sent was when its ticket was made there: what it is, unless somebody may have set it since.
 */
static struct value unsent(const struct value *answer, bool as_made) {
  return as_made ? *answer : nothing_like(answer);
}

/* Fields that a creation did not bring along: the local side never had them, or had no word for them, or got them
 * since. What the tracker began with is no edit of anybody, so the local value, if there is one, is the only change. */
static void start_fields(const struct written *w, const struct observation *returned, enum adopted_by by,
                         struct values_builder *external, struct values_builder *local) {
  for (size_t i = 0; i < returned->fields.count; i++) {
    const struct value *answer = &returned->fields.at[i];
    bool is_late = MUTATED(LATECOMER) && values_find(&w->local, answer->name);
    if (values_find(&w->sent_local, answer->name) || is_late)
      continue;
    values_put(external, unsent(answer, is_as_made(returned, by)));
    values_put(local, nothing_like(answer));
  }
}

/* What the tracker did not take stays pending: a conflict says why. */
static bool is_refused(const struct observation *returned, struct str field) {
  for (size_t i = 0; returned && i < returned->refused.count; i++)
    if (str_equal(returned->refused.at[i].field, field))
      return true;
  return false;
}

/* What the tracker made of a field that was sent: after an unanswered update what its history shows, where somebody has
 * changed it since. */
static const struct value *answer_of(const struct observation *returned, struct str field) {
  const struct value *arrived = returned ? values_find(&returned->arrived, field) : NULL;
  if (arrived && !MUTATED(HISTORY))
    return arrived;
  return returned ? values_find(&returned->fields, field) : NULL;
}

/* Per field that was sent, or that a creation left pending: (what local was, what the tracker made of it). */
static struct result move_shadow(struct call *call, const struct written *w, const struct observation *returned,
                                 enum adopted_by by) {
  struct values_builder external = {.arena = call->arena}, local = {.arena = call->arena};
  for (size_t i = 0; i < w->sent_local.count; i++) {
    const struct value *sent = &w->sent_local.at[i];
    struct plan_write write = write_of(w, sent->name);
    const struct value *answer = answer_of(returned, sent->name);
    if (!write.has_set && !write.has_delta && !answer)
      continue;
    struct value half = write.has_set || write.has_delta
                            ? plan_receipt(call->arena, values_find(&w->shadow, sent->name), &write, answer)
                            : unsent(answer, is_as_made(returned, by));
    struct value here = *sent;
    bool refused = is_refused(returned, sent->name);
    if (refused && !str_is(w->change, "create"))
      continue;
    if (refused)
      here = nothing_like(sent);
    if (by == ADOPTED_ON_SIGHT && !is_as_sent(call, w, &write, answer) && !shadow_of_half(w, returned, sent, &here))
      continue;
    values_put(&external, half);
    values_put(&local, here);
  }
  if (returned && str_is(w->change, "create"))
    start_fields(w, returned, by, &external, &local);
  struct values external_built = values_built(&external), local_built = values_built(&local);
  return adopt_move_shadow(call, w->mapping_id, &external_built, &local_built);
}

struct result adopt_move_shadow(struct call *call, int64_t mapping_id, const struct values *external,
                                const struct values *local) {
  if (MUTATED(SHADOW))
    return RESULT_DONE;
  struct str *names = ARENA_ARRAY(call->arena, struct str, external->count);
  struct values_builder differing = {.arena = call->arena};
  for (size_t i = 0; i < external->count; i++) {
    names[i] = external->at[i].name;
    const struct value *here = values_find(local, names[i]);
    if (here && !value_equal(here, &external->at[i]))
      values_put(&differing, *here);
  }
  struct values overlay = values_built(&differing);
  return db_query(call->db,
                  "update mapping set shadow = shadow || $2::text::jsonb, "
                  "shadow_local = (shadow_local - $3::text[]) || $4::text::jsonb where id = $1::bigint",
                  PARAMS(p_i64(mapping_id), p_values(call->arena, external),
                         p_strs(call->arena, names, external->count), p_values(call->arena, &overlay)),
                  NULL);
}

/* -- written -- */

static void tell_written(struct call *call, const struct written *w, const struct observation *returned) {
  bool is_comment = str_is(w->kind, "comment"), created = str_is(w->change, "create");
  bool deletes = str_is(w->change, "delete");
  struct str deleted = STR("deleted_by");
  struct str *names = ARENA_ARRAY(call->arena, struct str, w->sent_local.count);
  for (size_t i = 0; i < w->sent_local.count; i++)
    names[i] = w->sent_local.at[i].name;
  struct event_external_ticket data = {
      .project = w->project,
      .ticket = journal_key(call->arena, STR("ticket"), is_comment ? w->parent_number : w->number, 0),
      .comment = is_comment ? journal_key(call->arena, w->kind, 0, w->item_id) : (struct str){0},
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
               "update mapping set external_id = $2, state = 'linked', reason = null, op_id = $3::text::uuid "
               "where id = $1::bigint",
               PARAMS(p_i64(w->mapping_id), p_str(returned->external_id), p_str(w->op_id)), NULL));
  if (!str_is(w->kind, "ticket"))
    return RESULT_DONE;
  /* Its comments waited for it, and tickets that name it. */
  TRY(references_mapped(call, &w->item_id, 1));
  return tickets_map_comments(call, w->item_id);
}

static struct result adopt_deletion(struct call *call, const struct written *w) {
  struct conflict_place place = {.mapping_id = w->mapping_id,
                                 .item_id = w->item_id,
                                 .project_id = w->project_id,
                                 .project = w->project,
                                 .ticket = journal_key(call->arena, STR("ticket"), w->parent_number, 0),
                                 .external_key = w->external_key};
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
  TRY(load_written(call, intent_id, &w));
  bool created = str_is(w.change, "create");
  if (str_is(w.state, "done"))
    return returned && !returned->gone.length ? externals_record_written(call, w.project_id, returned) : RESULT_DONE;
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

struct result adopt_effect(struct call *call, int64_t intent_id, const struct observation *seen) {
  struct written w;
  TRY(load_written(call, intent_id, &w));
  return move_shadow(call, &w, seen, ADOPTED_ON_SIGHT);
}
