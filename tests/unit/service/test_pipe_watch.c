/* A connection on which nothing is heard is closed and made anew; one that talks is left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <nng/nng.h>

#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>

#include "base/clock.h"
#include "service/pipe_watch.h"

enum { DEADLINE_MS = 20000 };

static nng_socket server, client; /* live as long as the process, like all sockets here */
static struct pipe_watch watch;

/* The first id of a pipe that is not `other`. */
static int wait_for_pipe(int other) {
  int64_t until_ms = clock_mono_ms() + DEADLINE_MS;
  int id = 0;
  while ((id = atomic_load(&watch.pipe)) == 0 || id == other) {
    assert_true(clock_mono_ms() < until_ms);
    clock_sleep_ms(1);
  }
  return id;
}

static int connect_both(void **state) {
  (void)state;
  static const char url[] = "inproc://pipe-watch";
  if (nng_rep0_open(&server) || nng_req0_open(&client) || nng_socket_set_ms(client, NNG_OPT_RECONNMINT, 1) ||
      nng_listen(server, url, NULL, 0))
    return -1;
  pipe_watch_start(&watch, client);
  return nng_dial(client, url, NULL, 0);
}

static void pipe_watch_that_was_heard_is_kept(void **state) {
  (void)state;
  int id = wait_for_pipe(0);
  pipe_watch_check(&watch, clock_mono_ms());
  pipe_watch_heard(&watch);
  pipe_watch_check(&watch, clock_mono_ms() + PIPE_SILENCE_MS / 2);
  assert_int_equal(atomic_load(&watch.pipe), id);
}

static void pipe_watch_that_is_silent_is_made_anew(void **state) {
  (void)state;
  int id = wait_for_pipe(0);
  pipe_watch_check(&watch, clock_mono_ms() + PIPE_SILENCE_MS);
  assert_int_not_equal(wait_for_pipe(id), id);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pipe_watch_that_was_heard_is_kept),
      cmocka_unit_test(pipe_watch_that_is_silent_is_made_anew),
  };
  return cmocka_run_group_tests(tests, connect_both, NULL);
}
