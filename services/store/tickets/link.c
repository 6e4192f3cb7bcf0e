/* Verbs that link what exists already: two tickets here, each with an external one, become one ticket with both. */
#include "store/conflicts/conflicts.h"
#include "store/projects/projects.h"
#include "store/tickets/journal.h"
#include "store/tickets/keys.h"
#include "store/tickets/references.h"
#include "store/tickets/tickets.h"

enum { SUGGESTIONS = 100, SUGGESTIONS_MAX = 1000 };

/* -- finding -- */

struct side {
  int64_t id, number;
  struct str key, privacy;
  struct values fields;
};

static struct result find_side(struct call *call, struct str word, struct side *out) {
  bool is_comment;
  int64_t id;
  struct rows rows;
  TRY(key_find_item(call, word, &id, &is_comment));
  if (is_comment)
    return result_error(RESULT_REJECTED, "only tickets are linked; their comments come along");
  TRY(db_query(call->db, "select number, privacy, fields from item where id = $1::bigint", PARAMS(p_i64(id)), &rows));
  *out = (struct side){.id = id,
                       .number = rows_i64(&rows, 0, "number"),
                       .key = key_text(call->arena, STR("ticket"), rows_i64(&rows, 0, "number"), 0),
                       .privacy = rows_str(&rows, 0, "privacy")};
  return rows_values(call->arena, &rows, 0, "fields", &out->fields);
}

/* -- checking -- */

static struct result check_projects(struct call *call, const struct side *ours, const struct side *theirs) {
  struct rows rows;
  TRY(db_query(call->db,
               "select p.name from mapping a join mapping b on b.project_id = a.project_id join project p on p.id = "
               "a.project_id where a.item_id = $1::bigint and b.item_id = $2::bigint limit 1",
               PARAMS(p_i64(ours->id), p_i64(theirs->id)), &rows));
  if (rows.count)
    return result_error(RESULT_REJECTED, "%.*s and %.*s are both in %.*s: one ticket cannot be two there",
                        STR_FMT(ours->key), STR_FMT(theirs->key), STR_FMT(rows_str(&rows, 0, "name")));
  return RESULT_DONE;
}

static struct result check_pair(struct call *call, const struct side *ours, const struct side *theirs) {
  struct rows rows;
  if (ours->id == theirs->id)
    return result_error(RESULT_REJECTED, "%.*s is linked to itself already", STR_FMT(ours->key));
  if (str_is(ours->privacy, "local_only") || str_is(theirs->privacy, "local_only"))
    return result_error(RESULT_REJECTED, "a local_only ticket goes nowhere; change its privacy first "
                                         "(tandem ticket share KEY --privacy shareable)");
  TRY(check_projects(call, ours, theirs));
  TRY(db_query(call->db,
               "select from intent where item_id in ($1::bigint, $2::bigint) and state in ('prepared', 'sending', "
               "'unknown') limit 1",
               PARAMS(p_i64(ours->id), p_i64(theirs->id)), &rows));
  if (rows.count)
    return result_error(RESULT_RETRY, "a change of one of them is on its way out; try again in a moment");
  return RESULT_DONE;
}

static struct values one_value(struct arena *arena, const struct value *value) {
  struct value *copy = ARENA_NEW(arena, struct value);
  if (value)
    *copy = *value;
  return (struct values){copy, value ? 1 : 0};
}

/* A field that only one of them has is no difference: it is taken. */
static void compare(struct call *call, const struct side *ours, const struct side *theirs, struct link_result *out) {
  struct link_difference *differences = ARENA_ARRAY(call->arena, struct link_difference, ours->fields.count);
  for (size_t i = 0; i < ours->fields.count; i++) {
    const struct value *our = &ours->fields.at[i], *their = values_find(&theirs->fields, our->name);
    if (!their || value_equal(our, their))
      continue;
    differences[out->differences.count++] =
        (struct link_difference){our->name, one_value(call->arena, our), one_value(call->arena, their)};
  }
  out->differences.at = differences;
}

/* -- linking -- */

