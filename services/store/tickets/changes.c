/* Collecting and writing changes. */
#include "store/tickets/changes.h"

#include "base/clock.h"
#include "base/json.h"

/* Room for one more: the array, or a copy of twice its size. */
static void *with_room(struct arena *arena, void *at, size_t count, size_t *capacity, size_t size_bytes) {
  if (count < *capacity)
    return at;
  *capacity = *capacity ? 2 * *capacity : 64;
  void *grown = arena_array(arena, *capacity, size_bytes);
  if (count)
    memcpy(grown, at, count * size_bytes);
  return grown;
}

void changes_log(struct change_set *set, const struct change_log_row *row) {
  set->rows = with_room(set->arena, set->rows, set->row_count, &set->row_capacity, sizeof *row);
  set->rows[set->row_count++] = *row;
}

void changes_put(struct change_set *set, const struct changed_values *item) {
  set->items = with_room(set->arena, set->items, set->item_count, &set->item_capacity, sizeof *item);
  set->items[set->item_count++] = *item;
}

static struct str value_text_of(struct arena *arena, const struct value *value) {
  struct values one = {value, value ? 1 : 0};
  return json_values_text(arena, &one);
}

/* {"title": "1700000000000", ...}: when each field was changed. */
static struct str times_of(struct arena *arena, const struct values *changed, struct str now) {
  struct values_builder times = {.arena = arena};
  for (size_t i = 0; i < changed->count; i++)
    values_put(&times, value_text(changed->at[i].name, now));
  struct values built = values_built(&times);
  return json_values_text(arena, &built);
}

struct result changes_write(struct call *call, const struct change_set *set) {
  struct arena *arena = call->arena;
  size_t rows = set->row_count, items = set->item_count;
  if (rows == 0)
    return RESULT_DONE;
  int64_t *row_items = ARENA_ARRAY(arena, int64_t, rows), *ids = ARENA_ARRAY(arena, int64_t, items),
          *changes = ARENA_ARRAY(arena, int64_t, items);
  struct str *actors = ARENA_ARRAY(arena, struct str, rows), *fields = ARENA_ARRAY(arena, struct str, rows),
             *before = ARENA_ARRAY(arena, struct str, rows), *after = ARENA_ARRAY(arena, struct str, rows),
             *values = ARENA_ARRAY(arena, struct str, items), *times = ARENA_ARRAY(arena, struct str, items);
  struct str now = str_format(arena, "%lld", (long long)clock_now_ms());
  for (size_t i = 0; i < rows; i++) {
    row_items[i] = set->rows[i].item_id;
    actors[i] = set->rows[i].actor;
    fields[i] = set->rows[i].after->name;
    before[i] = value_text_of(arena, set->rows[i].before);
    after[i] = value_text_of(arena, set->rows[i].after);
  }
  for (size_t i = 0; i < items; i++) {
    ids[i] = set->items[i].item_id;
    changes[i] = set->items[i].changes;
    values[i] = json_values_text(arena, &set->items[i].changed);
    times[i] = times_of(arena, &set->items[i].changed, now);
  }
  outbox_ring(call->outbox, BELL_PLAN, (struct str){0});
  return db_query(
      call->db,
      "with logged as (insert into change_log (item_id, actor, cause, field, before, after) "
      "select i, a, 'edit', f, b::jsonb, c::jsonb from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], "
      "$5::text[]) l(i, a, f, b, c)), "
      "changed as (update item i set fields = i.fields || u.fields::jsonb, times = i.times || u.times::jsonb, "
      "version = i.version + u.changes, updated_at = now() from unnest($6::bigint[], $7::text[], $8::text[], "
      "$9::bigint[]) u(id, fields, times, changes) where i.id = u.id) "
      "insert into plan_queue (mapping_id, project_id, rank) select m.id, m.project_id, 0 "
      "from unnest($6::bigint[]) u(id) join mapping m on m.item_id = u.id "
      "on conflict (mapping_id) do update set generation = nextval('plan_generation'), rank = 0, "
      "claimed_until = '-infinity'",
      PARAMS(p_i64s(arena, row_items, rows), p_strs(arena, actors, rows), p_strs(arena, fields, rows),
             p_strs(arena, before, rows), p_strs(arena, after, rows), p_i64s(arena, ids, items),
             p_strs(arena, values, items), p_strs(arena, times, items), p_i64s(arena, changes, items)),
      NULL);
}
