/* One call to GitHub: headers, credential, what it cost, and the way to a repository that was renamed. */
#include "adapter-github/github.h"
#include "base/clock.h"
#include "service/exchange.h"

enum { TRIES_MAX = 4, REDIRECTS_MAX = 3, PAGES_MAX = 100 };

/* -- URLs -- */

static struct result url_of(struct connection *c, struct arena *arena, const struct github_request *request,
                            struct str *out) {
  if (request->scope == AT_URL && !http_same_origin(request->path, c->api))
    return result_error(RESULT_RETRY, "GitHub's answer leads to another host: %.*s", STR_FMT(request->path));
  if (request->scope == AT_URL)
    *out = request->path;
  else
    *out = str_format(arena, "%.*s%.*s%.*s", STR_FMT(c->api),
                      STR_FMT(request->scope == AT_REPO ? c->repo_path : STR("")), STR_FMT(request->path));
  return RESULT_DONE;
}

struct str github_link(struct str link, const char *rel) {
  struct arena scratch = {0};
  struct str wanted = str_format(&scratch, "rel=\"%s\"", rel), found = {0};
  while (link.length && str_is_absent(found)) {
    ptrdiff_t open = str_find(link, "<"), close = str_find(link, ">");
    if (open < 0 || close < open)
      break;
    struct str url = str_slice(link, (size_t)open + 1, (size_t)close);
    struct str rest = str_slice(link, (size_t)close + 1, link.length);
    ptrdiff_t next = str_find(rest, "<");
    struct str parameters = str_slice(rest, 0, next < 0 ? rest.length : (size_t)next);
    if (str_find(parameters, wanted.at) >= 0)
      found = url;
    link = str_slice(rest, parameters.length, rest.length);
  }
  arena_free(&scratch);
  return found;
}

/* -- what a call cost -- */

/* "2026-12-21 17:50:24 UTC", or with an offset as +0200; of personal access tokens only. Tokens of an App and of a
 * login that renews itself end soon, and others take their place. */
static int64_t expiry_ms(struct str text) {
  char moment[32];
  int64_t ms;
  struct str zone = str_trim(str_slice(text, 19, text.length));
  if (text.length < 19)
    return 0;
  if (str_is(zone, "UTC"))
    snprintf(moment, sizeof moment, "%.10sT%.8sZ", text.at, text.at + 11);
  else if (zone.length == 5)
    snprintf(moment, sizeof moment, "%.10sT%.8s%.3s:%.2s", text.at, text.at + 11, zone.at, zone.at + 3);
  else
    return 0;
  return clock_parse(str_of(moment), &ms) ? ms : 0;
}

static void note_expiry(struct connection *c, const struct http_response *response) {
  bool renews = c->auth.app_key || c->auth.can_renew;
  int64_t ms = renews ? 0 : expiry_ms(http_header_value(response, "github-authentication-token-expiration"));
  if (ms && ms != c->told_expires_ms)
    c->usage.credential_expires_ms = ms;
}

/* GraphQL has points of its own. */
static bool is_of_another_quota(struct str resource) {
  return resource.length && !str_is(resource, "core");
}

static void note_usage(struct connection *c, const struct github_request *request,
                       const struct http_response *response) {
  int64_t date_ms = http_date_ms(response), reset_ms = github_reset_ms(response);
  if (date_ms)
    c->clock_ahead_ms = date_ms - c->now_ms(), c->clock_known = true;
  if (request->as_app)
    return; /* another quota than the installation's */
  note_expiry(c, response);
  if (is_of_another_quota(http_header_value(response, "x-ratelimit-resource")))
    return;
  str_to_i64(http_header_value(response, "x-ratelimit-limit"), &c->usage.quota_limit);
  str_to_i64(http_header_value(response, "x-ratelimit-remaining"), &c->usage.quota_remaining);
  if (reset_ms)
    c->usage.quota_reset_ms = reset_ms;
  if (response->status < 400)
    c->limit_strikes = 0;
}

/* -- one exchange -- */

bool github_is_read(const struct github_request *request) {
  return request->reads || strcmp(request->method, "GET") == 0;
}

static struct result exchange(struct connection *c, struct arena *arena, const struct github_request *request,
                              struct http_response *out) {
  struct str url, authorization;
  TRY(github_auth_header(c, arena, request->as_app, &authorization));
  TRY(url_of(c, arena, request, &url));
  struct http_header headers[6] = {
      {STR("Accept"), STR("application/vnd.github+json")},
      {STR("X-GitHub-Api-Version"), STR("2022-11-28")},
      {STR("User-Agent"), STR("tandem/" TANDEM_VERSION)},
      {STR("Authorization"), authorization},
  };
  size_t count = 4;
  if (request->etag.length)
    headers[count++] = (struct http_header){STR("If-None-Match"), request->etag};
  if (!str_is_absent(request->body))
    headers[count++] = (struct http_header){STR("Content-Type"), STR("application/json")};
  struct http_request call = {request->method, url, headers, count, request->body, GITHUB_TIMEOUT_MS};
  struct result result = exchange_send(c->http, arena, &call, github_is_read(request), &c->usage, out);
  c->answered = result_ok(&result);
  if (c->answered)
    note_usage(c, request, out);
  return result;
}

