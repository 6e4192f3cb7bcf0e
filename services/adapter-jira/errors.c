/* What Jira's refusals mean for the skeleton. Rate limits:
 * https://developer.atlassian.com/cloud/jira/platform/rate-limiting/ */
#include "adapter-jira/jira.h"
#include "base/clock.h"
#include "service/exchange.h"

enum { WAIT_MIN_MS = 1000, LIMIT_FLOOR_MS = 5 * 1000, LIMIT_CEILING_MS = 24 * 3600 * 1000 };

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

/* The first field that `errors` names, in our words; absent when it names none that we know. */
static struct str field_of(const struct connection *c, struct str body) {
  struct str field = {0};
  cJSON *tree;
  struct result parsed = json_parse(body, &tree);
  if (!result_ok(&parsed))
    return field;
  const cJSON *first = json_member(tree, "errors");
  first = first ? first->child : NULL;
  for (size_t i = 0; first && first->string && i < c->fields.count; i++)
    if (str_is(c->fields.at[i].id, first->string))
      field = c->fields.at[i].name;
  cJSON_Delete(tree);
  return field;
}

/* -- rate limits -- */

/* Retry-After in seconds, else X-RateLimit-Reset as a moment, else a few seconds. 0: not said, for a 5xx. */
static int64_t wait_ms(struct connection *c, const struct http_response *response, int64_t floor_ms) {
  int64_t asked_ms = http_retry_after_ms(response), reset_ms, wait = floor_ms;
  struct str reset = http_header_value(response, "x-ratelimit-reset");
  int64_t now_ms = c->usage.server_date_ms ? c->usage.server_date_ms : c->now_ms();
  struct arena scratch = {0};
  if (reset.length == 17) /* "2026-01-02T03:04Z" */
    reset = str_format(&scratch, "%.*s:59Z", 16, reset.at);
  if (asked_ms >= 0)
    wait = asked_ms ? asked_ms : WAIT_MIN_MS;
  else if (clock_parse(reset, &reset_ms) && reset_ms > now_ms)
    wait = reset_ms - now_ms;
  arena_free(&scratch);
  return wait < LIMIT_CEILING_MS ? wait : LIMIT_CEILING_MS;
}

/* A limit on writes to one issue rests that write; any other the credential. */
static struct result limited(struct connection *c, const struct http_response *response, struct refusal *refusal) {
  struct str reason = http_header_value(response, "ratelimit-reason");
  struct usage spared = {0};
  bool of_one_issue = str_is(reason, "jira-per-issue-on-write");
  refusal->wait_ms = wait_ms(c, response, LIMIT_FLOOR_MS);
  return exchange_limited(of_one_issue ? &spared : &c->usage, c->now_ms(), refusal);
}

/* -- everything else -- */

/* 503 with Retry-After comes before anything is done; any other 5xx may come after. */
static bool did_nothing(const struct http_response *response) {
  return response->status == 503 && !str_is_absent(http_header_value(response, "retry-after"));
}

struct result jira_error(struct connection *c, const struct jira_request *request,
                         const struct http_response *response) {
  struct arena scratch = {0};
  struct refusal refusal = {.who = "Jira", .status = response->status};
  refusal.is_read = jira_is_read(request) || did_nothing(response);
  refusal.words = words_of(&scratch, response->body);
  refusal.wait_ms = wait_ms(c, response, 0);
  struct result result = response->status == 429 ? limited(c, response, &refusal) : exchange_refused(&refusal);
  arena_free(&scratch);
  if (response->status == 400) {
    struct str field = field_of(c, response->body);
    result = result_of_field(result, field.at, field.length);
  }
  return result_context(result, "%s %.*s", request->method, STR_FMT(request->path));
}
