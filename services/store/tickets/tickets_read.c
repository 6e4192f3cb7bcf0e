/* Verbs that look at tickets: get, list, what left. */
#include "store/projects/projects.h"
#include "store/tickets/awaited.h"
#include "store/tickets/keys.h"
#include "store/tickets/tickets.h"

static struct result read_ticket(struct call *call, const struct rows *rows, size_t row, struct ticket *out) {
  *out = (struct ticket){
      .key = key_text(call->arena, STR("ticket"), rows_i64(rows, row, "number"), 0),
      .privacy = rows_str(rows, row, "privacy"),
      .author = rows_str(rows, row, "author"),
      .origin = rows_str(rows, row, "origin"),
      .version = rows_i64(rows, row, "version"),
      .created_at_ms = rows_i64(rows, row, "created_ms"),
      .updated_at_ms = rows_i64(rows, row, "updated_ms"),
  };
  return rows_values(call->arena, rows, row, "fields", &out->fields);
}

static struct result read_comments(struct call *call, int64_t ticket_id, bool deleted, struct ticket *out) {
  struct rows rows;
  TRY(db_query(
      call->db,
      "select c.id, c.fields ->> 'body' as body, c.author, c.privacy, o.name as origin, epoch_ms(c.created_at) as "
      "created_ms, epoch_ms(c.updated_at) as updated_ms, c.deleted_by, epoch_ms(c.deleted_at) as deleted_ms from item "
      "c left join project o on o.id = c.origin_project where c.parent_id = "
      "$1::bigint and (c.deleted_at is null or $2::boolean) order by c.created_at, c.id",
      PARAMS(p_i64(ticket_id), p_bool(deleted)), &rows));
  struct comment *comments = ARENA_ARRAY(call->arena, struct comment, rows.count);
  for (size_t i = 0; i < rows.count; i++)
    comments[i] = (struct comment){
        .key = key_text(call->arena, STR("comment"), 0, rows_i64(&rows, i, "id")),
        .author = rows_str(&rows, i, "author"),
        .body = rows_str(&rows, i, "body"),
        .privacy = rows_str(&rows, i, "privacy"),
        .created_at_ms = rows_i64(&rows, i, "created_ms"),
        .updated_at_ms = rows_i64(&rows, i, "updated_ms"),
        .origin = rows_str(&rows, i, "origin"),
        .deleted_by = rows_str(&rows, i, "deleted_by"),
        .deleted_at_ms = rows_i64(&rows, i, "deleted_ms"),
    };
  out->comments.at = comments;
  out->comments.count = rows.count;
  return RESULT_DONE;
}

static struct result read_mappings(struct call *call, int64_t ticket_id, bool external, struct ticket *out) {
  struct rows rows;
  TRY(db_query(
      call->db,
      "select m.id, p.name, p.system, m.external_id, e.external_key, e.url, m.reason, case when exists "
      "(select from intent n where n.mapping_id = m.id and n.state = 'parked' offset 0) then 'parked' else m.state end "
      "as state, (select count(*) from conflict c where c.mapping_id = m.id and c.state in ('open', "
      "'decided')) as conflicts, exists (select from awaited_reference a where a.mapping_id = m.id offset 0) as "
      "waits, case when $2::boolean then e.fields end as fields, epoch_ms(e.observed_at) "
      "as observed_ms, e.restricted from mapping m join project p on p.id = m.project_id left join external_item e on "
      "(e.project_id, e.kind, e.external_id) = (m.project_id, m.kind, m.external_id) where m.item_id = "
      "$1::bigint order by p.name",
      PARAMS(p_i64(ticket_id), p_bool(external)), &rows));
  struct mapping *mappings = ARENA_ARRAY(call->arena, struct mapping, rows.count);
  bool waits = false;
  for (size_t i = 0; i < rows.count; i++) {
    waits |= rows_bool(&rows, i, "waits");
    mappings[i] = (struct mapping){
        .id = rows_i64(&rows, i, "id"),
        .project = rows_str(&rows, i, "name"),
        .system = rows_str(&rows, i, "system"),
        .external_id = rows_str(&rows, i, "external_id"),
        .external_key = rows_str(&rows, i, "external_key"),
        .url = rows_str(&rows, i, "url"),
        .state = rows_str(&rows, i, "state"),
        .reason = rows_str(&rows, i, "reason"),
        .open_conflicts = rows_i64(&rows, i, "conflicts"),
        .observed_at_ms = rows_i64(&rows, i, "observed_ms"),
        .restricted = rows_bool(&rows, i, "restricted"),
    };
    TRY(rows_values(call->arena, &rows, i, "fields", &mappings[i].external));
  }
  out->mappings.at = mappings;
  out->mappings.count = rows.count;
  return waits ? awaited_of_ticket(call, ticket_id, mappings, rows.count) : RESULT_DONE;
}

