/* Verbs on conflicts and what planning does with them. */
#include "store/conflicts/conflicts.h"

#include "base/json.h"
#include "store/observing/externals.h"
#include "store/sessions/sessions.h"
#include "store/tickets/keys.h"
#include "store/tickets/references.h"
#include "sync/canon.h"
#include "sync/catalogue.h"

/* -- reading -- */

#define CONFLICT_COLUMNS                                                                                            \
  "c.id, c.mapping_id, c.project_id, p.name as project, i.kind as item_kind, i.number, t.number as parent_number, " \
  "e.external_key, e.url, c.field, c.kind, c.reason, c.state, c.base, c.local, c.external, c.value, "               \
  "coalesce(c.winner, c.choice) as winner, c.decided_by, epoch_ms(c.created_at) as created_ms, "                    \
  "epoch_ms(c.decided_at) as decided_ms, c.local_by, epoch_ms(c.local_at) as local_ms, "                            \
  "epoch_ms(c.external_at) as external_ms"
#define CONFLICT_JOINS                                                                                               \
  " c join project p on p.id = c.project_id join item i on i.id = c.item_id left join item t on t.id = i.parent_id " \
  "join mapping m on m.id = c.mapping_id left join external_item e on (e.project_id, e.kind, e.external_id) = "      \
  "(m.project_id, m.kind, m.external_id)"

static struct result read_conflict(struct call *call, const struct rows *rows, size_t row, struct conflict *out) {
  bool is_comment = str_is(rows_str(rows, row, "item_kind"), "comment");
  *out = (struct conflict){
      .id = rows_i64(rows, row, "id"),
      .project = rows_str(rows, row, "project"),
      .ticket = key_text(call->arena, STR("ticket"), rows_i64(rows, row, is_comment ? "parent_number" : "number"), 0),
      .external_key = rows_str(rows, row, "external_key"),
      .url = rows_str(rows, row, "url"),
      .field = rows_str(rows, row, "field"),
      .kind = rows_str(rows, row, "kind"),
      .reason = rows_str(rows, row, "reason"),
      .state = rows_str(rows, row, "state"),
      .winner = rows_str(rows, row, "winner"),
      .decided_by = rows_str(rows, row, "decided_by"),
      .created_at_ms = rows_i64(rows, row, "created_ms"),
      .decided_at_ms = rows_i64(rows, row, "decided_ms"),
      .local_by = rows_str(rows, row, "local_by"),
      .local_at_ms = rows_i64(rows, row, "local_ms"),
      .external_at_ms = rows_i64(rows, row, "external_ms"),
  };
  TRY(rows_values(call->arena, rows, row, "base", &out->base));
  TRY(rows_values(call->arena, rows, row, "local", &out->local));
  TRY(rows_values(call->arena, rows, row, "external", &out->external));
  return rows_values(call->arena, rows, row, "value", &out->value);
}

#define SELECT_CONFLICTS(state)                                                                                       \
  "select " CONFLICT_COLUMNS " from conflict" CONFLICT_JOINS " where " state " and ($1::bigint = 0 or c.id = $1) "    \
  "and ($2::text is null or p.name = $2) and ($4::bigint = 0 or i.id = $4 or i.parent_id = $4) and ($6::text is "     \
  "null or c.field = $6) and ($7::text is null or c.kind = $7) and ($8::bigint = 0 or c.id < $8) order by c.id desc " \
  "limit $5::bigint"

/* Those that are open have an index of their own, so that they cost nothing however many were ever decided. */
static const char select_open[] = SELECT_CONFLICTS("$3::text = 'open' and c.state in ('open', 'decided')");
static const char select_any[] = SELECT_CONFLICTS("($3::text is null or c.state = $3)");

/* Identifiers of other tickets tell people nothing. After an undo both sides are in our words. */
static bool names_a_ticket(const struct conflict *conflict) {
  return catalogue_is_reference(conflict->field) && !str_is(conflict->kind, "undo") && conflict->external.count &&
         conflict->external.at[0].text.length;
}

