/* How often a project is polled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "store/webhooks/polling.h"

static void polling_decides_the_next_interval(void **state) {
  (void)state;
  static const struct {
    const char *what;
    struct polling input;
    int64_t next_s;
  } rows[] = {
      {"without a webhook the project's own", {.project_s = 60}, 60},
      {"a webhook that stopped working: the project's own at once", {.project_s = 60, .now_s = 900}, 60},
      {"the first clean poll doubles", {.project_s = 60, .hook_works = true}, 120},
      {"so does each further one", {.project_s = 60, .now_s = 240, .hook_works = true}, 480},
      {"up to 15 minutes", {.project_s = 60, .now_s = 480, .hook_works = true}, 900},
      {"and not further", {.project_s = 60, .now_s = 900, .hook_works = true}, 900},
      {"a change whose webhook may still come holds it",
       {.project_s = 60, .now_s = 240, .hook_works = true, .undecided = 1},
       240},
      {"one that was missed: the project's own", {.project_s = 60, .now_s = 900, .hook_works = true, .missed = 1}, 60},
      {"5 minutes at most", {.project_s = 3600, .now_s = 3600, .hook_works = true, .missed = 2}, 300},
      {"also without a webhook that works", {.project_s = 3600, .missed = 1}, 300},
      {"a miss outweighs what is undecided",
       {.project_s = 60, .now_s = 900, .hook_works = true, .missed = 1, .undecided = 5},
       60},
      {"a project that is polled once an hour stays there", {.project_s = 3600, .hook_works = true}, 3600},
      {"and gets back there", {.project_s = 3600, .now_s = 1920, .hook_works = true}, 3600},
      {"an interval that was made shorter holds no longer than the widest",
       {.project_s = 60, .now_s = 3600, .hook_works = true, .undecided = 1},
       900},
      {"once a second", {.project_s = 1, .hook_works = true}, 2},
      {"no overflow", {.project_s = INT64_MAX, .hook_works = true}, INT64_MAX},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (polling_next_s(&rows[i].input) != rows[i].next_s)
      print_error("%s: %lld\n", rows[i].what, (long long)polling_next_s(&rows[i].input));
    assert_int_equal(polling_next_s(&rows[i].input), rows[i].next_s);
  }
}

static void polling_widens_in_four_clean_polls_and_comes_back_at_once(void **state) {
  (void)state;
  struct polling p = {.project_s = 60, .hook_works = true};
  static const int64_t steps[] = {120, 240, 480, 900, 900};
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
    p.now_s = polling_next_s(&p);
    assert_int_equal(p.now_s, steps[i]);
  }
  p.missed = 1;
  assert_int_equal(polling_next_s(&p), 60);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(polling_decides_the_next_interval),
      cmocka_unit_test(polling_widens_in_four_clean_polls_and_comes_back_at_once),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
