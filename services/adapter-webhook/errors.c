/* What a status other than success means for the skeleton (RFC 9110, RFC 6585, the Idempotency-Key draft). */
#include "adapter-webhook/webhook.h"
#include "base/json.h"
#include "service/exchange.h"

enum { WAIT_USUAL_MS = 60 * 1000, WAIT_MIN_MS = 1000, WORDS_BYTES_MAX = 120 };

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

/* 409 to a creation: its key is at work in another request, as after a lost answer. A read has nothing to conflict
 * with. */
static struct result conflicting(const struct webhook_call *call, struct str words) {
  if (!is_write(call))
    return result_error(RESULT_REJECTED, "the tracker refuses: %.*s", STR_FMT(words));
  bool creates = strcmp(call->method, "POST") == 0;
  return result_error(creates ? RESULT_UNCERTAIN : RESULT_STALE, "the tracker refuses for now: %.*s", STR_FMT(words));
}

static int64_t limit_wait_ms(const struct http_response *response) {
  int64_t asked_ms = http_retry_after_ms(response);
  return asked_ms < 0 ? WAIT_USUAL_MS : asked_ms ? asked_ms : WAIT_MIN_MS;
}

static struct result by_status(const struct webhook_call *call, const struct http_response *response,
                               const struct refusal *refusal) {
  int64_t status = response->status;
  if (status == 409 || status == 412)
    return conflicting(call, refusal->words);
  if (status >= 300 && status < 400)
    return result_error(RESULT_REJECTED, "the tracker redirects to %.*s: set base_url or the mapping's address to it",
                        STR_FMT(http_header_value(response, "location")));
  return exchange_refused(refusal);
}

struct result webhook_error(struct connection *c, const struct webhook_call *call,
                            const struct http_response *response) {
  struct arena scratch = {0};
  struct refusal refusal = {.who = "the tracker", .status = response->status, .is_read = !is_write(call)};
  bool limited = response->status == 429;
  refusal.words = words_of(&scratch, response->body);
  refusal.wait_ms = limited ? limit_wait_ms(response) : http_retry_after_ms(response);
  refusal.wait_ms = refusal.wait_ms > 0 ? refusal.wait_ms : 0;
  struct result result =
      limited ? exchange_limited(&c->usage, c->now_ms(), &refusal) : by_status(call, response, &refusal);
  arena_free(&scratch);
  return result_context(result, "%s %.*s", call->method, STR_FMT(call->path));
}
