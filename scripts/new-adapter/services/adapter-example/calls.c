/* One call to Example: address, credential, what it cost, and what its status means for the skeleton. */
#include "adapter-example/example.h"
#include "base/fault.h"

enum { WAIT_USUAL_S = 60, WAIT_MAX_S = 7 * 86400 };

static struct result limited(struct connection *c, const struct http_response *response) {
  int64_t seconds;
  if (!str_to_i64(http_header_value(response, "retry-after"), &seconds) || seconds < 1 || seconds > WAIT_MAX_S)
    seconds = WAIT_USUAL_S;
  c->usage.blocked_until_ms = c->now_ms() + seconds * 1000;
  return result_retry_after(seconds * 1000, "Example asks to wait %lld s", (long long)seconds);
}

/* Of a read; a write that failed in an unknown way is UNCERTAIN. */
static struct result by_status(struct connection *c, const struct http_response *response) {
  int64_t status = response->status;
  if (status == 429)
    return limited(c, response);
  if (status >= 500 || status == 408)
    return result_error(RESULT_RETRY, "Example answered %lld", (long long)status);
  if (status == 401 || status == 403)
    return result_error(RESULT_AUTH, "Example does not accept the credential: store a new one");
  if (status == 404 || status == 410)
    return result_error(RESULT_GONE, "Example has none");
  return result_error(RESULT_REJECTED, "Example refuses with %lld", (long long)status);
}

static struct result exchange(struct connection *c, struct arena *arena, struct str path, struct str etag,
                              struct http_response *out) {
  struct http_header headers[4] = {
      {STR("Accept"), STR("application/json")},
      {STR("User-Agent"), STR("tandem/" TANDEM_VERSION)},
      {STR("Authorization"), str_format(arena, "Bearer %.*s", STR_FMT(c->token))},
  };
  size_t count = 3;
  if (etag.length)
    headers[count++] = (struct http_header){STR("If-None-Match"), etag};
  struct str url = str_format(arena, "%.*s%.*s", STR_FMT(c->api), STR_FMT(path));
  struct http_request request = {"GET", url, headers, count, {0}, EXAMPLE_TIMEOUT_MS};
  c->usage.api_calls++;
  fault_point_of("adapter.before_request", "GET");
  struct result result = c->http->call(c->http, arena, &request, out);
  fault_point_of("adapter.after_request", "GET");
  if (result.code == RESULT_UNCERTAIN)
    result.code = RESULT_RETRY; /* reading twice harms nothing */
  return result;
}

struct result example_get(struct connection *c, struct arena *arena, struct str path, struct str etag,
                          struct example_answer *out) {
  struct http_response response;
  TRY(exchange(c, arena, path, etag, &response));
  bool fine = (response.status >= 200 && response.status < 300) || (response.status == 304 && etag.length);
  if (!fine)
    return result_context(by_status(c, &response), "GET %.*s", STR_FMT(path));
  *out = (struct example_answer){response.status, response.body, http_header_value(&response, "etag")};
  return RESULT_DONE;
}
