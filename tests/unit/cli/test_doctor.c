/* What doctor says of projects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "cli/doctor.h"

enum { NOW_MS = 1000000000, MINUTE_MS = 60000 };

static struct project_status active(void) {
  return (struct project_status){
      .project = {.name = STR("rocket"), .system = STR("github"), .state = STR("active"), .poll_interval_s = 60},
      .credential_mend = STR("tandem credentials rotate rocket"),
      .last_sync_ms = NOW_MS - MINUTE_MS};
}

/* "warning: detail -> fix" a line. */
static void assert_findings(struct project_status project, const char *expected) {
  struct arena arena = {0};
  struct doctor doctor = {.arena = &arena};
  const struct status status = {.projects = {&project, 1}, .now_ms = NOW_MS};
  struct str_builder text = {.arena = &arena};
  doctor_check_projects(&doctor, &status);
  for (size_t i = 0; i < doctor.count; i++) {
    const struct finding *finding = &doctor.at[i];
    assert_true(str_is(finding->check, "project rocket"));
    str_append_format(&text, "%.*s: %.*s -> %.*s\n", STR_FMT(finding->state), STR_FMT(finding->detail),
                      STR_FMT(finding->fix));
  }
  assert_string_equal(str_built(&text).at, expected);
  arena_free(&arena);
}

static void doctor_finds_a_project_well(void **state) {
  (void)state;
  assert_findings(active(), "ok: credential accepted, last sync 1 min ago -> \n");
}

static void doctor_tells_writes_that_are_held_together(void **state) {
  (void)state;
  struct project_status project = active();
  project.writes_held = STR("the repository is archived");
  project.writes_held_until_ms = NOW_MS + 5 * MINUTE_MS;
  project.waiting = 3;
  assert_findings(project, "warning: it takes no writes: the repository is archived. 3 writes are held together, reads "
                           "go on; one is tried again in 5 min -> at once, when that is mended: tandem retry rocket\n");
}

static void doctor_tells_a_doubted_credential_and_no_rest(void **state) {
  (void)state;
  struct project_status project = active();
  project.doubted_until_ms = project.blocked_until_ms = NOW_MS + 2 * MINUTE_MS;
  assert_findings(project, "warning: the tracker has refused its credential; it is asked again in 2 min, and the "
                           "project stops when it is refused then -> if it was revoked or changed: tandem credentials "
                           "rotate rocket\n");
}

static void doctor_tells_everything_that_is_wrong(void **state) {
  (void)state;
  struct project_status project = active();
  project.credential_expires_ms = NOW_MS - MINUTE_MS;
  project.blocked_until_ms = NOW_MS + MINUTE_MS;
  project.parked = 1;
  assert_findings(project, "problem: its credential ended 1 min ago; last sync 1 min ago -> tandem credentials rotate "
                           "rocket\n"
                           "warning: the tracker asked for a rest; it goes on by itself in 1 min -> \n"
                           "warning: 1 thing was given up; last sync 1 min ago -> tandem status rocket says why, and "
                           "what puts it back\n");
}

static void doctor_calls_late_only_what_has_no_reason(void **state) {
  (void)state;
  struct project_status late = active();
  late.last_sync_ms = NOW_MS - 60 * MINUTE_MS;
  assert_findings(late, "problem: last sync 1 h ago -> look at what tandem-scheduler and tandem-adapter-github say: "
                        "log/scheduler.log and log/adapter-github.log in the state directory, or their containers' "
                        "logs\n");
  late.project.state = STR("paused");
  assert_findings(late, "warning: paused; last sync 1 h ago -> tandem projects resume rocket\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(doctor_finds_a_project_well),
      cmocka_unit_test(doctor_tells_writes_that_are_held_together),
      cmocka_unit_test(doctor_tells_a_doubted_credential_and_no_rest),
      cmocka_unit_test(doctor_tells_everything_that_is_wrong),
      cmocka_unit_test(doctor_calls_late_only_what_has_no_reason),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