static struct result read_whole(struct call *call, int64_t item_id, bool external, bool deleted, struct ticket *out) {
  struct rows rows;
  TRY(db_query(call->db,
               "select t.id, t.number, t.fields, t.privacy, t.author, t.version, o.name as origin, "
               "epoch_ms(t.created_at) as created_ms, epoch_ms(t.updated_at) as updated_ms, (select string_agg(p.name, "
               "'/' order by p.name) from item_grant g join project p on p.id = g.project_id where g.item_id = t.id) "
               "as grants from item t left join project o on o.id = t.origin_project where t.id = (select "
               "coalesce(parent_id, id) from item where id = $1::bigint)",
               PARAMS(p_i64(item_id)), &rows));
  int64_t ticket_id = rows_i64(&rows, 0, "id");
  TRY(read_ticket(call, &rows, 0, out));
  out->grants.at = tickets_names(call, rows_str(&rows, 0, "grants"), "/", &out->grants.count);
  TRY(read_comments(call, ticket_id, deleted, out));
  return read_mappings(call, ticket_id, external, out);
}

struct result tickets_read(struct call *call, int64_t item_id, bool external, struct ticket *out) {
  return read_whole(call, item_id, external, false, out);
}

struct result store_ticket_get(struct call *call, const void *request, void *reply) {
  const struct ticket_get *get = request;
  int64_t id;
  bool is_comment;
  TRY(key_find_item(call, get->key, &id, &is_comment));
  return read_whole(call, id, get->external, get->deleted, reply);
}

static struct result query_tickets(struct call *call, const struct ticket_query *query, int64_t after, int64_t limit,
                                   struct rows *out) {
  return db_query(
      call->db,
      "select t.number, t.fields - 'body' as fields, t.privacy, t.author, t.version, o.name as origin, "
      "epoch_ms(t.created_at) as created_ms, epoch_ms(t.updated_at) as updated_ms, m.external_key, m.project, m.url, "
      "m.conflicts from item t left join project o on o.id = "
      "t.origin_project left join lateral (select e.external_key, p.name as project, e.url, (select count(*) from "
      "conflict c where c.mapping_id = m.id and c.state in ('open', 'decided')) as conflicts from mapping m join "
      "project p on p.id = m.project_id left join external_item e on (e.project_id, e.kind, e.external_id) = "
      "(m.project_id, m.kind, m.external_id) where m.item_id = t.id and ($2::text is null or p.name = $2) order by "
      "m.id limit 1) m on true where t.kind = 'ticket' and t.merged_into is null and t.number > $1::bigint and "
      "($2::text is null or m.project is not null) and ($3::text is null or t.fields ->> 'status' = $3) and ($4::text "
      "is null or t.fields -> 'labels' ? $4) and ($5::text is null or t.fields ->> 'title' ilike '%' || $5 || '%' or "
      "t.fields ->> 'body' ilike '%' || $5 || '%') order by t.number limit $6::bigint",
      PARAMS(p_i64(after), p_str(query->project), p_str(query->status), p_str(query->label), p_str(query->text),
             p_i64(limit + 1)),
      out);
}

static void read_first_mapping(struct call *call, const struct rows *rows, size_t row, struct ticket *out) {
  if (str_is_absent(rows_str(rows, row, "project")))
    return;
  struct mapping *mapping = ARENA_NEW(call->arena, struct mapping);
  mapping->project = rows_str(rows, row, "project");
  mapping->external_key = rows_str(rows, row, "external_key");
  mapping->url = rows_str(rows, row, "url");
  mapping->open_conflicts = rows_i64(rows, row, "conflicts");
  out->mappings.at = mapping;
  out->mappings.count = 1;
}

struct result store_ticket_list(struct call *call, const void *request, void *reply) {
  const struct ticket_query *query = request;
  struct ticket_list *list = reply;
  int64_t limit = query->limit > 0 && query->limit <= 1000 ? query->limit : 100, after = 0;
  if (query->after.length)
    str_to_i64(str_slice(query->after, 2, query->after.length), &after);
  struct rows rows;
  TRY(query_tickets(call, query, after, limit, &rows));
  static const char *const texts[] = {"fields", NULL};
  size_t count = rows_fitting(&rows, (size_t)limit, texts);
  struct ticket *tickets = ARENA_ARRAY(call->arena, struct ticket, count);
  for (size_t i = 0; i < count; i++) {
    TRY(read_ticket(call, &rows, i, &tickets[i]));
    read_first_mapping(call, &rows, i, &tickets[i]);
  }
  list->tickets.at = tickets;
  list->tickets.count = count;
  list->more = rows.count > count;
  return RESULT_DONE;
}

/* -- what left -- */

struct str *tickets_names(struct call *call, struct str joined, const char *separator, size_t *out_count) {
  struct str *names = ARENA_ARRAY(call->arena, struct str, joined.length + 1);
  size_t count = 0;
  while (joined.length) {
    ptrdiff_t at = str_find(joined, separator);
    size_t end = at < 0 ? joined.length : (size_t)at;
    names[count++] = str_slice(joined, 0, end);
    joined = str_slice(joined, end + (at >= 0), joined.length);
  }
  *out_count = count;
  return names;
}

