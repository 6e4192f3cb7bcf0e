/* What changed: issues oldest change first, then comments when an issue may have new ones. One page a call. A poll with
 * nothing new is one conditional GET. https://docs.github.com/en/rest/issues/issues#list-repository-issues */
#include "adapter-github/cursor.h"
#include "base/clock.h"

/* One page, translated. */
struct page {
  struct observation *at;
  size_t count;
  size_t items; /* as GitHub counts: with pull requests, and with what comes again */
  int64_t last_s;
};

/* -- asking -- */

static struct github_request list_request(const struct connection *c, struct arena *arena, const struct cursor *cursor,
                                          bool conditional) {
  bool comments = cursor->phase == PHASE_COMMENTS;
  const struct walk *walk = &cursor->walk;
  if (walk->next.length)
    return (struct github_request){.method = "GET", .scope = AT_URL, .path = walk->next};
  struct str_builder path = {.arena = arena};
  str_append_c(&path, comments ? "/issues/comments?" : "/issues?state=all&");
  str_append_format(&path, "sort=updated&direction=asc&per_page=%lld", (long long)c->page_items);
  if (walk->anchor_s) /* since=1970 gives nothing, so the first time there is none */
    str_append_format(&path, "&since=%s", clock_format_s(arena, walk->anchor_s * 1000).at);
  return (struct github_request){.method = "GET",
                                 .scope = AT_REPO,
                                 .path = str_built(&path),
                                 .etag = conditional ? cursor->etag : (struct str){0}};
}

/* A hundred long texts are more than an answer may hold: then fewer at a time. A link leads to a page of the size that
 * it was given with, so the walk goes on from its anchor. */
static struct result ask(struct connection *c, struct arena *arena, struct cursor *cursor, bool conditional,
                         struct github_answer *out) {
  for (;;) {
    struct github_request request = list_request(c, arena, cursor, conditional);
    struct result result = github_call(c, arena, &request, out);
    if (result_ok(&result))
      c->page_items = c->page_items + 5 < GITHUB_PAGE_ITEMS ? c->page_items + 5 : GITHUB_PAGE_ITEMS;
    if (result.code != RESULT_REJECTED || c->answered || c->page_items <= GITHUB_PAGE_ITEMS_MIN)
      return result;
    c->page_items = c->page_items / 4 > GITHUB_PAGE_ITEMS_MIN ? c->page_items / 4 : GITHUB_PAGE_ITEMS_MIN;
    cursor->walk.next = (struct str){0};
  }
}

/* When the project itself does not answer, every ticket in it would look deleted: stop and tell. */
static struct result as_project_error(const struct connection *c, struct result result) {
  if (result.code != RESULT_GONE)
    return result;
  result.code = RESULT_AUTH;
  return result_context(result, "%.*s cannot be read with this credential, or its issues are switched off",
                        STR_FMT(c->remote));
}

/* -- reading a page -- */

static struct result take_issue(struct arena *arena, struct str self, struct cursor *cursor, const cJSON *item,
                                struct page *page) {
  struct observation seen;
  TRY(github_read_issue(arena, item, self, &seen));
  struct known_issue issue = {json_i64(item, "number"), seen.version / 1000, json_i64(item, "comments")};
  bool fresh = walk_take(arena, &cursor->walk, issue.number, issue.updated_s);
  page->last_s = issue.updated_s;
  if (!fresh || github_is_pull(item))
    return RESULT_DONE;
  if (cursor_note_issue(cursor, issue) && issue.comments > 0)
    cursor->has_comments = true;
  page->at[page->count++] = seen;
  return RESULT_DONE;
}

static struct result take_comment(struct arena *arena, struct str self, struct cursor *cursor, const cJSON *item,
                                  struct page *page) {
  struct observation seen;
  TRY(github_read_comment(arena, item, self, &seen));
  bool fresh = walk_take(arena, &cursor->walk, json_i64(item, "id"), seen.version / 1000);
  page->last_s = seen.version / 1000;
  if (fresh && !github_is_pull(item))
    page->at[page->count++] = seen;
  return RESULT_DONE;
}

static struct result take_items(struct arena *arena, struct str self, struct cursor *cursor, const cJSON *list,
                                struct page *page) {
  if (!cJSON_IsArray(list))
    return result_error(RESULT_RETRY, "the page is not a list");
  page->items = (size_t)cJSON_GetArraySize(list);
  page->at = ARENA_ARRAY(arena, struct observation, page->items);
  const cJSON *item;
  cJSON_ArrayForEach(item, list) {
    struct result result = cursor->phase == PHASE_COMMENTS ? take_comment(arena, self, cursor, item, page)
                                                           : take_issue(arena, self, cursor, item, page);
    if (!result_ok(&result))
      return result_error(RESULT_RETRY, "the page is not whole: %s", result.message);
  }
  return RESULT_DONE;
}

/* A page that cannot be read to its last item is a failure; it never counts as the end. */
static struct result read_page(struct connection *c, struct arena *arena, struct cursor *cursor,
                               const struct github_answer *answer, struct page *page) {
  cJSON *list;
  struct str self = {0};
  TRY(github_json("GET", answer, &list));
  struct result result = cJSON_GetArraySize(list) > 0 ? github_self(c, arena, &self) : RESULT_DONE;
  if (result_ok(&result))
    result = take_items(arena, self, cursor, list, page);
  cJSON_Delete(list);
  return result;
}

/* -- a call of pull() -- */

static struct str rename_note(struct connection *c, struct arena *arena) {
  if (!c->tell_renamed)
    return (struct str){0};
  c->tell_renamed = false;
  return str_format(arena,
                    "%.*s was renamed to %.*s: its old name still leads there, but may be taken by another one day",
                    STR_FMT(c->remote), STR_FMT(c->renamed_to));
}

static void turn(struct arena *arena, struct cursor *cursor, const struct github_answer *answer,
                 const struct page *page) {
  bool by_link = cursor->walk.next.length > 0;
  int64_t request_s = by_link ? -1 : cursor->walk.anchor_s;
  if (!walk_turn(arena, &cursor->walk, page->items, page->last_s, github_link(answer->link, "next")))
    return;
  if (cursor->phase == PHASE_COMMENTS)
    cursor_end_comments(cursor);
  else
    cursor_end_issues(cursor, request_s, page->items, answer->etag);
}

struct result github_pull(struct connection *c, struct arena *arena, struct str mode, struct str cursor_text,
                          struct pull_page *out) {
  struct cursor *cursor = cursor_read(c, arena, cursor_text);
  bool full = str_is(mode, "full"), starts = cursor->phase == PHASE_IDLE || (full && !cursor->full);
  if (starts)
    cursor_start(cursor, full);
  struct github_answer answer = {0};
  struct result result = ask(c, arena, cursor, starts, &answer);
  if (!result_ok(&result))
    return as_project_error(c, result);
  if (answer.status == 304) {
    *out = (struct pull_page){.cursor = str_copy(arena, cursor_text), .done = true, .unchanged = true};
    return RESULT_DONE;
  }
  if (starts)
    cursor->started_s = answer.date_ms / 1000;
  struct page page = {0};
  TRY(read_page(c, arena, cursor, &answer, &page));
  turn(arena, cursor, &answer, &page);
  out->observations.at = page.at;
  out->observations.count = page.count;
  out->cursor = cursor_print(c, arena, cursor);
  out->done = cursor->phase == PHASE_IDLE;
  out->unchanged = false;
  out->note = rename_note(c, arena);
  return RESULT_DONE;
}
