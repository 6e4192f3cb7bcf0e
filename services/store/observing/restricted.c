/* From restricted there to private here, and what is outside all the same. */
#include "store/observing/restricted.h"

#include "base/json.h"
#include "store/tickets/journal.h"
#include "store/tickets/keys.h"
#include "store/tickets/privacy.h"
#include "store/tickets/tickets.h"

enum { LISTED_MAX = 100 };

/* -- becoming private -- */

/* Sets of keys are looked up one by one (lateral, offset 0): see externals.c. */

static struct result select_item(struct call *call, int64_t project_id, const struct observation *seen,
                                 struct rows *out) {
  return db_query(
      call->db,
      "with told as (update external_item set restricted = true where (project_id, kind, external_id) = ($1::bigint, "
      "$2, $3) and not restricted returning project_id, kind, external_id) select i.id, i.number, i.kind, p.name, "
      "p.system, p.remote from told cross join lateral (select item_id from mapping where (project_id, kind, "
      "external_id) = (told.project_id, told.kind, told.external_id) and state <> 'gone' offset 0) m cross join "
      "lateral (select id, number, kind from item where id = m.item_id and privacy <> 'local_only' offset 0) i join "
      "project p on p.id = told.project_id",
      PARAMS(p_i64(project_id), p_str(seen->kind), p_str(seen->external_id)), out);
}

#define ITEM_AND_COMMENTS "(select i.id union all select id from item where parent_id = i.id)"

/* Where it may be by now, or come to be by what is on its way. */
static struct result note_copies(struct call *call, int64_t item_id, int64_t project_id) {
  return db_query(call->db,
                  "insert into restricted_item (item_id, project_id) select i.id, $2::bigint from item i where i.id = "
                  "$1::bigint and exists (select from " ITEM_AND_COMMENTS
                  " f join mapping m on m.item_id = f.id where m.project_id <> $2 and m.state <> 'gone') on conflict "
                  "(item_id) do update set project_id = excluded.project_id, at = now()",
                  PARAMS(p_i64(item_id), p_i64(project_id)), NULL);
}

static struct str detail_of(struct arena *arena, struct str project) {
  struct str_builder detail = {.arena = arena};
  str_append_c(&detail, "{\"project\":");
  json_append_quoted(&detail, project);
  str_append_c(&detail, "}");
  return str_built(&detail);
}

/* "jira:ROCKET" */
static struct str actor_of(struct arena *arena, const struct rows *rows) {
  return str_format(arena, "%.*s:%.*s", STR_FMT(rows_str(rows, 0, "system")), STR_FMT(rows_str(rows, 0, "remote")));
}

struct result restricted_begin(struct call *call, int64_t project_id, const struct observation *seen) {
  struct rows rows;
  struct str before;
  TRY(select_item(call, project_id, seen, &rows));
  if (rows.count == 0)
    return RESULT_DONE;
  int64_t id = rows_i64(&rows, 0, "id");
  struct str key = key_text(call->arena, rows_str(&rows, 0, "kind"), rows_i64(&rows, 0, "number"), id);
  struct privacy_change change = {id, STR("local_only"), actor_of(call->arena, &rows)};
  TRY(privacy_set(call, &change, &before));
  TRY(note_copies(call, id, project_id));
  TRY(journal_audit(call, STR("tandem"), "ticket.restricted", key, detail_of(call->arena, rows_str(&rows, 0, "name"))));
  return tickets_plan_with_comments(call, id);
}

struct result restricted_decided(struct call *call, int64_t item_id) {
  return db_query(call->db, "delete from restricted_item where item_id = $1::bigint", PARAMS(p_i64(item_id)), NULL);
}

/* -- telling a person -- */

/* Copies that tandem made and that are not being taken back. */
static struct result select_copied(struct call *call, int64_t project_id, struct rows *out) {
  return db_query(
      call->db,
      "select i.id, i.kind, i.number, p.name, epoch_ms(r.at) as since_ms, c.places from restricted_item r join "
      "project p on p.id = r.project_id and p.state <> 'removed' cross join lateral (select id, kind, number from "
      "item where id = r.item_id and privacy = 'local_only' offset 0) i cross join lateral (select "
      "string_agg(distinct o.name, ', ' order by o.name) as places from " ITEM_AND_COMMENTS
      " f cross join lateral (select id, project_id from mapping where item_id = f.id and op_id is not null and "
      "external_id is not null and state <> 'gone' and project_id <> r.project_id offset 0) m join project o on o.id "
      "= m.project_id and o.state <> 'removed' where not exists (select from intent n where n.mapping_id = m.id and "
      "n.purpose = 'retract' and n.state in ('prepared', 'sending', 'unknown', 'parked'))) c where c.places is not "
      "null and $2::bigint in (0, p.id) order by r.at, i.id limit $1::bigint",
      PARAMS(p_i64(LISTED_MAX), p_i64(project_id)), out);
}

static struct trouble read_copied(struct call *call, const struct rows *rows, size_t row) {
  struct str key =
      key_text(call->arena, rows_str(rows, row, "kind"), rows_i64(rows, row, "number"), rows_i64(rows, row, "id"));
  return (struct trouble){
      .project = rows_str(rows, row, "name"),
      .what = str_format(call->arena,
                         "%.*s is restricted there since, and private here; what is of it in %.*s stays as it is",
                         STR_FMT(key), STR_FMT(rows_str(rows, row, "places"))),
      .since_ms = rows_i64(rows, row, "since_ms"),
      .next_step = str_format(call->arena,
                              "tandem ticket retract %.*s; or, if all may see it: tandem ticket share %.*s --privacy "
                              "shareable",
                              STR_FMT(key), STR_FMT(key))};
}

struct result restricted_list(struct call *call, int64_t project_id, struct status *out) {
  struct rows rows;
  TRY(select_copied(call, project_id, &rows));
  struct trouble *waits = ARENA_ARRAY(call->arena, struct trouble, out->waits.count + rows.count);
  if (out->waits.count)
    memcpy(waits, out->waits.at, out->waits.count * sizeof *waits);
  for (size_t i = 0; i < rows.count; i++)
    waits[out->waits.count + i] = read_copied(call, &rows, i);
  out->waits.at = waits;
  out->waits.count += rows.count;
  return RESULT_DONE;
}
