/* A plan's steps against what they were decided on, and what came to the queue since. */
#include "store/planning/plans_moved.h"

#include "store/planning/inputs.h"
#include "store/planning/steps.h"
#include "store/tickets/keys.h"

enum { BATCH = 200, MOVED_SHOWN = 5 };

/* -- reading -- */

static struct result hold_queue(struct call *call, int64_t plan_id) {
  struct rows rows;
  return db_query(call->db,
                  "select count(*) from (select q.mapping_id from sync_plan s join sync_plan_step t on t.session_id = "
                  "s.session_id join plan_queue q on q.mapping_id = t.mapping_id where s.id = $1::bigint "
                  "order by q.mapping_id for update of q) held",
                  PARAMS(p_i64(plan_id)), &rows);
}

/* What is new since, or was looked at since and not in the dry run. */
static struct result select_unknown(struct call *call, int64_t plan_id, struct rows *out) {
  return db_query(
      call->db,
      "select i.kind, i.number, i.id as item_id, e.external_key from sync_plan s join plan_queue q on q.project_id = "
      "s.project_id and q.generation > s.head join lateral (select * from mapping m where m.id = q.mapping_id and "
      "m.state in ('creating', 'linked', 'parked') offset 0) m on true "
      "left join lateral (select i.id, i.kind, i.number from item i where i.id = m.item_id offset 0) i on true "
      "left join lateral (select e.external_key from external_item e where (e.project_id, e.kind, e.external_id) = "
      "(m.project_id, m.kind, m.external_id) offset 0) e on true where s.id = $1::bigint and not exists (select from "
      "sync_plan_step t where t.session_id = s.session_id and t.mapping_id = q.mapping_id offset 0) order by m.id",
      PARAMS(p_i64(plan_id)), out);
}

static struct result select_steps(struct call *call, int64_t plan_id, int64_t after, struct rows *out) {
  return db_query(
      call->db,
      "select t.mapping_id, t.inputs, t.settings_version is distinct from p.version as settings, i.kind, i.number, "
      "i.id as item_id, e.external_key, coalesce(m.state in ('gone', 'ignored'), true) as ended, "
      "exists (select from plan_queue q where q.mapping_id = t.mapping_id) as queued, "
      "exists (select from ready_to_plan r where r.mapping_id = t.mapping_id offset 0) as ready, "
      "exists (select from gone_item g where (g.project_id, g.kind, g.external_id) = (m.project_id, m.kind, "
      "m.external_id) and g.gone is not null offset 0) as gone from sync_plan s join project p on p.id = s.project_id "
      "join sync_plan_step t on t.session_id = s.session_id "
      "left join lateral (select * from mapping m where m.id = t.mapping_id offset 0) m on true "
      "left join lateral (select i.id, i.kind, i.number from item i where i.id = m.item_id offset 0) i on true "
      "left join lateral (select e.external_key from external_item e where (e.project_id, e.kind, e.external_id) = "
      "(m.project_id, m.kind, m.external_id) offset 0) e on true where s.id = $1::bigint and t.mapping_id > $2::bigint "
      "order by t.mapping_id limit $3::bigint",
      PARAMS(p_i64(plan_id), p_i64(after), p_i64(BATCH)), out);
}

/* -- telling -- */

struct list_of_moved {
  struct str_builder text;
  size_t count;
};

static void tell(struct call *call, struct list_of_moved *moved, const struct rows *rows, size_t row, struct str why) {
  struct str kind = rows_str(rows, row, "kind"), what = rows_str(rows, row, "external_key");
  if (kind.at)
    what = key_text(call->arena, kind, rows_i64(rows, row, "number"), rows_i64(rows, row, "item_id"));
  if (moved->count++ < MOVED_SHOWN)
    str_append_format(&moved->text, "%s%.*s (%.*s)", moved->text.length ? ", " : "",
                      STR_FMT(what.at ? what : STR("a ticket")), STR_FMT(why));
}

/* Why a step could not be decided again now, though nothing that it was decided on has moved. */
static struct str why_not_ready(const struct rows *rows, size_t row) {
  if (rows_bool(rows, row, "ready"))
    return (struct str){0};
  if (rows_bool(rows, row, "gone"))
    return STR("gone outside, by a first look");
  return rows_bool(rows, row, "queued") ? STR("waits for another look outside") : STR("synchronised since");
}

/* Absent when the step holds. */
static struct result describe(struct call *call, const struct rows *rows, size_t row, const struct step_inputs *now,
                              struct str *out) {
  *out = STR("not kept in step any more");
  if (rows_bool(rows, row, "ended") || !now->seen)
    return RESULT_DONE;
  *out = STR("the project's settings");
  if (rows_bool(rows, row, "settings"))
    return RESULT_DONE;
  TRY(inputs_moved(call->arena, rows_str(rows, row, "inputs"), now->seen, now->text, out));
  if (str_is_absent(*out))
    *out = why_not_ready(rows, row);
  return RESULT_DONE;
}

static struct result tell_steps(struct call *call, const struct rows *rows, struct list_of_moved *moved) {
  int64_t *ids = ARENA_ARRAY(call->arena, int64_t, rows->count);
  struct step_inputs *now = ARENA_ARRAY(call->arena, struct step_inputs, rows->count);
  for (size_t row = 0; row < rows->count; row++)
    ids[row] = rows_i64(rows, row, "mapping_id");
  TRY(steps_inputs(call, ids, rows->count, now));
  for (size_t row = 0; row < rows->count; row++) {
    struct str why;
    TRY(describe(call, rows, row, &now[row], &why));
    if (why.at)
      tell(call, moved, rows, row, why);
  }
  return RESULT_DONE;
}

static struct result tell_batch(struct call *call, int64_t plan_id, int64_t *after, struct list_of_moved *moved,
                                bool *out_more) {
  struct rows rows;
  TRY(select_steps(call, plan_id, *after, &rows));
  *out_more = rows.count == BATCH;
  if (rows.count)
    *after = rows_i64(&rows, rows.count - 1, "mapping_id");
  return tell_steps(call, &rows, moved);
}

/* A plan may have the texts of very many tickets: those of a batch are forgotten with it. */
static struct result tell_all(struct call *call, int64_t plan_id, struct list_of_moved *moved) {
  struct arena arena = {0};
  struct call batch = *call;
  struct result result = RESULT_DONE;
  int64_t after = 0;
  bool more = true;
  batch.arena = &arena;
  while (more && result_ok(&result)) {
    size_t mark = db_mark(call->db);
    result = tell_batch(&batch, plan_id, &after, moved, &more);
    db_release_since(call->db, mark);
    arena_reset(&arena);
  }
  arena_free(&arena);
  return result;
}

struct result plans_moved(struct call *call, int64_t plan_id, struct str *out) {
  struct list_of_moved moved = {.text = {.arena = call->arena}};
  struct rows rows;
  TRY(hold_queue(call, plan_id));
  TRY(tell_all(call, plan_id, &moved));
  TRY(select_unknown(call, plan_id, &rows));
  for (size_t row = 0; row < rows.count; row++)
    tell(call, &moved, &rows, row, STR("new or changed since"));
  if (moved.count > MOVED_SHOWN)
    str_append_format(&moved.text, " and %zu more", moved.count - MOVED_SHOWN);
  *out = moved.count ? str_built(&moved.text) : (struct str){0};
  return RESULT_DONE;
}
