/* What undoing means now, for each item that a session did something to. */
#include "store/sessions/undo.h"
#include "store/sessions/undo_read.h"
#include "sync/catalogue.h"

/* -- one item -- */

struct looker {
  struct call *call;
  const struct undone *undone;
  const struct rows *items, *changes, *writes;
  size_t item, change, change_end, write, write_end; /* the rows of the item that is looked at */
  struct undo_step base;
  struct values fields;
  bool is_merged, is_kept_in_step, was_there;
  struct undo_step *steps;
  size_t count, capacity;
};

static struct undo_step *add(struct looker *l, const char *action, const char *outcome, struct str reason) {
  if (l->count == l->capacity) {
    size_t capacity = l->capacity ? 2 * l->capacity : 128;
    struct undo_step *grown = ARENA_ARRAY(l->call->arena, struct undo_step, capacity);
    for (size_t i = 0; i < l->count; i++)
      grown[i] = l->steps[i];
    l->steps = grown;
    l->capacity = capacity;
  }
  struct undo_step *step = &l->steps[l->count++];
  *step = l->base;
  step->action = action;
  step->outcome = outcome;
  step->reason = reason;
  return step;
}

static struct undo_step *keep(struct looker *l, const char *action, struct str reason) {
  return add(l, action, "kept", reason);
}

/* The item's change of this cause, or absent. */
static bool has_change(const struct looker *l, const char *cause, size_t *out_row) {
  for (size_t row = l->change; row < l->change_end; row++)
    if (str_is(rows_str(l->changes, row, "cause"), cause))
      return *out_row = row, true;
  return false;
}

/* Off the lists, as an undo leaves what was brought here. */
static bool is_away(const struct looker *l) {
  return l->base.is_comment ? l->base.is_deleted : catalogue_is_over(l->base.status);
}

/* What the session brought here: a ticket is cancelled, a comment deleted, and neither is kept in step any more. */
static void look_at_import(struct looker *l, size_t row) {
  const char *action = l->base.is_comment ? "delete" : "cancel";
  struct str moved = rows_str(l->changes, row, "moved");
  if (l->is_merged)
    keep(l, action, STR("it was linked with another ticket since"));
  else if (!l->is_kept_in_step && is_away(l))
    return;
  else if (!l->is_kept_in_step)
    keep(l, action, STR("it is not kept in step any more: change it by hand"));
  else if (moved.length)
    keep(l, action,
         str_format(l->call->arena, "it was changed since (%.*s): undo that first, or change it by hand",
                    STR_FMT(moved)));
  else
    add(l, action, "done", (struct str){0})->ends_mapping = true;
}

/* -- fields -- */

/* The value of a row, or an empty one like the other where the field was not there. */
static struct result value_of(struct looker *l, size_t row, const char *column, const char *other, struct str field,
                              struct value *out) {
  struct values found, like;
  TRY(rows_values(l->call->arena, l->changes, row, column, &found));
  TRY(rows_values(l->call->arena, l->changes, row, other, &like));
  bool is_set = like.count && like.at[0].kind == VALUE_SET;
  *out = found.count ? found.at[0] : is_set ? value_set(field, NULL, 0) : value_text(field, STR(""));
  return RESULT_DONE;
}

static struct value now_of(const struct looker *l, const struct value *like) {
  const struct value *now = values_find(&l->fields, like->name);
  return now ? *now : like->kind == VALUE_SET ? value_set(like->name, NULL, 0) : value_text(like->name, STR(""));
}