static struct result name_tickets(struct call *call, const struct rows *rows, struct conflict *conflicts,
                                  size_t count) {
  int64_t *projects = ARENA_ARRAY(call->arena, int64_t, count);
  struct str *words = ARENA_ARRAY(call->arena, struct str, count), *names = ARENA_ARRAY(call->arena, struct str, count);
  struct conflict **named = ARENA_ARRAY(call->arena, struct conflict *, count);
  size_t named_count = 0;
  for (size_t i = 0; i < count; i++) {
    if (!names_a_ticket(&conflicts[i]))
      continue;
    projects[named_count] = rows_i64(rows, i, "project_id");
    words[named_count] = conflicts[i].external.at[0].text;
    named[named_count++] = &conflicts[i];
  }
  TRY(references_names(call, projects, words, named_count, names));
  for (size_t i = 0; i < named_count; i++)
    named[i]->external_name = names[i];
  return RESULT_DONE;
}

static int64_t page_size(int64_t asked) {
  enum { DEFAULT = 200, MOST = 10000 };
  return asked <= 0 ? DEFAULT : asked < MOST ? asked : MOST;
}

struct result store_conflict_list(struct call *call, const void *request, void *reply) {
  const struct conflict_query *query = request;
  struct conflict_list *list = reply;
  int64_t item_id = 0, most = page_size(query->limit);
  bool is_comment;
  struct rows rows;
  if (query->ticket.length)
    TRY(key_find_item(call, query->ticket, &item_id, &is_comment));
  TRY(db_query(call->db, str_is(query->state, "open") ? select_open : select_any,
               PARAMS(p_i64(query->id), p_str(query->project), p_str(query->state), p_i64(item_id), p_i64(most + 1),
                      p_str(query->field), p_str(query->kind), p_i64(query->before)),
               &rows));
  if (query->id && rows.count == 0)
    return result_error(RESULT_GONE, "there is no conflict %lld; `tandem conflicts list` shows what there is",
                        (long long)query->id);
  static const char *const texts[] = {"base", "local", "external", "value", NULL};
  size_t count = rows_fitting(&rows, (size_t)most, texts);
  struct conflict *conflicts = ARENA_ARRAY(call->arena, struct conflict, count);
  for (size_t i = 0; i < count; i++)
    TRY(read_conflict(call, &rows, i, &conflicts[i]));
  TRY(name_tickets(call, &rows, conflicts, count));
  list->conflicts.at = conflicts;
  list->conflicts.count = count;
  list->more = count < rows.count;
  return RESULT_DONE;
}

struct result conflicts_of_cases(struct call *call, struct plan_case *cases, size_t count) {
  int64_t *ids = ARENA_ARRAY(call->arena, int64_t, count);
  for (size_t i = 0; i < count; i++)
    ids[i] = cases[i].mapping_id;
  struct rows rows;
  TRY(db_query(call->db,
               "select " CONFLICT_COLUMNS " from unnest($1::bigint[]) w(id), lateral (select * from conflict o where "
               "o.mapping_id = w.id and o.state in ('open', 'decided') and o.freezes offset 0)" CONFLICT_JOINS
               " order by c.mapping_id, c.id",
               PARAMS(p_i64s(call->arena, ids, count)), &rows));
  struct conflict *conflicts = ARENA_ARRAY(call->arena, struct conflict, rows.count);
  for (size_t row = 0; row < rows.count; row++) {
    TRY(read_conflict(call, &rows, row, &conflicts[row]));
    for (size_t i = 0; i < count; i++) {
      if (cases[i].mapping_id != rows_i64(&rows, row, "mapping_id"))
        continue;
      if (cases[i].conflicts.count++ == 0)
        cases[i].conflicts.at = &conflicts[row];
    }
  }
  return RESULT_DONE;
}

/* -- planning's side -- */

static void tell(struct call *call, enum event_id id, const struct conflict_place *place, int64_t conflict_id,
                 const struct event_conflict *about) {
  struct event_conflict data = *about;
  data.conflict = conflict_id;
  data.project = place->project;
  data.ticket = place->ticket;
  data.external_key = place->external_key;
  outbox_add(call->outbox, id, place->ticket, place->ticket, &data);
}

/* As planning compares them. */
static bool same_values(const struct values *a, const struct values *b) {
  for (size_t i = 0; i < a->count; i++) {
    const struct value *other = values_find(b, a->at[i].name);
    if (!other || !canon_equal(catalogue_kind(other->name, other->kind), &a->at[i], other))
      return false;
  }
  return a->count == b->count;
}

/* Ends an open row of the field whose values are no longer what both sides hold, or whose decision could not be carried
 * out. `*same`: it still stands as it is; `*out_id`: the row that was ended, or 0. */
