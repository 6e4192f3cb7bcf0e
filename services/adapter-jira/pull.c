/* What changed: issues oldest change first, each with its comments; one page a call. A poll with nothing new is one
 * call. Cloud pages by token; Data Center by offset, which edits shift, so there each page starts anew at the last
 * moment that was read. https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/ */
#include "adapter-jira/cursor.h"

/* One page, translated. */
struct page {
  struct connection *c;
  struct arena *arena;
  struct observation *at;
  size_t count, capacity;
  struct str issue_id, issue_key; /* whose comments are being read */
  int64_t last_ms;                /* `updated` of the last issue */
  size_t issues;                  /* as Jira counts */
};

/* -- asking -- */

static cJSON *strings(const char *const *texts, size_t count) {
  return cJSON_CreateStringArray(texts, (int)count);
}

static cJSON *search_body(const struct connection *c, struct arena *arena, const struct cursor *cursor) {
  static const char *const fields[] = {"*all", "-attachment", "-worklog", "-issuelinks", "-subtasks"};
  static const char *const properties[] = {JIRA_PROPERTY};
  cJSON *body = cJSON_CreateObject();
  struct str_builder jql = {.arena = arena};
  str_append_format(&jql, "project = %.*s", STR_FMT(jira_project_word(c, arena)));
  if (cursor->since_ms) /* milliseconds need no time zone */
    str_append_format(&jql, " AND updated >= %lld", (long long)cursor->since_ms);
  str_append_c(&jql, " ORDER BY updated ASC, key ASC");
  cJSON_AddItemToObject(body, "jql", json_string(arena, str_built(&jql)));
  cJSON_AddNumberToObject(body, "maxResults", (double)c->page_issues);
  cJSON_AddItemToObject(body, "fields", strings(fields, sizeof fields / sizeof fields[0]));
  if (c->cloud)
    cJSON_AddItemToObject(body, "properties", strings(properties, 1));
  else
    cJSON_AddNumberToObject(body, "startAt", (double)cursor->start_at);
  if (cursor->token.length)
    cJSON_AddItemToObject(body, "nextPageToken", json_string(arena, cursor->token));
  return body;
}

static struct result ask_page(struct connection *c, struct arena *arena, const struct cursor *cursor,
                              struct jira_answer *answer, cJSON **out) {
  struct jira_request request = {.method = "POST", .path = c->cloud ? STR("/search/jql") : STR("/search")};
  request.body = json_print(arena, search_body(c, arena, cursor));
  TRY(jira_call(c, arena, &request, answer));
  return jira_json(&request, answer, out);
}

/* Issues may be so long that a page of them is too large or takes too long: then the next try asks for fewer. */
static void fit_page(struct connection *c, const struct result *result) {
  if (result_ok(result))
    c->page_issues = c->page_issues + 10 < JIRA_PAGE_ISSUES ? c->page_issues + 10 : JIRA_PAGE_ISSUES;
  else if (c->last_status == 0 && c->page_issues / 2 >= JIRA_PAGE_ISSUES_MIN)
    c->page_issues /= 2;
}

/* A token lives for seven days, and a project that is gone makes the query invalid. */
static struct result search(struct connection *c, struct arena *arena, struct cursor *cursor,
                            struct jira_answer *answer, cJSON **out) {
  struct result result = ask_page(c, arena, cursor, answer, out);
  if (result.code == RESULT_REJECTED && cursor->token.length) {
    cursor->token = (struct str){0};
    cursor->since_ms = cursor->newest_ms > CURSOR_OVERLAP_MS ? cursor->newest_ms - CURSOR_OVERLAP_MS : 0;
    result = ask_page(c, arena, cursor, answer, out);
  }
  fit_page(c, &result);
  if (result.code == RESULT_REJECTED || result.code == RESULT_GONE)
    TRY(jira_check_project(c, arena));
  return result;
}

/* -- reading -- */

static void push_seen(struct page *page, const struct observation *seen) {
  page->at = arena_room(page->arena, page->at, page->count, &page->capacity, sizeof *page->at);
  page->at[page->count++] = *seen;
}

/* One that cannot be read is passed on as such, so that it is fetched by itself and parked with what is wrong. */
static struct result take_seen(struct page *page, struct result result, struct observation seen) {
  if (result.code == RESULT_REJECTED && seen.external_id.length) {
    seen.gone = STR("unreadable");
    result = RESULT_DONE;
  }
  if (result_ok(&result))
    push_seen(page, &seen);
  return result;
}

static struct result take_comment(void *context, const cJSON *comment) {
  struct page *page = context;
  struct str id = json_text(comment, "id"), key = page->issue_key;
  struct observation seen = {.kind = STR("comment"),
                             .parent_external_id = str_copy(page->arena, page->issue_id),
                             .external_key = str_format(page->arena, "%.*s (comment %.*s)", STR_FMT(key), STR_FMT(id))};
  if (jira_is_number(id))
    seen.external_id = str_format(page->arena, "%.*s:%.*s", STR_FMT(page->issue_id), STR_FMT(id));
  struct result result = jira_read_comment(page->c, page->arena, page->issue_id, key, comment, &seen);
  return take_seen(page, result, seen);
}

/* On Data Center only a comment's properties, which searches do not show, tell that customers must not see it. */
static bool has_internal_ones(const struct connection *c, const cJSON *issue) {
  return !c->cloud && str_is(json_text(issue, "fields.project.projectTypeKey"), "service_desk");
}

