/* The cursor: walking by time, what comes twice, where the next pull starts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "adapter-github/cursor.h"
#include "scripted_http.h"

static const struct str no_link = {0};

static void cursor_walk_moves_the_anchor_and_drops_what_comes_again(void **state) {
  (void)state;
  struct arena arena = {0};
  struct walk walk = {0};
  for (int64_t i = 1; i <= 100; i++)
    assert_true(walk_take(&arena, &walk, i, 1000 + i));
  assert_false(walk_turn(&arena, &walk, 100, 1100, STR("link")));
  assert_int_equal(walk.anchor_s, 1100);
  assert_int_equal(walk.next.length, 0);
  assert_false(walk_take(&arena, &walk, 100, 1100));
  assert_true(walk_take(&arena, &walk, 200, 1100));
  assert_true(walk_take(&arena, &walk, 50, 1200)); /* edited meanwhile */
  assert_true(walk_turn(&arena, &walk, 3, 1200, no_link));
  assert_int_equal(walk.newest_s, 1200);
  assert_false(walk.shifted);
  arena_free(&arena);
}

static void cursor_short_page_with_a_next_link_is_not_the_end(void **state) {
  (void)state;
  struct arena arena = {0};
  struct walk walk = {0};
  walk_take(&arena, &walk, 1, 1000);
  assert_false(walk_turn(&arena, &walk, 1, 1000, STR("link")));
  assert_int_equal(walk.anchor_s, 1000);
  arena_free(&arena);
}

static void cursor_full_page_is_not_the_end_without_a_link(void **state) {
  (void)state;
  struct arena arena = {0};
  struct walk walk = {0};
  walk_take(&arena, &walk, 1, 1000);
  assert_false(walk_turn(&arena, &walk, 100, 1000, no_link));
  arena_free(&arena);
}

/* A full page within the anchor's second: only then the Link is followed. */
static void start_tie(struct arena *arena, struct walk *walk) {
  *walk = (struct walk){.anchor_s = 1000};
  for (int64_t i = 1; i <= 100; i++)
    walk_take(arena, walk, i, 1000);
  assert_false(walk_turn(arena, walk, 100, 1000, STR("page 2")));
  assert_true(str_is(walk->next, "page 2"));
  assert_int_equal(walk->tied_s, 1000);
}

static void cursor_ties_are_read_by_link_until_the_second_is_past(void **state) {
  (void)state;
  struct arena arena = {0};
  struct walk walk;
  start_tie(&arena, &walk);
  for (int64_t i = 101; i <= 150; i++)
    assert_true(walk_take(&arena, &walk, i, 1000));
  for (int64_t i = 151; i <= 200; i++)
    assert_true(walk_take(&arena, &walk, i, 1001));
  assert_false(walk_turn(&arena, &walk, 100, 1001, STR("page 3")));
  assert_int_equal(walk.anchor_s, 1001);
  assert_int_equal(walk.next.length, 0);
  assert_false(walk.shifted);
  arena_free(&arena);
}

static void cursor_tie_that_shifted_is_read_again_next_time(void **state) {
  (void)state;
  struct arena arena = {0};
  struct walk walk;
  start_tie(&arena, &walk);
  walk_take(&arena, &walk, 101, 1000);
  walk_take(&arena, &walk, 7, 5000); /* was on the first page */
  assert_true(walk_turn(&arena, &walk, 2, 5000, no_link));
  assert_true(walk.shifted);
  assert_int_equal(walk_since(&walk, 9000, 0), 1000);
  arena_free(&arena);
}

static void cursor_next_since_rows(void **state) {
  (void)state;
  static const struct {
    int64_t newest_s, started_s, since_s, next_s;
  } rows[] = {
      {10000, 20000, 0, 9880},    /* the newest seen, less the overlap */
      {10000, 9500, 0, 9380},     /* never beyond GitHub's clock at the start */
      {10000, 0, 0, 9880},        /* no Date header */
      {10000, 20000, 9950, 9950}, /* never back */
      {0, 20000, 777, 777},       /* nothing seen: where it was */
      {0, 20000, 0, 0},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct walk walk = {.newest_s = rows[i].newest_s};
    assert_int_equal(walk_since(&walk, rows[i].started_s, rows[i].since_s), rows[i].next_s);
  }
}

static void cursor_end_of_issues_rows(void **state) {
  (void)state;
  static const struct {
    int64_t since_s, newest_s, started_s, request_s;
    size_t count, known;
    int64_t next_s;
    bool etag;
  } rows[] = {
      /* a short first page is asked for again as it is */
      {0, 10000, 10010, 0, 30, 30, 0, true},
      {0, 10000, 10010, 0, 80, 80, 9880, false},
      /* a last page that begins before the overlap serves as the poll */
      {0, 10000, 10010, 9000, 40, 40, 9000, true},
      {0, 10000, 10010, 9950, 40, 40, 9880, false},
      /* the same list again, however long, keeps its tag */
      {9880, 10000, 10300, 9880, 80, 80, 9880, true},
      /* by a Link: no address to ask again */
      {0, 10000, 10010, -1, 20, 20, 9880, false},
      /* a crowd in the overlap, long settled: go past it */
      {0, 10000, 20000, -1, 20, 120, 10001, false},
      {0, 10000, 20000, 9950, 20, 120, 9950, true},
      {9880, 10000, 20000, -1, 20, 20, 10001, false},
      /* a crowd that has not settled is read again */
      {0, 10000, 10010, -1, 20, 120, 9880, false},
      /* an empty project */
      {0, 0, 10010, 0, 0, 0, 0, true},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct cursor *cursor = calloc(1, sizeof *cursor);
    cursor->since_s = rows[i].since_s;
    cursor_start(cursor, false);
    cursor->started_s = rows[i].started_s;
    cursor->walk.newest_s = rows[i].newest_s;
    for (size_t n = 0; n < rows[i].known; n++)
      cursor_note_issue(cursor, (struct known_issue){(int64_t)n + 1, rows[i].newest_s, 0});
    cursor_end_issues(cursor, rows[i].request_s, rows[i].count, STR("tag"));
    if (cursor->since_s != rows[i].next_s || (cursor->etag.length > 0) != rows[i].etag)
      fail_msg("row %zu: since %lld, etag %zu", i, (long long)cursor->since_s, cursor->etag.length);
    assert_int_equal(cursor->phase, PHASE_IDLE);
    free(cursor);
  }
}

