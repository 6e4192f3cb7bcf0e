/* What several operations read of an issue. */
#include "adapter-jira/jira.h"

enum { COMMENTS_PAGE = 100, COMMENTS_PAGES_MAX = 1000 };

#define FIELDS_OF_ISSUE "*all,-comment,-attachment,-worklog,-issuelinks,-subtasks"

struct str jira_issue_path(struct arena *arena, struct str id) {
  return str_format(arena, "/issue/%.*s?fields=" FIELDS_OF_ISSUE "&properties=" JIRA_PROPERTY,
                    STR_FMT(http_escape(arena, id)));
}

static struct result get_issue(struct connection *c, struct arena *arena, struct str path, cJSON **out) {
  struct jira_request request = {.method = "GET", .path = path, .take_gone = true};
  struct jira_answer answer = {0};
  TRY(jira_call(c, arena, &request, &answer));
  *out = NULL;
  return answer.status == 200 ? jira_json(&request, &answer, out) : RESULT_DONE;
}

struct result jira_get_issue(struct connection *c, struct arena *arena, struct str id, cJSON **out) {
  return get_issue(c, arena, jira_issue_path(arena, id), out);
}

struct result jira_get_issue_with_history(struct connection *c, struct arena *arena, struct str id, cJSON **out) {
  struct str path = str_format(arena, "%.*s&expand=changelog", STR_FMT(jira_issue_path(arena, id)));
  struct result result = get_issue(c, arena, path, out);
  return result.code == RESULT_REJECTED ? jira_get_issue(c, arena, id, out) : result; /* a history beyond all bounds */
}

struct result jira_issue_key(struct connection *c, struct arena *arena, struct str id, struct str *out) {
  cJSON *issue;
  TRY(jira_get(c, arena, str_format(arena, "/issue/%.*s?fields=project", STR_FMT(http_escape(arena, id))), &issue));
  *out = json_copy(arena, issue, "key");
  cJSON_Delete(issue);
  return RESULT_DONE;
}

/* https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-bulkfetch-post */
struct result jira_ask_issues(struct connection *c, struct arena *arena, const struct str *ids, size_t count,
                              const char *expand, cJSON **out) {
  static const char *const fields[] = {"*all", "-comment", "-attachment", "-worklog", "-issuelinks", "-subtasks"};
  static const char *const properties[] = {JIRA_PROPERTY};
  cJSON *body = cJSON_CreateObject(), *wanted = cJSON_AddArrayToObject(body, "issueIdsOrKeys");
  for (size_t i = 0; i < count; i++)
    cJSON_AddItemToArray(wanted, json_string(arena, ids[i]));
  cJSON_AddItemToObject(body, "fields", cJSON_CreateStringArray(fields, sizeof fields / sizeof fields[0]));
  cJSON_AddItemToObject(body, "properties", cJSON_CreateStringArray(properties, 1));
  if (expand)
    cJSON_AddItemToObject(body, "expand", cJSON_CreateStringArray(&expand, 1));
  return jira_ask(c, arena, STR("/issue/bulkfetch"), body, out);
}

const cJSON *jira_issue_of(const cJSON *answer, struct str id) {
  const cJSON *issue;
  cJSON_ArrayForEach(issue, json_member(answer, "issues")) {
    if (str_equal(json_text(issue, "id"), id))
      return issue;
  }
  return NULL;
}

/* -- the project -- */

struct str jira_project_word(const struct connection *c, struct arena *arena) {
  return str_format(arena, c->id_is_given ? "%.*s" : "\"%.*s\"", STR_FMT(c->id_is_given ? c->project_id : c->project));
}

struct result jira_check_project(struct connection *c, struct arena *arena) {
  struct jira_request request = {.method = "GET", .take_gone = true};
  struct jira_answer answer = {0};
  cJSON *project;
  request.path =
      str_format(arena, "/project/%.*s", STR_FMT(http_escape(arena, c->id_is_given ? c->project_id : c->project)));
  TRY(jira_call(c, arena, &request, &answer));
  if (answer.status != 200)
    return result_error(RESULT_AUTH, "the project %.*s cannot be read with this credential", STR_FMT(c->project));
  TRY(jira_json(&request, &answer, &project));
  c->project_id = json_copy(&c->arena, project, "id");
  cJSON_Delete(project);
  return RESULT_DONE;
}

struct result jira_is_ours(struct connection *c, struct arena *arena, const cJSON *issue, bool *out) {
  *out = !c->id_is_given && str_equal(json_text(issue, "fields.project.key"), c->project);
  if (*out)
    return RESULT_DONE;
  if (c->project_id.length == 0)
    TRY(jira_check_project(c, arena));
  *out = str_equal(json_text(issue, "fields.project.id"), c->project_id);
  return RESULT_DONE;
}

/* -- comments -- */

/* One page; `*more` = false: it was the last. */
static struct result read_page(struct connection *c, struct arena *arena, struct str path, int64_t *start_at,
                               struct result (*take)(void *context, const cJSON *comment), void *context, bool *more) {
  cJSON *page;
  const cJSON *comment;
  struct result result = RESULT_DONE;
  TRY(jira_get(c, arena, path, &page));
  int64_t before = *start_at;
  cJSON_ArrayForEach(comment, json_member(page, "comments")) {
    (*start_at)++;
    if (result_ok(&result))
      result = take(context, comment);
  }
  *more = *start_at > before && *start_at < json_i64(page, "total");
  cJSON_Delete(page);
  return result;
}

struct result jira_each_comment(struct connection *c, struct arena *arena, struct str issue_id, int64_t start_at,
                                bool properties, struct result (*take)(void *context, const cJSON *comment),
                                void *context) {
  bool more = true;
  for (int page = 0; more; page++) {
    if (page == COMMENTS_PAGES_MAX)
      return result_error(RESULT_RETRY, "issue %.*s has too many comments", STR_FMT(issue_id));
    struct str path = str_format(arena, "/issue/%.*s/comment?orderBy=created&maxResults=%d&startAt=%lld%s",
                                 STR_FMT(http_escape(arena, issue_id)), COMMENTS_PAGE, (long long)start_at,
                                 properties ? "&expand=properties" : "");
    TRY(read_page(c, arena, path, &start_at, take, context, &more));
  }
  return RESULT_DONE;
}
