/* One call to Example: address, credential, what it cost, and what its status means for the skeleton. */
#include "adapter-example/example.h"
#include "service/exchange.h"

enum { WAIT_USUAL_MS = 60 * 1000 };

static struct result refused(struct connection *c, const struct http_response *response) {
  int64_t asked_ms = http_retry_after_ms(response);
  struct refusal refusal = {.who = "Example", .status = response->status, .is_read = true, .words = STR("no words")};
  refusal.wait_ms = asked_ms > 0 ? asked_ms : response->status == 429 ? WAIT_USUAL_MS : 0;
  return response->status == 429 ? exchange_limited(&c->usage, c->now_ms(), &refusal) : exchange_refused(&refusal);
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
  return exchange_send(c->http, arena, &request, true, &c->usage, out);
}

struct result example_get(struct connection *c, struct arena *arena, struct str path, struct str etag,
                          struct example_answer *out) {
  struct http_response response;
  TRY(exchange(c, arena, path, etag, &response));
  bool fine = (response.status >= 200 && response.status < 300) || (response.status == 304 && etag.length);
  if (!fine)
    return result_context(refused(c, &response), "GET %.*s", STR_FMT(path));
  *out = (struct example_answer){response.status, response.body, http_header_value(&response, "etag")};
  return RESULT_DONE;
}