/* Newest first. Row by row from what left: without statistics the planner would rather start from all items. What was
 * created is known by its creation, whatever its mapping stands for now. */
#define EGRESS_FROM(sent)                                                                                         \
  "select g.id as row_id, epoch_ms(g.at) as at_ms, g.intent_id, i.kind, i.number, i.id, p.name, e.external_key, " \
  "e.url, g.rule, array_to_string(g.fields, ',') as fields from " sent                                            \
  ", lateral (select * from item where id = g.item_id offset 0) "                                                 \
  "i, lateral (select name from project where id = g.project_id offset 0) p, "                                    \
  "lateral (select coalesce(g.external_id, (select n.external_id from intent n where n.id = g.intent_id)) as "    \
  "external_id) m left join lateral (select external_key, url from external_item e where (e.project_id, e.kind, " \
  "e.external_id) = (g.project_id, i.kind, m.external_id) offset 0) e on true "                                   \
  "where ($2::bigint[] = '{}' or g.project_id = any($2)) and g.at >= to_timestamp($3::bigint / 1000.0) "          \
  "and ($4::bigint = 0 or g.id < $4) order by g.id desc limit $1::bigint"

static int64_t egress_limit(const struct egress_query *query) {
  enum { ALL = 1000000000 }; /* one more can be asked for */
  return query->limit <= 0 ? 100 : query->limit < ALL ? query->limit : ALL;
}

#define EGRESS_PARAMS                                                                                          \
  p_i64(egress_limit(query) + 1), p_i64s(call->arena, projects->ids, projects->count), p_i64(query->since_ms), \
      p_i64(query->before)

struct project_ids {
  int64_t *ids;
  size_t count; /* 0 = all */
};

static struct result egress_of_all(struct call *call, const struct egress_query *query,
                                   const struct project_ids *projects, struct rows *out) {
  return db_query(call->db, EGRESS_FROM("egress g"), PARAMS(EGRESS_PARAMS), out);
}

/* Of a ticket and its comments. */
static struct result egress_of(struct call *call, int64_t item_id, const struct egress_query *query,
                               const struct project_ids *projects, struct rows *out) {
  return db_query(call->db,
                  EGRESS_FROM("(select $5::bigint as id union all select id from item where parent_id = $5) of_ticket, "
                              "lateral (select * from egress where item_id = of_ticket.id offset 0) g"),
                  PARAMS(EGRESS_PARAMS, p_i64(item_id)), out);
}

/* The project, and those that had its name and were removed: what left for them left. */
static struct result projects_ever(struct call *call, struct str name, struct project_ids *out) {
  struct project project;
  struct rows rows;
  TRY(db_query(call->db,
               "select id from project where name = $1 or (state = 'removed' and name = $1 || ' (removed ' || id || "
               "')')",
               PARAMS(p_str(name)), &rows));
  if (rows.count == 0)
    return project_named(call, name, &project);
  out->ids = ARENA_ARRAY(call->arena, int64_t, rows.count);
  for (size_t i = 0; i < rows.count; i++)
    out->ids[out->count++] = rows_i64(&rows, i, "id");
  return RESULT_DONE;
}

static struct egress read_egress(struct call *call, const struct rows *rows, size_t row) {
  struct egress sent = {
      .id = rows_i64(rows, row, "row_id"),
      .at_ms = rows_i64(rows, row, "at_ms"),
      .intent_id = rows_i64(rows, row, "intent_id"),
      .ticket =
          key_text(call->arena, rows_str(rows, row, "kind"), rows_i64(rows, row, "number"), rows_i64(rows, row, "id")),
      .project = rows_str(rows, row, "name"),
      .external_key = rows_str(rows, row, "external_key"),
      .url = rows_str(rows, row, "url"),
      .rule = rows_str(rows, row, "rule"),
  };
  sent.fields.at = tickets_names(call, rows_str(rows, row, "fields"), ",", &sent.fields.count);
  return sent;
}

struct result store_egress_list(struct call *call, const void *request, void *reply) {
  const struct egress_query *query = request;
  struct egress_list *list = reply;
  struct project_ids projects = {0};
  int64_t item_id = 0;
  bool is_comment;
  if (query->ticket.length)
    TRY(key_find_item(call, query->ticket, &item_id, &is_comment));
  if (query->project.length)
    TRY(projects_ever(call, query->project, &projects));
  struct rows rows;
  TRY(item_id ? egress_of(call, item_id, query, &projects, &rows) : egress_of_all(call, query, &projects, &rows));
  size_t limit = (size_t)egress_limit(query);
  size_t count = rows.count > limit ? limit : rows.count;
  struct egress *out = ARENA_ARRAY(call->arena, struct egress, count);
  for (size_t i = 0; i < count; i++)
    out[i] = read_egress(call, &rows, i);
  list->rows.at = out;
  list->rows.count = count;
  list->more = rows.count > count;
  return RESULT_DONE;
}
