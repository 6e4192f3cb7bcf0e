/* Log lines and the clock: what is written, and that a secret is not. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/trace.h"

static char written[16384];

/* Catches what is logged between begin and end in `written`, without the time. */
static int begin_capture(void) {
  int saved = dup(STDERR_FILENO), file = memfd_create("log", 0);
  dup2(file, STDERR_FILENO);
  close(file);
  return saved;
}

static const char *end_capture(int saved) {
  ssize_t length = pread(STDERR_FILENO, written, sizeof written - 1, 0);
  written[length > 0 ? length : 0] = '\0';
  dup2(saved, STDERR_FILENO);
  close(saved);
  const char *blank = strchr(written, ' ');
  return written[0] != '{' && blank ? blank + 1 : written;
}

static void log_line_has_event_and_fields(void **state) {
  (void)state;
  assert_true(log_configure(STR("info"), STR("text")));
  int saved = begin_capture();
  log_event(LOG_INFO, "session_finished", LOG_C("project", "rocket"), LOG_I64("ms", 812), LOG_BOOL("ok", true),
            LOG_STR("absent", (struct str){0}), LOG_C("title", "a \"b\"\n=c"), LOG_C("empty", ""));
  assert_string_equal(end_capture(saved), "info event=session_finished project=rocket ms=812 ok=true "
                                          "title=\"a \\\"b\\\"\\n=c\" empty=\"\"\n");
}

static void log_line_may_have_no_fields(void **state) {
  (void)state;
  log_configure(STR("info"), STR("text"));
  int saved = begin_capture();
  log_event(LOG_ERROR, "stopped");
  assert_string_equal(end_capture(saved), "error event=stopped\n");
}

static void log_hides_secrets(void **state) {
  (void)state;
  struct secret token = {STR("ghp_abc")};
  for (int as_json = 0; as_json < 2; as_json++) {
    log_configure(STR("info"), as_json ? STR("json") : STR("text"));
    int saved = begin_capture();
    log_event(LOG_INFO, "connected", LOG_SECRET("token", token));
    const char *line = end_capture(saved);
    assert_non_null(strstr(line, "***"));
    assert_null(strstr(line, "ghp_"));
  }
}

static void log_result_shows_code_and_message(void **state) {
  (void)state;
  struct result failure = result_error(RESULT_AUTH, "token refused");
  log_configure(STR("info"), STR("text"));
  int saved = begin_capture();
  log_event(LOG_WARNING, "pull_failed", LOG_RESULT(&failure));
  assert_string_equal(end_capture(saved), "warning event=pull_failed code=auth message=\"token refused\"\n");
}

static void log_level_leaves_out_lesser_lines(void **state) {
  (void)state;
  log_configure(STR("warning"), STR("text"));
  int saved = begin_capture();
  log_event(LOG_INFO, "hidden");
  assert_string_equal(end_capture(saved), "");
  assert_false(log_configure(STR("loud"), STR("text")));
}

static void log_json_is_json_whatever_goes_in(void **state) {
  (void)state;
  static char huge[9000];
  memset(huge, '"', sizeof huge - 1);
  const char *texts[] = {"plain", "\xff\xfe bad", "\x01\x7f\t", "Zo\xc3\xab \xf0\x9f\x9a\x80", huge};
  log_configure(STR("info"), STR("json"));
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    int saved = begin_capture();
    log_event(LOG_INFO, "said", LOG_C("text", texts[i]), LOG_C("after", texts[i]), LOG_I64("n", -5));
    const char *line = end_capture(saved);
    assert_true(strlen(line) <= 4096);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    cJSON *tree = cJSON_Parse(line);
    assert_non_null(tree);
    assert_string_equal(cJSON_GetObjectItem(tree, "event")->valuestring, "said");
    cJSON_Delete(tree);
  }
}

