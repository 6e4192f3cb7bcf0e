/* The way to a status. Jira has no "set status": each issue offers the transitions that its status has now. What one
 * offers is remembered per issue type; where the way is not known yet, an issue of the same type in the status in
 * question is asked. https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/ (transitions) */
#include <assert.h>

#include "adapter-jira/jira.h"

enum { HOPS_MAX = 6, STATUSES_MAX = 40, EXPLORED_MAX = 12 };

struct route {
  struct connection *c;
  struct arena *arena;
  struct str issue_id, type, target;
  int explored;
};

/* -- what is known of the workflow -- */

static bool is_known(const struct connection *c, struct str type, struct str from) {
  for (size_t i = 0; i < c->step_count; i++)
    if (str_equal(c->steps[i].type, type) && str_equal(c->steps[i].from, from))
      return true;
  return false;
}

static void forget(struct connection *c, struct str type, struct str from) {
  size_t kept = 0;
  for (size_t i = 0; i < c->step_count; i++)
    if (!str_equal(c->steps[i].type, type) || !str_equal(c->steps[i].from, from))
      c->steps[kept++] = c->steps[i];
  c->step_count = kept;
}

static void add_step(struct connection *c, struct jira_step step) {
  c->steps = arena_room(&c->arena, c->steps, c->step_count, &c->step_capacity, sizeof *c->steps);
  c->steps[c->step_count++] = step;
}

static void learn(const struct route *r, struct str from, const cJSON *transitions) {
  struct arena *keep = &r->c->arena;
  const cJSON *one;
  forget(r->c, r->type, from);
  cJSON_ArrayForEach(one, transitions) {
    add_step(r->c, (struct jira_step){.type = str_copy(keep, r->type),
                                      .from = str_copy(keep, from),
                                      .to = json_copy(keep, one, "to.name"),
                                      .transition_id = json_copy(keep, one, "id")});
  }
}

static struct result ask_transitions(const struct route *r, struct str issue_id, cJSON **out) {
  return jira_get(r->c, r->arena,
                  str_format(r->arena, "/issue/%.*s/transitions?expand=transitions.fields",
                             STR_FMT(http_escape(r->arena, issue_id))),
                  out);
}

/* An issue of the type that is in the status, absent if there is none. */
static struct result sample(struct route *r, struct str status, struct str *out) {
  cJSON *body = cJSON_CreateObject(), *found, *fields;
  struct str quoted_type = json_print(r->arena, json_string(r->arena, r->type));
  struct str quoted_status = json_print(r->arena, json_string(r->arena, status));
  struct str jql = str_format(r->arena, "project = %.*s AND issuetype = %.*s AND status = %.*s",
                              STR_FMT(jira_project_word(r->c, r->arena)), STR_FMT(quoted_type), STR_FMT(quoted_status));
  cJSON_AddItemToObject(body, "jql", json_string(r->arena, jql));
  cJSON_AddNumberToObject(body, "maxResults", 1);
  fields = cJSON_AddArrayToObject(body, "fields");
  cJSON_AddItemToArray(fields, cJSON_CreateString("status"));
  TRY(jira_ask(r->c, r->arena, r->c->cloud ? STR("/search/jql") : STR("/search"), body, &found));
  *out = json_copy(r->arena, cJSON_GetArrayItem(json_member(found, "issues"), 0), "id");
  cJSON_Delete(found);
  return RESULT_DONE;
}

static struct result explore(struct route *r, struct str status) {
  struct str id;
  cJSON *answer;
  if (is_known(r->c, r->type, status) || ++r->explored > EXPLORED_MAX)
    return RESULT_DONE;
  struct result result = sample(r, status, &id);
  if (result.code == RESULT_REJECTED) /* the workflow has lost that status */
    return RESULT_DONE;
  TRY(result);
  if (id.length == 0)
    return RESULT_DONE;
  TRY(ask_transitions(r, id, &answer));
  learn(r, status, json_member(answer, "transitions"));
  cJSON_Delete(answer);
  return RESULT_DONE;
}

/* -- the shortest way -- */

struct place {
  struct str status;
  int from; /* index of the place before, -1: the start */
  int hops;
};

static bool is_visited(const struct place *places, int count, struct str status) {
  for (int i = 0; i < count; i++)
    if (str_equal(places[i].status, status))
      return true;
  return false;
}

static int expand(const struct route *r, struct place *places, int count, int at) {
  const struct connection *c = r->c;
  for (size_t i = 0; i < c->step_count && count < STATUSES_MAX; i++) {
    const struct jira_step *step = &c->steps[i];
    if (str_equal(step->type, r->type) && str_equal(step->from, places[at].status) &&
        !is_visited(places, count, step->to))
      places[count++] = (struct place){step->to, at, places[at].hops + 1};
  }
  return count;
}

