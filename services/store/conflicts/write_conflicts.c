/* Values that a tracker refuses, and values that our own writes replaced unseen. */
#include "store/conflicts/write_conflicts.h"

#include "base/mutation.h"
#include "store/conflicts/conflict_restore.h"
#include "store/conflicts/conflicts.h"
#include "store/sending/outward.h"
#include "store/tickets/keys.h"
#include "store/tickets/tickets.h"
#include "sync/canon.h"
#include "sync/catalogue.h"

/* The write that a conflict comes of. */
struct source {
  struct conflict_place place;
  struct values sent_local, seen_local, set, local, external, shadow, shadow_local;
};

static struct result load(struct call *call, int64_t intent_id, struct source *out) {
  struct rows rows;
  TRY(db_query(
      call->db,
      "select n.project_id, n.mapping_id, n.item_id, n.kind, n.sent_local, n.seen_local, n.payload_set, p.name, "
      "p.base_url, i.fields, coalesce(t.number, i.number) as number, m.shadow, m.shadow || m.shadow_local as "
      "shadow_local, e.external_key, coalesce(e.fields, '{}') as external, " OUTWARD_IS_FOREIGN
      " as foreign_words from intent n "
      "join mapping m on m.id = n.mapping_id join project p on p.id = n.project_id join item i on i.id = "
      "n.item_id left join item t on t.id = i.parent_id left join external_item e on (e.project_id, e.kind, "
      "e.external_id) = (m.project_id, m.kind, m.external_id) where n.id = $1::bigint",
      PARAMS(p_i64(intent_id)), &rows));
  *out = (struct source){
      .place = {.mapping_id = rows_i64(&rows, 0, "mapping_id"),
                .item_id = rows_i64(&rows, 0, "item_id"),
                .project_id = rows_i64(&rows, 0, "project_id"),
                .is_ticket = str_is(rows_str(&rows, 0, "kind"), "ticket"),
                .project = rows_str(&rows, 0, "name"),
                .ticket = key_text(call->arena, STR("ticket"), rows_i64(&rows, 0, "number"), 0),
                .external_key = rows_str(&rows, 0, "external_key")},
  };
  TRY(rows_values(call->arena, &rows, 0, "sent_local", &out->sent_local));
  TRY(rows_values(call->arena, &rows, 0, "seen_local", &out->seen_local));
  TRY(rows_values(call->arena, &rows, 0, "payload_set", &out->set));
  TRY(rows_values(call->arena, &rows, 0, "fields", &out->local));
  TRY(rows_values(call->arena, &rows, 0, "external", &out->external));
  TRY(rows_values(call->arena, &rows, 0, "shadow", &out->shadow));
  TRY(rows_values(call->arena, &rows, 0, "shadow_local", &out->shadow_local));
  const struct outward_mapping mapping = {.own_url = rows_str(&rows, 0, "base_url"),
                                          .is_foreign = rows_bool(&rows, 0, "foreign_words"),
                                          .local = out->local,
                                          .shadow_local = out->shadow_local};
  out->external = outward_understood(call, &mapping, &out->external);
  return RESULT_DONE;
}

/* The field's value as a list of one, or of none. */
static struct values only(const struct values *fields, struct str name) {
  const struct value *value = values_find(fields, name);
  return value ? (struct values){value, 1} : (struct values){0};
}

static struct result open_all(struct call *call, const struct source *source, const struct plan_conflict *conflicts,
                              size_t count) {
  struct plan_outcome outcome = {.mapping_id = source->place.mapping_id};
  outcome.conflicts.at = conflicts;
  outcome.conflicts.count = count;
  return conflicts_open(call, &source->place, &outcome);
}

/* What the local side was when this was decided to be sent. */
static struct values local_of(const struct source *source, struct str field) {
  const struct values *all[] = {&source->seen_local, &source->sent_local, &source->local};
  struct values found = {0};
  for (size_t i = 0; i < 3 && found.count == 0; i++)
    found = only(all[i], field);
  return found;
}

struct result write_conflicts_refused(struct call *call, int64_t intent_id, const struct refused_value *at,
                                      size_t count) {
  struct plan_conflict *conflicts = ARENA_ARRAY(call->arena, struct plan_conflict, count);
  struct source source;
  if (count == 0)
    return RESULT_DONE;
  TRY(load(call, intent_id, &source));
  for (size_t i = 0; i < count; i++) {
    struct str field = at[i].field;
    conflicts[i] = (struct plan_conflict){.field = field,
                                          .kind = STR("unmappable"),
                                          .reason = at[i].reason,
                                          .base = only(&source.shadow_local, field),
                                          .local = local_of(&source, field),
                                          .external = only(&source.external, field)};
  }
  return open_all(call, &source, conflicts, count);
}

