/* Real sockets: who is answered at which address. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "service/listen_address.h"

static int listening(const char *address) {
  int file = -1;
  struct result result = listen_address_open(str_of(address), "a.setting", &file);
  assert_string_equal(result.message, "");
  assert_true(file >= 0);
  return file;
}

/* Its port, and its address as text. */
static uint16_t bound_to(int file, char text[INET6_ADDRSTRLEN]) {
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
  } address = {.v6 = {0}};
  socklen_t length = sizeof address;
  assert_int_equal(getsockname(file, &address.any, &length), 0);
  bool is_v6 = address.any.sa_family == AF_INET6;
  inet_ntop(address.any.sa_family, is_v6 ? (void *)&address.v6.sin6_addr : (void *)&address.v4.sin_addr, text,
            INET6_ADDRSTRLEN);
  return ntohs(is_v6 ? address.v6.sin6_port : address.v4.sin_port);
}

static bool connects(int family, const void *address, socklen_t length) {
  int file = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool answered = file >= 0 && connect(file, address, length) == 0;
  if (file >= 0)
    close(file);
  return answered;
}

static bool answers_ipv4(uint16_t port) {
  const struct sockaddr_in here = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  return connects(AF_INET, &here, sizeof here);
}

static bool answers_ipv6(uint16_t port) {
  const struct sockaddr_in6 here = {
      .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  return connects(AF_INET6, &here, sizeof here);
}

static bool has_ipv6(void) {
  const struct sockaddr_in6 here = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  int file = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool has = file >= 0 && bind(file, (const struct sockaddr *)&here, sizeof here) == 0;
  if (file >= 0)
    close(file);
  return has;
}

/* Who else has the port at another address is not asked: that may be anybody. */
static void listen_address_answers_where_it_says(void **state) {
  static const struct {
    const char *address, *bound;
    bool ipv4, ipv6;
  } rows[] = {{"127.0.0.1:0", "127.0.0.1", true, false},
              {"0.0.0.0:0", "0.0.0.0", true, false},
              {"[::]:0", "::", true, true},
              {":0", "::", true, true},
              {"*:0", "::", true, true},
              {"[::1]:0", "::1", false, true}};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char bound[INET6_ADDRSTRLEN];
    if (!rows[i].ipv4 && !has_ipv6()) {
      print_message("# skipped %s: this machine has no IPv6\n", rows[i].address);
      continue;
    }
    int file = listening(rows[i].address);
    uint16_t port = bound_to(file, bound);
    if (has_ipv6() || !rows[i].ipv6)
      assert_string_equal(bound, rows[i].bound);
    assert_true(!rows[i].ipv4 || answers_ipv4(port));
    assert_true(!rows[i].ipv6 || !has_ipv6() || answers_ipv6(port));
    close(file);
  }
}

static void listen_address_may_be_a_name(void **state) {
  (void)state;
  int file = listening("localhost:0");
  char bound[INET6_ADDRSTRLEN];
  uint16_t port = bound_to(file, bound);
  assert_true(strcmp(bound, "::1") == 0 ? answers_ipv6(port) : answers_ipv4(port));
  close(file);
}

static void listen_address_that_is_taken_may_be_free_later(void **state) {
  (void)state;
  int file = listening("127.0.0.1:0"), another = -1;
  char bound[INET6_ADDRSTRLEN], address[32];
  snprintf(address, sizeof address, "127.0.0.1:%d", bound_to(file, bound));
  struct result result = listen_address_open(str_of(address), "a.setting", &another);
  assert_int_equal(result.code, RESULT_RETRY);
  assert_non_null(strstr(result.message, "a.setting is 127.0.0.1:"));
  assert_int_equal(another, -1);
  close(file);
}

static void listen_address_refuses_what_is_none(void **state) {
  static const char *const rows[] = {
      "",        "here",        ":",      "here:",       "127.0.0.1",  "127.0.0.1:65536",
      "::1:0",   "[::1:0",      "::1]:0", "[::1]",       "[]:0",       "[127.0.0.1]:0",
      "[::x]:0", "300.1.1.1:0", "-:-1",   "127.0.0.1:x", "192.0.2.1:0" /* nobody's (RFC 5737) */};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    int file = -1;
    struct result result = listen_address_open(str_of(rows[i]), "a.setting", &file);
    assert_int_equal(result.code, RESULT_REJECTED);
    assert_non_null(strstr(result.message, "a.setting"));
    assert_int_equal(file, -1);
  }
}

static void listen_address_url_has_a_host_for_every_address(void **state) {
  static const struct {
    const char *url;
    bool everywhere;
  } rows[] = {{"tls+tcp://:7420", true},       {"tls+tcp://*:7420", true},        {"tls+tcp://[::]:7420", true},
              {"tls+tcp://[::1]:7420", false}, {"tls+tcp://0.0.0.0:7420", false}, {"tls+tcp://store:7420", false},
              {"inproc://name", false}};
  struct arena arena = {0};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct str url = listen_address_url(&arena, str_of(rows[i].url));
    if (rows[i].everywhere && !str_is(url, "tls+tcp://0.0.0.0:7420"))
      assert_true(str_is(url, "tls+tcp://[::]:7420"));
    if (!rows[i].everywhere)
      assert_true(str_is(url, rows[i].url));
  }
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(listen_address_answers_where_it_says),

                                     cmocka_unit_test(listen_address_may_be_a_name),
                                     cmocka_unit_test(listen_address_that_is_taken_may_be_free_later),
                                     cmocka_unit_test(listen_address_refuses_what_is_none),
                                     cmocka_unit_test(listen_address_url_has_a_host_for_every_address)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
