/* The pull's cursor: what survives between calls, and where the next pull starts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-linear/cursor.h"

#define TEAM "0b9d7a52-3c5e-4f6a-8d1b-2e3f4a5b6c7d"
#define NOW_MS 1767225600000

static const struct connection connection = {.team_id = {TEAM, 36}};

static void cursor_comes_back_as_it_was(void **state) {
  (void)state;
  struct arena arena = {0};
  struct cursor cursor = {.phase = PHASE_COMMENTS,
                          .full = true,
                          .since_ms = 1,
                          .started_ms = NOW_MS,
                          .newest_ms = NOW_MS + 1,
                          .before = STR("x\"y"),
                          .restarts = 2};
  struct cursor again = cursor_read(&connection, &arena, cursor_print(&connection, &arena, &cursor));
  assert_int_equal(again.phase, cursor.phase);
  assert_true(again.full);
  assert_int_equal(again.since_ms, cursor.since_ms);
  assert_int_equal(again.started_ms, cursor.started_ms);
  assert_int_equal(again.newest_ms, cursor.newest_ms);
  assert_true(str_equal(again.before, cursor.before));
  assert_int_equal(again.restarts, cursor.restarts);
  arena_free(&arena);
}

static void cursor_that_does_not_fit_starts_from_nothing(void **state) {
  (void)state;
  static const char *const rows[] = {
      "",
      "{",
      "[]",
      "null",
      "{\"v\":2,\"team\":\"" TEAM "\",\"phase\":\"issues\",\"newest_ms\":5}",
      "{\"v\":1,\"team\":\"other\",\"phase\":\"issues\",\"newest_ms\":5}",
      "{\"v\":1,\"team\":\"" TEAM "\",\"phase\":\"lunch\",\"newest_ms\":5}",
      "{\"v\":1,\"team\":\"" TEAM "\",\"phase\":\"issues\",\"newest_ms\":-5}",
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct cursor cursor = cursor_read(&connection, &arena, str_of(rows[i]));
    assert_int_equal(cursor.phase, PHASE_IDLE);
    assert_int_equal(cursor.newest_ms, 0);
  }
  arena_free(&arena);
}

static void cursor_starts_with_everything_and_then_with_an_overlap(void **state) {
  (void)state;
  struct cursor cursor = {0};
  cursor_start(&cursor, false);
  assert_int_equal(cursor.phase, PHASE_ISSUES);
  assert_int_equal(cursor.since_ms, 0);
  cursor.newest_ms = NOW_MS;
  cursor_end(&cursor);
  cursor_start(&cursor, false);
  assert_int_equal(cursor.phase, PHASE_BOTH);
  assert_int_equal(cursor.since_ms, NOW_MS - LINEAR_OVERLAP_MS);
  cursor_end(&cursor);
  cursor_start(&cursor, true);
  assert_int_equal(cursor.phase, PHASE_ISSUES);
  assert_int_equal(cursor.since_ms, 0);
  assert_int_equal(cursor.newest_ms, NOW_MS);
}

/* What was edited while the pull went on is read again: the pull may have passed its place before. */
static void cursor_never_passes_its_own_start(void **state) {
  (void)state;
  struct cursor cursor = {.phase = PHASE_COMMENTS, .started_ms = NOW_MS, .newest_ms = NOW_MS + 5000};
  cursor_end(&cursor);
  assert_int_equal(cursor.phase, PHASE_IDLE);
  assert_int_equal(cursor.newest_ms, NOW_MS);
  cursor = (struct cursor){.phase = PHASE_COMMENTS, .newest_ms = NOW_MS};
  cursor_end(&cursor);
  assert_int_equal(cursor.newest_ms, NOW_MS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cursor_comes_back_as_it_was),
      cmocka_unit_test(cursor_that_does_not_fit_starts_from_nothing),
      cmocka_unit_test(cursor_starts_with_everything_and_then_with_an_overlap),
      cmocka_unit_test(cursor_never_passes_its_own_start),
  };
  return cmocka_run_group_tests_name("adapter-linear cursor", tests, NULL, NULL);
}
