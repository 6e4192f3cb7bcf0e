/* Keeping and showing what a dry run found. */
#include "store/planning/preview.h"

#include "store/observing/externals.h"
#include "store/planning/plans.h"
#include "store/planning/steps.h"
#include "store/sending/push.h"
#include "store/sessions/sessions.h"
#include "store/tickets/keys.h"

enum { LINES_MAX = 500 };

static struct result add_line(struct call *call, int64_t mapping_id, const char *action, struct str field,
                              const struct value *value) {
  struct values values = {value, value ? 1 : 0};
  return db_query(
      call->db,
      "insert into preview (session_id, mapping_id, action, field, value, before) select p.preview_session, m.id, $2, "
      "$3, $4::text::jsonb, (select jsonb_build_object($3::text, b.value) from (select case when $2 in ('push', 'add', "
      "'remove') then e.fields -> $3 when $2 in ('pull', 'conflict') then i.fields -> $3 end as value) b "
      "where b.value is not null) from mapping m join project p on p.id = m.project_id "
      "left join item i on i.id = m.item_id left join external_item e on (e.project_id, e.kind, e.external_id) = "
      "(m.project_id, m.kind, m.external_id) where m.id = $1::bigint and p.preview_session is not null",
      PARAMS(p_i64(mapping_id), p_str(str_of(action)), p_str(field), p_values(call->arena, &values)), NULL);
}

static struct result add_lines(struct call *call, int64_t mapping_id, const char *action, const struct values *values) {
  for (size_t i = 0; i < values->count; i++)
    TRY(add_line(call, mapping_id, action, values->at[i].name, &values->at[i]));
  return RESULT_DONE;
}

/* Marks the generation as shown, unless it has moved meanwhile; gives the project, for the counters. */
static struct result mark_shown(struct call *call, const struct plan_outcome *o, int64_t *project_id) {
  struct rows rows;
  TRY(db_query(call->db,
               "update plan_queue set previewed = generation, claimed_until = '-infinity' "
               "where mapping_id = $1::bigint and generation = $2::bigint returning project_id",
               PARAMS(p_i64(o->mapping_id), p_i64(o->generation)), &rows));
  *project_id = rows.count ? rows_i64(&rows, 0, "project_id") : 0;
  return RESULT_DONE;
}

static struct result fetch_first(struct call *call, int64_t project_id, int64_t mapping_id) {
  struct rows rows;
  TRY(db_query(call->db, "select kind, external_id from mapping where id = $1::bigint", PARAMS(p_i64(mapping_id)),
               &rows));
  TRY(db_query(call->db, "update plan_queue set previewed = null where mapping_id = $1::bigint",
               PARAMS(p_i64(mapping_id)), NULL));
  return externals_fetch(call, project_id, rows_str(&rows, 0, "kind"), rows_str(&rows, 0, "external_id"), "preview");
}

/* What is made here: field by field, as imports_commit() takes it. */
static struct result show_import(struct call *call, const struct plan_outcome *o) {
  struct rows rows;
  TRY(db_query(
      call->db,
      "insert into preview (session_id, mapping_id, action, field, value) select p.preview_session, m.id, 'import', "
      "f.key, jsonb_build_object(f.key, f.value) from mapping m join project p on p.id = m.project_id join "
      "external_item e on (e.project_id, e.kind, e.external_id) = (m.project_id, m.kind, m.external_id), "
      "jsonb_each((e.fields - $2::text[]) || $3::text::jsonb) f where m.id = $1::bigint and p.preview_session is not "
      "null and f.value not in ('\"\"', '[]') order by f.key <> 'title', f.key",
      PARAMS(p_i64(o->mapping_id), p_strs(call->arena, o->leave_out.at, o->leave_out.count),
             p_values(call->arena, &o->local)),
      &rows));
  return rows.affected ? RESULT_DONE : add_line(call, o->mapping_id, "import", STR("*"), NULL);
}

/* What is sent: letter for letter as the gate lets it out. */
static struct result show_set(struct call *call, const struct plan_outcome *o) {
  struct values set = o->set, known;
  struct rows rows;
  if (set.count == 0)
    return RESULT_DONE;
  TRY(db_query(call->db,
               "select m.project_id, m.item_id, m.kind, m.op_id, p.base_url, e.fields from mapping m join project p on "
               "p.id = m.project_id left join external_item e on (e.project_id, e.kind, e.external_id) = "
               "(m.project_id, m.kind, m.external_id) where m.id = $1::bigint",
               PARAMS(p_i64(o->mapping_id)), &rows));
  TRY(rows_values(call->arena, &rows, 0, "fields", &known));
  struct pending write = {.project_id = rows_i64(&rows, 0, "project_id"),
                          .item_id = rows_i64(&rows, 0, "item_id"),
                          .kind = rows_str(&rows, 0, "kind"),
                          .change = o->create ? STR("create") : STR("update"),
                          .mapping_op_id = rows_str(&rows, 0, "op_id"),
                          .base_url = rows_str(&rows, 0, "base_url")};
  TRY(push_leaving(call, &write, &known, &set));
  return add_lines(call, o->mapping_id, o->create ? "create" : "push", &set);
}

