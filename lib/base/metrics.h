/* What a process counts and measures of itself, as Prometheus reads it (text format 0.0.4,
 * https://prometheus.io/docs/instrumenting/exposition_formats/). A metric is a static const; its series come to be when
 * they are first touched, and live as long as the process. Safe between threads. */
#ifndef BASE_METRICS_H
#define BASE_METRICS_H

#include "base/str.h"

enum metric_type {
  METRIC_COUNTER,
  METRIC_GAUGE,
  METRIC_HISTOGRAM,      /* of calls: buckets from a lookup in the database to the timeout of a call */
  METRIC_HISTOGRAM_SLOW, /* of what waits for quotas and retries: buckets from a tenth of a second to a day */
};

enum { METRIC_LABELS_MAX = 4, METRIC_SERIES_MAX = 2000 };

struct metric {
  const char *name; /* with its unit: tandem_verb_duration_seconds */
  enum metric_type type;
  const char *labels[METRIC_LABELS_MAX]; /* names; the rest is NULL */
  const char *help;
};

/* The values of a metric's labels, in their order. */
#define METRIC_VALUES(...) ((const char *const[METRIC_LABELS_MAX]){__VA_ARGS__})
#define METRIC_NO_VALUES METRIC_VALUES(NULL)

/* Over METRIC_SERIES_MAX series of a process what is new is not counted: label values must come from small sets. */
void metric_add(const struct metric *counter, const char *const *values, double amount);
void metric_set(const struct metric *gauge, const char *const *values, double value);
void metric_observe(const struct metric *histogram, const char *const *values, double seconds);

/* All series so far, in the order of their names. */
void metrics_write(struct str_builder *out);

/* One family whose values are looked up when they are asked for: the head, then a line a series. Not for histograms. */
void metrics_write_head(struct str_builder *out, const struct metric *metric);
void metrics_write_sample(struct str_builder *out, const struct metric *metric, const char *const *values,
                          double value);

#endif
