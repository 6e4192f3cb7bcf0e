/* What Linear's refusals mean for the skeleton. They come with HTTP 200 as well as 400, and tell what they are by
 * `extensions`: code, type, userPresentableMessage. https://linear.app/developers/graphql#errors */
#include "adapter-linear/linear.h"

enum { PERIOD_MS = 60 * 60 * 1000, WAIT_MIN_MS = 1000 };

struct refusal {
  struct str code, type, message, words; /* words: for a person */
};

static struct refusal refusal_of(const cJSON *tree) {
  const cJSON *error = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(tree, "errors"), 0);
  const cJSON *extensions = cJSON_GetObjectItemCaseSensitive(error, "extensions");
  struct str message = json_str(error, "message"), words = json_str(extensions, "userPresentableMessage");
  return (struct refusal){.code = json_str(extensions, "code"),
                          .type = json_str(extensions, "type"),
                          .message = message,
                          .words = words.length     ? words
                                   : message.length ? message
                                                    : STR("no explanation")};
}

/* -- limits: https://linear.app/developers/rate-limiting -- */

int64_t linear_refill_ms(const struct linear_bucket *bucket, int64_t points) {
  if (bucket->limit <= 0)
    return 60 * 1000;
  int64_t missing = points > bucket->remaining ? points - bucket->remaining : 0;
  if (missing > bucket->limit)
    missing = bucket->limit;
  int64_t wait_ms = missing * PERIOD_MS / bucket->limit;
  return wait_ms > WAIT_MIN_MS ? wait_ms : WAIT_MIN_MS;
}

/* Requests drip in evenly; waiting for a hundredth of them makes more than a single step. */
static int64_t limit_wait_ms(const struct connection *c, const struct http_response *response) {
  int64_t seconds = 0;
  if (str_to_i64(http_header_value(response, "retry-after"), &seconds) && seconds > 0 && seconds < 7 * 86400)
    return seconds * 1000;
  int64_t requests_ms = linear_refill_ms(&c->requests, c->requests.limit / 100 + 1);
  int64_t complexity_ms = linear_refill_ms(&c->complexity, LINEAR_QUERY_POINTS_MAX);
  return requests_ms > complexity_ms ? requests_ms : complexity_ms;
}

static struct result limited(struct connection *c, const struct http_response *response, struct str words) {
  int64_t wait_ms = limit_wait_ms(c, response), until_ms = c->now_ms() + wait_ms;
  if (until_ms > c->usage.blocked_until_ms)
    c->usage.blocked_until_ms = until_ms;
  return result_retry_after(wait_ms, "Linear asks to wait %lld s: %.*s", (long long)(wait_ms / 1000), STR_FMT(words));
}

/* -- everything else -- */

static struct result server_failed(const struct linear_query *query, int64_t status, struct str words) {
  return result_error(query->is_write ? RESULT_UNCERTAIN : RESULT_RETRY, "Linear answered %lld: %.*s",
                      (long long)status, STR_FMT(words));
}

/* Reading is refused to the credential as a whole; a write may be refused for this one item. */
static struct result forbidden(const struct linear_query *query, struct str words) {
  return result_error(query->is_write ? RESULT_REJECTED : RESULT_AUTH, "Linear refuses: %.*s", STR_FMT(words));
}

/* A part of the one item that was asked for: ["issue", "assignee", ...]. Nothing is wrong with any other. */
static struct str failed_part(const struct linear_query *query, const cJSON *tree) {
  const cJSON *path =
      cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(tree, "errors"), 0), "path");
  struct str item = str_of(cJSON_GetStringValue(cJSON_GetArrayItem(path, 0)));
  bool is_item = str_is(item, "issue") || str_is(item, "comment");
  return is_item && !query->is_write ? str_of(cJSON_GetStringValue(cJSON_GetArrayItem(path, 1))) : (struct str){0};
}

static bool is_any(struct str word, const char *const *words) {
  for (; *words; words++)
    if (str_is(word, *words))
      return true;
  return false;
}

static bool is_bad_input(const struct refusal *refusal, int64_t status) {
  static const char *const codes[] = {"INPUT_ERROR",
                                      "INVALID_INPUT",
                                      "BAD_USER_INPUT",
                                      "GRAPHQL_VALIDATION_FAILED",
                                      "GRAPHQL_PARSE_FAILED",
                                      "BAD_REQUEST",
                                      NULL};
  static const char *const types[] = {"invalid input",          "user error",           "graphql error",
                                      "feature not accessible", "usage limit exceeded", NULL};
  return is_any(refusal->code, codes) || is_any(refusal->type, types) || (status >= 400 && status < 500);
}

static bool is_too_complex(const struct refusal *refusal) {
  return str_find(refusal->message, "too complex") >= 0 || str_find(refusal->message, "omplexity") >= 0;
}

static struct result bad_input(const struct refusal *refusal, enum linear_problem *problem) {
  *problem = LINEAR_BAD_INPUT;
  if (str_starts_with(refusal->message, "Entity not found"))
    return result_error(RESULT_GONE, "Linear: %.*s", STR_FMT(refusal->words));
  if (str_find(refusal->message, "onflict on insert") >= 0)
    *problem = LINEAR_EXISTS;
  else if (is_too_complex(refusal))
    *problem = LINEAR_TOO_COMPLEX;
  return result_error(RESULT_REJECTED, "Linear refuses: %.*s", STR_FMT(refusal->words));
}

struct result linear_error(struct connection *c, const struct linear_query *query, const struct http_response *response,
                           const cJSON *tree, enum linear_problem *problem) {
  struct refusal refusal = refusal_of(tree);
  int64_t status = response->status;
  if (str_is(refusal.code, "RATELIMITED") || str_is(refusal.type, "ratelimited") || status == 429)
    return limited(c, response, refusal.words);
  if (status == 401 || str_is(refusal.code, "AUTHENTICATION_ERROR") || str_is(refusal.type, "authentication error"))
    return result_error(RESULT_AUTH, "Linear does not accept the credential (%.*s): store a new one",
                        STR_FMT(refusal.words));
  struct str part = failed_part(query, tree);
  if (part.length)
    return result_error(RESULT_REJECTED,
                        "Linear cannot show its %.*s (%.*s): open it there, and ask Linear if it lasts", STR_FMT(part),
                        STR_FMT(refusal.words));
  if (str_is(refusal.type, "forbidden") || str_is(refusal.code, "FORBIDDEN") || status == 403)
    return forbidden(query, refusal.words);
  if (status >= 500 || status == 408 || !is_bad_input(&refusal, status))
    return server_failed(query, status, refusal.words);
  return bad_input(&refusal, problem);
}