static bool is_redirect(int64_t status) {
  return status == 301 || status == 302 || status == 307 || status == 308;
}

/* Sends `request`, a read, going where GitHub points, on the same host. */
static struct result follow(struct connection *c, struct arena *arena, struct github_request request, bool *moved,
                            struct http_response *out) {
  *moved = false;
  for (int i = 0; i <= REDIRECTS_MAX; i++) {
    TRY(exchange(c, arena, &request, out));
    if (!is_redirect(out->status))
      return RESULT_DONE;
    *moved = true;
    request.scope = AT_URL;
    request.path = http_header_value(out, "location");
  }
  return result_error(RESULT_RETRY, "GitHub redirects in a circle: %.*s", STR_FMT(request.path));
}

static void take_new_name(struct connection *c, const cJSON *repo) {
  c->repo_path = str_format(&c->arena, "/repositories/%lld", (long long)json_i64(repo, "id"));
  c->renamed_to = str_copy(&c->arena, json_str(repo, "full_name"));
  c->tell_renamed = true;
}

/* A redirect below a repository is either the repository's new name or an issue's new place: the repository tells. */
static struct result find_repository(struct connection *c, struct arena *arena, bool *moved) {
  struct github_request request = {.method = "GET", .scope = AT_REPO, .path = STR("")};
  struct http_response response;
  TRY(follow(c, arena, request, moved, &response));
  if (response.status != 200)
    return github_error(c, &request, &response);
  if (!*moved)
    return RESULT_DONE;
  cJSON *repo;
  TRY(github_json("GET", &(struct github_answer){.body = response.body}, &repo));
  bool fits = json_i64(repo, "id") > 0;
  if (fits)
    take_new_name(c, repo);
  cJSON_Delete(repo);
  return fits ? RESULT_DONE : result_error(RESULT_RETRY, "GitHub's answer about the repository has no id");
}

static bool is_gone(int64_t status) {
  return status == 301 || status == 404 || status == 410 || status == 451;
}

static struct result finish(struct connection *c, const struct github_request *request,
                            const struct http_response *response, struct github_answer *out) {
  bool fine = (response->status >= 200 && response->status < 300) || (response->status == 304 && request->etag.length);
  if (!fine && !(request->take_gone && is_gone(response->status)))
    return github_error(c, request, response);
  *out = (struct github_answer){
      .status = response->status,
      .body = response->body,
      .etag = http_header_value(response, "etag"),
      .location = http_header_value(response, "location"),
      .link = http_header_value(response, "link"),
      .date_ms = http_date_ms(response),
  };
  return RESULT_DONE;
}

struct result github_call(struct connection *c, struct arena *arena, const struct github_request *request,
                          struct github_answer *out) {
  struct http_response response;
  bool moved, may_renew = true;
  for (int i = 0; i < TRIES_MAX; i++) {
    if (request->scope == AT_URL && github_is_read(request))
      TRY(follow(c, arena, *request, &moved, &response));
    else
      TRY(exchange(c, arena, request, &response));
    if (response.status == 401 && may_renew && github_auth_forget(c)) {
      may_renew = false;
      continue;
    }
    if (!is_redirect(response.status) || request->scope != AT_REPO)
      break;
    TRY(find_repository(c, arena, &moved));
    if (!moved)
      break;
  }
  return finish(c, request, &response, out);
}

struct result github_get(struct connection *c, struct arena *arena, struct str repo_path, struct github_answer *out) {
  struct github_request request = {.method = "GET", .scope = AT_REPO, .path = repo_path};
  return github_call(c, arena, &request, out);
}

/* -- answers -- */

struct result github_json(const char *method, const struct github_answer *answer, cJSON **out) {
  struct result result = json_parse(answer->body, out);
  if (result_ok(&result))
    return result;
  result.code = strcmp(method, "GET") == 0 ? RESULT_RETRY : RESULT_UNCERTAIN;
  return result_context(result, "GitHub's answer with status %lld", (long long)answer->status);
}

static struct result take_all(const struct github_answer *answer,
                              struct result (*take)(void *context, const cJSON *item), void *context) {
  cJSON *list;
  TRY(github_json("GET", answer, &list));
  struct result result =
      cJSON_IsArray(list) ? RESULT_DONE : result_error(RESULT_RETRY, "GitHub's answer is not a list");
  const cJSON *item;
  cJSON_ArrayForEach(item, list) {
    if (result_ok(&result))
      result = take(context, item);
  }
  cJSON_Delete(list);
  return result;
}

struct result github_each(struct connection *c, struct arena *arena, struct str repo_path,
                          struct result (*take)(void *context, const cJSON *item), void *context) {
  struct github_request request = {.method = "GET", .scope = AT_REPO, .path = repo_path};
  for (int page = 0; page < PAGES_MAX; page++) {
    struct github_answer answer = {0};
    TRY(github_call(c, arena, &request, &answer));
    TRY(take_all(&answer, take, context));
    request.scope = AT_URL;
    request.path = github_link(answer.link, "next");
    if (request.path.length == 0)
      return RESULT_DONE;
  }
  return result_error(RESULT_RETRY, "%.*s has more than %d pages", STR_FMT(repo_path), PAGES_MAX);
}