/* The other's values stay in the change log for ever. */
static struct result log_link(struct call *call, const struct side *ours, const struct side *theirs, struct str actor) {
  struct values_builder merged = {.arena = call->arena};
  values_put(&merged, value_text(STR("merged"), theirs->key));
  struct values after = values_built(&merged);
  TRY(db_query(call->db,
               "insert into change_log (item_id, actor, cause, field, before, after) "
               "values ($1::bigint, $2, 'link', '*', $3::text::jsonb, $4::text::jsonb)",
               PARAMS(p_i64(ours->id), p_str(actor.length ? actor : STR("unknown")),
                      p_values(call->arena, &theirs->fields), p_values(call->arena, &after)),
               NULL));
  return journal_audit(call, actor, "ticket.link", ours->key,
                       str_format(call->arena, "{\"other\":\"%.*s\"}", STR_FMT(theirs->key)));
}

/* The mappings begin anew, without a shadow: what is unequal is a conflict and never a silent pull. */
static struct result move_mappings(struct call *call, const struct side *ours, const struct side *theirs,
                                   struct str actor) {
  struct str by = actor.length ? actor : STR("unknown");
  struct rows rows;
  TRY(db_query(call->db, "select id from mapping where item_id = $1::bigint", PARAMS(p_i64(theirs->id)), &rows));
  for (size_t i = 0; i < rows.count; i++)
    TRY(conflicts_end(call, rows_i64(&rows, i, "id"), CONFLICTS_ALL, by));
  TRY(db_query(
      call->db,
      "insert into item_grant (item_id, project_id, granted_by) select $1::bigint, project_id, $3 from mapping "
      "where item_id in ($1::bigint, $2::bigint) on conflict do nothing",
      PARAMS(p_i64(ours->id), p_i64(theirs->id), p_str(by)), NULL));
  return db_query(call->db,
                  "update mapping set item_id = $1::bigint, shadow = '{}', shadow_local = '{}' "
                  "where item_id = $2::bigint",
                  PARAMS(p_i64(ours->id), p_i64(theirs->id)), NULL);
}

static struct result merge_items(struct call *call, const struct side *ours, const struct side *theirs) {
  TRY(db_query(call->db, "update item set parent_id = $1::bigint where parent_id = $2::bigint",
               PARAMS(p_i64(ours->id), p_i64(theirs->id)), NULL));
  TRY(db_query(call->db,
               "update item set merged_into = $1::bigint, version = version + 1, updated_at = now() "
               "where id in (select $2::bigint union all select id from item where merged_into = $2)",
               PARAMS(p_i64(ours->id), p_i64(theirs->id)), NULL));
  TRY(tickets_map_comments(call, ours->id));
  TRY(references_mapped(call, &ours->id, 1));
  return journal_plan_item(call, ours->id, RANK_EDIT);
}

static void tell_merged(struct call *call, const struct side *ours, const struct side *theirs, struct str actor) {
  struct value merged = value_text(STR("merged_into"), ours->key);
  struct values fields = {&merged, 1};
  struct changed_item item = {
      .id = theirs->id, .number = theirs->number, .kind = STR("ticket"), .privacy = theirs->privacy};
  tickets_tell(call, EVENT_TICKET_UPDATED, &item, actor, &fields);
}

struct result store_ticket_link(struct call *call, const void *request, void *reply) {
  const struct ticket_link *link = request;
  struct link_result *answer = reply;
  struct side ours, theirs;
  TRY(find_side(call, link->key, &ours));
  TRY(find_side(call, link->other, &theirs));
  TRY(check_pair(call, &ours, &theirs));
  answer->key = ours.key;
  answer->other = theirs.key;
  compare(call, &ours, &theirs, answer);
  if (link->preview)
    return RESULT_DONE;
  TRY(log_link(call, &ours, &theirs, link->actor));
  TRY(move_mappings(call, &ours, &theirs, link->actor));
  TRY(merge_items(call, &ours, &theirs));
  tell_merged(call, &ours, &theirs, link->actor);
  answer->linked = true;
  return RESULT_DONE;
}