static struct result supersede(struct call *call, const struct conflict_place *place, const struct plan_conflict *c,
                               bool *same, int64_t *out_id) {
  struct rows rows;
  TRY(db_query(call->db,
               "select id, state, local, external from conflict where mapping_id = $1::bigint and field = $2 "
               "and state in ('open', 'decided') and "
               "case when $3 in ('overwritten', 'undo') then kind = $3 else freezes end order by id desc",
               PARAMS(p_i64(place->mapping_id), p_str(c->field), p_str(c->kind)), &rows));
  *same = false;
  *out_id = 0;
  if (rows.count == 0)
    return RESULT_DONE;
  bool open = str_is(rows_str(&rows, 0, "state"), "open");
  struct values local, external;
  TRY(rows_values(call->arena, &rows, 0, "local", &local));
  TRY(rows_values(call->arena, &rows, 0, "external", &external));
  bool unmoved = same_values(&local, &c->local) && same_values(&external, &c->external);
  *same = unmoved && open && str_is_absent(c->winner);
  if (*same || str_is(c->kind, "overwritten") || str_is(c->kind, "undo"))
    return RESULT_DONE;
  *out_id = rows_i64(&rows, 0, "id");
  return db_query(
      call->db,
      "update conflict set state = 'superseded', decided_by = coalesce(decided_by, 'tandem: a side moved'), "
      "decided_at = now() where id = $1::bigint",
      PARAMS(p_i64(*out_id)), NULL);
}

static struct result insert_conflict(struct call *call, const struct conflict_place *place,
                                     const struct plan_conflict *c, int64_t *out_id) {
  bool resolved = c->winner.length > 0;
  struct rows rows;
  struct str value = c->value.count ? json_values_text(call->arena, &c->value) : (struct str){0};
  TRY(db_query(
      call->db,
      "with last_edit as (select actor, at from change_log where item_id = $2::bigint and (field = $4 or $5 = "
      "'deleted_vs_edited') and cause <> 'share' order by id desc limit 1), there as (select greatest(e.version - "
      "p.clock_ahead_ms, 0) as ms from mapping m join project p on "
      "p.id = m.project_id join external_item e on (e.project_id, e.kind, e.external_id) = (m.project_id, m.kind, "
      "m.external_id) where m.id = $1::bigint and e.version >= $13::bigint) "
      "insert into conflict (mapping_id, item_id, project_id, field, kind, state, base, local, external, "
      "winner, decided_by, decided_at, reason, value, local_by, local_at, external_at) "
      "values ($1::bigint, $2::bigint, $3::bigint, $4, $5, $6, "
      "$7::text::jsonb, $8::text::jsonb, $9::text::jsonb, $10, $11, case when $11::text is not null then "
      "now() end, $12, $14::text::jsonb, (select actor from last_edit), (select at from last_edit), "
      "(select to_timestamp(ms / 1000.0) from there)) returning id",
      PARAMS(p_i64(place->mapping_id), p_i64(place->item_id), p_i64(place->project_id), p_str(c->field), p_str(c->kind),
             p_str(resolved ? STR("resolved") : STR("open")), p_values(call->arena, &c->base),
             p_values(call->arena, &c->local), p_values(call->arena, &c->external),
             p_str(resolved ? c->winner : (struct str){0}), p_str(resolved ? c->decided_by : (struct str){0}),
             p_str(c->reason), p_i64(EXTERNALS_TIME_MIN_MS), p_str(value)),
      &rows));
  *out_id = rows_i64(&rows, 0, "id");
  return RESULT_DONE;
}

struct result conflicts_open(struct call *call, const struct conflict_place *place,
                             const struct plan_outcome *outcome) {
  for (size_t i = 0; i < outcome->conflicts.count; i++) {
    const struct plan_conflict *c = &outcome->conflicts.at[i];
    bool same;
    int64_t id, old_id;
    TRY(supersede(call, place, c, &same, &old_id));
    if (same)
      continue;
    TRY(insert_conflict(call, place, c, &id));
    struct event_conflict about = {.field = c->field, .kind = c->kind, .supersedes = old_id};
    tell(call, EVENT_CONFLICT_DETECTED, place, id, &about);
    about.supersedes = 0;
    struct session_counts counts = {.conflicts = 1};
    TRY(sessions_count(call, place->project_id, &counts));
    about.winner = c->winner;
    about.decided_by = c->decided_by;
    if (c->winner.length)
      tell(call, EVENT_CONFLICT_RESOLVED, place, id, &about);
  }
  return RESULT_DONE;
}

