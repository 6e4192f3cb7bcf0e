/* Opened as the skeleton does it. */
#include "opened.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int64_t now_ms(void) {
  return 1700000000000;
}

struct connection *opened(struct http *http, const char *options) {
  struct project project = {.system = STR("jira"),
                            .base_url = STR("https://jira.example"),
                            .remote = STR("ROCKET"),
                            .options = str_of(options)};
  struct connector_config config = {.project = &project,
                                    .credential_kind = STR("api_token"),
                                    .credential = STR("{\"email\":\"a@e.org\",\"token\":\"t0ken\"}"),
                                    .http = http,
                                    .now_ms = now_ms};
  struct connection *c;
  struct result result = jira_connector.open(&config, &c);
  assert_string_equal(result.message, "");
  return c;
}

void answer_json(struct http_response *out, int64_t status, struct str body) {
  static const struct http_header type = {STR("content-type"), STR("application/json")};
  *out = (struct http_response){.status = status, .headers = &type, .header_count = 1, .body = body};
}
