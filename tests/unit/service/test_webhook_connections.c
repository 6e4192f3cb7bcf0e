/* Who makes room when too many are connected. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "service/webhook_connections.h"

struct pair {
  int ours, theirs;
  struct webhook_connection *place;
};

static struct pair begin(struct webhook_connections *all) {
  int fds[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  return (struct pair){fds[0], fds[1], webhook_connections_begin(all, fds[0])};
}

static void end(struct webhook_connections *all, const struct pair *pair) {
  webhook_connections_end(all, pair->place, pair->ours);
  close(pair->ours);
  close(pair->theirs);
}

static bool is_shut(const struct pair *pair) {
  struct pollfd look = {.fd = pair->theirs, .events = POLLIN};
  return poll(&look, 1, 0) == 1;
}

static void webhook_connections_oldest_without_a_request_makes_room(void **state) {
  struct webhook_connections all = WEBHOOK_CONNECTIONS_START;
  struct pair pairs[WEBHOOK_CONNECTIONS_MAX + 2];
  (void)state;
  for (int i = 0; i < WEBHOOK_CONNECTIONS_MAX; i++)
    pairs[i] = begin(&all);
  webhook_connections_answer(&all, pairs[0].place, pairs[0].ours, true);
  pairs[WEBHOOK_CONNECTIONS_MAX] = begin(&all);
  assert_false(is_shut(&pairs[0]));
  assert_true(is_shut(&pairs[1]));
  assert_false(is_shut(&pairs[2]));
  /* Who has lost its place ends without taking it from who has it now. */
  end(&all, &pairs[1]);
  webhook_connections_answer(&all, pairs[0].place, pairs[0].ours, false);
  pairs[WEBHOOK_CONNECTIONS_MAX + 1] = begin(&all);
  assert_true(is_shut(&pairs[0]));
  assert_false(is_shut(&pairs[2]));
  for (int i = 0; i < WEBHOOK_CONNECTIONS_MAX + 2; i++)
    if (i != 1)
      end(&all, &pairs[i]);
}

static void webhook_connections_that_end_leave_room(void **state) {
  struct webhook_connections all = WEBHOOK_CONNECTIONS_START;
  struct pair first = begin(&all);
  (void)state;
  for (int i = 0; i < 2 * WEBHOOK_CONNECTIONS_MAX; i++) {
    struct pair pair = begin(&all);
    assert_false(is_shut(&first));
    end(&all, &pair);
  }
  end(&all, &first);
}

static void webhook_connections_are_not_shut_while_they_are_answered(void **state) {
  struct webhook_connections all = WEBHOOK_CONNECTIONS_START;
  struct pair pairs[WEBHOOK_CONNECTIONS_MAX], more;
  (void)state;
  for (int i = 0; i < WEBHOOK_CONNECTIONS_MAX; i++) {
    pairs[i] = begin(&all);
    webhook_connections_answer(&all, pairs[i].place, pairs[i].ours, true);
  }
  more = begin(&all);
  assert_null(more.place);
  for (int i = 0; i < WEBHOOK_CONNECTIONS_MAX; i++)
    assert_false(is_shut(&pairs[i]));
  end(&all, &more);
  for (int i = 0; i < WEBHOOK_CONNECTIONS_MAX; i++)
    end(&all, &pairs[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(webhook_connections_oldest_without_a_request_makes_room),
      cmocka_unit_test(webhook_connections_that_end_leave_room),
      cmocka_unit_test(webhook_connections_are_not_shut_while_they_are_answered),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