static void tell_ended(struct call *call, const struct conflict_place *place, const struct rows *rows) {
  for (size_t i = 0; i < rows->count; i++) {
    struct event_conflict about = {.field = rows_str(rows, i, "field"),
                                   .kind = rows_str(rows, i, "kind"),
                                   .winner = rows_str(rows, i, "winner"),
                                   .decided_by = rows_str(rows, i, "decided_by")};
    tell(call, EVENT_CONFLICT_RESOLVED, place, rows_i64(rows, i, "id"), &about);
  }
}

struct result conflicts_close(struct call *call, const struct conflict_place *place,
                              const struct plan_outcome *outcome) {
  for (size_t i = 0; i < outcome->closes.count; i++) {
    struct rows rows;
    TRY(db_query(call->db,
                 "update conflict set state = case when kind = 'unmappable' and choice is null then 'superseded' "
                 "else 'resolved' end, winner = coalesce(choice, 'agreement'), decided_by = coalesce(decided_by, "
                 "case kind when 'unmappable' then 'tandem: nothing is in the way any more' "
                 "else 'tandem: both sides agree' end), decided_at = coalesce(decided_at, now()) "
                 "where mapping_id = $1::bigint and field = $2 and state in ('open', 'decided') "
                 "and freezes "
                 "returning id, field, kind, winner, decided_by",
                 PARAMS(p_i64(place->mapping_id), p_str(outcome->closes.at[i])), &rows));
    tell_ended(call, place, &rows);
  }
  return RESULT_DONE;
}

struct result conflicts_applied(struct call *call, const struct conflict_place *place, int64_t intent_id,
                                const struct values *fields) {
  struct str *names = ARENA_ARRAY(call->arena, struct str, fields->count);
  struct rows rows;
  for (size_t i = 0; i < fields->count; i++)
    names[i] = fields->at[i].name;
  TRY(db_query(call->db,
               "update conflict c set state = 'resolved', winner = c.choice from intent n where n.id = $1::bigint and "
               "c.mapping_id = n.mapping_id and c.field = any($2::text[]) and " CONFLICTS_OF_INTENT
               " returning c.id, c.field, c.kind, c.winner, c.decided_by",
               PARAMS(p_i64(intent_id), p_strs(call->arena, names, fields->count)), &rows));
  tell_ended(call, place, &rows);
  return RESULT_DONE;
}

static struct conflict_place place_of(struct call *call, const struct rows *rows, size_t row) {
  return (struct conflict_place){.project = rows_str(rows, row, "project"),
                                 .ticket = key_text(call->arena, STR("ticket"), rows_i64(rows, row, "number"), 0),
                                 .external_key = rows_str(rows, row, "external_key")};
}

struct result conflicts_end(struct call *call, int64_t mapping_id, enum conflicts_about about, struct str why) {
  struct rows rows;
  TRY(db_query(
      call->db,
      "with ended as (update conflict set state = 'superseded', decided_by = coalesce(decided_by, $3), "
      "decided_at = coalesce(decided_at, now()) where mapping_id = $1::bigint and state in ('open', 'decided') "
      "and ($2::bigint = 0 or (kind = 'deleted_vs_edited') = ($2 = 2)) returning *) "
      "select c.id, c.field, c.kind, c.decided_by, p.name as project, e.external_key, "
      "coalesce(t.number, i.number) as number from ended c join project p on p.id = c.project_id "
      "join item i on i.id = c.item_id left join item t on t.id = i.parent_id "
      "join mapping m on m.id = c.mapping_id left join external_item e on "
      "(e.project_id, e.kind, e.external_id) = (m.project_id, m.kind, m.external_id) order by c.id",
      PARAMS(p_i64(mapping_id), p_i64(about), p_str(why)), &rows));
  for (size_t i = 0; i < rows.count; i++) {
    struct conflict_place place = place_of(call, &rows, i);
    struct event_conflict over = {.field = rows_str(&rows, i, "field"),
                                  .kind = rows_str(&rows, i, "kind"),
                                  .decided_by = rows_str(&rows, i, "decided_by")};
    tell(call, EVENT_CONFLICT_RESOLVED, &place, rows_i64(&rows, i, "id"), &over);
  }
  return RESULT_DONE;
}
