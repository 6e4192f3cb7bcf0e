/* What Linear's refusals mean for the skeleton. They come with HTTP 200 as well as 400, and tell what they are by
 * `extensions`: code, type, userPresentableMessage. https://linear.app/developers/graphql#errors */
#include "adapter-linear/linear.h"
#include "service/exchange.h"

enum { PERIOD_MS = 60 * 60 * 1000, WAIT_MIN_MS = 1000 };

struct graphql_refusal {
  struct str code, type, message, words; /* words: for a person */
};

static struct graphql_refusal refusal_of(const cJSON *tree) {
  const cJSON *error = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(tree, "errors"), 0);
  const cJSON *extensions = cJSON_GetObjectItemCaseSensitive(error, "extensions");
  struct str message = json_str(error, "message"), words = json_str(extensions, "userPresentableMessage");
  return (struct graphql_refusal){.code = json_str(extensions, "code"),
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
  int64_t asked_ms = http_retry_after_ms(response);
  if (asked_ms > 0)
    return asked_ms;
  int64_t requests_ms = linear_refill_ms(&c->requests, c->requests.limit / 100 + 1);
  int64_t complexity_ms = linear_refill_ms(&c->complexity, LINEAR_QUERY_POINTS_MAX);
  return requests_ms > complexity_ms ? requests_ms : complexity_ms;
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

static const char *const auth_codes[] = {"AUTHENTICATION_ERROR", "authentication error", NULL};
static const char *const forbidden_codes[] = {"FORBIDDEN", "forbidden", NULL};

static bool is_limit(const struct graphql_refusal *refusal, int64_t status) {
  return status == 429 || str_is(refusal->code, "RATELIMITED") || str_is(refusal->type, "ratelimited");
}

static bool is_bad_input(const struct graphql_refusal *refusal, int64_t status) {
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

static bool is_too_complex(const struct graphql_refusal *refusal) {
  return str_find(refusal->message, "too complex") >= 0 || str_find(refusal->message, "omplexity") >= 0;
}

static struct result bad_input(const struct graphql_refusal *refusal, enum linear_problem *problem) {
  *problem = LINEAR_BAD_INPUT;
  if (str_starts_with(refusal->message, "Entity not found"))
    return result_error(RESULT_GONE, "Linear: %.*s", STR_FMT(refusal->words));
  if (str_find(refusal->message, "onflict on insert") >= 0)
    *problem = LINEAR_EXISTS;
  else if (is_too_complex(refusal))
    *problem = LINEAR_TOO_COMPLEX;
  return result_error(RESULT_REJECTED, "Linear refuses: %.*s", STR_FMT(refusal->words));
}

/* What a refusal that says so by its code would be by its status. */
static int64_t status_of(const struct graphql_refusal *refusal, int64_t status) {
  if (is_any(refusal->code, auth_codes) || is_any(refusal->type, auth_codes))
    return 401;
  return is_any(refusal->code, forbidden_codes) || is_any(refusal->type, forbidden_codes) ? 403 : status;
}

struct result linear_error(struct connection *c, const struct linear_query *query, const struct http_response *response,
                           const cJSON *tree, enum linear_problem *problem) {
  struct graphql_refusal said = refusal_of(tree);
  struct refusal refusal = {.who = "Linear", .is_read = !query->is_write, .words = said.words};
  struct str part = response->status == 200 ? failed_part(query, tree) : STR("");
  refusal.status = status_of(&said, response->status);
  refusal.wait_ms = http_retry_after_ms(response) > 0 ? http_retry_after_ms(response) : 0;
  if (is_limit(&said, response->status)) {
    refusal.wait_ms = limit_wait_ms(c, response);
    return exchange_limited(&c->usage, c->now_ms(), &refusal);
  }
  if (part.length && refusal.status != 401)
    return result_error(RESULT_REJECTED,
                        "Linear cannot show its %.*s (%.*s): open it there, and ask Linear if it lasts", STR_FMT(part),
                        STR_FMT(said.words));
  if (refusal.status >= 500 || refusal.status == 408 || refusal.status == 401 || refusal.status == 403)
    return exchange_refused(&refusal);
  if (!is_bad_input(&said, refusal.status))
    return result_error(query->is_write ? RESULT_UNCERTAIN : RESULT_RETRY, "Linear failed: %.*s", STR_FMT(said.words));
  return bad_input(&said, problem);
}
