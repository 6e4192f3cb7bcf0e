/* The registry: a list of series, few enough to be walked. */
#include "base/metrics.h"

#include <math.h>
#include <pthread.h>

#include "base/heap.h"

enum { BOUNDS = 14 };

/* Seconds. */
static const double call_bounds[BOUNDS] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30},
                    slow_bounds[BOUNDS] = {0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 21600, 86400};

struct series {
  const struct metric *metric;
  struct str labels; /* as they are written: a="x",b="y" */
  double value;      /* of a histogram: the sum */
  uint64_t count, buckets[BOUNDS];
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct arena kept;                     /* labels, for as long as the process lives */
static struct arena scratch;                  /* the labels that are looked for */
static struct series *all[METRIC_SERIES_MAX]; /* sorted */
static size_t series_count;

/* -- series -- */

static const double *bounds_of(const struct metric *metric) {
  return metric->type == METRIC_HISTOGRAM_SLOW ? slow_bounds : call_bounds;
}

/* Backslash, quote and newline are escaped in label values. */
static void append_escaped(struct str_builder *out, const char *text) {
  while (*text) {
    size_t plain = strcspn(text, "\"\\\n");
    str_append(out, (struct str){text, plain});
    text += plain;
    if (*text)
      str_append_c(out, *text == '\n' ? "\\n" : *text == '"' ? "\\\"" : "\\\\");
    text += *text != '\0';
  }
}

static void append_labels(struct str_builder *out, const struct metric *metric, const char *const *values) {
  for (size_t i = 0; i < METRIC_LABELS_MAX && metric->labels[i]; i++) {
    str_append_c(out, i ? "," : "");
    str_append_c(out, metric->labels[i]);
    str_append_c(out, "=\"");
    append_escaped(out, values[i] ? values[i] : "");
    str_append_c(out, "\"");
  }
}

static int compare(const struct series *series, const struct metric *metric, struct str labels) {
  int order = strcmp(series->metric->name, metric->name);
  return order ? order : str_compare(series->labels, labels);
}

static struct series *insert(size_t at, const struct metric *metric, struct str labels) {
  struct series *series = series_count < METRIC_SERIES_MAX ? heap_new(sizeof *series) : NULL;
  if (!series)
    return NULL;
  *series = (struct series){.metric = metric, .labels = str_copy(&kept, labels)};
  for (size_t i = series_count++; i > at; i--)
    all[i] = all[i - 1];
  all[at] = series;
  return series;
}

/* Found or made; NULL when there are too many. Under the mutex. */
static struct series *series_of(const struct metric *metric, const char *const *values) {
  struct str_builder labels = {.arena = &scratch};
  append_labels(&labels, metric, values);
  struct str text = str_built(&labels);
  size_t low = 0, high = series_count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (compare(all[middle], metric, text) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  bool found = low < series_count && compare(all[low], metric, text) == 0;
  struct series *series = found ? all[low] : insert(low, metric, text);
  arena_reset(&scratch);
  return series;
}

void metric_add(const struct metric *counter, const char *const *values, double amount) {
  pthread_mutex_lock(&mutex);
  struct series *series = series_of(counter, values);
  if (series)
    series->value += amount;
  pthread_mutex_unlock(&mutex);
}

void metric_set(const struct metric *gauge, const char *const *values, double value) {
  pthread_mutex_lock(&mutex);
  struct series *series = series_of(gauge, values);
  if (series)
    series->value = value;
  pthread_mutex_unlock(&mutex);
}

void metric_observe(const struct metric *histogram, const char *const *values, double seconds) {
  pthread_mutex_lock(&mutex);
  struct series *series = series_of(histogram, values);
  if (series) {
    series->value += seconds;
    series->count++;
    const double *bounds = bounds_of(histogram);
    for (size_t i = 0; i < BOUNDS; i++)
      series->buckets[i] += seconds <= bounds[i];
  }
  pthread_mutex_unlock(&mutex);
}

/* -- writing -- */

void metrics_write_head(struct str_builder *out, const struct metric *metric) {
  static const char *const types[] = {"counter", "gauge", "histogram", "histogram"};
  str_append_format(out, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help, metric->name, types[metric->type]);
}

static void write_line(struct str_builder *out, const char *name, const char *suffix, struct str labels, double value) {
  str_append_format(out, "%s%s", name, suffix);
  if (labels.length)
    str_append_format(out, "{%.*s}", STR_FMT(labels));
  str_append_format(out, value == floor(value) && fabs(value) < 1e15 ? " %.0f\n" : " %.9g\n", value);
}

void metrics_write_sample(struct str_builder *out, const struct metric *metric, const char *const *values,
                          double value) {
  struct str_builder labels = {.arena = out->arena};
  append_labels(&labels, metric, values);
  write_line(out, metric->name, "", str_built(&labels), value);
}

static void write_histogram(struct str_builder *out, const struct series *series) {
  const char *name = series->metric->name, *comma = series->labels.length ? "," : "";
  const double *bounds = bounds_of(series->metric);
  for (size_t i = 0; i < BOUNDS; i++)
    write_line(out, name, "_bucket",
               str_format(out->arena, "%.*s%sle=\"%g\"", STR_FMT(series->labels), comma, bounds[i]),
               (double)series->buckets[i]);
  write_line(out, name, "_bucket", str_format(out->arena, "%.*s%sle=\"+Inf\"", STR_FMT(series->labels), comma),
             (double)series->count);
  write_line(out, name, "_sum", series->labels, series->value);
  write_line(out, name, "_count", series->labels, (double)series->count);
}

void metrics_write(struct str_builder *out) {
  pthread_mutex_lock(&mutex);
  for (size_t i = 0; i < series_count; i++) {
    if (i == 0 || all[i]->metric != all[i - 1]->metric)
      metrics_write_head(out, all[i]->metric);
    if (all[i]->metric->type >= METRIC_HISTOGRAM)
      write_histogram(out, all[i]);
    else
      write_line(out, all[i]->metric->name, "", all[i]->labels, all[i]->value);
  }
  pthread_mutex_unlock(&mutex);
}