static void clock_text_goes_both_ways(void **state) {
  static const struct {
    const char *text;
    int64_t ms;
    const char *canonical;
  } cases[] = {
      {"1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00.000Z"},
      {"2026-01-31T08:15:00.25Z", 1769847300250, "2026-01-31T08:15:00.250Z"},
      {"2026-01-31T09:15:00.2509999+01:00", 1769847300250, "2026-01-31T08:15:00.250Z"},
      {"2000-02-29T23:59:59-23:59", 951955139000, "2000-03-01T23:58:59.000Z"},
      {"2016-12-31T23:59:60Z", 1483228800000, "2017-01-01T00:00:00.000Z"},
      {"1969-12-31T23:59:59.999Z", -1, "1969-12-31T23:59:59.999Z"},
      {"0001-01-01T00:00:00Z", -62135596800000, "0001-01-01T00:00:00.000Z"},
      {"9999-12-31T23:59:59Z", 253402300799000, "9999-12-31T23:59:59.000Z"},
      {"2026-01-31t08:15:00z", 1769847300000, "2026-01-31T08:15:00.000Z"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int64_t ms = 42;
    assert_true(clock_parse(str_of(cases[i].text), &ms));
    assert_true(ms == cases[i].ms);
    assert_string_equal(clock_format_ms(*state, ms).at, cases[i].canonical);
  }
  assert_string_equal(clock_format_s(*state, 999).at, "1970-01-01T00:00:00Z");
}

static void clock_refuses_what_is_not_rfc_3339(void **state) {
  (void)state;
  static const char *const texts[] = {"",
                                      "2026-01-31",
                                      "2026-01-31T08:15:00",
                                      "2026-02-29T08:15:00Z",
                                      "1900-02-29T08:15:00Z",
                                      "2026-13-01T08:15:00Z",
                                      "2026-00-01T08:15:00Z",
                                      "2026-01-31T24:00:00Z",
                                      "2026-01-31T08:15:61Z",
                                      "2026-01-31T08:15:00.Z",
                                      "2026-01-31T08:15:00Zx",
                                      "2026-01-31T08:15:00+0100",
                                      "2026-01-31T08:15:00+24:00",
                                      " 2026-01-31T08:15:00Z",
                                      "+026-01-31T08:15:00Z",
                                      "0000-01-31T08:15:00Z"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    int64_t ms = 42;
    assert_false(clock_parse(str_of(texts[i]), &ms));
    assert_int_equal(ms, 42);
  }
}

static int set_up(void **state) {
  *state = calloc(1, sizeof(struct arena));
  return 0;
}

static int tear_down(void **state) {
  arena_free(*state);
  free(*state);
  return 0;
}

#define BEHAVIOUR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static void log_auto_is_json_where_nobody_reads_at_a_terminal(void **state) {
  (void)state;
  log_configure(STR("info"), STR("auto"));
  int saved = begin_capture();
  log_configure(STR("info"), STR("auto"));
  log_event(LOG_INFO, "said");
  assert_int_equal(end_capture(saved)[0], '{');
}

static void log_auto_is_text_at_a_terminal(void **state) {
  (void)state;
  int screen = posix_openpt(O_RDWR | O_NOCTTY);
  if (screen < 0)
    skip(); /* there are no terminals here */
  assert_int_equal(grantpt(screen), 0);
  assert_int_equal(unlockpt(screen), 0);
  int terminal = open(ptsname(screen), O_RDWR | O_NOCTTY), saved = dup(STDERR_FILENO);
  assert_true(terminal >= 0);
  dup2(terminal, STDERR_FILENO);
  log_configure(STR("info"), STR("auto"));
  log_event(LOG_INFO, "said");
  dup2(saved, STDERR_FILENO);
  ssize_t length = read(screen, written, sizeof written - 1);
  written[length > 0 ? length : 0] = '\0';
  assert_non_null(strstr(written, " info event=said"));
  close(saved);
  close(terminal);
  close(screen);
}

static void log_line_names_the_trace_that_is_recorded(void **state) {
  static const struct {
    const char *traceparent, *tail;
  } rows[] = {{"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
               " trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7\n"},
              {"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", "event=said\n"},
              {"", "event=said\n"}};
  (void)state;
  log_configure(STR("info"), STR("text"));
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct trace_context context = trace_parse(str_of(rows[i].traceparent));
    struct span span;
    span_begin(&span, "test", SPAN_INTERNAL, &context);
    int saved = begin_capture();
    log_event(LOG_INFO, "said");
    const char *line = end_capture(saved);
    span_end(&span);
    assert_true(str_ends_with(str_of(line), rows[i].tail));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(log_auto_is_json_where_nobody_reads_at_a_terminal),
      cmocka_unit_test(log_auto_is_text_at_a_terminal),
      cmocka_unit_test(log_line_names_the_trace_that_is_recorded),
      BEHAVIOUR(log_line_has_event_and_fields),
      BEHAVIOUR(log_line_may_have_no_fields),
      BEHAVIOUR(log_hides_secrets),
      BEHAVIOUR(log_result_shows_code_and_message),
      BEHAVIOUR(log_level_leaves_out_lesser_lines),
      BEHAVIOUR(log_json_is_json_whatever_goes_in),
      BEHAVIOUR(clock_text_goes_both_ways),
      BEHAVIOUR(clock_refuses_what_is_not_rfc_3339),
  };
  return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
