/* Each allocation fails in turn: libcurl, for a URL's check and for whole calls. A request that was made with too
 * little memory is whole or not sent. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/http.h"
#include "scarce.h"

static int port;

/* -- a server in a process of its own, which says what it was asked -- */

static void answer(int peer) {
  char request[4096], head[256];
  size_t length = 0;
  ssize_t some;
  request[0] = '\0';
  while (length < sizeof request - 1 && !strstr(request, "\r\n\r\n{}")) {
    if ((some = recv(peer, request + length, sizeof request - 1 - length, 0)) <= 0)
      return;
    length += (size_t)some;
    request[length] = '\0';
  }
  int head_length = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nX-Left: 7\r\n\r\n", length);
  send(peer, head, (size_t)head_length, MSG_NOSIGNAL);
  send(peer, request, length, MSG_NOSIGNAL);
}

static _Noreturn void serve(int listener) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (;;) {
    int peer = accept(listener, NULL, NULL);
    if (peer < 0)
      _exit(1);
    answer(peer);
    close(peer);
  }
}

static int start_server(void **state) {
  static pid_t server;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 8) != 0)
    return -1;
  getsockname(listener, (struct sockaddr *)&address, &size);
  port = ntohs(address.sin_port);
  server = fork();
  if (server == 0)
    serve(listener);
  close(listener);
  *state = &server;
  return server > 0 ? 0 : -1;
}

static int stop_server(void **state) {
  kill(*(pid_t *)*state, SIGKILL);
  return waitpid(*(pid_t *)*state, NULL, 0) > 0 ? 0 : -1;
}

/* -- cases -- */

static const struct str hosts[] = {STR("127.0.0.1")};
static const struct http_options options = {.allowed_hosts = hosts, .allowed_host_count = 1};

static struct str url_checked(struct arena *arena) {
  struct result result = http_url_allowed(&options, STR("http://127.0.0.1:8080/x"));
  return result_ok(&result) ? STR("allowed") : scarce_refused(arena, &result);
}

/* Not by its number: it must be as forbidden as with memory. */
static struct str url_forbidden(struct arena *arena) {
  struct result result = http_url_allowed(&options, STR("https://[fe80::1%25eth0]/x"));
  return result_ok(&result) ? STR("allowed") : str_format(arena, "forbidden: %s", result.message);
}

static struct str patched(struct arena *arena) {
  const struct http_header headers[] = {{STR("Authorization"), STR("Bearer x")}, {STR("If-Match"), STR("7")}};
  struct http_request request = {.method = "PATCH",
                                 .url = str_format(arena, "http://127.0.0.1:%d/issues/1", port),
                                 .headers = headers,
                                 .header_count = 2,
                                 .body = STR("{}"),
                                 .timeout_ms = 60000};
  struct http *http = http_open(&options);
  struct http_response response = {0};
  struct result result = http->call(http, arena, &request, &response);
  http->close(http);
  if (!result_ok(&result))
    return scarce_refused(arena, &result);
  return str_format(arena, "%lld %.*s %.*s", (long long)response.status,
                    STR_FMT(http_header_value(&response, "x-left")), STR_FMT(response.body));
}

static void out_of_memory_url(void **state) {
  (void)state;
  scarce_check(url_checked);
  scarce_check(url_forbidden);
}

static void out_of_memory_call(void **state) {
  (void)state;
  scarce_check(patched);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(out_of_memory_url),
      cmocka_unit_test_setup_teardown(out_of_memory_call, start_server, stop_server),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
