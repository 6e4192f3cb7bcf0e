/* A session's metrics and its span. */
#include "store/sessions/session_watch.h"

#include "base/metrics.h"
#include "base/trace.h"

static const struct metric duration = {"tandem_session_duration_seconds",
                                       METRIC_HISTOGRAM_SLOW,
                                       {"system", "mode", "state"},
                                       "Sessions that ended, from start to report."};

struct str session_watch_begin(struct arena *arena) {
  const struct trace_context none = {0};
  struct span span;
  span_open(&span, "session", SPAN_INTERNAL, &none);
  return span.recording ? trace_format(arena, &span.context) : (struct str){0};
}

static void emit_span(const struct rows *rows, size_t row) {
  struct trace_context context = trace_parse(rows_str(rows, row, "traceparent"));
  struct span span;
  span_resume(&span, "session", SPAN_INTERNAL, &context, rows_i64(rows, row, "started_ms"));
  span_number(&span, "tandem.session", rows_i64(rows, row, "id"));
  span_text(&span, "tandem.project", rows_str(rows, row, "project"));
  span_text(&span, "tandem.system", rows_str(rows, row, "system"));
  span_text(&span, "tandem.mode", rows_str(rows, row, "mode"));
  span_text(&span, "tandem.trigger", rows_str(rows, row, "trigger"));
  span_number(&span, "tandem.seen", rows_i64(rows, row, "seen"));
  span_number(&span, "tandem.api_calls", rows_i64(rows, row, "api_calls"));
  span.failed = str_is(rows_str(rows, row, "state"), "failed");
  span_close(&span);
}

void session_watch_end(struct call *call, const struct rows *rows, size_t row) {
  const char *values[] = {str_c(call->arena, rows_str(rows, row, "system")),
                          str_c(call->arena, rows_str(rows, row, "mode")),
                          str_c(call->arena, rows_str(rows, row, "state"))};
  metric_observe(&duration, values, (double)rows_i64(rows, row, "took_ms") / 1000);
  emit_span(rows, row);
}
