/* After an uncertain creation: what the intent made, known by its marker and our own authorship. Lists may lag behind a
 * write, so numbers above the high-water mark are asked for one by one too; search lags far more. */
#include "adapter-github/github.h"
#include "base/clock.h"

enum {
  LOOK_BACK_MS = 15 * 60 * 1000, /* our clocks are not one either */
  PAGES_MAX = 20,
  PROBES_MAX = 100,
  UNUSED_NUMBERS_MAX = 5, /* discussions, and issues that went where we cannot look, leave gaps */
};

struct search {
  struct connection *c;
  struct arena *arena;
  struct str marker, self;
  bool comments;
  int64_t from_ms;   /* nothing older is of interest */
  bool past_the_end; /* the list, newest first, has come to what is older */
  int64_t best;      /* the lowest number that fits, 0 = none */
  struct observation found;
};

/* -- candidates -- */

/* Two may carry one marker: the lowest number is the one that counts. */
static void consider(struct search *search, const struct observation *seen) {
  int64_t number = 0;
  str_to_i64(seen->external_id, &number);
  bool fits = seen->author_is_self && seen->marker.length && str_equal(seen->marker, search->marker);
  if (fits && (search->best == 0 || number < search->best)) {
    search->best = number;
    search->found = *seen;
  }
}

static struct result take(void *context, const cJSON *item) {
  struct search *search = context;
  struct observation seen;
  struct result result = search->comments ? github_read_comment(search->arena, item, search->self, &seen)
                                          : github_read_issue(search->arena, item, search->self, &seen);
  if (!result_ok(&result))
    return result_error(RESULT_RETRY, "the list is not whole: %s", result.message);
  search->past_the_end = search->past_the_end || (!search->comments && seen.created_at_ms < search->from_ms);
  if (!github_is_pull(item))
    consider(search, &seen);
  return RESULT_DONE;
}

static struct result take_page(struct search *search, const struct github_answer *answer) {
  cJSON *list;
  TRY(github_json("GET", answer, &list));
  struct result result = cJSON_IsArray(list) ? RESULT_DONE : result_error(RESULT_RETRY, "the page is not a list");
  const cJSON *item;
  cJSON_ArrayForEach(item, list) {
    if (result_ok(&result))
      result = take(search, item);
  }
  cJSON_Delete(list);
  return result;
}

/* -- lists -- */

static struct result read_list(struct search *search, struct str path) {
  struct github_request request = {.method = "GET", .scope = AT_REPO, .path = path};
  for (int page = 0; page < PAGES_MAX; page++) {
    struct github_answer answer = {0};
    TRY(github_call(search->c, search->arena, &request, &answer));
    TRY(take_page(search, &answer));
    request.scope = AT_URL;
    request.path = github_link(answer.link, "next");
    if (request.path.length == 0 || search->past_the_end)
      return RESULT_DONE;
  }
  /* Not having looked everywhere is not the same as not having found it. */
  return search->best ? RESULT_DONE : result_error(RESULT_RETRY, "too much was created since: it cannot all be read");
}

static struct str issue_list_path(struct search *search) {
  struct str path = STR("/issues?state=all&sort=created&direction=desc&per_page=100");
  if (search->c->auth.app_key) /* the filter's word for an App is not documented */
    return path;
  return str_format(search->arena, "%.*s&creator=%.*s", STR_FMT(path),
                    STR_FMT(http_escape(search->arena, search->self)));
}

/* -- numbers -- */

/* `*used` = false: there is no such number (yet). */
static struct result probe(struct search *search, int64_t number, bool *used) {
  struct github_request request = {.method = "GET", .scope = AT_REPO, .take_gone = true};
  struct github_answer answer = {0};
  request.path = str_format(search->arena, "/issues/%lld", (long long)number);
  TRY(github_call(search->c, search->arena, &request, &answer));
  *used = answer.status != 404;
  if (answer.status != 200)
    return RESULT_DONE;
  cJSON *issue;
  TRY(github_json("GET", &answer, &issue));
  struct result result = take(search, issue);
  cJSON_Delete(issue);
  return result;
}

static struct result probe_numbers(struct search *search, int64_t high_water) {
  int unused = 0;
  for (int i = 1; i <= PROBES_MAX && unused < UNUSED_NUMBERS_MAX && !search->best; i++) {
    bool used;
    TRY(probe(search, high_water + i, &used));
    unused = used ? 0 : unused + 1;
  }
  if (!search->best && unused < UNUSED_NUMBERS_MAX)
    return result_error(RESULT_RETRY, "more than %d issues were created since: they cannot all be looked at",
                        PROBES_MAX);
  return RESULT_DONE;
}

/* -- the search -- */

static struct result find_issue(struct search *search, const struct intent *intent) {
  int64_t high_water;
  TRY(read_list(search, issue_list_path(search)));
  if (search->best == 0 && str_to_i64(intent->high_water, &high_water))
    TRY(probe_numbers(search, high_water));
  return RESULT_DONE;
}

static struct result find_comment(struct search *search, const struct intent *intent) {
  struct str since = clock_format_s(search->arena, search->from_ms);
  search->comments = true;
  return read_list(search, str_format(search->arena, "/issues/%.*s/comments?per_page=100&since=%.*s",
                                      STR_FMT(intent->parent_external_id), STR_FMT(since)));
}

/* Where our clock is hours ahead, what we made is older there than the moment that we wrote down. */
static struct result hear_the_time(struct connection *c, struct arena *arena) {
  struct github_answer answer = {0};
  return c->clock_known ? RESULT_DONE : github_get(c, arena, STR(""), &answer);
}

struct result github_find(struct connection *c, struct arena *arena, const struct intent *intent, struct str marker,
                          struct observation *out) {
  struct search search = {.c = c, .arena = arena, .marker = marker};
  TRY(github_self(c, arena, &search.self));
  TRY(hear_the_time(c, arena));
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
