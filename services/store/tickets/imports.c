/* The import path: contents go from the cache to the local side inside the database. */
#include "store/tickets/imports.h"

#include "base/json.h"
#include "store/conflicts/conflicts.h"
#include "store/sessions/sessions.h"
#include "store/tickets/follow.h"
#include "store/tickets/keys.h"
#include "store/tickets/references.h"
#include "store/tickets/tickets.h"

static void grow(struct call *call, struct import_set *set) {
  size_t capacity = set->capacity ? 2 * set->capacity : 128;
  struct import_set grown = {.mapping_ids = ARENA_ARRAY(call->arena, int64_t, capacity),
                             .locals = ARENA_ARRAY(call->arena, struct str, capacity),
                             .left_out = ARENA_ARRAY(call->arena, struct str, capacity),
                             .outcomes = arena_array(call->arena, capacity, sizeof(void *)),
                             .count = set->count,
                             .capacity = capacity};
  for (size_t i = 0; i < set->count; i++) {
    grown.mapping_ids[i] = set->mapping_ids[i];
    grown.locals[i] = set->locals[i];
    grown.left_out[i] = set->left_out[i];
    grown.outcomes[i] = set->outcomes[i];
  }
  *set = grown;
}

/* Names as one text: an array of arrays cannot travel as a parameter. */
static struct str joined(struct arena *arena, const struct str *names, size_t count) {
  struct str_builder text = {.arena = arena};
  for (size_t i = 0; i < count; i++) {
    str_append_c(&text, i ? "\x1f" : "");
    str_append(&text, names[i]);
  }
  return str_built(&text);
}

void imports_add(struct call *call, struct import_set *set, const struct plan_outcome *outcome) {
  if (set->count == set->capacity)
    grow(call, set);
  set->mapping_ids[set->count] = outcome->mapping_id;
  set->locals[set->count] = json_values_text(call->arena, &outcome->local);
  set->left_out[set->count] = joined(call->arena, outcome->leave_out.at, outcome->leave_out.count);
  set->outcomes[set->count++] = outcome;
}

#define NOTHING_IS_TAKEN "the direction takes nothing from there"

struct result imports_ignore(struct call *call, int64_t mapping_id) {
  return db_query(call->db,
                  "update mapping set state = 'ignored', reason = '" NOTHING_IS_TAKEN "' "
                  "where id = $1::bigint and item_id is null",
                  PARAMS(p_i64(mapping_id)), NULL);
}

struct result imports_reconsider(struct call *call, int64_t project_id) {
  return db_query(call->db,
                  "update mapping set state = 'linked', reason = null where project_id = $1::bigint and "
                  "state = 'ignored' and reason = '" NOTHING_IS_TAKEN "'",
                  PARAMS(p_i64(project_id)), NULL);
}

/* Items, mappings and change log in one statement; ids are drawn first, so that each row finds its own. What the
 * tracker restricts is private, and so are comments on what it restricts, also where the ticket itself is shared:
 * whoever writes one there counts on it. Most often there is nothing to leave out and nothing that reads otherwise
 * here: then the cache's fields are copied as they are stored, compressed, to both places. */
static struct result insert_all(struct call *call, const struct import_set *set, struct rows *out) {
  return db_query(
      call->db,
      "with src as materialized (select m.id as mapping_id, m.project_id, m.kind, e.external_key, e.url, "
      "case when o.left_out = '' then e.fields else e.fields - string_to_array(o.left_out, e'\\x1f') end as fields, "
      "e.author, o.local::jsonb as local, p.system || ':' || coalesce(nullif(e.author, ''), p.remote) as actor, "
      "p.name as project, parent.id as parent_id, parent.number as parent_number, parent.privacy as parent_privacy, "
      "e.restricted or m.kind = 'comment' and (select pe.restricted from external_item pe where (pe.project_id, "
      "pe.kind, pe.external_id) = (m.project_id, 'ticket', e.parent_external_id)) is true as restricted, "
      "p.privacy_default, nextval('item_id_seq') as item_id, "
      "case m.kind when 'ticket' then nextval('ticket_number') end as number, "
      "s.id as session_id, o.n "
      "from unnest($1::bigint[], $2::text[], $3::text[]) with ordinality o(mapping_id, local, left_out, n) "
      "join mapping m on m.id = o.mapping_id and m.item_id is null join project p on p.id = m.project_id "
      "left join session s on s.project_id = p.id and s.state = 'running' "
      "join external_item e on (e.project_id, e.kind, e.external_id) = (m.project_id, m.kind, m.external_id) "
      "left join mapping pm on m.kind = 'comment' and (pm.project_id, pm.kind, pm.external_id) = "
      "(m.project_id, 'ticket', e.parent_external_id) and pm.state <> 'gone' left join item parent on parent.id = "
      "pm.item_id "
      "where m.kind = 'ticket' or parent.id is not null), "
      "made as (insert into item (id, kind, number, parent_id, fields, privacy, origin_project, author) "
      "overriding system value select item_id, kind, number, parent_id, "
      "case when local = '{}' then fields else fields || local end, "
      "case when restricted then 'local_only' when parent_privacy is not null then parent_privacy when "
      "privacy_default = 'public' then 'public' else 'shareable' end, project_id, actor from src), "
      "linked as (update mapping m set item_id = src.item_id, state = 'linked', shadow = src.fields, "
      "shadow_local = src.local from src where m.id = src.mapping_id), "
      "logged as (insert into change_log (item_id, project_id, session_id, actor, cause, field) "
      "select item_id, project_id, session_id, actor, 'import', '*' from src) "
      "select mapping_id, project_id, kind, external_key, url, item_id, number, parent_id, parent_number, project, n "
      "from src order by n",
      PARAMS(p_i64s(call->arena, set->mapping_ids, set->count), p_strs(call->arena, set->locals, set->count),
             p_strs(call->arena, set->left_out, set->count)),
      out);
}