static struct result show_deletion(struct call *call, const struct plan_outcome *o) {
  struct value value = value_text(STR("deletion"), o->deletion);
  bool outside = str_is(o->deletion, "delete_external") || str_is(o->deletion, "restore_external");
  return add_line(call, o->mapping_id, outside ? "push" : "pull", value.name, &value);
}

/* What was shown of it before it moved. */
static struct result forget_lines(struct call *call, int64_t mapping_id) {
  return db_query(call->db,
                  "delete from preview v using mapping m, project p where m.id = $1::bigint and p.id = m.project_id "
                  "and v.session_id = p.preview_session and v.mapping_id = m.id",
                  PARAMS(p_i64(mapping_id)), NULL);
}

static struct result show(struct call *call, int64_t project_id, const struct plan_outcome *o) {
  bool pushes = o->set.count + o->add.count + o->remove.count > 0;
  struct session_counts counts = {.imported = o->import,
                                  .updated = o->local.count > 0 && !o->import,
                                  .created = o->create,
                                  .pushed = pushes && !o->create,
                                  .conflicts = (int64_t)o->conflicts.count};
  TRY(sessions_count(call, project_id, &counts));
  TRY(forget_lines(call, o->mapping_id));
  TRY(o->import ? show_import(call, o) : add_lines(call, o->mapping_id, "pull", &o->local));
  TRY(show_set(call, o));
  TRY(add_lines(call, o->mapping_id, "add", &o->add));
  TRY(add_lines(call, o->mapping_id, "remove", &o->remove));
  if (o->deletion.length)
    TRY(show_deletion(call, o));
  for (size_t i = 0; i < o->conflicts.count; i++) {
    const struct values *external = &o->conflicts.at[i].external;
    if (o->conflicts.at[i].winner.length) /* decided: what comes of it stands above */
      continue;
    TRY(add_line(call, o->mapping_id, "conflict", o->conflicts.at[i].field, external->count ? external->at : NULL));
  }
  return RESULT_DONE;
}

/* Takes one outcome; with `*shown` it is to be shown, in the plan of its project. */
static struct result take(struct call *call, const struct plan_outcome *o, int64_t *project_id, bool *shown) {
  TRY(mark_shown(call, o, project_id));
  *shown = *project_id && !o->refetch;
  return *project_id && o->refetch ? fetch_first(call, *project_id, o->mapping_id) : RESULT_DONE;
}

struct result preview_commit(struct call *call, const struct plan_commit *commit, struct plan_committed *out) {
  size_t count = commit->outcomes.count, shown_count = 0;
  const struct plan_outcome **shown = arena_array(call->arena, count, sizeof(void *));
  int64_t *projects = ARENA_ARRAY(call->arena, int64_t, count), project_id;
  for (size_t i = 0; i < count; i++) {
    bool is_shown;
    TRY(take(call, &commit->outcomes.at[i], &project_id, &is_shown));
    out->moved += project_id == 0;
    out->committed += project_id != 0;
    if (!is_shown)
      continue;
    projects[shown_count] = project_id;
    shown[shown_count++] = &commit->outcomes.at[i];
  }
  TRY(steps_note(call, shown, shown_count));
  for (size_t i = 0; i < shown_count; i++)
    TRY(show(call, projects[i], shown[i]));
  outbox_ring(call->outbox, BELL_SESSION, (struct str){0});
  return RESULT_DONE;
}

struct result store_session_preview(struct call *call, const void *request, void *reply) {
  const struct preview_query *get = request;
  struct session_preview *answer = reply;
  struct rows rows;
  TRY(db_query(
      call->db,
      "select v.id, v.action, v.field, v.value, v.before, m.kind, e.external_key, coalesce(t.number, i.number) as "
      "number, "
      "coalesce(i.fields ->> 'title', e.fields ->> 'title') as title from preview v "
      "join mapping m on m.id = v.mapping_id left join item i on i.id = m.item_id "
      "left join item t on t.id = i.parent_id left join external_item e on (e.project_id, e.kind, "
      "e.external_id) = (m.project_id, m.kind, m.external_id) where v.session_id = $1::bigint and v.id > $3::bigint "
      "order by v.id limit $2::bigint",
      PARAMS(p_i64(get->id), p_i64(LINES_MAX + 1), p_i64(get->after)), &rows));
  static const char *const texts[] = {"value", "before", NULL};
  size_t count = rows_fitting(&rows, LINES_MAX, texts);
  answer->more = rows.count > count;
  struct preview_line *lines = ARENA_ARRAY(call->arena, struct preview_line, count);
  for (size_t i = 0; i < count; i++) {
    int64_t number = rows_i64(&rows, i, "number");
    lines[i] = (struct preview_line){
        .ticket = number ? key_text(call->arena, STR("ticket"), number, 0) : (struct str){0},
        .external_key = rows_str(&rows, i, "external_key"),
        .title = rows_str(&rows, i, "title"),
        .kind = rows_str(&rows, i, "kind"),
        .action = rows_str(&rows, i, "action"),
        .field = rows_str(&rows, i, "field"),
    };
    TRY(rows_values(call->arena, &rows, i, "value", &lines[i].value));
    TRY(rows_values(call->arena, &rows, i, "before", &lines[i].before));
    answer->next = rows_i64(&rows, i, "id");
  }
  answer->lines.at = lines;
  answer->lines.count = count;
  return plans_id_of(call, get->id, &answer->plan, &answer->expires_at_ms);
}
