/* What a listener at NOTIFY_SOCKET hears: sd_notify(3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "service/notify.h"

enum { MESSAGES_MAX = 64, WAIT_S = 20 };

struct listener {
  int file;
  char address[32];
  char heard[MESSAGES_MAX][NOTIFY_STATUS_BYTES + 16];
  int count;
};

static void listener_open(struct listener *listener) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  socklen_t length = sizeof address;
  const struct timeval wait = {.tv_sec = WAIT_S};
  listener->count = 0;
  listener->file = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  assert_int_equal(bind(listener->file, (struct sockaddr *)&address, sizeof address.sun_family), 0);
  assert_int_equal(getsockname(listener->file, (struct sockaddr *)&address, &length), 0);
  snprintf(listener->address, sizeof listener->address, "@%.*s",
           (int)(length - offsetof(struct sockaddr_un, sun_path) - 1), address.sun_path + 1);
  setsockopt(listener->file, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  setenv("NOTIFY_SOCKET", listener->address, 1);
}

/* The next message, kept; "" when none comes in time. */
static const char *hear(struct listener *listener) {
  char *text = listener->heard[listener->count++];
  ssize_t length = recv(listener->file, text, sizeof listener->heard[0] - 1, 0);
  text[length > 0 ? length : 0] = '\0';
  return text;
}

static bool was_heard(const struct listener *listener, const char *text) {
  for (int i = 0; i < listener->count; i++)
    if (strcmp(listener->heard[i], text) == 0)
      return true;
  return false;
}

/* A process: how often it was asked, when it begins to be ready, whether it moves. */
struct part {
  struct listener *listener;
  int asked, ready_from, end_after;
  bool moves;
};

static struct result part_alive(void *context) {
  const struct part *part = context;
  return part->moves ? RESULT_DONE : result_error(RESULT_BUG, "a worker has not moved");
}

/* Its last words come while the wait for signals goes on: SIGTERM is blocked, and taken there. */
static bool part_ready(void *context, char status[NOTIFY_STATUS_BYTES]) {
  struct part *part = context;
  part->asked++;
  snprintf(status, NOTIFY_STATUS_BYTES, part->asked < part->ready_from ? "Waiting:\nMAINPID=1" : "Ready");
  if (part->asked == part->end_after)
    raise(SIGTERM);
  return part->asked >= part->ready_from;
}

static sigset_t block_sigterm(void) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_BLOCK, &signals, NULL);
  return signals;
}

static void run(struct part *part) {
  const sigset_t signals = block_sigterm();
  const struct notifier notifier = notify_open();
  const struct notify_source source = {.alive = part_alive, .ready = part_ready, .context = part};
  assert_int_equal(notify_until_signal(&notifier, &signals, &source), SIGTERM);
  while (!was_heard(part->listener, "STOPPING=1\nSTATUS=Stopping"))
    assert_string_not_equal(hear(part->listener), "");
  close(notifier.file);
  close(part->listener->file);
}

static void ready_is_told_once_and_not_before_it_is_so(void **state) {
  (void)state;
  struct listener listener;
  struct part part = {.listener = &listener, .ready_from = 2, .end_after = 2, .moves = true};
  listener_open(&listener);
  run(&part);
  assert_int_equal(listener.count, 4);
  assert_string_equal(listener.heard[0], "STATUS=Waiting: MAINPID=1"); /* one line, whatever is in it */
  assert_string_equal(listener.heard[1], "STATUS=Ready");
  assert_string_equal(listener.heard[2], "READY=1");
}

static void who_moves_tells_that_it_lives_at_half_the_time(void **state) {
  (void)state;
  struct listener listener;
  struct part part = {.listener = &listener, .ready_from = 100, .end_after = 2, .moves = true};
  listener_open(&listener);
  setenv("WATCHDOG_USEC", "100000", 1);
  run(&part);
  int alive = 0;
  for (int i = 0; i < listener.count; i++)
    alive += strcmp(listener.heard[i], "WATCHDOG=1") == 0;
  assert_in_range(alive, 2, 20); /* every 50 ms of 250, and fewer or more on a loaded machine */
}

static void who_is_frozen_does_not(void **state) {
  (void)state;
  struct listener listener;
  struct part part = {.listener = &listener, .ready_from = 1, .end_after = 1, .moves = false};
  listener_open(&listener);
  setenv("WATCHDOG_USEC", "2000", 1);
  run(&part);
  assert_true(was_heard(&listener, "READY=1"));
  assert_false(was_heard(&listener, "WATCHDOG=1"));
}

static void a_watchdog_for_another_process_is_not_ours(void **state) {
  (void)state;
  struct listener listener;
  listener_open(&listener);
  setenv("WATCHDOG_USEC", "100000", 1);
  setenv("WATCHDOG_PID", "1", 1);
  struct notifier notifier = notify_open();
  assert_true(notifier.file >= 0);
  assert_int_equal(notifier.watchdog_ms, 0);
  close(notifier.file);
  close(listener.file);
}

static void children_do_not_tell_in_our_name(void **state) {
  (void)state;
  setenv("NOTIFY_SOCKET", "/run/nobody-listens", 1);
  setenv("WATCHDOG_USEC", "4000000", 1);
  struct notifier notifier = notify_open();
  assert_int_equal(notifier.watchdog_ms, 2000);
  assert_null(getenv("NOTIFY_SOCKET"));
  assert_null(getenv("WATCHDOG_USEC"));
  assert_true(notify_ready(&notifier)); /* nobody listens, and nothing is to be told again */
  close(notifier.file);
}

static void what_is_no_address_is_passed_over(void **state) {
  (void)state;
  char long_address[200];
  memset(long_address, '/', sizeof long_address - 1);
  long_address[sizeof long_address - 1] = '\0';
  const char *const addresses[] = {"", "relative", "@", "/", "vsock:2:1234", long_address};
  for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
    setenv("NOTIFY_SOCKET", addresses[i], 1);
    setenv("WATCHDOG_USEC", "1000000", 1);
    struct notifier notifier = notify_open();
    assert_int_equal(notifier.file, -1);
    assert_int_equal(notifier.watchdog_ms, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ready_is_told_once_and_not_before_it_is_so),
      cmocka_unit_test(who_moves_tells_that_it_lives_at_half_the_time),
      cmocka_unit_test(who_is_frozen_does_not),
      cmocka_unit_test(a_watchdog_for_another_process_is_not_ours),
      cmocka_unit_test(children_do_not_tell_in_our_name),
      cmocka_unit_test(what_is_no_address_is_passed_over),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