/* The status to go to next; absent when no way is known. */
static struct result next_status(struct route *r, struct str from, struct str *out) {
  struct place places[STATUSES_MAX] = {{from, -1, 0}};
  int count = 1;
  *out = (struct str){0};
  for (int at = 0; at < count; at++) {
    if (str_equal(places[at].status, r->target)) {
      while (places[at].from > 0)
        at = places[at].from;
      *out = places[at].status;
      return RESULT_DONE;
    }
    if (places[at].hops >= HOPS_MAX)
      continue;
    if (at > 0)
      TRY(explore(r, places[at].status));
    count = expand(r, places, count, at);
  }
  return RESULT_DONE;
}

/* -- one transition -- */

/* options.transition_fields: {"Resolve": {"resolution": {"name": "Done"}}}, by the transition's name or its status's.
 */
static const cJSON *given_fields(const struct route *r, const cJSON *transition) {
  const cJSON *all = json_member(r->c->options, "transition_fields");
  const cJSON *own = json_member(all, str_c(r->arena, json_text(transition, "name")));
  return own ? own : json_member(all, str_c(r->arena, json_text(transition, "to.name")));
}

/* The first required field that nobody gives a value, or NULL. */
static const cJSON *missing_field(const cJSON *transition, const cJSON *given) {
  const cJSON *field;
  cJSON_ArrayForEach(field, json_member(transition, "fields")) {
    if (json_bool(field, "required") && !json_bool(field, "hasDefaultValue") && !json_member(given, field->string))
      return field;
  }
  return NULL;
}

/* Of the transitions to one status, one that needs nothing, if there is one. */
static const cJSON *choose(const struct route *r, const cJSON *transitions, struct str to, const cJSON **missing) {
  const cJSON *one, *fallback = NULL;
  cJSON_ArrayForEach(one, transitions) {
    if (!str_equal(json_text(one, "to.name"), to))
      continue;
    const cJSON *lacks = missing_field(one, given_fields(r, one));
    if (!lacks) {
      *missing = NULL;
      return one;
    }
    fallback = one;
    *missing = lacks;
  }
  return fallback;
}

static struct result make(const struct route *r, const cJSON *transition) {
  cJSON *body = cJSON_CreateObject(), *name = cJSON_AddObjectToObject(body, "transition");
  const cJSON *given = given_fields(r, transition), *field;
  cJSON *fields = cJSON_AddObjectToObject(body, "fields");
  cJSON_AddItemToObject(name, "id", json_string(r->arena, json_text(transition, "id")));
  cJSON_ArrayForEach(field, given) {
    cJSON_AddItemToObject(fields, field->string, cJSON_Duplicate(field, true));
  }
  struct jira_request request = {.method = "POST", .body = json_print(r->arena, body)};
  struct jira_answer answer = {0};
  request.path = str_format(r->arena, "/issue/%.*s/transitions", STR_FMT(http_escape(r->arena, r->issue_id)));
  return jira_call(r->c, r->arena, &request, &answer);
}

static struct result hop(const struct route *r, const cJSON *transitions, struct str to) {
  const cJSON *missing = NULL, *chosen = choose(r, transitions, to, &missing);
  assert(chosen); /* the way begins with one of these */
  if (missing)
    return result_refused("status",
                          "the transition \"%.*s\" asks for %.*s: give it a value in options.transition_fields",
                          STR_FMT(json_text(chosen, "name")), STR_FMT(json_text(missing, "name")));
  return make(r, chosen);
}

/* -- the whole way -- */

static struct result step_towards(struct route *r, struct str *now) {
  cJSON *answer;
  struct str next;
  TRY(ask_transitions(r, r->issue_id, &answer));
  learn(r, *now, json_member(answer, "transitions"));
  struct result result = next_status(r, *now, &next);
  if (result_ok(&result) && str_is_absent(next))
    result =
        result_refused("status", "no transitions lead from \"%.*s\" to \"%.*s\"", STR_FMT(*now), STR_FMT(r->target));
  if (result_ok(&result))
    result = hop(r, json_member(answer, "transitions"), next);
  cJSON_Delete(answer);
  if (result_ok(&result))
    *now = next;
  return result;
}

struct result jira_transition_to(struct connection *c, struct arena *arena, const cJSON *issue, struct str status,
                                 bool *wrote) {
  struct route route = {.c = c, .arena = arena, .target = status};
  route.issue_id = json_text(issue, "id");
  route.type = json_text(issue, "fields.issuetype.name");
  struct str now = json_text(issue, "fields.status.name");
  for (int hops = 0; !str_equal(now, status); hops++) {
    if (hops == HOPS_MAX)
      return result_refused("status", "the way to \"%.*s\" is too long", STR_FMT(status));
    TRY(step_towards(&route, &now));
    *wrote = true;
  }
  return RESULT_DONE;
}
