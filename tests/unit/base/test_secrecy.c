/* What a process with secrets leaves to others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/secrecy.h"

/* In a child: a limit that was lowered stays low. */
static void secrecy_no_dump_and_no_tracer(void **state) {
  (void)state;
  pid_t child = fork();
  if (child == 0) {
    struct rlimit limit = {1, 1};
    secrecy_begin();
    bool kept = prctl(PR_GET_DUMPABLE) == 0 && getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max == 0;
    _exit(kept ? 0 : 1);
  }
  int status = -1;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
}

static void secrecy_taken_variable_leaves_zeros(void **state) {
  (void)state;
  struct arena arena = {0};
  setenv("TANDEM_TEST_SECRET", "canary", 1);
  const char *shown = getenv("TANDEM_TEST_SECRET");
  struct str taken = secrecy_take_variable(&arena, "TANDEM_TEST_SECRET");
  assert_true(str_is(taken, "canary"));
  assert_memory_equal(shown, "\0\0\0\0\0\0", 6);
  unsetenv("TANDEM_TEST_SECRET");
  assert_true(str_is_absent(secrecy_take_variable(&arena, "TANDEM_TEST_SECRET")));
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(secrecy_no_dump_and_no_tracer),
      cmocka_unit_test(secrecy_taken_variable_leaves_zeros),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
