/* What people read and edit: reports, numbers, cleaned text, ticket files, alignment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "cli/align.h"
#include "cli/exit_codes.h"
#include "cli/format.h"
#include "cli/output.h"
#include "cli/report.h"
#include "cli/ticket_file.h"
#include "cli/webhook_view.h"

static struct arena arena;

static int forget(void **state) {
  (void)state;
  arena_free(&arena);
  return 0;
}

static void assert_text(struct str text, const char *expected) {
  assert_string_equal(str_c(&arena, text), expected);
}

/* -- reports -- */

enum { NOW_MS = 1000000000 };

static struct session finished(void) {
  return (struct session){.id = 12,
                          .project = STR("rocket"),
                          .mode = STR("full"),
                          .trigger = STR("person"),
                          .state = STR("completed"),
                          .started_at_ms = NOW_MS - 60000,
                          .finished_at_ms = NOW_MS - 60000 + 4250,
                          .seen = 2389,
                          .unchanged = 1180,
                          .imported = 1204,
                          .updated = 3,
                          .created = 2,
                          .pushed = 5,
                          .conflicts = 1,
                          .parked = 1,
                          .api_calls = 14};
}

static void report_says_what_changed_and_what_to_do(void **state) {
  (void)state;
  struct session session = finished();
  struct project_status status = {.project = {.state = STR("active")},
                                  .open_conflicts = 2,
                                  .quota_limit = 5000,
                                  .quota_remaining = 4986,
                                  .quota_reset_ms = NOW_MS + 2520000};
  assert_text(report_render(&arena, &session, &status, NOW_MS),
              "Session 12 of rocket finished in 4.2 s (full, asked for by a person).\n"
              "  here       1,204 created, 3 updated\n"
              "  outside    2 created, 5 updated\n"
              "  looked at  2,389 tickets and comments, 1,180 unchanged\n"
              "  conflicts  1\n"
              "  parked     1 write\n"
              "  API        14 calls; 4,986 of 5,000 left, all again in 42 min\n"
              "Next\n"
              "  - Decide 2 conflicts: tandem conflicts list --project rocket\n"
              "  - See what could not be written, why, and what puts it back: tandem status\n"
              "  - Look at what came in: tandem ticket list --project rocket\n");
}

static void report_of_a_failure_says_why(void **state) {
  (void)state;
  struct session session = {.id = 3,
                            .project = STR("rocket"),
                            .mode = STR("incremental"),
                            .trigger = STR("poll"),
                            .state = STR("failed"),
                            .started_at_ms = NOW_MS - 100,
                            .finished_at_ms = NOW_MS,
                            .api_calls = 1,
                            .error = STR("the token is refused: make a new one")};
  assert_text(report_render(&arena, &session, NULL, NOW_MS),
              "Session 3 of rocket failed after 100 ms (incremental, on schedule).\n"
              "  here       0 created, 0 updated\n"
              "  outside    0 created, 0 updated\n"
              "  looked at  0 tickets and comments, 0 unchanged\n"
              "  conflicts  0\n"
              "  API        1 call\n"
              "Next\n"
              "  - the token is refused: make a new one\n");
}

static void progress_estimates_the_rest(void **state) {
  (void)state;
  struct session session = {.project = STR("rocket"),
                            .state = STR("running"),
                            .phase = STR("pushing"),
                            .started_at_ms = NOW_MS - 20000,
                            .seen = 1200,
                            .pushed = 10,
                            .waiting = 30};
  assert_text(report_progress(&arena, &session, 0, NOW_MS),
              "rocket: pushing · 1,200 seen · 10 written · 30 to write, about 1 min · 20 s");
  assert_text(report_progress(&arena, &session, NOW_MS + 60000, NOW_MS),
              str_format(&arena, "rocket: pushing · 1,200 seen · 10 written · 30 to write · rests until %.*s · 20 s",
                         STR_FMT(format_moment(&arena, NOW_MS + 60000)))
                  .at);
}

/* -- webhooks -- */

#define CHECK \
  { "tandem webhooks check rocket", 28 }