/* A person is asked once: what still is a question is told as one, and what was answered as kept. */
static struct result look_at_question(struct looker *l, struct undo_step *step) {
  struct values now = {&step->now, 1}, before = {&step->before, 1};
  struct rows rows;
  TRY(db_query(
      l->call->db,
      "select id, state in ('open', 'decided') as open, decided_by from conflict where mapping_id = $1::bigint "
      "and field = $2 and kind = 'undo' and local = $3::text::jsonb and external = $4::text::jsonb order by "
      "id desc limit 1",
      PARAMS(p_i64(step->mapping_id), p_str(step->field), p_values(l->call->arena, &now),
             p_values(l->call->arena, &before)),
      &rows));
  if (rows.count == 0)
    return RESULT_DONE;
  long long id = step->conflict_id = rows_i64(&rows, 0, "id");
  if (rows_bool(&rows, 0, "open")) {
    step->reason = str_format(l->call->arena, "it was changed since: conflict %lld asks about that", id);
    return RESULT_DONE;
  }
  step->outcome = "kept";
  step->reason = str_format(l->call->arena, "it was changed since, and that stays: conflict %lld, decided by %.*s", id,
                            STR_FMT(rows_str(&rows, 0, "decided_by")));
  return RESULT_DONE;
}

/* Back from the newest change to the oldest, as long as each finds what it wrote. */
static struct result look_at_field(struct looker *l, size_t newest, struct str field) {
  struct value now, value, wrote = {0}, before = {0};
  bool first = true, moved = false;
  for (size_t row = newest; row < l->change_end; row++) {
    if (!str_equal(rows_str(l->changes, row, "field"), field))
      continue;
    if (!moved)
      TRY(value_of(l, row, "after", "before", field, &wrote));
    TRY(value_of(l, row, "before", "after", field, &before));
    if (first)
      value = now = now_of(l, &wrote);
    first = false;
    if (!moved && value_equal(&value, &wrote))
      value = before;
    else if (!value_equal(&value, &before))
      moved = true;
  }
  if (value_equal(&now, &before))
    return RESULT_DONE; /* as it was before, whoever brought it back */
  struct undo_step *step;
  if (!value_equal(&value, &now)) {
    step = add(l, "restore", "done", (struct str){0});
    step->now = now;
    step->before = value;
    step->field = field;
  }
  if (!moved)
    return RESULT_DONE;
  step = add(l, "restore", "conflict", STR("it was changed since"));
  step->now = value;
  step->wrote = wrote;
  step->before = before;
  step->field = field;
  if (l->base.mapping_id)
    return look_at_question(l, step);
  step->outcome = "kept";
  step->reason = STR("it was changed since, and is not kept in step any more");
  return RESULT_DONE;
}

static bool seen_before(const struct looker *l, size_t row) {
  for (size_t i = l->change; i < row; i++)
    if (str_equal(rows_str(l->changes, i, "field"), rows_str(l->changes, row, "field")))
      return true;
  return false;
}

static struct result look_at_fields(struct looker *l) {
  for (size_t row = l->change; row < l->change_end; row++) {
    struct str field = rows_str(l->changes, row, "field");
    if (str_is(field, "*") || seen_before(l, row))
      continue;
    if (l->is_merged || l->base.is_deleted)
      keep(l, "restore", l->is_merged ? STR("it was linked with another ticket since") : STR("it was deleted since"))
          ->field = field;
    else
      TRY(look_at_field(l, row, field));
  }
  return RESULT_DONE;
}

/* -- what it wrote outside -- */

static void look_at_creation(struct looker *l, size_t row) {
  struct str state = rows_str(l->writes, row, "state"), moved = rows_str(l->writes, row, "moved");
  bool is_done = str_is(state, "done");
  if (is_done && (!l->is_kept_in_step || !l->was_there))
    return;
  if (!is_done)
    keep(l, l->base.is_comment ? "delete" : "close",
         str_format(l->call->arena, "its creation there is %s: undo it again when that is settled",
                    str_is(state, "parked") ? "parked" : "on its way, and may have arrived"));
  else if (l->base.is_comment)
    keep(l, "delete",
         str_format(l->call->arena,
                    "a comment there stays, others may have answered it: tandem ticket comment C-%lld --delete",
                    (long long)l->base.item_id));
  else if (moved.length)
    keep(l, "close", str_format(l->call->arena, "%.*s: close it there", STR_FMT(moved)));
  else
    add(l, "close", "done", (struct str){0});
}

