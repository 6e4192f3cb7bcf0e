/* A host with several addresses is reached by any that answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "client/dial.h"

enum { DEADLINE_MS = 20000, SWALLOWED_MS = 8000, BACKLOG_MAX = 16 };

static struct sockaddr_in addresses[2];
static struct addrinfo found[2];

int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **out);
void __wrap_freeaddrinfo(struct addrinfo *info);

int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **out) {
  (void)host, (void)port, (void)hints;
  for (int i = 0; i < 2; i++)
    found[i] = (struct addrinfo){.ai_family = AF_INET,
                                 .ai_socktype = SOCK_STREAM,
                                 .ai_addr = (struct sockaddr *)&addresses[i],
                                 .ai_addrlen = sizeof addresses[i],
                                 .ai_next = i == 0 ? &found[1] : NULL};
  *out = found;
  return 0;
}

void __wrap_freeaddrinfo(struct addrinfo *info) {
  (void)info;
}

static int listen_at(struct sockaddr_in *out) {
  socklen_t length = sizeof *out;
  int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  *out = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  assert_int_equal(bind(file, (struct sockaddr *)out, sizeof *out), 0);
  assert_int_equal(listen(file, 0), 0);
  assert_int_equal(getsockname(file, (struct sockaddr *)out, &length), 0);
  return file;
}

/* Whoever listens and accepts nothing has room for a few; then the kernel drops what comes, as a firewall does. */
static void fill(const struct sockaddr_in *address, int files[BACKLOG_MAX]) {
  for (int i = 0; i < BACKLOG_MAX; i++) {
    files[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    connect(files[i], (const struct sockaddr *)address, sizeof *address);
  }
}

static void close_all(const int *files, int count) {
  for (int i = 0; i < count; i++)
    close(files[i]);
}

static struct result dial(int64_t within_ms) {
  const struct address address = {.host = "store.example", .port = "7420"};
  struct stream stream = {.fd = -1, .cancel_fd = -1};
  struct result result = stream_dial(&stream, &address, clock_mono_ms() + within_ms);
  assert_int_equal(result_ok(&result), stream.fd >= 0);
  if (stream.fd >= 0)
    close(stream.fd);
  return result;
}

static void dial_goes_on_after_an_address_that_refuses(void **state) {
  (void)state;
  int refuses = listen_at(&addresses[0]), answers = listen_at(&addresses[1]);
  close(refuses);
  struct result result = dial(DEADLINE_MS);
  assert_int_equal(result.code, RESULT_OK);
  close(answers);
}

static void dial_goes_on_after_an_address_that_swallows(void **state) {
  (void)state;
  int files[BACKLOG_MAX], swallows = listen_at(&addresses[0]), answers = listen_at(&addresses[1]);
  fill(&addresses[0], files);
  int64_t deadline_ms = clock_mono_ms() + SWALLOWED_MS;
  struct result result = dial(SWALLOWED_MS);
  assert_int_equal(result.code, RESULT_OK);
  assert_true(clock_mono_ms() < deadline_ms); /* there is time left to speak with it */
  close_all(files, BACKLOG_MAX);
  close(swallows);
  close(answers);
}

static void dial_ends_in_time_where_all_swallow(void **state) {
  (void)state;
  int files[BACKLOG_MAX], swallows = listen_at(&addresses[0]);
  addresses[1] = addresses[0];
  fill(&addresses[0], files);
  struct result result = dial(50);
  assert_int_equal(result.code, RESULT_RETRY);
  close_all(files, BACKLOG_MAX);
  close(swallows);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dial_goes_on_after_an_address_that_refuses),
      cmocka_unit_test(dial_goes_on_after_an_address_that_swallows),
      cmocka_unit_test(dial_ends_in_time_where_all_swallow),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
