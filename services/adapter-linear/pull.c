/* What changed: issues, then comments, the oldest first. One page a call; a poll with little news is one call for both.
 */
#include "adapter-linear/cursor.h"
#include "base/clock.h"

enum { RESTARTS_MAX = 3, ISSUE_AND_COMMENT_POINTS = LINEAR_ISSUE_POINTS + LINEAR_COMMENT_POINTS };

/* One page of a connection, translated. */
struct page {
  struct observation *at;
  size_t count;
  bool goes_on;
  struct str start; /* where the page before this one ends */
};

static bool reads_issues(const struct cursor *cursor) {
  return cursor->phase != PHASE_COMMENTS;
}

static bool reads_comments(const struct cursor *cursor) {
  return cursor->phase != PHASE_ISSUES;
}

/* -- asking -- */

static void add_since(struct arena *arena, cJSON *filter, int64_t since_ms) {
  if (since_ms)
    cJSON_AddStringToObject(cJSON_AddObjectToObject(filter, "updatedAt"), "gte",
                            str_c(arena, clock_format_ms(arena, since_ms)));
}

static struct result add_filters(struct connection *c, struct arena *arena, const struct cursor *cursor,
                                 cJSON *variables) {
  cJSON *issues, *of_issue;
  TRY(linear_team_filter(c, arena, &issues));
  add_since(arena, issues, cursor->since_ms);
  if (reads_issues(cursor))
    cJSON_AddItemToObject(variables, "issueFilter", issues);
  else
    cJSON_Delete(issues);
  if (!reads_comments(cursor))
    return RESULT_DONE;
  TRY(linear_team_filter(c, arena, &of_issue));
  cJSON *comments = cJSON_AddObjectToObject(variables, "commentFilter");
  cJSON_AddItemToObject(comments, "issue", of_issue);
  add_since(arena, comments, cursor->since_ms);
  return RESULT_DONE;
}

static struct result variables_of(struct connection *c, struct arena *arena, const struct cursor *cursor, cJSON **out) {
  static const int64_t points[] = {[PHASE_BOTH] = ISSUE_AND_COMMENT_POINTS,
                                   [PHASE_ISSUES] = LINEAR_ISSUE_POINTS,
                                   [PHASE_COMMENTS] = LINEAR_COMMENT_POINTS};
  int64_t items;
  TRY(linear_page_size(c, points[cursor->phase], LINEAR_PAGE_ITEMS, &items));
  cJSON *variables = cJSON_CreateObject();
  if (reads_issues(cursor))
    cJSON_AddNumberToObject(variables, "issues", (double)items);
  if (reads_comments(cursor))
    cJSON_AddNumberToObject(variables, "comments", (double)items);
  if (cursor->before.length)
    cJSON_AddStringToObject(variables, "before", str_c(arena, cursor->before));
  struct result result = add_filters(c, arena, cursor, variables);
  if (result_ok(&result))
    *out = variables;
  else
    cJSON_Delete(variables);
  return result;
}

/* Texts may be so long that a page of them is too large or takes too long: then the next try asks for fewer. */
static void fit_page(struct connection *c) {
  int64_t next = c->answered ? c->page_items_whole + 20 : c->page_items_whole / 2;
  if (next < LINEAR_PAGE_ITEMS_MIN)
    next = LINEAR_PAGE_ITEMS_MIN;
  c->page_items_whole = next < LINEAR_PAGE_ITEMS ? next : LINEAR_PAGE_ITEMS;
}

/* Linear may count a query as dearer than we do: then with half the page. */
static struct result ask(struct connection *c, struct arena *arena, const struct cursor *cursor,
                         struct linear_answer *out) {
  static const struct linear_query *const queries[] = {[PHASE_BOTH] = &linear_query_changes,
                                                       [PHASE_ISSUES] = &linear_query_issues,
                                                       [PHASE_COMMENTS] = &linear_query_comments};
  for (;;) {
    cJSON *variables;
    TRY(variables_of(c, arena, cursor, &variables));
    struct result result = linear_call(c, arena, queries[cursor->phase], variables, out);
    fit_page(c);
    if (out->problem != LINEAR_TOO_COMPLEX || c->page_items <= LINEAR_PAGE_ITEMS_MIN)
      return result;
    c->page_items = c->page_items / 2 > LINEAR_PAGE_ITEMS_MIN ? c->page_items / 2 : LINEAR_PAGE_ITEMS_MIN;
  }
}