/* -- suggesting -- */

#define TICKETS_OF(project, other)                                                                                 \
  "(select i.id, i.number, i.fields ->> 'title' as title, lower(btrim(i.fields ->> 'title')) as word, "            \
  "i.fields ->> 'body' as body, e.external_key, e.url from mapping m join item i on i.id = m.item_id "             \
  "and i.merged_into is null and i.privacy <> 'local_only' join external_item e on (e.project_id, e.kind, "        \
  "e.external_id) = (m.project_id, m.kind, m.external_id) where m.project_id = " project " and m.kind = 'ticket' " \
  "and m.state = 'linked' and not exists (select from mapping x where x.item_id = i.id and x.project_id = " other "))"

#define URLS_IN(body) "regexp_matches(" body ", '(https?://[^\\s<>()\\[\\]\"'']+)', 'g')"

#define TICKETS_A TICKETS_OF("$1::bigint", "$2::bigint")
#define TICKETS_B TICKETS_OF("$2::bigint", "$1::bigint")
#define URLS_IN_A URLS_IN("a.body")
#define URLS_IN_B URLS_IN("b.body")

static struct result query_suggestions(struct call *call, int64_t project, int64_t other, int64_t limit,
                                       struct rows *out) {
  /* Whole projects are compared with each other: here joins by hash are right, see db_open(). */
  TRY(db_script(call->db, "set local enable_hashjoin = on; set local enable_seqscan = on"));
  return db_query(
      call->db,
      "with a as materialized " TICKETS_A ", b as materialized " TICKETS_B
      ", links as (select a.id as a, u[1] as url from a, " URLS_IN_A " u)"
      ", back_links as (select b.id as b, u[1] as url from b, " URLS_IN_B " u)"
      ", pairs as (select l.a, b.id as b, 1 as rank from links l join b on b.url = l.url "
      "union select a.id, l.b, 1 from back_links l join a on a.url = l.url "
      "union select min(a.id), min(b.id), 2 from a join b using (word) where word <> '' "
      "group by word having count(*) = 1) "
      "select a.number, b.number as other_number, a.external_key, b.external_key as other_external_key, a.title, "
      "b.title as other_title, min(p.rank) as rank from pairs p join a on a.id = p.a join b on b.id = p.b "
      "group by a.number, b.number, a.external_key, b.external_key, a.title, b.title "
      "order by min(p.rank), a.number limit $3::bigint",
      PARAMS(p_i64(project), p_i64(other), p_i64(limit + 1)), out);
}

struct result store_link_suggest(struct call *call, const void *request, void *reply) {
  const struct link_query *query = request;
  struct link_suggestions *answer = reply;
  int64_t limit = query->limit > 0 && query->limit <= SUGGESTIONS_MAX ? query->limit : SUGGESTIONS;
  struct project project, other;
  struct rows rows;
  TRY(project_named(call, query->project, &project));
  TRY(project_named(call, query->other, &other));
  TRY(query_suggestions(call, project.id, other.id, limit, &rows));
  size_t count = rows.count > (size_t)limit ? (size_t)limit : rows.count;
  struct link_suggestion *suggestions = ARENA_ARRAY(call->arena, struct link_suggestion, count);
  for (size_t i = 0; i < count; i++)
    suggestions[i] = (struct link_suggestion){
        .key = key_text(call->arena, STR("ticket"), rows_i64(&rows, i, "number"), 0),
        .other = key_text(call->arena, STR("ticket"), rows_i64(&rows, i, "other_number"), 0),
        .external_key = rows_str(&rows, i, "external_key"),
        .other_external_key = rows_str(&rows, i, "other_external_key"),
        .title = rows_str(&rows, i, "title"),
        .other_title = rows_str(&rows, i, "other_title"),
        .reason = rows_i64(&rows, i, "rank") == 1 ? STR("reference") : STR("title"),
    };
  answer->suggestions.at = suggestions;
  answer->suggestions.count = count;
  answer->more = rows.count > count;
  return RESULT_DONE;
}
