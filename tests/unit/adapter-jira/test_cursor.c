/* The pull's cursor: what it forgets, what it keeps, and its text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-jira/cursor.h"

static struct connection *connection(struct arena *arena) {
  struct connection *c = ARENA_NEW(arena, struct connection);
  c->project = STR("ROCKET");
  c->credential = STR("bot");
  return c;
}

static void cursor_round_trip(void **state) {
  (void)state;
  struct arena arena = {0};
  struct connection *c = connection(&arena), *other = connection(&arena);
  c->self = STR("me");
  struct cursor *cursor = cursor_read(c, &arena, (struct str){0});
  cursor_start(cursor, true);
  cursor->token = STR("next");
  cursor->started_ms = 1700000000000;
  assert_true(cursor_note(cursor, 7, 1700000000123));
  struct cursor *again = cursor_read(other, &arena, cursor_print(c, &arena, cursor));
  assert_true(again->walking && again->full && str_is(again->token, "next"));
  assert_int_equal(again->newest_ms, 1700000000123);
  assert_int_equal(again->known_count, 1);
  assert_false(cursor_note(again, 7, 1700000000123));
  assert_true(str_is(other->self, "me"));
  arena_free(&other->arena);
  arena_free(&arena);
}

static void cursor_of_another_project_or_credential_is_not_taken(void **state) {
  (void)state;
  struct arena arena = {0};
  struct connection *c = connection(&arena), *project = connection(&arena), *credential = connection(&arena);
  c->self = STR("me");
  project->project = STR("ENGINE");
  credential->credential = STR("another");
  struct cursor *cursor = cursor_read(c, &arena, (struct str){0});
  cursor->since_ms = 5;
  struct str text = cursor_print(c, &arena, cursor);
  assert_int_equal(cursor_read(project, &arena, text)->since_ms, 0);
  assert_int_equal(cursor_read(credential, &arena, text)->since_ms, 5);
  assert_true(str_is_absent(credential->self));
  arena_free(&arena);
}

static void cursor_ends_an_overlap_before_the_newest_but_not_after_the_start(void **state) {
  (void)state;
  struct arena arena = {0};
  struct cursor *cursor = cursor_read(connection(&arena), &arena, (struct str){0});
  const int64_t start_ms = 1700000000000;
  cursor_start(cursor, false);
  cursor->started_ms = start_ms;
  cursor_note(cursor, 1, start_ms - 2 * CURSOR_OVERLAP_MS);
  cursor_note(cursor, 2, start_ms - 1);
  cursor_note(cursor, 3, start_ms + 60000); /* changed while the walk went on */
  cursor_end(cursor);
  assert_int_equal(cursor->since_ms, start_ms - CURSOR_OVERLAP_MS);
  assert_int_equal(cursor->known_count, 2);
  assert_false(cursor->walking);
  arena_free(&arena);
}

static void cursor_long_after_the_last_change_has_no_overlap(void **state) {
  (void)state;
  struct arena arena = {0};
  struct cursor *cursor = cursor_read(connection(&arena), &arena, (struct str){0});
  const int64_t newest_ms = 1700000000000;
  cursor_start(cursor, false);
  cursor->started_ms = newest_ms + CURSOR_OVERLAP_MS + 1;
  cursor_note(cursor, 1, newest_ms - 1);
  cursor_note(cursor, 2, newest_ms);
  cursor_end(cursor);
  assert_int_equal(cursor->since_ms, newest_ms);
  assert_int_equal(cursor->known_count, 1);
  arena_free(&arena);
}

static void cursor_never_goes_back(void **state) {
  (void)state;
  struct arena arena = {0};
  struct cursor *cursor = cursor_read(connection(&arena), &arena, (struct str){0});
  cursor->since_ms = 1700000000000;
  cursor_start(cursor, false);
  cursor_end(cursor);
  assert_int_equal(cursor->since_ms, 1700000000000);
  arena_free(&arena);
}

static void cursor_knows_a_limited_number(void **state) {
  (void)state;
  struct arena arena = {0};
  struct cursor *cursor = cursor_read(connection(&arena), &arena, (struct str){0});
  for (int64_t i = 1; i <= 3 * CURSOR_KNOWN_MAX; i++)
    assert_true(cursor_note(cursor, i, i));
  assert_true(cursor->known_count <= CURSOR_KNOWN_MAX);
  assert_false(cursor_note(cursor, 3 * CURSOR_KNOWN_MAX, 3 * CURSOR_KNOWN_MAX));
  assert_true(cursor_note(cursor, 3 * CURSOR_KNOWN_MAX, 3 * CURSOR_KNOWN_MAX + 1));
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cursor_round_trip),
      cmocka_unit_test(cursor_of_another_project_or_credential_is_not_taken),
      cmocka_unit_test(cursor_ends_an_overlap_before_the_newest_but_not_after_the_start),
      cmocka_unit_test(cursor_long_after_the_last_change_has_no_overlap),
      cmocka_unit_test(cursor_never_goes_back),
      cmocka_unit_test(cursor_knows_a_limited_number),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
