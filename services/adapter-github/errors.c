/* What GitHub's refusals mean for the skeleton. Rate limits:
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit */
#include "adapter-github/github.h"
#include "service/exchange.h"

static const int64_t LATEST_S = INT64_MAX / 2000;

enum {
  SECONDARY_FLOOR_MS = 60 * 1000, /* when GitHub does not say how long */
  SECONDARY_CEILING_MS = 15 * 60 * 1000,
  RESET_SLACK_MS = 1000,
};

/* `message` and the first of `errors`, as a person reads them. */
static struct str words_of(struct arena *arena, struct str body) {
  cJSON *tree;
  struct result parsed = json_parse(body, &tree);
  if (!result_ok(&parsed))
    return STR("no explanation");
  struct str message = json_str(tree, "message");
  const cJSON *first = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(tree, "errors"), 0);
  struct str detail = cJSON_IsString(first) ? str_of(first->valuestring) : json_str(first, "message");
  struct str field = json_str(first, "field"), code = json_str(first, "code");
  struct str words =
      str_format(arena, "%.*s%s%.*s%s%.*s%s%.*s", STR_FMT(message), field.length ? ", field " : "", STR_FMT(field),
                 code.length ? ": " : "", STR_FMT(code), detail.length ? ": " : "", STR_FMT(detail));
  cJSON_Delete(tree);
  return words.length ? words : STR("no explanation");
}

/* The field of ours that GitHub's first reason names; absent when it names none. */
static struct str field_of(struct str body) {
  static const struct {
    const char *theirs, *ours;
  } names[] = {{"title", "title"},         {"body", "body"},    {"labels", "labels"},      {"assignees", "assignees"},
               {"milestone", "milestone"}, {"state", "status"}, {"state_reason", "status"}};
  struct str field = {0};
  cJSON *tree;
  struct result parsed = json_parse(body, &tree);
  if (!result_ok(&parsed))
    return field;
  struct str theirs = json_str(cJSON_GetArrayItem(json_member(tree, "errors"), 0), "field");
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (str_is(theirs, names[i].theirs))
      field = str_of(names[i].ours);
  cJSON_Delete(tree);
  return field;
}

/* -- rate limits -- */

static int64_t header_i64(const struct http_response *response, const char *name, int64_t otherwise) {
  int64_t value = otherwise;
  str_to_i64(http_header_value(response, name), &value);
  return value;
}

int64_t github_reset_ms(const struct http_response *response) {
  int64_t reset_s = header_i64(response, "x-ratelimit-reset", 0);
  return reset_s > 0 && reset_s <= LATEST_S ? reset_s * 1000 : 0;
}

static bool speaks_of_limits(struct str words) {
  static const char *const signs[] = {"rate limit", "abuse detection", "submitted too quickly"};
  for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
    if (str_find(words, signs[i]) >= 0)
      return true;
  return false;
}

static bool is_limit(const struct http_response *response, struct str words) {
  if (response->status == 429)
    return true;
  if (response->status == 422)
    return str_find(words, "submitted too quickly") >= 0;
  return response->status == 403 && (!str_is_absent(http_header_value(response, "retry-after")) ||
                                     header_i64(response, "x-ratelimit-remaining", -1) == 0 || speaks_of_limits(words));
}

/* Doubles with every refusal in a row. */
static int64_t secondary_wait_ms(struct connection *c) {
  int64_t wait_ms = SECONDARY_FLOOR_MS;
  for (unsigned i = 0; i < c->limit_strikes && wait_ms < SECONDARY_CEILING_MS; i++)
    wait_ms *= 2;
  c->limit_strikes++;
  return wait_ms < SECONDARY_CEILING_MS ? wait_ms : SECONDARY_CEILING_MS;
}

/* GitHub's order: retry-after, else remaining and reset, else a minute and more. */
static int64_t limit_wait_ms(struct connection *c, const struct http_response *response) {
  int64_t asked_ms = http_retry_after_ms(response);
  if (asked_ms >= 0)
    return asked_ms ? asked_ms : RESET_SLACK_MS;
  int64_t reset_ms = github_reset_ms(response);
  int64_t wait_ms = reset_ms - (c->now_ms() + c->clock_ahead_ms) + RESET_SLACK_MS;
  if (header_i64(response, "x-ratelimit-remaining", -1) == 0 && reset_ms && wait_ms < 7 * 86400 * 1000LL)
    return wait_ms > RESET_SLACK_MS ? wait_ms : RESET_SLACK_MS;
  return secondary_wait_ms(c);
}

/* -- everything else -- */

/* A token that may not do this at all stops the project; a write that is refused for this one ticket is parked. */
static struct result forbidden(const struct github_request *request, struct str words) {
  bool token_is_short = str_find(words, "Resource not accessible") >= 0 || str_find(words, "SAML") >= 0 ||
                        str_find(words, "suspended") >= 0;
  return result_error(!github_is_read(request) && !token_is_short ? RESULT_REJECTED : RESULT_AUTH,
                      "GitHub refuses: %.*s", STR_FMT(words));
}

static struct result by_status(const struct github_request *request, const struct http_response *response,
                               const struct refusal *refusal) {
  if (response->status == 403)
    return forbidden(request, refusal->words);
  if (response->status >= 300 && response->status < 400)
    return result_error(RESULT_GONE, "moved to %.*s", STR_FMT(http_header_value(response, "location")));
  return exchange_refused(refusal);
}

/* Nothing of the repository can be written until somebody unarchives it. */
static bool is_archived(const struct github_request *request, const struct http_response *response, struct str words) {
  return response->status == 403 && !github_is_read(request) && str_find(words, "archived") >= 0;
}

static struct result hold_writes(struct connection *c, struct str words) {
  c->usage.held = STR("the repository is archived");
  return result_error(RESULT_RETRY, "GitHub refuses: %.*s", STR_FMT(words));
}

struct result github_error(struct connection *c, const struct github_request *request,
                           const struct http_response *response) {
  struct arena scratch = {0};
  struct refusal refusal = {.who = "GitHub", .status = response->status, .is_read = github_is_read(request)};
  bool limited;
  refusal.words = words_of(&scratch, response->body);
  limited = is_limit(response, refusal.words);
  refusal.wait_ms = limited ? limit_wait_ms(c, response) : http_retry_after_ms(response);
  refusal.wait_ms = refusal.wait_ms > 0 ? refusal.wait_ms : 0;
  struct result result = limited ? exchange_limited(&c->usage, c->now_ms(), &refusal)
                         : is_archived(request, response, refusal.words) ? hold_writes(c, refusal.words)
                                                                         : by_status(request, response, &refusal);
  if (response->status == 422 && !github_is_read(request)) {
    struct str field = field_of(response->body);
    result = result_of_field(result, field.at, field.length);
  }
  arena_free(&scratch);
  return result_context(result, "%s %.*s", request->method, STR_FMT(request->path));
}