/* -- reading a page -- */

static void note_change(struct cursor *cursor, int64_t version) {
  if (version > cursor->newest_ms)
    cursor->newest_ms = version;
}

/* What is in the trash was deleted by somebody; in a pull of everything it is not there at all. */
static struct result take_issue(struct connection *c, struct arena *arena, struct cursor *cursor, const cJSON *node,
                                struct page *page) {
  struct observation seen;
  TRY(linear_read_issue(arena, node, &seen));
  note_change(cursor, seen.version);
  if (json_bool(node, "trashed") && cursor->since_ms == 0)
    return RESULT_DONE;
  if (json_bool(node, "trashed"))
    connector_set_gone(&seen, STR("deleted"), (struct str){0});
  else if (cJSON_GetArraySize(json_member(json_member(node, "labels"), "nodes")) > LINEAR_LABELS_IN_PAGE)
    TRY(linear_read(c, arena, false, seen.external_id, &seen));
  page->at[page->count++] = seen;
  return RESULT_DONE;
}

static struct result take_comment(struct arena *arena, struct cursor *cursor, const cJSON *node, struct page *page) {
  struct observation seen;
  const cJSON *issue = json_member(node, "issue");
  if (cJSON_IsNull(issue) || json_bool(issue, "trashed"))
    return RESULT_DONE;
  TRY(linear_read_comment(arena, node, &seen));
  note_change(cursor, seen.version);
  page->at[page->count++] = seen;
  return RESULT_DONE;
}

/* One that cannot be read is passed on as such, so that it is fetched by itself and parked with what is wrong. */
static struct result take_broken(struct arena *arena, const cJSON *node, bool comment, const char *why,
                                 struct page *page) {
  struct str id = json_str(node, "id"), key = json_str(comment ? json_member(node, "issue") : node, "identifier");
  if (!linear_is_uuid(id))
    return result_error(RESULT_RETRY, "the page is not whole: %s", why);
  struct observation seen = {.kind = comment ? STR("comment") : STR("ticket"),
                             .external_id = str_copy(arena, id),
                             .external_key = str_copy(arena, key.length ? key : id)};
  if (comment)
    seen.parent_external_id = connector_parent_or_unknown(arena, json_str(json_member(node, "issue"), "id"));
  connector_set_gone(&seen, STR("unreadable"), (struct str){0});
  page->at[page->count++] = seen;
  return RESULT_DONE;
}

static struct result take_node(struct connection *c, struct arena *arena, struct cursor *cursor, const cJSON *node,
                               bool comment, struct str error, struct page *page) {
  if (!str_is_absent(error))
    return take_broken(arena, node, comment, str_c(arena, error), page);
  struct result result = comment ? take_comment(arena, cursor, node, page) : take_issue(c, arena, cursor, node, page);
  if (result.code == RESULT_REJECTED || result.code == RESULT_GONE)
    return take_broken(arena, node, comment, result.message, page);
  return result;
}

static struct result read_page_info(struct arena *arena, const struct cursor *cursor, const cJSON *list,
                                    struct page *page) {
  const cJSON *info = json_member(list, "pageInfo");
  page->goes_on = json_bool(info, "hasPreviousPage");
  page->start = str_copy(arena, json_str(info, "startCursor"));
  if (page->goes_on && (page->start.length == 0 || str_equal(page->start, cursor->before)))
    return result_error(RESULT_RETRY, "Linear's page leads to itself: it cannot be read on from there");
  return RESULT_DONE;
}