/* A page shows so many comments of an issue; of one that has more, all are asked for. */
static struct result take_comments(struct page *page, const cJSON *issue) {
  const cJSON *shown = json_at(issue, "fields.comment"), *comment;
  page->issue_id = json_text(issue, "id");
  page->issue_key = json_text(issue, "key");
  bool by_properties = json_i64(shown, "total") > 0 && has_internal_ones(page->c, issue);
  if (by_properties || json_i64(shown, "total") > cJSON_GetArraySize(json_member(shown, "comments")))
    return jira_each_comment(page->c, page->arena, page->issue_id, 0, by_properties, take_comment, page);
  cJSON_ArrayForEach(comment, json_member(shown, "comments")) {
    TRY(take_comment(page, comment));
  }
  return RESULT_DONE;
}

static struct result take_issue(struct page *page, struct cursor *cursor, const cJSON *issue) {
  int64_t id = 0;
  page->last_ms = jira_time_ms(issue, "fields.updated");
  page->issues++;
  if (!str_to_i64(json_text(issue, "id"), &id) || page->last_ms <= 0)
    return result_error(RESULT_RETRY, "the page is not whole: an issue without id or updated");
  if (!cursor_note(cursor, id, page->last_ms))
    return RESULT_DONE;
  TRY(jira_self(page->c, page->arena));
  TRY(jira_fields_load(page->c, page->arena));
  struct observation seen = {.kind = STR("ticket"),
                             .external_id = json_copy(page->arena, issue, "id"),
                             .external_key = json_copy(page->arena, issue, "key")};
  struct result result = jira_read_issue(page->c, page->arena, issue, &seen);
  TRY(take_seen(page, result, seen));
  return take_comments(page, issue);
}

/* A page that cannot be read to its last issue is a failure; it never counts as the end. */
static struct result read_page(struct page *page, struct cursor *cursor, const cJSON *tree) {
  const cJSON *issues = json_member(tree, "issues"), *issue;
  if (!cJSON_IsArray(issues))
    return result_error(RESULT_RETRY, "the page has no list of issues");
  cJSON_ArrayForEach(issue, issues) {
    struct result result = take_issue(page, cursor, issue);
    if (result.code == RESULT_REJECTED)
      return result_error(RESULT_RETRY, "the page is not whole: %s", result.message);
    TRY(result);
  }
  return RESULT_DONE;
}

/* -- turning the page -- */

static struct result turn_by_token(struct arena *arena, struct cursor *cursor, const cJSON *tree, bool *more) {
  struct str token = json_copy(arena, tree, "nextPageToken");
  if (token.length && str_equal(token, cursor->token))
    return result_error(RESULT_RETRY, "Jira's page leads to itself: it cannot be read on from there");
  cursor->token = token;
  *more = token.length > 0;
  return RESULT_DONE;
}

/* From the last moment on; within one moment by offset. */
static struct result turn_by_moment(struct cursor *cursor, const cJSON *tree, const struct page *page, bool *more) {
  *more = page->issues > 0 && cursor->start_at + (int64_t)page->issues < json_i64(tree, "total");
  if (page->issues > 0 && page->last_ms > cursor->since_ms) {
    cursor->since_ms = page->last_ms;
    cursor->start_at = 0;
  } else {
    cursor->start_at += (int64_t)page->issues;
  }
  return RESULT_DONE;
}

static struct result turn(const struct connection *c, struct arena *arena, struct cursor *cursor, const cJSON *tree,
                          const struct page *page, bool *more) {
  return c->cloud ? turn_by_token(arena, cursor, tree, more) : turn_by_moment(cursor, tree, page, more);
}

static struct result pull_page(struct connection *c, struct arena *arena, struct cursor *cursor, struct page *page) {
  struct jira_answer answer = {0};
  cJSON *tree;
  int64_t since_ms = cursor->since_ms;
  bool starts = cursor->started_ms == 0;
  TRY(search(c, arena, cursor, &answer, &tree));
  if (starts)
    cursor->started_ms = answer.date_ms;
  struct result result = read_page(page, cursor, tree);
  bool more = false;
  if (result_ok(&result))
    result = turn(c, arena, cursor, tree, page, &more);
  cJSON_Delete(tree);
  TRY(result);
  if (starts && page->issues == 0) /* not even what was there before: is the project still? */
    TRY(jira_check_project(c, arena));
  if (!more) {
    cursor->since_ms = c->cloud ? cursor->since_ms : since_ms;
    cursor_end(cursor);
  }
  return RESULT_DONE;
}

struct result jira_pull(struct connection *c, struct arena *arena, struct str mode, struct str cursor_text,
                        struct pull_page *out) {
  struct cursor *cursor = cursor_read(c, arena, cursor_text);
  bool full = str_is(mode, "full"), starts = !cursor->walking || (full && !cursor->full);
  bool first = cursor->since_ms == 0;
  struct page page = {.c = c, .arena = arena};
  if (starts)
    cursor_start(cursor, full);
  TRY(pull_page(c, arena, cursor, &page));
  out->observations.at = page.at;
  out->observations.count = page.count;
  out->done = !cursor->walking;
  out->unchanged = starts && !first && !full && out->done && page.count == 0;
  out->cursor = cursor_print(c, arena, cursor);
  out->note = (struct str){0};
  return RESULT_DONE;
}
