/* How long what waits will take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "store/projects/eta.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

static void eta_is_the_tightest_limit(void **state) {
  (void)state;
  static const struct {
    const char *what;
    struct eta_input input;
    int64_t ms;
  } rows[] = {
      {"nothing waits", {.per_minute = 60}, 0},
      {"nothing to go by", {.writes = 10}, -1},
      {"one at once", {.writes = 1, .per_minute = 60, .minute_tokens = 60}, SECOND},
      {"the minute's bucket", {.writes = 120, .per_minute = 60, .minute_tokens = 60}, MINUTE},
      {"the hour's bucket",
       {.writes = 1000, .per_minute = 60, .minute_tokens = 60, .per_hour = 450, .hour_tokens = 100},
       2 * HOUR},
      {"a fetch needs no token", {.fetches = 3}, SECOND},
      {"the quota is enough",
       {.fetches = 3, .quota_limit = 100, .quota_remaining = 3, .quota_reset_in_ms = MINUTE},
       SECOND},
      {"the quota is used up",
       {.writes = 2, .per_minute = 60, .minute_tokens = 9, .quota_limit = 100, .quota_reset_in_ms = 10 * MINUTE},
       10 * MINUTE},
      {"two periods of quota",
       {.fetches = 150, .quota_limit = 100, .quota_remaining = 10, .quota_reset_in_ms = MINUTE},
       MINUTE + HOUR},
      {"a rest comes before all",
       {.writes = 1, .per_minute = 60, .minute_tokens = 1, .blocked_for_ms = 5 * MINUTE},
       5 * MINUTE + SECOND},
      {"a new period comes during the rest",
       {.writes = 1,
        .per_minute = 60,
        .minute_tokens = 1,
        .quota_limit = 100,
        .quota_reset_in_ms = 10 * MINUTE,
        .blocked_for_ms = 10 * MINUTE},
       10 * MINUTE + SECOND},
      {"a retry waits", {.writes = 1, .per_minute = 60, .minute_tokens = 1, .latest_attempt_in_ms = HOUR}, HOUR},
      {"the rate of late",
       {.writes = 100, .per_minute = 6000, .minute_tokens = 100, .recent_writes = 50, .recent_ms = 2 * MINUTE},
       4 * MINUTE},
      {"too few to measure",
       {.writes = 100, .per_minute = 6000, .minute_tokens = 100, .recent_writes = 2, .recent_ms = 2 * MINUTE},
       SECOND},
      {"only measured", {.writes = 10, .recent_writes = 10, .recent_ms = MINUTE}, MINUTE},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (eta_ms(&rows[i].input) != rows[i].ms)
      print_error("%s: %lld\n", rows[i].what, (long long)eta_ms(&rows[i].input));
    assert_int_equal(eta_ms(&rows[i].input), rows[i].ms);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(eta_is_the_tightest_limit)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
