/* The HTTP client against a scripted server: what it sends, what it makes of answers and of failures. */
#include <dlfcn.h>
#include <netdb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/http.h"
#include "base/trace.h"
#include "scripted_server.h"

/* -- calling -- */

/* A busy machine may need long for anything; only where nothing answers is the time waited for. */
enum { PATIENT_MS = 20000, HUNG_UP_ON_MS = 1000 };

struct client {
  struct arena arena;
  struct http *http;
  struct http_response response;
  int64_t timeout_ms;
};

static void open_client(struct client *client, int64_t bytes_max) {
  static const struct str listed = {"127.0.0.1", 9};
  const struct http_options options = {
      .allowed_hosts = &listed, .allowed_host_count = 1, .response_bytes_max = bytes_max, .user_agent = STR("test/1")};
  *client = (struct client){.http = http_open(&options), .timeout_ms = PATIENT_MS};
}

static void close_client(struct client *client) {
  client->http->close(client->http);
  arena_free(&client->arena);
}

static struct result call_url(struct client *client, const char *method, const char *url, const char *body) {
  const struct http_header header = {STR("X-Test"), STR("yes")};
  struct http_request request = {.method = method,
                                 .url = str_of(url),
                                 .headers = &header,
                                 .header_count = 1,
                                 .body = str_of(body),
                                 .timeout_ms = client->timeout_ms};
  return client->http->call(client->http, &client->arena, &request, &client->response);
}

static struct result call(struct client *client, const struct server *server, const char *method, const char *body) {
  char url[64];
  snprintf(url, sizeof url, "http://127.0.0.1:%d/path?q=1", server->port);
  return call_url(client, method, url, body);
}

#define HELLO "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Mixed-Case: A b \r\n\r\nhello"

/* One call against one step. */
static enum result_code outcome_of(const struct step *steps, const char *method, int64_t bytes_max) {
  struct client client;
  struct server *server = server_start(steps);
  open_client(&client, bytes_max);
  if (steps->end == HANG)
    client.timeout_ms = HUNG_UP_ON_MS;
  struct result result = call(&client, server, method, strcmp(method, "GET") == 0 ? NULL : "{}");
  close_client(&client);
  server_stop(server);
  return result.code;
}

/* -- behaviours -- */

static void http_call_gives_status_headers_and_body(void **state) {
  (void)state;
  struct client client;
  struct server *server = server_start((const struct step[]){{HELLO, KEEP}, {NULL, CLOSE}});
  open_client(&client, 0);
  struct result result = call(&client, server, "GET", NULL);
  assert_int_equal(result.code, RESULT_OK);
  assert_int_equal(client.response.status, 200);
  assert_true(str_is(client.response.body, "hello"));
  assert_true(str_is(http_header_value(&client.response, "x-mixed-case"), "A b"));
  assert_true(str_is_absent(http_header_value(&client.response, "x-other")));
  close_client(&client);
  server_stop(server);
}

static void http_call_sends_method_headers_and_body(void **state) {
  (void)state;
  static const char *const methods[] = {"POST", "PATCH", "PUT", "DELETE"};
  for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
    char first_line[64];
    struct client client;
    struct server *server = server_start((const struct step[]){{HELLO, CLOSE}, {NULL, CLOSE}});
    open_client(&client, 0);
    struct result result = call(&client, server, methods[i], "{\"a\":1}");
    assert_int_equal(result.code, RESULT_OK);
    snprintf(first_line, sizeof first_line, "%s /path?q=1 HTTP/1.1\r\n", methods[i]);
    assert_ptr_equal(strstr(server->last, first_line), server->last);
    assert_non_null(strstr(server->last, "X-Test: yes\r\n"));
    assert_non_null(strstr(server->last, "User-Agent: test/1\r\n"));
    assert_non_null(strstr(server->last, "\r\n\r\n{\"a\":1}"));
    assert_null(strcasestr(server->last, "Expect:"));
    close_client(&client);
    server_stop(server);
  }
}

