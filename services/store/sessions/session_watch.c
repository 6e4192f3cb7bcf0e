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

static void emit_span(const struct rows *rows) {
  struct trace_context context = trace_parse(rows_str(rows, 0, "traceparent"));
  struct span span;
  span_resume(&span, "session", SPAN_INTERNAL, &context, rows_i64(rows, 0, "started_ms"));
  span_number(&span, "tandem.session", rows_i64(rows, 0, "id"));
  span_text(&span, "tandem.project", rows_str(rows, 0, "project"));
  span_text(&span, "tandem.system", rows_str(rows, 0, "system"));
  span_text(&span, "tandem.mode", rows_str(rows, 0, "mode"));
  span_text(&span, "tandem.trigger", rows_str(rows, 0, "trigger"));
  span_number(&span, "tandem.seen", rows_i64(rows, 0, "seen"));
  span_number(&span, "tandem.api_calls", rows_i64(rows, 0, "api_calls"));
  span.failed = str_is(rows_str(rows, 0, "state"), "failed");
  span_close(&span);
}

struct result session_watch_end(struct call *call, int64_t session_id) {
  struct rows rows;
  TRY(db_query(call->db,
               "select s.id, p.name as project, p.system, s.mode, s.trigger, s.state, s.traceparent, s.seen, "
               "s.api_calls, epoch_ms(s.started_at) as started_ms, "
               "epoch_ms(s.finished_at) - epoch_ms(s.started_at) as took_ms "
               "from session s join project p on p.id = s.project_id where s.id = $1::bigint and s.state <> 'running'",
               PARAMS(p_i64(session_id)), &rows));
  if (rows.count == 0)
    return RESULT_DONE;
  const char *values[] = {str_c(call->arena, rows_str(&rows, 0, "system")),
                          str_c(call->arena, rows_str(&rows, 0, "mode")),
                          str_c(call->arena, rows_str(&rows, 0, "state"))};
  metric_observe(&duration, values, (double)rows_i64(&rows, 0, "took_ms") / 1000);
  emit_span(&rows);
  return RESULT_DONE;
}