/* What people changed here is theirs; the session only carried it. What it changed here itself is restored by now. */
static void look_at_write(struct looker *l, size_t row) {
  struct str fields = rows_str(l->writes, row, "fields");
  size_t by_session;
  if (!str_is(rows_str(l->writes, row, "change"), "delete")) {
    if (fields.length)
      keep(l, "restore", STR("it was changed here or in another tracker, and only sent by this session"))->field =
          fields;
  } else if (l->base.is_deleted && !has_change(l, "deleted", &by_session)) {
    keep(l, "return", STR("the comment was deleted here or in another tracker, not by this session"));
  }
}

static void look_at_writes(struct looker *l) {
  for (size_t row = l->write; row < l->write_end; row++) {
    if (str_is(rows_str(l->writes, row, "change"), "create")) {
      look_at_creation(l, row);
      return;
    }
    look_at_write(l, row);
  }
}

/* -- what an undo did -- */

static void look_at_undo(struct looker *l) {
  size_t row;
  bool unlinked = has_change(l, "unlinked", &row) && !l->is_kept_in_step && l->was_there;
  bool deleted = has_change(l, "deleted", &row) && l->base.is_deleted;
  if (unlinked || deleted)
    add(l, "return", "done", (struct str){0})->ends_mapping = unlinked;
  if (has_change(l, "restored", &row) && !l->base.is_deleted)
    add(l, "delete", "done", (struct str){0});
  if (has_change(l, "closed", &row) && !l->is_kept_in_step && l->was_there)
    add(l, "reopen", "done", (struct str){0});
  if (has_change(l, "reopened", &row) && l->is_kept_in_step)
    add(l, "close", "done", (struct str){0});
}

/* -- all -- */

static struct result begin_item(struct looker *l, size_t item) {
  const struct rows *items = l->items;
  int64_t id = rows_i64(items, item, "id");
  struct str state = rows_str(items, item, "state");
  l->item = item;
  l->base = (struct undo_step){.item_id = id,
                               .mapping_id = rows_i64(items, item, "mapping_id"),
                               .number = rows_i64(items, item, "number"),
                               .is_comment = str_is(rows_str(items, item, "kind"), "comment"),
                               .external_key = rows_str(items, item, "external_key"),
                               .title = rows_str(items, item, "title"),
                               .privacy = rows_str(items, item, "privacy"),
                               .is_deleted = rows_bool(items, item, "deleted")};
  TRY(rows_values(l->call->arena, items, item, "fields", &l->fields));
  l->base.status = values_text(&l->fields, "status");
  l->is_merged = rows_bool(items, item, "merged");
  l->is_kept_in_step = l->base.mapping_id && !str_is(state, "gone") && !str_is(state, "ignored");
  l->was_there = rows_bool(items, item, "there");
  for (l->change = l->change_end; l->change_end < l->changes->count; l->change_end++)
    if (rows_i64(l->changes, l->change_end, "item_id") != id)
      break;
  for (l->write = l->write_end; l->write_end < l->writes->count; l->write_end++)
    if (rows_i64(l->writes, l->write_end, "item_id") != id)
      break;
  return RESULT_DONE;
}

static struct result look_at_item(struct looker *l) {
  size_t row;
  if (has_change(l, "import", &row) || has_change(l, "relinked", &row)) {
    look_at_import(l, row);
    return RESULT_DONE;
  }
  if (l->undone->is_undo)
    look_at_undo(l);
  else if (has_change(l, "deleted", &row) && l->base.is_deleted)
    add(l, "return", "done", (struct str){0});
  TRY(look_at_fields(l));
  if (!l->undone->is_undo)
    look_at_writes(l);
  return RESULT_DONE;
}

struct result undo_look(struct call *call, const struct undone *undone, int64_t before, struct undo_page *out) {
  struct undo_rows rows;
  TRY(undo_read(call, undone, before, &rows));
  struct looker looker = {
      .call = call, .undone = undone, .items = &rows.items, .changes = &rows.changes, .writes = &rows.writes};
  for (size_t item = 0; item < rows.items.count; item++) {
    TRY(begin_item(&looker, item));
    TRY(look_at_item(&looker));
  }
  *out = (struct undo_page){looker.steps, looker.count, rows.next};
  return RESULT_DONE;
}