static void cursor_known_issues_are_not_new(void **state) {
  (void)state;
  struct cursor *cursor = calloc(1, sizeof *cursor);
  cursor_start(cursor, false);
  assert_true(cursor_note_issue(cursor, (struct known_issue){1, 1000, 2}));
  cursor->walk.newest_s = 1000;
  cursor_end_issues(cursor, 0, 1, no_link);
  cursor_start(cursor, false);
  assert_false(cursor_note_issue(cursor, (struct known_issue){1, 1000, 2}));
  assert_true(cursor_note_issue(cursor, (struct known_issue){1, 1000, 3}));
  assert_true(cursor_note_issue(cursor, (struct known_issue){1, 1001, 2}));
  for (int64_t i = 0; i < 3 * CURSOR_ISSUES_MAX; i++)
    cursor_note_issue(cursor, (struct known_issue){i, 2000, 0});
  assert_int_equal(cursor->recent.count, CURSOR_ISSUES_MAX);
  free(cursor);
}

static void cursor_text_round_trips(void **state) {
  (void)state;
  struct scripted_http http = {0};
  struct connection *c = scripted_connect(&http);
  struct arena arena = {0};
  struct cursor *cursor = cursor_read(c, &arena, (struct str){0});
  cursor_start(cursor, true);
  cursor->since_s = 5, cursor->comments_since_s = 6, cursor->started_s = 7, cursor->has_comments = true;
  cursor->etag = STR("W/\"x\"");
  start_tie(&arena, &cursor->walk);
  cursor_note_issue(cursor, (struct known_issue){1, 2, 3});
  struct str text = cursor_print(c, &arena, cursor);
  struct str again = cursor_print(c, &arena, cursor_read(c, &arena, text));
  assert_true(str_equal(text, again));
  github_connector.close(c);
  scripted_end(&http);
  arena_free(&arena);
}

static void cursor_of_another_repository_or_version_starts_from_nothing(void **state) {
  (void)state;
  static const char *const texts[] = {"",
                                      "{}",
                                      "not JSON",
                                      "{\"v\":1,\"remote\":\"acme/other\",\"since\":5}",
                                      "{\"v\":2,\"remote\":\"acme/rocket\",\"since\":5}",
                                      "{\"v\":1,\"since\":5}"};
  struct scripted_http http = {0};
  struct connection *c = scripted_connect(&http);
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    assert_int_equal(cursor_read(c, &arena, str_of(texts[i]))->since_s, 0);
  assert_int_equal(cursor_read(c, &arena, STR("{\"v\":1,\"remote\":\"Acme/Rocket\",\"since\":5}"))->since_s, 5);
  assert_true(str_is(c->repo_path, "/repos/acme/rocket"));
  github_connector.close(c);
  scripted_end(&http);
  arena_free(&arena);
}

static void cursor_tells_the_connection_its_name_and_way(void **state) {
  (void)state;
  struct scripted_http http = {0};
  struct connection *c = scripted_connect(&http);
  struct arena arena = {0};
  c->self = (struct str){0};
  cursor_read(c, &arena, STR("{\"v\":1,\"remote\":\"acme/rocket\",\"credential\":\"other\",\"self\":\"x\"}"));
  assert_true(str_is_absent(c->self));
  cursor_read(c, &arena,
              STR("{\"v\":1,\"remote\":\"acme/rocket\",\"credential\":\"bot\",\"self\":\"x\","
                  "\"path\":\"/repositories/7\"}"));
  assert_true(str_is(c->self, "x"));
  assert_true(str_is(c->repo_path, "/repositories/7"));
  cursor_read(c, &arena, STR("{\"v\":1,\"remote\":\"acme/rocket\",\"path\":\"/../evil\"}"));
  assert_true(str_is(c->repo_path, "/repositories/7"));
  github_connector.close(c);
  scripted_end(&http);
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cursor_walk_moves_the_anchor_and_drops_what_comes_again),
      cmocka_unit_test(cursor_short_page_with_a_next_link_is_not_the_end),
      cmocka_unit_test(cursor_full_page_is_not_the_end_without_a_link),
      cmocka_unit_test(cursor_ties_are_read_by_link_until_the_second_is_past),
      cmocka_unit_test(cursor_tie_that_shifted_is_read_again_next_time),
      cmocka_unit_test(cursor_next_since_rows),
      cmocka_unit_test(cursor_end_of_issues_rows),
      cmocka_unit_test(cursor_known_issues_are_not_new),
      cmocka_unit_test(cursor_text_round_trips),
      cmocka_unit_test(cursor_of_another_repository_or_version_starts_from_nothing),
      cmocka_unit_test(cursor_tells_the_connection_its_name_and_way),
  };
  return cmocka_run_group_tests_name("github cursor", tests, NULL, NULL);
}
