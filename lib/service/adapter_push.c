/* Writing outside: fetch afresh, ask the gate, send, report. An uncertain write is looked for, never repeated blindly.
 * Writes that stand next to each other share what calls they can. */
#include "service/adapter_push.h"
#include "base/mutation.h"
#include "base/trace.h"

/* Where only looks are shared: few, so that none is old when its write goes out. */
enum { LOOKS_AHEAD = 10 };

static bool is_unknown(const struct intent *intent) {
  return str_is(intent->state, "unknown");
}

static bool creates(const struct intent *intent) {
  return str_is(intent->change, "create");
}

static bool is_of_ticket(const struct intent *intent) {
  return str_is(intent->kind, "ticket");
}

static bool goes_together(const struct connector *connector, const struct intent *intent) {
  return is_of_ticket(intent) && (creates(intent) ? connector->create_many : connector->change_many);
}

/* How many from `at[0]` on share calls with it: creations of tickets, or changes of tickets. */
static size_t group_length(const struct connector *connector, const struct intent *at, size_t count) {
  bool looks_together = is_of_ticket(at) && !creates(at) && connector->fetch_many;
  size_t length = 1, most = goes_together(connector, at) ? PUSH_MANY_MAX : looks_together ? LOOKS_AHEAD : 1;
  while (length < most && length < count && is_of_ticket(&at[length]) && !is_unknown(&at[length]) &&
         creates(&at[length]) == creates(at))
    length++;
  return length;
}

/* The targets as they are now; nothing of creations. */
static struct look *look_at(struct worker *worker, struct arena *arena, struct connection *connection,
                            const struct intent *at, size_t count) {
  struct look *looks = ARENA_ARRAY(arena, struct look, count);
  if (creates(at) || MUTATED(FRESH))
    return looks;
  for (size_t i = 0; i < count; i++)
    looks[i].ref = push_target(&at[i]);
  worker_look(worker, arena, connection, looks, count);
  return looks;
}

static struct result push_group(struct worker *worker, struct arena *arena, struct connection *connection,
                                const struct work *work, const struct intent *at, size_t count, bool *stop) {
  struct look *looks = look_at(worker, arena, connection, at, count);
  size_t share = goes_together(worker->connector, at) ? count : 1;
  for (size_t i = 0; i < count && !*stop; i += share)
    TRY(push_run(worker, arena, connection, work, &at[i], &looks[i], share, stop));
  return RESULT_DONE;
}

/* Below what caused the first of them, minutes ago perhaps, and linked to the round and to the causes of the others. */
static void begin_span(struct span *span, const struct work *work, const struct intent *at, size_t count) {
  struct trace_context cause = trace_parse(at->traceparent), round = trace_current();
  span_begin(span, is_unknown(at) ? "probe" : "push", SPAN_PRODUCER, trace_is_some(&cause) ? &cause : &round);
  span_text(span, "tandem.project", work->project.name);
  span_text(span, "tandem.change", at->change);
  span_text(span, "tandem.kind", at->kind);
  span_text(span, "tandem.external_id", at->external_id);
  span_number(span, "tandem.attempts", at->attempts);
  span_number(span, "tandem.writes", (int64_t)count);
  span_link(span, &round);
  for (size_t i = 1; span->recording && i < count; i++) {
    struct trace_context other = trace_parse(at[i].traceparent);
    span_link(span, &other);
  }
}

static struct result push_traced(struct worker *worker, struct arena *arena, struct connection *connection,
                                 const struct work *work, const struct intent *at, size_t count, bool *stop) {
  struct span span;
  begin_span(&span, work, at, count);
  struct result result = is_unknown(at) ? push_probe(worker, arena, connection, work, at)
                                        : push_group(worker, arena, connection, work, at, count, stop);
  span_result(&span, &result);
  span_end(&span);
  return result;
}

struct result worker_push(struct worker *worker, struct arena *arena, struct connection *connection,
                          const struct work *work) {
  bool stop = false;
  size_t length;
  for (size_t i = 0; i < work->intents.count && !stop; i += length) {
    const struct intent *at = &work->intents.at[i];
    length = is_unknown(at) ? 1 : group_length(worker->connector, at, work->intents.count - i);
    TRY(push_traced(worker, arena, connection, work, at, length, &stop));
  }
  return RESULT_DONE;
}
