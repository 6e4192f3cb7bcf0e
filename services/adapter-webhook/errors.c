/* What a status other than success means for the skeleton (RFC 9110, RFC 6585, the Idempotency-Key draft). */
#include "adapter-webhook/webhook.h"
#include "base/json.h"

enum { WAIT_MAX_S = 7 * 86400, WAIT_USUAL_S = 60, WORDS_BYTES_MAX = 120 };

static bool is_write(const struct webhook_call *call) {
  return strcmp(call->method, "GET") != 0;
}

/* What the answer says for a person, by the names that are in use: problem details (RFC 9457) and older ones. */
static struct str words_of(struct arena *arena, struct str body) {
  static const char *const names[] = {"detail", "message", "error", "title"};
  struct str words = {0};
  cJSON *tree = NULL;
  struct result result = json_parse(body, &tree);
  for (size_t i = 0; result_ok(&result) && i < sizeof names / sizeof names[0] && words.length == 0; i++)
    words = str_copy(arena, json_str(tree, names[i]));
  cJSON_Delete(tree);
  size_t length = words.length < WORDS_BYTES_MAX ? words.length : WORDS_BYTES_MAX;
  while (length < words.length && length > 0 && (words.at[length] & 0xC0) == 0x80)
    length--; /* not in the middle of a character */
  return length ? str_slice(words, 0, length) : STR("no explanation");
}

static int64_t retry_after_s(const struct http_response *response) {
  int64_t seconds;
  if (!str_to_i64(http_header_value(response, "retry-after"), &seconds) || seconds < 0 || seconds > WAIT_MAX_S)
    return -1;
  return seconds;
}

static struct result limited(struct connection *c, const struct http_response *response, struct str words) {
  int64_t seconds = retry_after_s(response), until_ms;
  seconds = seconds < 0 ? WAIT_USUAL_S : seconds ? seconds : 1;
  until_ms = c->now_ms() + seconds * 1000;
  if (until_ms > c->usage.blocked_until_ms)
    c->usage.blocked_until_ms = until_ms;
  return result_retry_after(seconds * 1000, "the tracker asks to wait %lld s: %.*s", (long long)seconds,
                            STR_FMT(words));
}

static struct result server_failed(const struct webhook_call *call, const struct http_response *response) {
  int64_t seconds = retry_after_s(response);
  if (is_write(call))
    return result_error(RESULT_UNCERTAIN, "the tracker answered %lld to a write", (long long)response->status);
  return result_retry_after(seconds > 0 ? seconds * 1000 : 0, "the tracker answered %lld", (long long)response->status);
}

/* 409 to a creation: its key is at work in another request, as after a lost answer. */
static struct result conflicting(const struct webhook_call *call, struct str words) {
  bool creates = strcmp(call->method, "POST") == 0;
  return result_error(creates ? RESULT_UNCERTAIN : RESULT_STALE, "the tracker refuses for now: %.*s", STR_FMT(words));
}

static struct result by_status(struct connection *c, const struct webhook_call *call,
                               const struct http_response *response, struct str words) {
  int64_t status = response->status;
  if (status == 429)
    return limited(c, response, words);
  if (status >= 500 || status == 408)
    return server_failed(call, response);
  if (status == 401)
    return result_error(RESULT_AUTH, "the tracker does not accept the credential (%.*s): store a new one",
                        STR_FMT(words));
  if (status == 403)
    return result_error(is_write(call) ? RESULT_REJECTED : RESULT_AUTH, "the tracker refuses: %.*s", STR_FMT(words));
  if (status == 404 || status == 410)
    return result_error(RESULT_GONE, "the tracker has none: %.*s", STR_FMT(words));
  if ((status == 409 || status == 412) && is_write(call))
    return conflicting(call, words);
  if (status >= 300 && status < 400)
    return result_error(RESULT_REJECTED, "the tracker redirects to %.*s: set base_url or the mapping's address to it",
                        STR_FMT(http_header_value(response, "location")));
  return result_error(RESULT_REJECTED, "the tracker refuses with %lld: %.*s", (long long)status, STR_FMT(words));
}

struct result webhook_error(struct connection *c, const struct webhook_call *call,
                            const struct http_response *response) {
  struct arena scratch = {0};
  struct result result = by_status(c, call, response, words_of(&scratch, response->body));
  arena_free(&scratch);
  return result_context(result, "%s %.*s", call->method, STR_FMT(call->path));
}