/* Neither what the decision was made on nor what was written. */
static bool is_unseen(const struct source *source, const struct value *replaced) {
  const struct value *known = values_find(&source->shadow, replaced->name),
                     *written = values_find(&source->set, replaced->name);
  enum content_kind kind = catalogue_kind(replaced->name, replaced->kind);
  return replaced->kind == VALUE_TEXT && known && written && !canon_equal(kind, known, replaced) &&
         !canon_equal(kind, written, replaced);
}

struct result write_conflicts_replaced(struct call *call, int64_t intent_id, const struct values *replaced) {
  struct plan_conflict *conflicts = ARENA_ARRAY(call->arena, struct plan_conflict, replaced->count);
  struct source source;
  size_t count = 0;
  if (replaced->count == 0 || MUTATED(OVERWRITE))
    return RESULT_DONE;
  TRY(load(call, intent_id, &source));
  for (size_t i = 0; i < replaced->count; i++) {
    const struct value *value = &replaced->at[i];
    if (is_unseen(&source, value))
      conflicts[count++] = (struct plan_conflict){.field = value->name,
                                                  .kind = STR("overwritten"),
                                                  .base = only(&source.shadow, value->name),
                                                  .local = only(&source.sent_local, value->name),
                                                  .external = {value, 1}};
  }
  return open_all(call, &source, conflicts, count);
}

/* -- a person decides -- */

/* A value that may be brought back, and the place it belongs to: one that a write of ours replaced, in the tracker's
 * words, or one from before a session that was undone, in ours. */
struct overwritten {
  int64_t project_id;
  bool is_ours; /* in our words */
  struct str key, field;
  struct values seen, now, external;
};

static struct result load_overwritten(struct call *call, int64_t conflict_id, struct overwritten *out) {
  struct rows rows;
  TRY(db_query(call->db,
               "select c.project_id, c.field, c.kind as conflict_kind, c.local, c.external, i.fields, i.kind, "
               "i.number, i.id as item_id "
               "from conflict c join item i on i.id = c.item_id where c.id = $1::bigint",
               PARAMS(p_i64(conflict_id)), &rows));
  out->project_id = rows_i64(&rows, 0, "project_id");
  out->field = rows_str(&rows, 0, "field");
  out->is_ours = str_is(rows_str(&rows, 0, "conflict_kind"), "undo");
  out->key =
      key_text(call->arena, rows_str(&rows, 0, "kind"), rows_i64(&rows, 0, "number"), rows_i64(&rows, 0, "item_id"));
  TRY(rows_values(call->arena, &rows, 0, "local", &out->seen));
  TRY(rows_values(call->arena, &rows, 0, "external", &out->external));
  return rows_values(call->arena, &rows, 0, "fields", &out->now);
}

static bool has_moved(const struct overwritten *o) {
  const struct value *now = values_find(&o->now, o->field);
  const struct value *seen = o->seen.count ? &o->seen.at[0] : NULL;
  return seen && (!now || !canon_equal(catalogue_kind(seen->name, seen->kind), now, seen));
}

static struct result edit_local(struct call *call, const struct overwritten *o, const struct values *value,
                                struct str actor) {
  struct ticket_edit edit = {.key = o->key, .set = *value, .actor = actor};
  struct edited_ticket edited;
  size_t refused;
  return tickets_edit(call, &edit, 1, &edited, &refused);
}

struct result write_conflicts_resolve(struct call *call, const struct conflict_resolve *resolve) {
  struct overwritten o = {0};
  struct values value = resolve->value;
  TRY(load_overwritten(call, resolve->id, &o));
  if (!str_is(resolve->choice, "local")) {
    if (has_moved(&o))
      return result_error(RESULT_STALE,
                          "%.*s has another value of `%.*s` by now: edit it if it is to change "
                          "(tandem ticket edit), and choose local",
                          STR_FMT(o.key), STR_FMT(o.field));
    if (str_is(resolve->choice, "external") && o.is_ours)
      value = o.external;
    else if (str_is(resolve->choice, "external"))
      TRY(conflict_local_word(call, o.project_id, o.field, &o.external.at[0], &value));
    TRY(edit_local(call, &o, &value, resolve->actor));
  }
  return db_query(call->db,
                  "update conflict set state = 'resolved', choice = $2, winner = $2, decided_by = $3, "
                  "decided_at = now() where id = $1::bigint",
                  PARAMS(p_i64(resolve->id), p_str(resolve->choice), p_str(resolve->actor)), NULL);
}
