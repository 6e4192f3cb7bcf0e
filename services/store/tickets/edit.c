/* Editing local tickets and comments, one or hundreds at once: read in one statement, changed in memory in their order,
 * written in one statement. */
#include "base/sets.h"
#include "store/tickets/changes.h"
#include "store/tickets/keys.h"
#include "store/tickets/tickets.h"

/* -- what an edit makes of values -- */

/* What `edit` makes of `now`, only the fields that really change. */
static struct values changes_of(struct arena *arena, const struct values *now, const struct ticket_edit *edit) {
  struct values_builder wanted = {.arena = arena}, changed = {.arena = arena};
  values_put_all(&wanted, &edit->set);
  for (size_t i = 0; i < edit->add.count + edit->remove.count; i++) {
    bool adds = i < edit->add.count;
    const struct value *delta = adds ? &edit->add.at[i] : &edit->remove.at[i - edit->add.count];
    struct values so_far = values_built(&wanted);
    const struct value *base = values_find(&so_far, delta->name);
    base = base ? base : values_find(now, delta->name);
    struct value empty = value_set(delta->name, NULL, 0);
    base = base ? base : &empty;
    values_put(&wanted, adds ? sets_join(arena, base, delta) : sets_without(arena, base, delta));
  }
  struct values all = values_built(&wanted);
  for (size_t i = 0; i < all.count; i++) {
    const struct value *old = values_find(now, all.at[i].name);
    if (!old || !value_equal(old, &all.at[i]))
      values_put(&changed, all.at[i]);
  }
  return values_built(&changed);
}

static struct result check_fields(const struct values *values, bool is_comment) {
  for (size_t i = 0; i < values->count; i++) {
    if (values->at[i].name.length == 0 || values->at[i].name.length > 64)
      return result_error(RESULT_REJECTED, "a field's name has 1 to 64 characters");
    if (is_comment && !str_is(values->at[i].name, "body"))
      return result_error(RESULT_REJECTED, "a comment has only a body");
    if (str_is(values->at[i].name, "title") && str_trim(values->at[i].text).length == 0)
      return result_error(RESULT_REJECTED, "a ticket's title cannot be empty");
  }
  return tickets_check_length(values);
}

/* -- the items of a batch -- */

/* One item while the edits of a batch change it. Only the store's one writer changes items, so what was read holds. */
struct edited {
  struct changed_item item;
  int64_t version;
  bool deleted;
  struct values now;     /* the fields that the batch names, as they are by now */
  struct values changed; /* what is to be written */
  int64_t changes;
};

struct batch {
  struct call *call;
  const struct ticket_edit *edits;
  size_t count;
  size_t *place; /* of each edit's item in `items` */
  struct edited *items;
  size_t item_count;
  struct change_set set;
};

/* Names of all fields that the edits touch. */
static struct str *field_names(struct arena *arena, const struct ticket_edit *edits, size_t count, size_t *out_count) {
  struct values_builder names = {.arena = arena};
  for (size_t i = 0; i < count; i++) {
    const struct values *given[] = {&edits[i].set, &edits[i].add, &edits[i].remove};
    for (size_t k = 0; k < 3; k++)
      for (size_t n = 0; n < given[k]->count; n++)
        if (!values_find(&(struct values){names.at, names.count}, given[k]->at[n].name))
          values_put(&names, value_text(given[k]->at[n].name, STR("")));
  }
  struct values all = values_built(&names);
  struct str *at = ARENA_ARRAY(arena, struct str, all.count);
  for (size_t i = 0; i < all.count; i++)
    at[i] = all.at[i].name;
  *out_count = all.count;
  return at;
}

/* A ticket by its number, a comment by its id: then the number is negative. */
static struct result read_items(struct call *call, const int64_t *numbers, size_t count, const struct str *fields,
                                size_t field_count, struct rows *out) {
  return db_query(
      call->db,
      "select n.n, i.id, i.number, i.kind, " ITEM_PRIVACY " as privacy, i.version, i.deleted_at is not null as "
      "deleted, t.number as parent_number, (select jsonb_object_agg(f, i.fields -> f) from unnest($2::text[]) f where "
      "i.fields ? f) as now from unnest($1::bigint[]) with ordinality n(number, n) join item i on i.id = case when "
      "n.number < 0 then -n.number else (select coalesce(k.merged_into, k.id) from item k where k.number = n.number) "
      "end and (i.kind = 'comment') = (n.number < 0) left join item t on t.id = i.parent_id",
      PARAMS(p_i64s(call->arena, numbers, count), p_strs(call->arena, fields, field_count)), out);
}

