/* What systemd's programs print, and units fitted to a program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "cli/systemd.h"
#include "cli/user_units.h"

static void a_value_is_found_by_its_whole_name(void **state) {
  (void)state;
  struct str lines = STR("SubState=dead\nState=on\nEmpty=\nWords=a=b c\nNoEnd");
  assert_true(str_is(systemd_value(lines, "State"), "on"));
  assert_true(str_is(systemd_value(lines, "Words"), "a=b c"));
  assert_true(str_is_absent(systemd_value(lines, "Empty")));
  assert_true(str_is_absent(systemd_value(lines, "NoEnd")));
  assert_true(str_is_absent(systemd_value(lines, "Missing")));
}

static void a_moment_is_read_in_utc(void **state) {
  (void)state;
  struct arena arena = {0};
  assert_int_equal(systemd_moment_ms(&arena, STR("Sat 2026-11-21 22:00:24 UTC")), 1795298424000);
  assert_int_equal(systemd_moment_ms(&arena, STR("Sat 2026-11-21 22:00:24 CET")), 0);
  assert_int_equal(systemd_moment_ms(&arena, STR("n/a")), 0);
  assert_int_equal(systemd_moment_ms(&arena, (struct str){0}), 0);
  arena_free(&arena);
}

static void a_unit_is_fitted_to_a_program_and_a_home(void **state) {
  (void)state;
  struct arena arena = {0};
  struct str out, text = STR("[Service]\nExecStart=/usr/bin/tandem up --foreground\nNice=10\n");
  struct result result = user_units_fit(&arena, text, STR("/opt/my 100%/tandem"), STR("/srv/a\"b$c"), &out);
  assert_true(result_ok(&result));
  assert_string_equal(out.at,
                      "[Service]\nExecStart=\"/opt/my 100%%/tandem\" up --foreground --home \"/srv/a\\\"b$$c\"\n"
                      "Nice=10\n");
  result = user_units_fit(&arena, text, STR("/opt/tandem"), (struct str){0}, &out);
  assert_true(result_ok(&result));
  assert_string_equal(out.at, "[Service]\nExecStart=\"/opt/tandem\" up --foreground\nNice=10\n");
  arena_free(&arena);
}

static void a_path_that_would_write_lines_into_a_unit_is_refused(void **state) {
  (void)state;
  struct arena arena = {0};
  struct str out = STR("untouched"), text = STR("ExecStart=/usr/bin/tandem up\n");
  struct result result = user_units_fit(&arena, text, STR("/opt/tandem"), STR("/srv/a\nExecStartPre=/bin/x"), &out);
  assert_int_equal(result.code, RESULT_REJECTED);
  result = user_units_fit(&arena, text, STR("/opt/$x/tandem"), (struct str){0}, &out);
  assert_int_equal(result.code, RESULT_REJECTED);
  assert_true(str_is(out, "untouched"));
  arena_free(&arena);
}

static void every_unit_of_the_package_is_in_the_program(void **state) {
  (void)state;
  int services = 0, all = 0;
  for (const struct user_unit *unit = user_units; unit->name; unit++, all++)
    services += strstr(unit->text, "\nExecStart=/usr/bin/tandem ") != NULL;
  assert_int_equal(all, 3);
  assert_int_equal(services, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_value_is_found_by_its_whole_name),
      cmocka_unit_test(a_moment_is_read_in_utc),
      cmocka_unit_test(a_unit_is_fitted_to_a_program_and_a_home),
      cmocka_unit_test(a_path_that_would_write_lines_into_a_unit_is_refused),
      cmocka_unit_test(every_unit_of_the_package_is_in_the_program),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