static void tell_imported(struct call *call, const struct rows *rows, size_t row) {
  struct str kind = rows_str(rows, row, "kind");
  bool is_comment = str_is(kind, "comment");
  struct event_external_ticket data = {
      .project = rows_str(rows, row, "project"),
      .ticket = key_text(call->arena, STR("ticket"), rows_i64(rows, row, is_comment ? "parent_number" : "number"), 0),
      .comment = is_comment ? key_text(call->arena, kind, 0, rows_i64(rows, row, "item_id")) : (struct str){0},
      .external_key = rows_str(rows, row, "external_key"),
      .url = rows_str(rows, row, "url"),
      .direction = STR("imported"),
  };
  outbox_add(call->outbox, EVENT_EXTERNAL_TICKET_CREATED, data.ticket, data.ticket, &data);
}

/* What an import could not map, or what never agreed, is a conflict from the first day. */
static struct result open_conflicts(struct call *call, const struct rows *rows, size_t row,
                                    const struct plan_outcome *outcome) {
  if (outcome->conflicts.count == 0)
    return RESULT_DONE;
  struct conflict_place place = {
      .mapping_id = outcome->mapping_id,
      .item_id = rows_i64(rows, row, "item_id"),
      .project_id = rows_i64(rows, row, "project_id"),
      .project = rows_str(rows, row, "project"),
      .ticket = key_text(call->arena, STR("ticket"), rows_i64(rows, row, "number"), 0),
      .external_key = rows_str(rows, row, "external_key"),
  };
  return conflicts_open(call, &place, outcome);
}

static struct result tell_others(struct call *call, const struct rows *rows) {
  int64_t *items = ARENA_ARRAY(call->arena, int64_t, rows->count),
          *projects = ARENA_ARRAY(call->arena, int64_t, rows->count);
  for (size_t row = 0; row < rows->count; row++) {
    items[row] = rows_i64(rows, row, "item_id");
    projects[row] = rows_i64(rows, row, "project_id");
  }
  TRY(references_mapped(call, items, rows->count));
  return follow_new(call, items, projects, rows->count);
}

/* A ticket that is mapped elsewhere too takes its new comments along. */
static struct result spread_comments(struct call *call, const struct rows *rows) {
  struct rows several;
  TRY(db_query(call->db, "select from project where state <> 'removed' limit 2", NO_PARAMS, &several));
  int64_t last = 0;
  for (size_t row = 0; several.count > 1 && row < rows->count; row++) {
    int64_t parent = rows_i64(rows, row, "parent_id");
    if (parent && parent != last)
      TRY(tickets_map_comments(call, parent));
    last = parent;
  }
  return RESULT_DONE;
}

struct result imports_commit(struct call *call, struct import_set *set) {
  if (set->count == 0)
    return RESULT_DONE;
  struct rows rows;
  TRY(insert_all(call, set, &rows));
  for (size_t row = 0; row < rows.count; row++) {
    tell_imported(call, &rows, row);
    const struct plan_outcome *outcome = set->outcomes[rows_i64(&rows, row, "n") - 1];
    TRY(open_conflicts(call, &rows, row, outcome));
    TRY(references_await(call, outcome));
  }
  for (size_t row = 0; row < rows.count;) {
    int64_t project_id = rows_i64(&rows, row, "project_id");
    struct session_counts counts = {0};
    for (; row < rows.count && rows_i64(&rows, row, "project_id") == project_id; row++)
      counts.imported++;
    TRY(sessions_count(call, project_id, &counts));
  }
  /* Their comments may be planned now. */
  outbox_ring(call->outbox, BELL_PLAN, (struct str){0});
  TRY(tell_others(call, &rows));
  return spread_comments(call, &rows);
}
