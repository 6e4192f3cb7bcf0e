/* What is set for traces is used as it says, or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "service/telemetry.h"

static void assert_refused(const char *url, const char *percent, const char *words) {
  setenv("TANDEM_OTLP_URL", url, 1);
  setenv("TANDEM_OTLP_SAMPLE_PERCENT", percent, 1);
  struct result result = telemetry_start("test");
  assert_int_equal(result.code, RESULT_REJECTED);
  if (!strstr(result.message, words))
    fail_msg("%s", result.message);
}

static void telemetry_refuses_what_is_no_percentage(void **state) {
  static const char *const percents[] = {"10%", "101", "-1", "0.5", "many", "99999999999999999999"};
  (void)state;
  for (size_t i = 0; i < sizeof percents / sizeof percents[0]; i++)
    assert_refused("https://collector.example", percents[i], "TANDEM_OTLP_SAMPLE_PERCENT");
}

static void telemetry_refuses_what_is_no_collector(void **state) {
  (void)state;
  assert_refused("collector", "1", "otlp.url");
  assert_refused("https://name:canary@collector.example", "1", "otlp.url");
}

static void telemetry_of_nobody_is_none(void **state) {
  (void)state;
  setenv("TANDEM_OTLP_URL", "", 1);
  struct result result = telemetry_start("test");
  assert_int_equal(result.code, RESULT_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(telemetry_refuses_what_is_no_percentage),
      cmocka_unit_test(telemetry_refuses_what_is_no_collector),
      cmocka_unit_test(telemetry_of_nobody_is_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
