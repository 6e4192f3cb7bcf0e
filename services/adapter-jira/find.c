/* After an uncertain creation: what the intent made, known by its marker, an entity property, and our own authorship.
 * Searches may lag behind a write, so keys above the high-water mark are asked for one by one, too. */
#include "adapter-jira/jira.h"

enum {
  LOOK_BACK_MS = 15 * 60 * 1000, /* our clocks are not one either */
  PAGES_MAX = 10,
  PROBES_MAX = 100,
  UNUSED_KEYS_MAX = 5, /* issues that were deleted or moved leave gaps */
};

struct search {
  struct connection *c;
  struct arena *arena;
  struct str marker;
  int64_t from_ms;
  int64_t best; /* the lowest id that fits, 0 = none */
  int looked_at;
  struct str issue_id, issue_key; /* of the comments that are read */
  struct observation found;
};

static void consider(struct search *search, struct str id, struct str marker) {
  int64_t number = 0;
  str_to_i64(id, &number);
  if (marker.length && str_equal(marker, search->marker) && (search->best == 0 || number < search->best))
    search->best = number;
}

/* -- issues by search -- */

static cJSON *search_body(const struct search *s, int64_t start_at, struct str token) {
  static const char *const fields[] = {"created"}, *const properties[] = {JIRA_PROPERTY};
  cJSON *body = cJSON_CreateObject();
  struct str jql =
      str_format(s->arena, "project = %.*s AND creator = currentUser() AND created >= %lld ORDER BY created ASC",
                 STR_FMT(jira_project_word(s->c, s->arena)), (long long)s->from_ms);
  cJSON_AddItemToObject(body, "jql", json_string(s->arena, jql));
  cJSON_AddNumberToObject(body, "maxResults", JIRA_PAGE_ISSUES);
  cJSON_AddItemToObject(body, "fields", cJSON_CreateStringArray(fields, 1));
  if (s->c->cloud)
    cJSON_AddItemToObject(body, "properties", cJSON_CreateStringArray(properties, 1));
  else
    cJSON_AddNumberToObject(body, "startAt", (double)start_at);
  if (token.length)
    cJSON_AddItemToObject(body, "nextPageToken", json_string(s->arena, token));
  return body;
}

/* Data Center's search shows no properties. */
static struct result read_marker(struct search *s, struct str id, struct str *out) {
  struct jira_request request = {.method = "GET", .take_gone = true};
  struct jira_answer answer = {0};
  cJSON *property;
  *out = (struct str){0};
  if (++s->looked_at > PROBES_MAX)
    return result_error(RESULT_RETRY, "too much was created since: it cannot all be looked at");
  request.path = str_format(s->arena, "/issue/%.*s/properties/" JIRA_PROPERTY, STR_FMT(id));
  TRY(jira_call(s->c, s->arena, &request, &answer));
  if (answer.status != 200)
    return RESULT_DONE;
  TRY(jira_json(&request, &answer, &property));
  *out = json_copy(s->arena, property, "value.marker");
  cJSON_Delete(property);
  return RESULT_DONE;
}

static struct result take_page(struct search *s, const cJSON *tree, int64_t *taken) {
  const cJSON *issue;
  cJSON_ArrayForEach(issue, json_member(tree, "issues")) {
    struct str id = json_text(issue, "id"), marker = json_text(issue, "properties." JIRA_PROPERTY ".marker");
    (*taken)++;
    if (!s->c->cloud)
      TRY(read_marker(s, id, &marker));
    consider(s, id, marker);
  }
  return RESULT_DONE;
}

static struct result search_issues(struct search *s) {
  struct str token = {0};
  int64_t start_at = 0;
  for (int page = 0; page < PAGES_MAX; page++) {
    cJSON *tree;
    TRY(jira_ask(s->c, s->arena, s->c->cloud ? STR("/search/jql") : STR("/search"), search_body(s, start_at, token),
                 &tree));
    struct result result = take_page(s, tree, &start_at);
    token = json_copy(s->arena, tree, "nextPageToken");
    bool more = s->c->cloud ? token.length > 0 : start_at < json_i64(tree, "total");
    cJSON_Delete(tree);
    TRY(result);
    if (!more || s->best)
      return RESULT_DONE;
  }
  /* Not having looked everywhere is not the same as not having found it. */
  return result_error(RESULT_RETRY, "too much was created since: it cannot all be read");
}

/* -- issues by key -- */

