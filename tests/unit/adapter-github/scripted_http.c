/* Answers from the table, in order. */
#include "scripted_http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static size_t read_headers(struct arena *arena, const char *lines, struct http_header *headers) {
  size_t count = 0;
  while (lines && *lines) {
    const char *colon = strchr(lines, ':'), *end = strchr(lines, '\n');
    struct str name = {lines, (size_t)(colon - lines)};
    struct str value = {colon + 1, end ? (size_t)(end - colon - 1) : strlen(colon + 1)};
    headers[count++] = (struct http_header){str_copy(arena, name), str_copy(arena, str_trim(value))};
    lines = end ? end + 1 : NULL;
  }
  return count;
}

static void keep_request(struct scripted_http *http, const struct http_request *request) {
  http->asked[http->at] = str_format(&http->arena, "%s %.*s", request->method, STR_FMT(request->url));
  http->sent[http->at] = str_copy(&http->arena, request->body);
  for (size_t i = 0; i < request->header_count; i++) {
    if (str_is(request->headers[i].name, "If-None-Match"))
      http->etags[http->at] = str_copy(&http->arena, request->headers[i].value);
    if (str_is(request->headers[i].name, "Authorization"))
      http->authorization = str_copy(&http->arena, request->headers[i].value);
  }
}

static struct result scripted_call(struct http *base, struct arena *arena, const struct http_request *request,
                                   struct http_response *out) {
  struct scripted_http *http = (struct scripted_http *)base;
  if (http->at == http->count || http->at == EXCHANGES_MAX)
    fail_msg("one call too many: %s %.*s", request->method, STR_FMT(request->url));
  const struct exchange *exchange = &http->script[http->at];
  keep_request(http, request);
  if (exchange->asked && str_find(http->asked[http->at], exchange->asked) < 0)
    fail_msg("call %zu: %.*s, not %s", http->at, STR_FMT(http->asked[http->at]), exchange->asked);
  http->at++;
  if (exchange->status == 0)
    return result_error(exchange->code, "as scripted");
  struct http_header *headers = ARENA_ARRAY(arena, struct http_header, 16);
  *out = (struct http_response){.status = exchange->status,
                                .headers = headers,
                                .header_count = read_headers(arena, exchange->headers, headers),
                                .body = str_copy(arena, str_of(exchange->body ? exchange->body : ""))};
  return RESULT_DONE;
}

void scripted_start(struct scripted_http *http) {
  http->http = (struct http){.call = scripted_call};
}

void scripted_end(struct scripted_http *http) {
  assert_int_equal(http->at, http->count);
  arena_free(&http->arena);
}

int64_t test_now_ms(void) {
  return TEST_NOW_MS;
}

struct connection *scripted_connect(struct scripted_http *http) {
  static const struct project project = {.remote = {"acme/rocket", 11}, .credential = {"bot", 3}};
  struct connector_config config = {.project = &project,
                                    .credential_kind = STR("pat"),
                                    .credential = STR("{\"token\":\"t0ken\"}"),
                                    .http = &http->http,
                                    .now_ms = test_now_ms};
  struct connection *connection;
  scripted_start(http);
  struct result result = github_connector.open(&config, &connection);
  assert_int_equal(result.code, RESULT_OK);
  connection->self = STR("tandem-bot");
  return connection;
}