static struct result load_items(struct batch *batch, const int64_t *numbers, size_t count) {
  struct call *call = batch->call;
  size_t field_count;
  struct str *fields = field_names(call->arena, batch->edits, batch->count, &field_count);
  struct rows rows;
  TRY(read_items(call, numbers, count, fields, field_count, &rows));
  batch->items = ARENA_ARRAY(call->arena, struct edited, count);
  batch->item_count = count;
  for (size_t row = 0; row < rows.count; row++) {
    struct edited *edited = &batch->items[rows_i64(&rows, row, "n") - 1];
    edited->item = (struct changed_item){rows_i64(&rows, row, "id"), rows_i64(&rows, row, "number"),
                                         rows_i64(&rows, row, "parent_number"), rows_str(&rows, row, "kind"),
                                         rows_str(&rows, row, "privacy")};
    edited->version = rows_i64(&rows, row, "version");
    edited->deleted = rows_bool(&rows, row, "deleted");
    TRY(rows_values(call->arena, &rows, row, "now", &edited->now));
  }
  return RESULT_DONE;
}

/* Several edits of one item share its place. `*at`: the edit that is refused. */
static struct result find_items(struct batch *batch, size_t *at) {
  int64_t *numbers = ARENA_ARRAY(batch->call->arena, int64_t, batch->count);
  size_t distinct = 0;
  for (*at = 0; *at < batch->count; ++*at) {
    int64_t number;
    bool is_comment;
    size_t place = 0;
    TRY(key_read(batch->call, batch->edits[*at].key, &number, &is_comment));
    number = is_comment ? -number : number;
    while (place < distinct && numbers[place] != number)
      place++;
    if (place == distinct)
      numbers[distinct++] = number;
    batch->place[*at] = place;
  }
  return load_items(batch, numbers, distinct);
}

/* -- editing -- */

static void remember(struct batch *batch, struct edited *edited, struct str actor, const struct values *changed) {
  struct values_builder now = {.arena = batch->call->arena}, all = {.arena = batch->call->arena};
  for (size_t i = 0; i < changed->count; i++)
    changes_log(&batch->set, &(struct change_log_row){.item_id = edited->item.id,
                                                      .actor = actor,
                                                      .before = values_find(&edited->now, changed->at[i].name),
                                                      .after = &changed->at[i]});
  values_put_all(&now, &edited->now);
  values_put_all(&now, changed);
  values_put_all(&all, &edited->changed);
  values_put_all(&all, changed);
  edited->now = values_built(&now);
  edited->changed = values_built(&all);
  edited->version++;
  edited->changes++;
}

static struct result edit_one(struct batch *batch, size_t i) {
  const struct ticket_edit *edit = &batch->edits[i];
  struct edited *edited = &batch->items[batch->place[i]];
  if (edited->item.id == 0)
    return key_missing(edit->key);
  if (edited->deleted)
    return result_error(RESULT_GONE, "%.*s was deleted", STR_FMT(edit->key));
  TRY(check_fields(&edit->set, str_is(edited->item.kind, "comment")));
  if (edit->if_version && edit->if_version != edited->version)
    return result_error(RESULT_STALE, "%.*s was changed by somebody else meanwhile; look at it again",
                        STR_FMT(edit->key));
  struct values changed = changes_of(batch->call->arena, &edited->now, edit);
  if (changed.count == 0)
    return RESULT_DONE;
  remember(batch, edited, edit->actor, &changed);
  tickets_tell(batch->call, EVENT_TICKET_UPDATED, &edited->item, edit->actor, &changed);
  return RESULT_DONE;
}

struct result tickets_edit(struct call *call, const struct ticket_edit *edits, size_t count, struct edited_ticket *out,
                           size_t *refused) {
  struct batch batch = {.call = call,
                        .edits = edits,
                        .count = count,
                        .place = ARENA_ARRAY(call->arena, size_t, count),
                        .set.arena = call->arena};
  TRY(find_items(&batch, refused));
  for (*refused = 0; *refused < count; ++*refused) {
    TRY(edit_one(&batch, *refused));
    const struct changed_item *item = &batch.items[batch.place[*refused]].item;
    int64_t number = str_is(item->kind, "comment") ? item->parent_number : item->number;
    out[*refused] = (struct edited_ticket){item->id, key_text(call->arena, STR("ticket"), number, 0)};
  }
  for (size_t i = 0; i < batch.item_count; i++)
    if (batch.items[i].changes)
      changes_put(&batch.set,
                  &(struct changed_values){batch.items[i].item.id, batch.items[i].changed, batch.items[i].changes});
  return changes_write(call, &batch.set);
}

struct result store_ticket_edit(struct call *call, const void *request, void *reply) {
  struct edited_ticket edited;
  size_t refused;
  TRY(tickets_edit(call, request, 1, &edited, &refused));
  return tickets_read(call, edited.id, false, reply);
}
