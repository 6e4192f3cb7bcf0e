/* Strangers cause so many lines and no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/log_pace.h"

static int allowed(struct log_pace *pace, int attempts, int64_t now_ms) {
  int count = 0;
  for (int i = 0; i < attempts; i++)
    count += log_pace_allows(pace, "knocked", now_ms);
  return count;
}

static void log_pace_allows_a_few_in_each_window(void **state) {
  (void)state;
  struct log_pace pace = LOG_PACE_START;
  assert_int_equal(allowed(&pace, 1000, 5), LOG_PACE_LINES);
  assert_int_equal(allowed(&pace, 1000, 5 + LOG_PACE_WINDOW_MS - 1), 0);
  assert_int_equal(pace.left_out, 2000 - LOG_PACE_LINES);
  assert_int_equal(allowed(&pace, 1000, 5 + LOG_PACE_WINDOW_MS), LOG_PACE_LINES);
  assert_int_equal(pace.left_out, 1000 - LOG_PACE_LINES); /* the others were told */
}

static void log_pace_allows_all_that_come_slowly(void **state) {
  (void)state;
  struct log_pace pace = LOG_PACE_START;
  for (int64_t now_ms = 0; now_ms < 100000; now_ms += LOG_PACE_WINDOW_MS / LOG_PACE_LINES)
    assert_int_equal(allowed(&pace, 1, now_ms), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(log_pace_allows_a_few_in_each_window),
      cmocka_unit_test(log_pace_allows_all_that_come_slowly),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
