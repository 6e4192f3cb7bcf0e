/* What Jira's refusals mean for the skeleton. Rate limits:
 * https://developer.atlassian.com/cloud/jira/platform/rate-limiting/ */
#include "adapter-jira/jira.h"
#include "base/clock.h"

enum { LIMIT_FLOOR_MS = 5 * 1000, LIMIT_CEILING_MS = 24 * 3600 * 1000 };

/* `errorMessages` and `errors`, as a person reads them. */
static struct str words_of(struct arena *arena, struct str body) {
  cJSON *tree;
  struct str_builder words = {.arena = arena};
  struct result parsed = json_parse(body, &tree);
  if (!result_ok(&parsed))
    return STR("no explanation");
  const cJSON *one;
  cJSON_ArrayForEach(one, json_member(tree, "errorMessages")) {
    if (cJSON_IsString(one))
      str_append_format(&words, "%s%s", words.length ? "; " : "", one->valuestring);
  }
  cJSON_ArrayForEach(one, json_member(tree, "errors")) {
    if (cJSON_IsString(one))
      str_append_format(&words, "%s%s: %s", words.length ? "; " : "", one->string, one->valuestring);
  }
  if (!words.length)
    str_append(&words, json_str(tree, "message"));
  cJSON_Delete(tree);
  return words.length ? str_built(&words) : STR("no explanation");
}

/* -- rate limits -- */

/* Retry-After in seconds, else X-RateLimit-Reset as a moment, else a few seconds. 0: not said, for a 5xx. */
static int64_t wait_ms(struct connection *c, const struct http_response *response, int64_t floor_ms) {
  int64_t seconds, reset_ms, wait = floor_ms;
  struct str reset = http_header_value(response, "x-ratelimit-reset");
  int64_t now_ms = c->usage.server_date_ms ? c->usage.server_date_ms : c->now_ms();
  struct arena scratch = {0};
  if (reset.length == 17) /* "2026-01-02T03:04Z" */
    reset = str_format(&scratch, "%.*s:59Z", 16, reset.at);
  if (str_to_i64(http_header_value(response, "retry-after"), &seconds) && seconds >= 0)
    wait = (seconds ? seconds : 1) * 1000;
  else if (clock_parse(reset, &reset_ms) && reset_ms > now_ms)
    wait = reset_ms - now_ms;
  arena_free(&scratch);
  return wait < LIMIT_CEILING_MS ? wait : LIMIT_CEILING_MS;
}

/* A limit on writes to one issue rests that write; any other the credential. */
static struct result limited(struct connection *c, const struct http_response *response, struct str words) {
  struct str reason = http_header_value(response, "ratelimit-reason");
  int64_t wait = wait_ms(c, response, LIMIT_FLOOR_MS);
  if (!str_is(reason, "jira-per-issue-on-write") && c->now_ms() + wait > c->usage.blocked_until_ms)
    c->usage.blocked_until_ms = c->now_ms() + wait;
  return result_retry_after(wait, "Jira asks to wait %lld s (%.*s): %.*s", (long long)(wait / 1000), STR_FMT(reason),
                            STR_FMT(words));
}

/* -- everything else -- */

/* 503 with Retry-After comes before anything is done; any other 5xx may come after. */
static struct result server_failed(struct connection *c, const struct jira_request *request,
                                   const struct http_response *response) {
  int64_t wait = wait_ms(c, response, 0);
  bool untouched =
      jira_is_read(request) || (response->status == 503 && !str_is_absent(http_header_value(response, "retry-after")));
  if (!untouched)
    return result_error(RESULT_UNCERTAIN, "Jira answered %lld to a write", (long long)response->status);
  return result_retry_after(wait, "Jira answered %lld", (long long)response->status);
}

static struct result by_status(struct connection *c, const struct jira_request *request,
                               const struct http_response *response, struct str words) {
  int64_t status = response->status;
  if (status >= 500 || status == 408)
    return server_failed(c, request, response);
  if (status == 401)
    return result_error(RESULT_AUTH, "Jira does not accept the credential (%.*s): store a new one", STR_FMT(words));
  if (status == 403)
    return result_error(jira_is_read(request) ? RESULT_AUTH : RESULT_REJECTED, "Jira refuses: %.*s", STR_FMT(words));
  if (status == 404 || status == 410)
    return result_error(RESULT_GONE, "Jira: %.*s", STR_FMT(words));
  if (status == 409)
    return result_error(RESULT_STALE, "Jira: %.*s", STR_FMT(words));
  return result_error(RESULT_REJECTED, "Jira refuses with %lld: %.*s", (long long)status, STR_FMT(words));
}

struct result jira_error(struct connection *c, const struct jira_request *request,
                         const struct http_response *response) {
  struct arena scratch = {0};
  struct str words = words_of(&scratch, response->body);
  struct result result = response->status == 429 ? limited(c, response, words) : by_status(c, request, response, words);
  arena_free(&scratch);
  return result_context(result, "%s %.*s", request->method, STR_FMT(request->path));
}