static void http_reads_share_a_connection(void **state) {
  (void)state;
  struct client client;
  struct server *server =
      server_start((const struct step[]){{HELLO, KEEP}, {HELLO, KEEP}, {HELLO, KEEP}, {NULL, CLOSE}});
  open_client(&client, 0);
  for (int i = 0; i < 3; i++) {
    struct result result = call(&client, server, "GET", NULL);
    assert_int_equal(result.code, RESULT_OK);
  }
  assert_int_equal(atomic_load(&server->connections), 1);
  close_client(&client);
  server_stop(server);
}

/* libcurl repeats a request whose kept connection died; done to a write, that would make two tickets. */
static void http_write_is_sent_once_and_a_read_again(void **state) {
  (void)state;
  static const struct {
    const char *method;
    enum step_end end;
    enum result_code code;
    int requests;
  } rows[] = {{"GET", RESET, RESULT_OK, 3}, {"POST", RESET, RESULT_UNCERTAIN, 2}, {"POST", CLOSE, RESULT_UNCERTAIN, 2}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct client client;
    struct server *server =
        server_start((const struct step[]){{HELLO, KEEP}, {NULL, rows[i].end}, {HELLO, KEEP}, {NULL, CLOSE}});
    open_client(&client, 0);
    struct result result = call(&client, server, "GET", NULL);
    assert_int_equal(result.code, RESULT_OK);
    result = call(&client, server, rows[i].method, "{}");
    assert_int_equal(result.code, rows[i].code);
    assert_int_equal(atomic_load(&server->requests), rows[i].requests);
    close_client(&client);
    server_stop(server);
  }
}

