/* The lock on a state directory: one holder, and asking who it is never gets in a starter's way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/up/lock.h"

enum { TIMES = 3000 };

static char path[64];

static int make_path(void **state) {
  (void)state;
  snprintf(path, sizeof path, "/tmp/tandem-lock-XXXXXX");
  int file = mkstemp(path);
  return file < 0 ? -1 : close(file);
}

static int remove_path(void **state) {
  (void)state;
  return unlink(path);
}

static int take(void) {
  int file = -1;
  pid_t other = 0;
  struct result result = lock_take(path, &file, &other);
  assert_true(result_ok(&result));
  return file;
}

static void a_lock_has_one_holder_who_is_named(void **state) {
  (void)state;
  int second = -1;
  pid_t other = 0;
  assert_int_equal(lock_holder(path), 0);
  int file = take();
  assert_int_equal(lock_holder(path), getpid());
  assert_int_equal(lock_take(path, &second, &other).code, RESULT_STALE);
  assert_int_equal(other, getpid());
  close(file);
  assert_int_equal(lock_holder(path), 0);
}

static void a_fork_keeps_the_lock_and_names_itself(void **state) {
  (void)state;
  int file = take(), ready[2];
  assert_int_equal(pipe(ready), 0);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    lock_write_pid(file);
    _exit(write(ready[1], "x", 1) == 1 ? pause() : 1);
  }
  char byte;
  assert_int_equal(read(ready[0], &byte, 1), 1);
  close(file);
  assert_int_equal(lock_holder(path), child);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  assert_int_equal(lock_holder(path), 0);
  close(ready[0]);
  close(ready[1]);
}

static void who_asks_keeps_nobody_from_taking_it(void **state) {
  (void)state;
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0)
    prctl(PR_SET_PDEATHSIG, SIGKILL);
  while (child == 0)
    (void)lock_holder(path);
  for (int i = 0; i < TIMES; i++)
    close(take());
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_lock_has_one_holder_who_is_named, make_path, remove_path),
      cmocka_unit_test_setup_teardown(a_fork_keeps_the_lock_and_names_itself, make_path, remove_path),
      cmocka_unit_test_setup_teardown(who_asks_keeps_nobody_from_taking_it, make_path, remove_path),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