static void webhook_line_says_how_a_project_hears_of_changes(void **state) {
  (void)state;
  static const struct {
    struct hook_health health;
    const char *line;
    bool mend;
  } rows[] = {
      {{.state = {"working", 7}, .last_delivery_ms = NOW_MS - 180000, .poll_s = 900, .told = 1300, .missed = 2},
       "webhook works, last delivery 3 min ago; polled every 15 min; 2 of 1,302 changes came without it",
       false},
      {{.state = {"none", 4}, .next_step = CHECK, .poll_s = 60}, "no webhook; polled every 1 min", false},
      {{.state = {"failing", 7}, .next_step = CHECK, .poll_s = 60}, "webhooks do not arrive; polled every 1 min", true},
      {{.state = {"working", 7}, .poll_s = 60, .id_scan_ms = NOW_MS - 720000, .full_scan_ms = NOW_MS - 32400000},
       "webhook works; polled every 1 min; ids compared 12 min ago; contents compared 9 h ago",
       false},
      {{.state = {"none", 4}, .poll_s = 60, .full_scan_ms = NOW_MS - 3600000},
       "no webhook; polled every 1 min; contents compared 1 h ago",
       false},
      {{.state = {"off", 3}, .poll_s = 60}, "", false},
      {{.state = {"none", 4}, .next_step = CHECK, .checked_at_ms = NOW_MS - 60000, .poll_s = 60},
       "no webhook; polled every 1 min",
       true},
      {{.state = {"unchecked", 9},
        .next_step = CHECK,
        .checked_at_ms = NOW_MS - 10800000,
        .last_delivery_ms = NOW_MS - 180000,
        .poll_s = 60},
       "webhook last checked 3 h ago, last delivery 3 min ago; polled every 1 min",
       true},
      {{.state = {"unchecked", 9}, .next_step = CHECK, .poll_s = 60},
       "webhook never checked; polled every 1 min",
       true},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    assert_text(webhook_line(&arena, &rows[i].health, NOW_MS), rows[i].line);
    assert_int_equal(webhook_needs_mending(&rows[i].health), rows[i].mend);
  }
}

