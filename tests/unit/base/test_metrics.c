/* Metrics as Prometheus reads them. The registry is one for the process, so each test has metrics of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/metrics.h"

static bool has(struct str text, const char *line) {
  struct arena arena = {0};
  bool found = str_find(text, str_format(&arena, "%s\n", line).at) >= 0;
  arena_free(&arena);
  return found;
}

static struct str written(struct arena *arena) {
  struct str_builder out = {.arena = arena};
  metrics_write(&out);
  return str_built(&out);
}

static void metrics_counter_adds_a_series_for_each_labels(void **state) {
  static const struct metric metric = {"a_total", METRIC_COUNTER, {"x", "y"}, "Things."};
  struct arena arena = {0};
  (void)state;
  metric_add(&metric, METRIC_VALUES("1", "b"), 2);
  metric_add(&metric, METRIC_VALUES("1", "a"), 1);
  metric_add(&metric, METRIC_VALUES("1", "b"), 0.5);
  struct str text = written(&arena);
  assert_true(has(text, "# HELP a_total Things.\n# TYPE a_total counter\na_total{x=\"1\",y=\"a\"} 1\n"
                        "a_total{x=\"1\",y=\"b\"} 2.5"));
  arena_free(&arena);
}

static void metrics_gauge_keeps_the_last_value(void **state) {
  static const struct metric metric = {"b_bytes", METRIC_GAUGE, {0}, "Memory."};
  struct arena arena = {0};
  (void)state;
  metric_set(&metric, METRIC_NO_VALUES, 7);
  metric_set(&metric, METRIC_NO_VALUES, -1234567890123);
  assert_true(has(written(&arena), "b_bytes -1234567890123"));
  arena_free(&arena);
}

static void metrics_histogram_counts_into_cumulative_buckets(void **state) {
  static const struct metric metric = {"c_seconds", METRIC_HISTOGRAM, {"verb"}, "Times."};
  struct arena arena = {0};
  (void)state;
  metric_observe(&metric, METRIC_VALUES("v"), 0.001);
  metric_observe(&metric, METRIC_VALUES("v"), 0.3);
  metric_observe(&metric, METRIC_VALUES("v"), 99);
  struct str text = written(&arena);
  assert_true(has(text, "c_seconds_bucket{verb=\"v\",le=\"0.001\"} 1"));
  assert_true(has(text, "c_seconds_bucket{verb=\"v\",le=\"0.25\"} 1"));
  assert_true(has(text, "c_seconds_bucket{verb=\"v\",le=\"0.5\"} 2"));
  assert_true(has(text, "c_seconds_bucket{verb=\"v\",le=\"30\"} 2"));
  assert_true(has(text, "c_seconds_bucket{verb=\"v\",le=\"+Inf\"} 3\nc_seconds_sum{verb=\"v\"} 99.301\n"
                        "c_seconds_count{verb=\"v\"} 3"));
  arena_free(&arena);
}

static void metrics_label_values_are_escaped(void **state) {
  static const struct metric metric = {"d", METRIC_GAUGE, {"name"}, "Named."};
  struct arena arena = {0};
  struct str_builder out = {.arena = &arena};
  (void)state;
  metrics_write_head(&out, &metric);
  metrics_write_sample(&out, &metric, METRIC_VALUES("a\"b\\c\nd"), 1);
  assert_true(has(str_built(&out), "d{name=\"a\\\"b\\\\c\\nd\"} 1"));
  arena_free(&arena);
}

static void metrics_series_are_bounded(void **state) {
  static const struct metric metric = {"e_total", METRIC_COUNTER, {"n"}, "Too many."};
  struct arena arena = {0};
  char value[12];
  size_t lines = 0;
  (void)state;
  for (int i = 0; i < METRIC_SERIES_MAX * 2; i++) {
    snprintf(value, sizeof value, "%d", i);
    metric_add(&metric, METRIC_VALUES(value), 1);
  }
  struct str text = written(&arena);
  for (size_t i = 0; i < text.length; i++)
    lines += text.at[i] == '\n';
  assert_in_range(lines, METRIC_SERIES_MAX / 2, METRIC_SERIES_MAX * 2);
  arena_free(&arena);
}

static void metrics_slow_histogram_reaches_to_a_day(void **state) {
  static const struct metric metric = {"slow_seconds", METRIC_HISTOGRAM_SLOW, {0}, "Waiting."};
  struct arena arena = {0};
  (void)state;
  metric_observe(&metric, METRIC_NO_VALUES, 4000);
  struct str text = written(&arena);
  assert_true(has(text, "# TYPE slow_seconds histogram\nslow_seconds_bucket{le=\"0.1\"} 0"));
  assert_true(has(text, "slow_seconds_bucket{le=\"3600\"} 0\nslow_seconds_bucket{le=\"21600\"} 1"));
  assert_true(has(text, "slow_seconds_sum 4000"));
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(metrics_slow_histogram_reaches_to_a_day),
      cmocka_unit_test(metrics_counter_adds_a_series_for_each_labels),
      cmocka_unit_test(metrics_gauge_keeps_the_last_value),
      cmocka_unit_test(metrics_histogram_counts_into_cumulative_buckets),
      cmocka_unit_test(metrics_label_values_are_escaped),
      cmocka_unit_test(metrics_series_are_bounded),
  };
  return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
