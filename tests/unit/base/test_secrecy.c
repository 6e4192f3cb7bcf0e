/* What a process with secrets leaves to others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
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

static void secrecy_wiped_variable_leaves_zeros(void **state) {
  (void)state;
  setenv("TANDEM_TEST_SECRET", "canary", 1);
  const char *shown = getenv("TANDEM_TEST_SECRET");
  secrecy_wipe_variable("TANDEM_TEST_SECRET");
  assert_memory_equal(shown, "\0\0\0\0\0\0", 6);
  unsetenv("TANDEM_TEST_SECRET");
  secrecy_wipe_variable("TANDEM_TEST_SECRET"); /* what is not set is no error */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(secrecy_no_dump_and_no_tracer),
      cmocka_unit_test(secrecy_wiped_variable_leaves_zeros),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