/* A page that cannot be read to its last item is a failure; it never counts as the end. */
static struct result read_page(struct connection *c, struct arena *arena, struct cursor *cursor,
                               const struct linear_answer *answer, bool comments, struct page *page) {
  const char *name = comments ? "comments" : "issues";
  const cJSON *list = json_member(answer->data, name), *nodes = json_member(list, "nodes");
  if (!cJSON_IsArray(nodes) || !cJSON_IsBool(json_member(json_member(list, "pageInfo"), "hasPreviousPage")))
    return result_error(RESULT_RETRY, "Linear's answer is not a page");
  TRY(read_page_info(arena, cursor, list, page));
  size_t count = (size_t)cJSON_GetArraySize(nodes);
  const cJSON **order = ARENA_ARRAY(arena, const cJSON *, count + 1), *node;
  size_t last = count;
  cJSON_ArrayForEach(node, nodes) order[--last] = node;
  page->at = ARENA_ARRAY(arena, struct observation, count + 1);
  for (size_t i = 0; i < count; i++)
    TRY(take_node(c, arena, cursor, order[i], comments, linear_node_error(answer, name, count - 1 - i), page));
  return RESULT_DONE;
}

/* -- turning -- */

static void turn(struct cursor *cursor, const struct page *page, enum linear_phase here, enum linear_phase next) {
  cursor->phase = page->goes_on ? here : next;
  cursor->before = page->goes_on ? page->start : (struct str){0};
  cursor->restarts = page->goes_on ? cursor->restarts : 0;
}

static void join(struct arena *arena, const struct page *a, const struct page *b, struct pull_page *out) {
  struct observation *all = ARENA_ARRAY(arena, struct observation, a->count + b->count + 1);
  if (a->count)
    memcpy(all, a->at, a->count * sizeof *all);
  if (b->count)
    memcpy(all + a->count, b->at, b->count * sizeof *all);
  out->observations.at = all;
  out->observations.count = a->count + b->count;
}

/* Comments wait until all issues are known. */
static struct result read_answer(struct connection *c, struct arena *arena, struct cursor *cursor,
                                 const struct linear_answer *answer, struct pull_page *out) {
  struct page issues = {0}, comments = {0};
  enum linear_phase phase = cursor->phase;
  if (phase != PHASE_COMMENTS)
    TRY(read_page(c, arena, cursor, answer, false, &issues));
  if (phase == PHASE_COMMENTS || (phase == PHASE_BOTH && !issues.goes_on))
    TRY(read_page(c, arena, cursor, answer, true, &comments));
  if (phase == PHASE_ISSUES || issues.goes_on)
    turn(cursor, &issues, PHASE_ISSUES, PHASE_COMMENTS);
  else
    turn(cursor, &comments, PHASE_COMMENTS, PHASE_IDLE);
  join(arena, &issues, &comments, out);
  return RESULT_DONE;
}

/* -- a call of pull() -- */

/* Linear does not take its own cursor any more, perhaps because that item is gone: the phase starts again. */
static bool can_restart(struct cursor *cursor, const struct linear_answer *answer) {
  if (answer->problem != LINEAR_BAD_INPUT || cursor->before.length == 0 || cursor->restarts >= RESTARTS_MAX)
    return false;
  cursor->restarts++;
  cursor->before = (struct str){0};
  return true;
}

static struct result finish(struct connection *c, struct arena *arena, struct cursor *cursor, struct pull_page *page,
                            struct pull_page *out) {
  page->done = cursor->phase == PHASE_IDLE;
  if (page->done)
    cursor_end(cursor);
  page->cursor = cursor_print(c, arena, cursor);
  *out = *page;
  return RESULT_DONE;
}

struct result linear_pull(struct connection *c, struct arena *arena, struct str mode, struct str cursor_text,
                          struct pull_page *out) {
  TRY(linear_team(c, arena, false));
  struct cursor cursor = cursor_read(c, arena, cursor_text);
  bool full = str_is(mode, "full"), starts = cursor.phase == PHASE_IDLE || (full && !cursor.full);
  struct linear_answer answer = {0};
  struct pull_page page = {0};
  if (starts)
    cursor_start(&cursor, full);
  struct result result = ask(c, arena, &cursor, &answer);
  if (!result_ok(&result) && can_restart(&cursor, &answer))
    return finish(c, arena, &cursor, &page, out);
  TRY(result);
  if (starts)
    cursor.started_ms = answer.date_ms;
  result = read_answer(c, arena, &cursor, &answer, &page);
  linear_answer_free(&answer);
  TRY(result);
  return finish(c, arena, &cursor, &page, out);
}
