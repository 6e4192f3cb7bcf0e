/* Making local tickets, one or hundreds at once: one statement for the tickets, their history, grants and mappings. */
#include "base/json.h"
#include "store/projects/projects.h"
#include "store/tickets/follow.h"
#include "store/tickets/journal.h"
#include "store/tickets/keys.h"
#include "store/tickets/tickets.h"

/* A ticket that is about to be made. */
struct draft {
  struct values fields;
  struct str privacy, actor;
  int64_t project_id; /* 0 = it goes nowhere */
};

/* Every ticket carries the common fields, so that a field never set is empty and not unknown. */
static struct values with_defaults(struct call *call, const struct values *given) {
  struct values_builder builder = {.arena = call->arena};
  values_put(&builder, value_text(STR("title"), STR("")));
  values_put(&builder, value_text(STR("body"), STR("")));
  values_put(&builder, value_text(STR("status"), STR("open")));
  values_put(&builder, value_set(STR("labels"), NULL, 0));
  values_put(&builder, value_set(STR("assignees"), NULL, 0));
  values_put(&builder, value_text(STR("milestone"), STR("")));
  values_put_all(&builder, given);
  return values_built(&builder);
}

/* `*last` spares looking up the same project again and again. */
static struct result find_project(struct call *call, struct str name, struct project *last) {
  if (name.length == 0)
    *last = (struct project){0};
  else if (!str_equal(last->name, name))
    return project_named(call, name, last);
  return RESULT_DONE;
}

static struct result make_draft(struct call *call, const struct ticket_new *new_ticket, struct project *last,
                                struct draft *out) {
  TRY(find_project(call, new_ticket->project, last));
  if (str_trim(values_text(&new_ticket->fields, "title")).length == 0)
    return result_error(RESULT_REJECTED, "a ticket needs a title (--title)");
  TRY(tickets_check_length(&new_ticket->fields));
  struct str fallback = last->id ? last->privacy_default : STR("local_only");
  struct str privacy = new_ticket->privacy.length ? new_ticket->privacy : fallback;
  TRY(tickets_check_privacy(privacy));
  *out = (struct draft){.fields = with_defaults(call, &new_ticket->fields),
                        .privacy = privacy,
                        .actor = new_ticket->actor,
                        .project_id = str_is(privacy, "local_only") ? 0 : last->id};
  return RESULT_DONE;
}

static struct result insert_drafts(struct call *call, const struct draft *drafts, size_t count, struct rows *out) {
  struct str *fields = ARENA_ARRAY(call->arena, struct str, count),
             *privacy = ARENA_ARRAY(call->arena, struct str, count),
             *actors = ARENA_ARRAY(call->arena, struct str, count);
  int64_t *projects = ARENA_ARRAY(call->arena, int64_t, count);
  for (size_t i = 0; i < count; i++) {
    fields[i] = json_values_text(call->arena, &drafts[i].fields);
    privacy[i] = drafts[i].privacy;
    actors[i] = drafts[i].actor.length ? drafts[i].actor : STR("unknown");
    projects[i] = drafts[i].project_id;
  }
  return db_query(
      call->db,
      "with draft as materialized (select f::jsonb as fields, p as privacy, a as actor, j as project_id, n, "
      "nextval('item_id_seq') as id, nextval('ticket_number') as number "
      "from unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) with ordinality d(f, p, a, j, n)), "
      "made as (insert into item (id, kind, number, fields, privacy, author) overriding system value "
      "select id, 'ticket', number, fields, privacy, actor from draft), "
      "logged as (insert into change_log (item_id, actor, cause, field, after) "
      "select id, actor, 'created', '*', fields from draft), "
      "granted as (insert into item_grant (item_id, project_id, granted_by) "
      "select id, project_id, actor from draft where project_id <> 0), "
      "mapped as (insert into mapping (project_id, kind, item_id, state) "
      "select project_id, 'ticket', id, 'creating' from draft where project_id <> 0 returning id, project_id), "
      "queued as (insert into plan_queue (mapping_id, project_id, rank) select id, project_id, 0 from mapped) "
      "select id, number from draft order by n",
      PARAMS(p_strs(call->arena, fields, count), p_strs(call->arena, privacy, count),
             p_strs(call->arena, actors, count), p_i64s(call->arena, projects, count)),
      out);
}

/* What everybody may see was decided by somebody, or by the project's settings. */
static struct result audit_public(struct call *call, struct str key, const struct draft *draft, struct str project) {
  cJSON *detail = cJSON_CreateObject();
  cJSON_AddItemToObject(detail, "privacy", json_string(call->arena, draft->privacy));
  if (project.length)
    cJSON_AddItemToObject(detail, "project", json_string(call->arena, project));
  return journal_audit(call, draft->actor.length ? draft->actor : STR("unknown"), "ticket.new", key,
                       json_print(call->arena, detail));
}

struct result tickets_create(struct call *call, const struct ticket_new *at, size_t count, struct created_ticket *out,
                             size_t *refused) {
  struct draft *drafts = ARENA_ARRAY(call->arena, struct draft, count);
  struct project last = {0};
  struct rows rows;
  for (*refused = 0; *refused < count; ++*refused)
    TRY(make_draft(call, &at[*refused], &last, &drafts[*refused]));
  TRY(insert_drafts(call, drafts, count, &rows));
  int64_t *ids = ARENA_ARRAY(call->arena, int64_t, count), *projects = ARENA_ARRAY(call->arena, int64_t, count);
  size_t going = 0; /* into a project, which others may follow */
  for (size_t i = 0; i < count; i++) {
    ids[i] = rows_i64(&rows, i, "id");
    projects[i] = drafts[i].project_id;
    going += projects[i] != 0;
    struct changed_item item = {
        .id = ids[i], .number = rows_i64(&rows, i, "number"), .kind = STR("ticket"), .privacy = drafts[i].privacy};
    tickets_tell(call, EVENT_TICKET_CREATED, &item, drafts[i].actor, &drafts[i].fields);
    out[i] = (struct created_ticket){item.id, key_text(call->arena, item.kind, item.number, item.id)};
    if (str_is(item.privacy, "public"))
      TRY(audit_public(call, out[i].key, &drafts[i], at[i].project));
  }
  outbox_ring(call->outbox, BELL_PLAN, (struct str){0});
  return going ? follow_new(call, ids, projects, count) : RESULT_DONE;
}

struct result store_ticket_new(struct call *call, const void *request, void *reply) {
  struct created_ticket created;
  size_t refused;
  TRY(tickets_create(call, request, 1, &created, &refused));
  return tickets_read(call, created.id, false, reply);
}
