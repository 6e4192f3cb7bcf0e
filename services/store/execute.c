/* One verb, one transaction. */
#include "store/execute.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/metrics.h"
#include "base/msgpack.h"
#include "base/trace.h"
#include "store/replies.h"

static const struct metric duration = {"tandem_verb_duration_seconds",
                                       METRIC_HISTOGRAM,
                                       {"verb", "code"},
                                       "Verbs by their transaction, from begin to commit."};

static struct str reply_frame(struct arena *arena, const struct result *result, struct str body) {
  struct verb_reply reply = {
      .code = str_of(result_code_name(result->code)),
      .message = result->message[0] ? str_of(result->message) : (struct str){0},
      .retry_after_ms = result->retry_after_ms,
      .body = body,
  };
  return msgpack_encode(arena, &record_verb_reply, &reply);
}

/* Everything between begin and commit. */
static struct result run(struct call *call, enum verb_id id, const struct verb_request *request, const void *body,
                         struct str *frame) {
  const struct verb *verb = &verb_table[id];
  struct reply_key key = {0};
  if (verb->flags & VERB_ONCE) {
    struct str kept = {0};
    key = replies_key(call, request);
    TRY(replies_find(call, &key, &kept));
    if (!str_is_absent(kept))
      return *frame = kept, RESULT_DONE;
  }
  void *reply = arena_alloc(call->arena, verb->reply->size_bytes);
  TRY(handler_table[id](call, body, reply));
  struct result done = RESULT_DONE;
  *frame = reply_frame(call->arena, &done, msgpack_encode(call->arena, verb->reply, reply));
  if (frame->length > WIRE_FRAME_BYTES_MAX) /* whoever asked could not take it, and would ask for ever */
    return result_error(RESULT_REJECTED, "%s: the answer has %zu bytes, and a message at most %d: ask for less at once",
                        verb->name, frame->length, WIRE_FRAME_BYTES_MAX);
  if (verb->flags & VERB_ONCE)
    TRY(replies_keep(call, &key, *frame));
  return outbox_write(call->outbox, call->db);
}

/* -- the trace that it belongs to -- */

/* Nobody's wish, and asked for every few seconds: a trace of its own would tell nothing. */
static bool begins_traces(enum verb_id id) {
  return verb_table[id].flags & VERB_WRITE && id != VERB_WORK_CLAIM && id != VERB_SCHEDULE_TICK;
}

static void begin_span(struct span *span, struct call *call, enum verb_id id, const struct verb_request *request) {
  struct trace_context parent = trace_parse(request->traceparent);
  if (trace_is_some(&parent) || begins_traces(id))
    span_begin(span, verb_table[id].name, SPAN_SERVER, &parent);
  else
    span_begin_inner(span, verb_table[id].name, SPAN_SERVER);
  if (!(verb_table[id].flags & VERB_WRITE)) /* no events come of it */
    return;
  struct trace_context own = trace_is_some(&span->context) ? span->context : trace_unrecorded();
  call->outbox->traceparent = trace_format(call->outbox->arena, &own);
}

/* What its transaction adds to a queue belongs to it (migrations/0016_traces.sql). */
static struct result note_trace(struct call *call) {
  struct trace_context current = trace_current();
  if (!current.sampled)
    return RESULT_DONE;
  return execute_cause(call, trace_format(call->arena, &current));
}

struct result execute_cause(struct call *call, struct str traceparent) {
  return db_query(call->db, "select set_config('tandem.traceparent', $1, true)",
                  PARAMS(p_str(traceparent.length ? traceparent : STR(""))), NULL);
}

static void note_outcome(struct span *span, const struct call *call, const struct result *result) {
  if (span->recording && call->outbox->count)
    span_text(span, "tandem.subject", call->outbox->events[0].subject);
  span_result(span, result);
}

void execute(struct call *call, enum verb_id id, const struct verb_request *request, const void *body,
             struct str *reply) {
  int64_t started_ms = clock_mono_ms();
  struct span span;
  begin_span(&span, call, id, request);
  struct result result = db_begin(call->db);
  if (result_ok(&result)) {
    result = note_trace(call);
    if (result_ok(&result))
      result = run(call, id, request, body, reply);
    fault_point_of("store.before_commit", verb_table[id].name);
    if (result_ok(&result))
      result = db_commit(call->db);
    else
      db_rollback(call->db);
    fault_point_of("store.after_commit", verb_table[id].name);
  }
  note_outcome(&span, call, &result);
  if (result_ok(&result))
    outbox_committed(call->outbox);
  else {
    outbox_clear(call->outbox);
    *reply = reply_frame(call->arena, &result, (struct str){0});
    log_event(result.code == RESULT_BUG ? LOG_ERROR : LOG_DEBUG, "verb_failed", LOG_C("verb", verb_table[id].name),
              LOG_RESULT(&result));
  }
  db_release(call->db);
  metric_observe(&duration, METRIC_VALUES(verb_table[id].name, result_code_name(result.code)),
                 (double)(clock_mono_ms() - started_ms) / 1000);
  span_end(&span);
}
