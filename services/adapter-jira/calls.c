/* One call to Jira: headers, credential, what it cost. */
#include "adapter-jira/jira.h"
#include "service/exchange.h"

static void note_quota(struct usage *usage, const struct http_response *response) {
  str_to_i64(http_header_value(response, "x-ratelimit-limit"), &usage->quota_limit);
  str_to_i64(http_header_value(response, "x-ratelimit-remaining"), &usage->quota_remaining);
}

static void note_clock(struct connection *c, const struct http_response *response) {
  int64_t date_ms = http_date_ms(response);
  if (date_ms == 0)
    return;
  c->clock_ahead_ms = date_ms - c->now_ms();
  c->clock_known = true;
}

/* Some POSTs change nothing. */
bool jira_is_read(const struct jira_request *request) {
  return strcmp(request->method, "GET") == 0 || str_starts_with(request->path, "/search") ||
         str_is(request->path, "/issue/bulkfetch");
}

static struct result exchange(struct connection *c, struct arena *arena, const struct jira_request *request,
                              struct http_response *out) {
  struct str authorization;
  TRY(jira_auth_header(c, arena, &authorization));
  struct str url = str_format(arena, "%.*s%.*s", STR_FMT(request->absolute ? c->root : c->api), STR_FMT(request->path));
  struct http_header headers[4] = {
      {STR("Accept"), STR("application/json")},
      {STR("User-Agent"), STR("tandem/" TANDEM_VERSION)},
      {STR("Authorization"), authorization},
  };
  size_t count = 3;
  if (!str_is_absent(request->body))
    headers[count++] = (struct http_header){STR("Content-Type"), STR("application/json")};
  struct http_request call = {request->method, url, headers, count, request->body, JIRA_TIMEOUT_MS};
  c->last_status = 0;
  struct result result = exchange_send(c->http, arena, &call, jira_is_read(request), &c->usage, out);
  if (result_ok(&result)) {
    c->last_status = out->status;
    note_clock(c, out);
    note_quota(&c->usage, out);
  }
  return result;
}

static bool is_gone(int64_t status) {
  return status == 404 || status == 410;
}

struct result jira_call(struct connection *c, struct arena *arena, const struct jira_request *request,
                        struct jira_answer *out) {
  struct http_response response;
  TRY(jira_auth_site(c, arena));
  TRY(exchange(c, arena, request, &response));
  if (response.status == 401 && jira_auth_forget(c))
    TRY(exchange(c, arena, request, &response));
  bool fine = response.status >= 200 && response.status < 300;
  bool taken = (request->take_gone && is_gone(response.status)) || (request->take_refused && response.status == 400);
  if (!fine && !taken)
    return jira_error(c, request, &response);
  *out = (struct jira_answer){.status = response.status, .body = response.body, .date_ms = http_date_ms(&response)};
  return RESULT_DONE;
}

/* -- answers -- */

struct result jira_json(const struct jira_request *request, const struct jira_answer *answer, cJSON **out) {
  struct result result = json_parse(answer->body, out);
  if (result_ok(&result))
    return result;
  result.code = jira_is_read(request) ? RESULT_RETRY : RESULT_UNCERTAIN;
  return result_context(result, "Jira's answer with status %lld", (long long)answer->status);
}

static struct result call_and_parse(struct connection *c, struct arena *arena, const struct jira_request *request,
                                    cJSON **out) {
  struct jira_answer answer = {0};
  TRY(jira_call(c, arena, request, &answer));
  return jira_json(request, &answer, out);
}

struct result jira_get(struct connection *c, struct arena *arena, struct str path, cJSON **out) {
  struct jira_request request = {.method = "GET", .path = path};
  return call_and_parse(c, arena, &request, out);
}

struct result jira_ask(struct connection *c, struct arena *arena, struct str path, cJSON *body, cJSON **out) {
  struct jira_request request = {.method = "POST", .path = path, .body = json_print(arena, body)};
  return call_and_parse(c, arena, &request, out);
}