/* `*used` = false: there is no such key (yet). */
static struct result probe(struct search *s, struct str key, bool *used) {
  struct jira_request request = {.method = "GET", .take_gone = true};
  struct jira_answer answer = {0};
  cJSON *issue;
  request.path = str_format(s->arena, "/issue/%.*s?fields=creator&properties=" JIRA_PROPERTY, STR_FMT(key));
  TRY(jira_call(s->c, s->arena, &request, &answer));
  *used = answer.status == 200;
  if (!*used)
    return RESULT_DONE;
  TRY(jira_json(&request, &answer, &issue));
  if (str_equal(jira_person_id(s->c, json_at(issue, "fields.creator")), s->c->self))
    consider(s, json_text(issue, "id"), json_text(issue, "properties." JIRA_PROPERTY ".marker"));
  cJSON_Delete(issue);
  return RESULT_DONE;
}

static struct result probe_keys(struct search *s, struct str key) {
  size_t dash = key.length;
  int64_t number;
  int unused = 0;
  while (dash && key.at[dash - 1] != '-')
    dash--;
  if (dash == 0 || !str_to_i64(str_slice(key, dash, key.length), &number))
    return RESULT_DONE;
  for (int i = 1; i <= PROBES_MAX && unused < UNUSED_KEYS_MAX && !s->best; i++) {
    bool used;
    TRY(probe(s, str_format(s->arena, "%.*s%lld", (int)dash, key.at, (long long)number + i), &used));
    unused = used ? 0 : unused + 1;
  }
  if (!s->best && unused < UNUSED_KEYS_MAX)
    return result_error(RESULT_RETRY, "more than %d issues were created since: they cannot all be looked at",
                        PROBES_MAX);
  return RESULT_DONE;
}

/* The mark is an id, which counts all projects; keys count ours. */
static struct result probe_above(struct search *s, struct str high_water) {
  int64_t id;
  struct str key;
  if (!str_to_i64(high_water, &id))
    return RESULT_DONE;
  struct result result = jira_issue_key(s->c, s->arena, str_format(s->arena, "%lld", (long long)id), &key);
  if (result.code == RESULT_GONE)
    return RESULT_DONE;
  TRY(result);
  return probe_keys(s, key);
}

static struct result read_best(struct search *s) {
  cJSON *issue;
  TRY(jira_get_issue(s->c, s->arena, str_format(s->arena, "%lld", (long long)s->best), &issue));
  if (!issue)
    return result_error(RESULT_GONE, "what was made is gone");
  struct result result = jira_read_issue(s->c, s->arena, issue, &s->found);
  cJSON_Delete(issue);
  return result;
}

static struct result find_issue(struct search *s, const struct intent *intent) {
  TRY(search_issues(s));
  if (s->best == 0)
    TRY(probe_above(s, intent->high_water));
  return s->best ? read_best(s) : RESULT_DONE;
}

/* -- comments -- */

static struct result take_comment(void *context, const cJSON *comment) {
  struct search *s = context;
  struct observation seen;
  int64_t before = s->best;
  TRY(jira_read_comment(s->c, s->arena, s->issue_id, s->issue_key, comment, &seen));
  if (seen.author_is_self)
    consider(s, json_text(comment, "id"), seen.marker);
  if (s->best != before)
    s->found = seen;
  return RESULT_DONE;
}

static struct result find_comment(struct search *s, const struct intent *intent) {
  s->issue_id = intent->parent_external_id;
  TRY(jira_issue_key(s->c, s->arena, s->issue_id, &s->issue_key));
  return jira_each_comment(s->c, s->arena, s->issue_id, 0, true, take_comment, s);
}

/* -- all of it -- */

struct result jira_find(struct connection *c, struct arena *arena, const struct intent *intent, struct str marker,
                        struct observation *out) {
  struct search search = {.c = c, .arena = arena, .marker = marker};
  TRY(jira_self(c, arena));
  TRY(jira_fields_load(c, arena));
  if (!c->clock_known)
    TRY(jira_check_project(c, arena));
  /* Where our clock is hours ahead, what we made is older there than the moment that we wrote down. */
  search.from_ms = intent->created_at_ms + (c->clock_ahead_ms < 0 ? c->clock_ahead_ms : 0) - LOOK_BACK_MS;
  if (str_is(intent->kind, "comment"))
    TRY(find_comment(&search, intent));
  else
    TRY(find_issue(&search, intent));
  if (search.best == 0)
    return result_error(RESULT_GONE, "nothing with this marker is there");
  *out = search.found;
  return RESULT_DONE;
}