static void webhook_why_names_the_command_that_mends_it(void **state) {
  (void)state;
  static const struct {
    struct hook_health health;
    const char *mend, *why;
  } rows[] = {
      {{.state = {"working", 7}}, NULL, ""},
      {{.state = {"working", 7}, .reason = {"set up by hand", 14}}, NULL, "set up by hand."},
      {{.state = {"failing", 7}, .reason = {"lost", 4}, .next_step = CHECK},
       NULL,
       "lost. To mend it: tandem webhooks check rocket"},
      {{.state = {"failing", 7}, .reason = {"lost", 4}, .next_step = CHECK},
       "Again: ",
       "lost. Again: tandem webhooks check rocket"},
      {{.state = {"none", 4}, .reason = {"it may not, and …", 19}, .next_step = CHECK},
       NULL,
       "it may not, and … When that is done, look again: tandem webhooks check rocket"},
      {{.state = {"unchecked", 9}, .reason = {"502", 3}, .next_step = CHECK},
       NULL,
       "502. It is tried again by itself; at once: tandem webhooks check rocket"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    assert_text(webhook_why(&arena, &rows[i].health, rows[i].mend), rows[i].why);
}

/* -- numbers and times -- */

static void format_about_rounds_estimates(void **state) {
  (void)state;
  assert_text(format_about(&arena, 1), "less than a minute");
  assert_text(format_about(&arena, 60000), "about 1 min");
  assert_text(format_about(&arena, 4 * 60000 + 10000), "about 4 min");
  assert_text(format_about(&arena, 100 * 60000), "about 100 min");
  assert_text(format_about(&arena, 3 * 3600000 + 1800000), "about 4 h");
  assert_text(format_about(&arena, (int64_t)50 * 3600000), "about 2 d");
}

static void format_counts_with_separators(void **state) {
  (void)state;
  assert_text(format_count(&arena, 0), "0");
  assert_text(format_count(&arena, 999), "999");
  assert_text(format_count(&arena, -1234567), "-1,234,567");
  assert_text(format_counted(&arena, 1, "ticket", "tickets"), "1 ticket");
}

static void format_durations_and_ages(void **state) {
  (void)state;
  static const struct {
    int64_t ms;
    const char *text;
  } rows[] = {{0, "0 ms"},       {999, "999 ms"},        {1040, "1.0 s"},  {15000, "15 s"},
              {59999, "59.9 s"}, {200000, "3 min 20 s"}, {7200000, "2 h"}, {273600000, "3 d 4 h"}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    assert_text(format_duration(&arena, rows[i].ms), rows[i].text);
  assert_text(format_ago(&arena, 0, NOW_MS), "never");
  assert_text(format_ago(&arena, NOW_MS - 999, NOW_MS), "just now");
  assert_text(format_ago(&arena, NOW_MS - 180000, NOW_MS), "3 min ago");
  assert_text(format_ago(&arena, NOW_MS + 7200000, NOW_MS), "in 2 h");
}

static void format_parses_seconds(void **state) {
  (void)state;
  static const char *const wrong[] = {"", "0", "m", "-5", "5x", "1.5h", "99999999999999999999"};
  int64_t seconds;
  assert_true(format_parse_seconds(STR("90"), &seconds) && seconds == 90);
  assert_true(format_parse_seconds(STR("2h"), &seconds) && seconds == 7200);
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    assert_false(format_parse_seconds(str_of(wrong[i]), &seconds));
}

static void exit_codes_follow_results(void **state) {
  (void)state;
  assert_int_equal(exit_code_of(RESULT_OK), 0);
  assert_int_equal(exit_code_of(RESULT_GONE), 3);
  assert_int_equal(exit_code_of(RESULT_REJECTED), 4);
  assert_int_equal(exit_code_of(RESULT_AUTH), 5);
  assert_int_equal(exit_code_of(RESULT_RETRY), 6);
  assert_int_equal(exit_code_of(RESULT_STALE), 7);
  assert_int_equal(exit_code_of(RESULT_BUG), 1);
}

/* -- hostile text -- */

static void output_takes_out_what_steers_a_terminal(void **state) {
  (void)state;
  static const struct {
    const char *text, *clean;
  } rows[] = {
      {"plain\n\ttext", "plain\n\ttext"},
      {"\033[31mred\a\r", "[31mred"},
      {"a\x7f"
       "b",
       "ab"},
      {"\xC2\x9B"
       "31m",
       "31m"},
      {"\xE2\x80\xAE"
       "abc",
       "abc"},
      {"gr\xC3\xB6\xC3\x9F", "gr\xC3\xB6\xC3\x9F"},
      {"\xC3", "\xEF\xBF\xBD"},
      {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"\xF0\x9F\x9A\x80", "\xF0\x9F\x9A\x80"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    assert_text(output_clean(&arena, str_of(rows[i].text)), rows[i].clean);
  assert_text(output_clean_line(&arena, STR("a\nb\tc")), "a b c");
}

/* -- ticket files -- */

static struct values sample(void) {
  static const struct str labels[] = {{"bug", 3}, {"needs review: yes", 17}};
  struct values_builder values = {.arena = &arena};
  values_put(&values, value_text(STR("title"), STR("Pump: leaks - at \"3\" bar")));
  values_put(&values, value_text(STR("body"), STR("One\n---\nTwo")));
  values_put(&values, value_text(STR("status"), STR("open")));
  values_put(&values, value_set(STR("labels"), labels, 2));
  return values_built(&values);
}

static void ticket_file_is_readable(void **state) {
  (void)state;
  struct values fields = sample();
  assert_text(ticket_file_write(&arena, &fields), "---\ntitle: Pump: leaks - at \"3\" bar\nstatus: open\n"
                                                  "labels:\n  - bug\n  - needs review: yes\nassignees:\nmilestone:\n"
                                                  "---\nOne\n---\nTwo\n");
}

static void ticket_file_unchanged_changes_nothing(void **state) {
  (void)state;
  struct values before = sample(), after;
  struct result result = ticket_file_read(&arena, ticket_file_write(&arena, &before), &before, &after);
  assert_int_equal(result.code, RESULT_OK);
  struct ticket_changes changes = ticket_file_changes(&arena, &before, &after);
  assert_int_equal(changes.set.count + changes.add.count + changes.remove.count, 0);
}

static void ticket_file_changes_are_deltas(void **state) {
  (void)state;
  struct values before = sample(), after;
  struct result result = ticket_file_read(
      &arena, STR("---\r\ntitle: New\nlabels:\n- bug\n  - urgent\nmilestone: 1.3\n---\nBody\n"), &before, &after);
  assert_int_equal(result.code, RESULT_OK);
  struct ticket_changes changes = ticket_file_changes(&arena, &before, &after);
  assert_int_equal(changes.set.count, 3);
  assert_text(values_text(&changes.set, "title"), "New");
  assert_text(values_text(&changes.set, "body"), "Body");
  assert_text(values_text(&changes.set, "milestone"), "1.3");
  assert_int_equal(changes.add.count, 1);
  assert_text(changes.add.at[0].items[0], "urgent");
  assert_text(changes.remove.at[0].items[0], "needs review: yes");
}

static void ticket_file_refuses_a_broken_header(void **state) {
  (void)state;
  static const char *const texts[] = {"", "title: x\n", "---\ntitle: x\n", "---\nno colon\n---\n",
                                      "---\n- stray\n---\n"};
  struct values before = sample(), after;
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    struct result result = ticket_file_read(&arena, str_of(texts[i]), &before, &after);
    assert_int_equal(result.code, RESULT_REJECTED);
    assert_non_null(strstr(result.message, "line "));
  }
}

/* -- alignment -- */

static void align_marks_who_changed_what(void **state) {
  (void)state;
  const struct align_row *rows;
  size_t count = align_texts(&arena, STR("a\nb\nc\nd"), STR("a\nB\nc\nd2"), STR("a\nb\nc\nd3\ne"), &rows);
  static const enum align_mark marks[] = {ALIGN_SAME, ALIGN_LOCAL, ALIGN_SAME, ALIGN_BOTH, ALIGN_EXTERNAL};
  assert_int_equal(count, 5);
  for (size_t i = 0; i < count; i++)
    assert_int_equal(rows[i].mark, marks[i]);
  assert_text(rows[1].local, "B");
  assert_text(rows[1].external, "b");
  assert_true(str_is_absent(rows[4].local) && str_is_absent(rows[4].base));
}

/* Both sides rewrote the middle, mostly alike: what they have alike stands beside each other. */
static void align_pairs_what_both_sides_wrote_alike(void **state) {
  (void)state;
  static const enum align_mark marks[] = {ALIGN_SAME, ALIGN_BOTH, ALIGN_ALIKE, ALIGN_ALIKE, ALIGN_LOCAL, ALIGN_SAME};
  const struct align_row *rows;
  size_t count = align_texts(&arena, STR("a\n1\n2\nz"), STR("a\nx\ny\nlast\nz"), STR("a\nnew\nx\ny\nz"), &rows);
  assert_int_equal(count, 6);
  for (size_t i = 0; i < count; i++)
    assert_int_equal(rows[i].mark, marks[i]);
  assert_true(str_is_absent(rows[1].local));
  assert_text(rows[1].external, "new");
  assert_text(rows[1].base, "1");
  assert_text(rows[2].local, "x");
  assert_text(rows[2].base, "2");
}

static void align_takes_empty_and_equal_texts(void **state) {
  (void)state;
  const struct align_row *rows;
  assert_int_equal(align_texts(&arena, STR(""), STR(""), STR(""), &rows), 0);
  assert_int_equal(align_texts(&arena, STR("a"), STR("b"), STR("b"), &rows), 1);
  assert_int_equal(rows[0].mark, ALIGN_ALIKE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(report_says_what_changed_and_what_to_do, forget),
      cmocka_unit_test_teardown(report_of_a_failure_says_why, forget),
      cmocka_unit_test_teardown(progress_estimates_the_rest, forget),
      cmocka_unit_test_teardown(webhook_line_says_how_a_project_hears_of_changes, forget),
      cmocka_unit_test_teardown(webhook_why_names_the_command_that_mends_it, forget),
      cmocka_unit_test_teardown(format_about_rounds_estimates, forget),
      cmocka_unit_test_teardown(format_counts_with_separators, forget),
      cmocka_unit_test_teardown(format_durations_and_ages, forget),
      cmocka_unit_test_teardown(format_parses_seconds, forget),
      cmocka_unit_test_teardown(exit_codes_follow_results, forget),
      cmocka_unit_test_teardown(output_takes_out_what_steers_a_terminal, forget),
      cmocka_unit_test_teardown(ticket_file_is_readable, forget),
      cmocka_unit_test_teardown(ticket_file_unchanged_changes_nothing, forget),
      cmocka_unit_test_teardown(ticket_file_changes_are_deltas, forget),
      cmocka_unit_test_teardown(ticket_file_refuses_a_broken_header, forget),
      cmocka_unit_test_teardown(align_marks_who_changed_what, forget),
      cmocka_unit_test_teardown(align_pairs_what_both_sides_wrote_alike, forget),
      cmocka_unit_test_teardown(align_takes_empty_and_equal_texts, forget),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