static void http_outcome_names_what_the_caller_does_next(void **state) {
  (void)state;
#define LONG_BODY "0123456789012345678901234567890123456789"
  static const struct {
    const char *method;
    int64_t bytes_max;
    struct step step;
    enum result_code code;
  } rows[] = {
      {"GET", 0, {HELLO, CLOSE}, RESULT_OK},
      {"POST", 0, {"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", CLOSE}, RESULT_OK},
      {"POST", 0, {NULL, RESET}, RESULT_UNCERTAIN},
      {"POST", 0, {NULL, CLOSE}, RESULT_UNCERTAIN},
      {"POST", 0, {NULL, HANG}, RESULT_UNCERTAIN},
      {"GET", 0, {NULL, RESET}, RESULT_UNCERTAIN},
      {"GET", 0, {NULL, HANG}, RESULT_UNCERTAIN},
      {"POST", 0, {"HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\nhalf", CLOSE}, RESULT_UNCERTAIN},
      {"POST", 0, {"HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\nhalf", HANG}, RESULT_UNCERTAIN},
      {"POST", 0, {"HTTP/1.1 201 Cre", CLOSE}, RESULT_UNCERTAIN},
      {"POST", 0, {"garbage\r\n\r\n", CLOSE}, RESULT_UNCERTAIN},
      {"POST", 0, {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf", CLOSE}, RESULT_UNCERTAIN},
      {"POST",
       0,
       {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nhalf", CLOSE},
       RESULT_UNCERTAIN},
      {"GET", 20, {"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n" LONG_BODY, CLOSE}, RESULT_REJECTED},
      {"GET", 20, {"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" LONG_BODY, CLOSE}, RESULT_REJECTED},
      {"POST", 20, {"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n" LONG_BODY, CLOSE}, RESULT_UNCERTAIN},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const struct step steps[] = {rows[i].step, {NULL, CLOSE}, {NULL, CLOSE}};
    enum result_code code = outcome_of(steps, rows[i].method, rows[i].bytes_max);
    if (code != rows[i].code)
      fail_msg("row %zu: %s", i, result_code_name(code));
  }
}

static void http_nothing_sent_is_retry(void **state) {
  (void)state;
  struct client client;
  struct server *server =
      server_start((const struct step[]){{HELLO, CLOSE}, {"not TLS at all\r\n", BLURT}, {NULL, CLOSE}});
  char https[64], long_name[128] = "https://";
  snprintf(https, sizeof https, "https://127.0.0.1:%d/", server->port);
  memset(long_name + 8, 'a', 70);
  strcat(long_name, ".example/");
  open_client(&client, 0);
  struct result result =
      call(&client, server, "GET", NULL); /* so that nothing of an earlier call is taken for this one */
  assert_int_equal(result.code, RESULT_OK);
  result = call_url(&client, "POST", https, "{}");
  assert_int_equal(result.code, RESULT_RETRY);
  result = call_url(&client, "POST", "http://127.0.0.1:1/", "{}");
  assert_int_equal(result.code, RESULT_RETRY);
  result = call_url(&client, "POST", long_name, "{}");
  assert_int_equal(result.code, RESULT_RETRY);
  close_client(&client);
  server_stop(server);
}

static void http_headers_are_bounded(void **state) {
  (void)state;
  static char many[64 * 1024], wide[128 * 1024];
  strcpy(many, "HTTP/1.1 200 OK\r\n");
  for (int i = 0; i < 300; i++)
    strcat(many, "X-A: b\r\n");
  strcat(many, "\r\n");
  strcpy(wide, "HTTP/1.1 200 OK\r\nX-A: ");
  memset(wide + strlen(wide), 'a', 90 * 1024);
  strcat(wide, "\r\n\r\n");
  assert_int_equal(outcome_of((const struct step[]){{many, CLOSE}, {NULL, CLOSE}}, "GET", 0), RESULT_REJECTED);
  assert_int_equal(outcome_of((const struct step[]){{wide, CLOSE}, {NULL, CLOSE}}, "GET", 0), RESULT_REJECTED);
}

static void http_redirects_are_not_followed(void **state) {
  (void)state;
  struct client client;
  struct server *server = server_start((const struct step[]){
      {"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", CLOSE}, {NULL, CLOSE}});
  open_client(&client, 0);
  struct result result = call(&client, server, "GET", NULL);
  assert_int_equal(result.code, RESULT_OK);
  assert_int_equal(client.response.status, 301);
  assert_true(str_is(http_header_value(&client.response, "location"), "http://127.0.0.1:1/"));
  close_client(&client);
  server_stop(server);
}

static void http_interim_answers_are_skipped(void **state) {
  (void)state;
  struct client client;
  struct server *server = server_start(
      (const struct step[]){{"HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n" HELLO, CLOSE}, {NULL, CLOSE}});
  open_client(&client, 0);
  struct result result = call(&client, server, "GET", NULL);
  assert_int_equal(result.code, RESULT_OK);
  assert_int_equal(client.response.status, 200);
  assert_true(str_is_absent(http_header_value(&client.response, "x-early")));
  close_client(&client);
  server_stop(server);
}

static void http_proxies_of_the_environment_are_not_used(void **state) {
  (void)state;
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  assert_int_equal(outcome_of((const struct step[]){{HELLO, CLOSE}, {NULL, CLOSE}}, "GET", 0), RESULT_OK);
  unsetenv("http_proxy");
  unsetenv("ALL_PROXY");
}

/* The machine's own name is no literal address, so only the check on the socket can refuse it. */
static void http_names_that_lead_inside_are_refused(void **state) {
  (void)state;
  char name[256] = "", url[300];
  struct client client;
  struct addrinfo *found = NULL;
  gethostname(name, sizeof name - 1);
  if (getaddrinfo(name, NULL, NULL, &found) != 0)
    skip();
  freeaddrinfo(found);
  snprintf(url, sizeof url, "https://%s:1/", name);
  open_client(&client, 0);
  struct result result = call_url(&client, "GET", url, NULL);
  close_client(&client);
  assert_int_equal(result.code, RESULT_REJECTED);
  assert_non_null(strstr(result.message, "not public"));
}

/* -- names -- */

/* What names lead to, in place of the C library's: libcurl's own look-up ends here. */
static const char *const *leads_to;
static atomic_int look_ups;

__attribute__((visibility("default"))) int getaddrinfo(const char *name, const char *service,
                                                       const struct addrinfo *hints, struct addrinfo **out) {
  struct addrinfo numeric = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
  (void)hints;
  int (*next)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
      dlsym(RTLD_NEXT, "getaddrinfo");
  if (!leads_to || !strstr(name, ".example"))
    return next(name, service, hints, out);
  atomic_fetch_add(&look_ups, 1);
  struct addrinfo **last = out;
  *out = NULL;
  for (size_t i = 0; leads_to[i]; i++) {
    int status = next(leads_to[i], service, &numeric, last);
    if (status)
      return status;
    last = &(*last)->ai_next;
  }
  return 0;
}

/* One look-up, whose addresses are those that are checked: a name cannot lead elsewhere between check and use, and of
 * many addresses none that is private is tried. */
static void http_names_are_checked_where_they_lead(void **state) {
  (void)state;
  static const char *const rows[][5] = {
      {"127.0.0.1"},
      {"10.0.0.1", "192.168.0.1", "172.16.3.4"},
      {"169.254.169.254"},
      {"::1"},
      {"::ffff:127.0.0.1", "127.0.0.1"},
      {"fd00::1", "fe80::1"},
      {"100.64.0.1"},
      {"0.0.0.0", "::"},
      {"64:ff9b::7f00:1"},
      {"2002:7f00:1::1"},
      {"224.0.0.1", "255.255.255.255"},
      {"::127.0.0.1"},
      {"2001:0:7f00:1::", "198.18.0.1"},
  };
  struct server *server = server_start((const struct step[]){{HELLO, CLOSE}, {NULL, CLOSE}});
  char url[64];
  snprintf(url, sizeof url, "https://inside.example:%d/", server->port);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct client client;
    leads_to = rows[i];
    atomic_store(&look_ups, 0);
    open_client(&client, 0);
    struct result result = call_url(&client, "GET", url, NULL);
    close_client(&client);
    if (result.code != RESULT_REJECTED || !strstr(result.message, "not public") || atomic_load(&look_ups) != 1)
      fail_msg("%s: %s, %d look-ups", rows[i][0], result.message, atomic_load(&look_ups));
  }
  leads_to = NULL;
  assert_int_equal(atomic_load(&server->connections), 0);
  server_stop(server);
}

/* A name on the administrator's list may lead inside; a connection that it left is not another name's. */
static void http_connections_of_listed_names_are_theirs(void **state) {
  (void)state;
  static const char *const inside[] = {"127.0.0.1", NULL};
  static const struct str listed = {"listed.example", 14};
  const struct http_options options = {.allowed_hosts = &listed, .allowed_host_count = 1};
  struct server *server = server_start((const struct step[]){{HELLO, KEEP}, {HELLO, KEEP}, {NULL, CLOSE}});
  struct client client = {.http = http_open(&options), .timeout_ms = PATIENT_MS};
  char good[64], bad[64];
  snprintf(good, sizeof good, "http://listed.example:%d/", server->port);
  snprintf(bad, sizeof bad, "https://other.example:%d/", server->port);
  leads_to = inside;
  struct result first = call_url(&client, "GET", good, NULL), second = call_url(&client, "GET", bad, NULL);
  leads_to = NULL;
  close_client(&client);
  server_stop(server);
  assert_int_equal(first.code, RESULT_OK);
  assert_int_equal(second.code, RESULT_REJECTED);
}

/* What counts is what comes out: 29 bytes are a thousand here. */
static void http_caps_count_unpacked_bytes(void **state) {
  (void)state;
  static const char packed[] =
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 29\r\n\r\n"
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\x4c\x1c\x05\xa3\x60\x14\x0c\x77\x00\x00\x03"
      "\xda\x38\x9a\xe8\x03\x00\x00";
  for (int over = 0; over <= 1; over++) {
    struct client client;
    struct server *server = server_start((const struct step[]){{packed, CLOSE}, {NULL, CLOSE}});
    server->answer_bytes = sizeof packed - 1;
    open_client(&client, 1000 - over);
    struct result result = call(&client, server, "GET", NULL);
    close_client(&client);
    server_stop(server);
    assert_int_equal(result.code, over ? RESULT_REJECTED : RESULT_OK);
  }
}

/* 10 MiB when nothing else was said. */
static void http_responses_are_capped_by_themselves(void **state) {
  (void)state;
  enum { MOST = 10 * 1024 * 1024 };
  static char answer[MOST + 256];
  for (int over = 0; over <= 1; over++) {
    struct client client;
    int head = snprintf(answer, 256, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", MOST + over);
    memset(answer + head, 'a', MOST + 1);
    answer[head + MOST + over] = '\0';
    struct server *server = server_start((const struct step[]){{answer, CLOSE}, {NULL, CLOSE}});
    open_client(&client, 0);
    struct http_request request = {.method = "GET", .timeout_ms = 20000};
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", server->port);
    request.url = str_of(url);
    struct result result = client.http->call(client.http, &client.arena, &request, &client.response);
    close_client(&client);
    server_stop(server);
    assert_int_equal(result.code, over ? RESULT_REJECTED : RESULT_OK);
  }
}

static void http_header_with_a_line_break_is_refused(void **state) {
  (void)state;
  struct client client;
  open_client(&client, 0);
  const struct http_header header = {STR("Authorization"), STR("Bearer x\r\nX-Evil: 1")};
  struct http_request request = {
      .method = "GET", .url = STR("http://127.0.0.1:1/"), .headers = &header, .header_count = 1, .timeout_ms = 100};
  struct result result = client.http->call(client.http, &client.arena, &request, &client.response);
  assert_int_equal(result.code, RESULT_REJECTED);
  assert_null(strstr(result.message, "Bearer"));
  close_client(&client);
}

static void http_escape_leaves_only_unreserved(void **state) {
  (void)state;
  static const struct {
    struct str text;
    const char *escaped;
  } rows[] = {{{"", 0}, ""},
              {{"plain-._~", 9}, "plain-._~"},
              {{"a/b?c#d&e f+", 12}, "a%2Fb%3Fc%23d%26e%20f%2B"},
              {{"\xc3\xbc", 2}, "%C3%BC"},
              {{"a\0b", 3}, "a%00b"}};
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    assert_string_equal(http_escape(&arena, rows[i].text).at, rows[i].escaped);
  arena_free(&arena);
}

static void http_tells_its_trace_to_listed_hosts_only(void **state) {
  static const struct step steps[] = {{HELLO, KEEP}, {HELLO, KEEP}, {NULL, CLOSE}};
  const struct str here = STR("127.0.0.1"), elsewhere = STR("127.0.0.2");
  const char *traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  struct trace_context context = trace_parse(str_of(traceparent));
  (void)state;
  for (int told = 0; told < 2; told++) {
    struct http_options options = {.allowed_hosts = &here, .allowed_host_count = 1, .traced_host_count = 1};
    options.traced_hosts = told ? &here : &elsewhere;
    struct client client = {.http = http_open(&options), .timeout_ms = PATIENT_MS};
    struct server *server = server_start(steps);
    struct span span;
    span_begin(&span, "test", SPAN_INTERNAL, &context);
    struct result result = call(&client, server, "GET", NULL);
    span_end(&span);
    assert_true(result_ok(&result));
    char *header = strstr(server->last, "traceparent: ");
    assert_int_equal(header != NULL, told);
    if (told)
      assert_memory_equal(header + 13, traceparent, strlen(traceparent));
    close_client(&client);
    server_stop(server);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(http_tells_its_trace_to_listed_hosts_only),
      cmocka_unit_test(http_call_gives_status_headers_and_body),
      cmocka_unit_test(http_call_sends_method_headers_and_body),
      cmocka_unit_test(http_reads_share_a_connection),
      cmocka_unit_test(http_write_is_sent_once_and_a_read_again),
      cmocka_unit_test(http_outcome_names_what_the_caller_does_next),
      cmocka_unit_test(http_nothing_sent_is_retry),
      cmocka_unit_test(http_headers_are_bounded),
      cmocka_unit_test(http_redirects_are_not_followed),
      cmocka_unit_test(http_interim_answers_are_skipped),
      cmocka_unit_test(http_proxies_of_the_environment_are_not_used),
      cmocka_unit_test(http_names_that_lead_inside_are_refused),
      cmocka_unit_test(http_names_are_checked_where_they_lead),
      cmocka_unit_test(http_connections_of_listed_names_are_theirs),
      cmocka_unit_test(http_caps_count_unpacked_bytes),
      cmocka_unit_test(http_responses_are_capped_by_themselves),
      cmocka_unit_test(http_header_with_a_line_break_is_refused),
      cmocka_unit_test(http_escape_leaves_only_unreserved),
  };
  return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
