/* One round of planning: claim, decide, commit. */
#include "conflict/work.h"

#include "base/fault.h"
#include "base/trace.h"
#include "conflict/decide.h"
#include "service/project_rules.h"

enum { BATCH = 200, LOOK_AGAIN_MS = 3000 };

static const struct project *project_of(const struct plan_batch *batch, int64_t id) {
  for (size_t i = 0; i < batch->projects.count; i++)
    if (batch->projects.at[i].id == id)
      return &batch->projects.at[i];
  return NULL;
}

/* -- traces: a case goes on with that of what moved it, the batch is told by one of its own -- */

/* Of the cases whose trace is recorded; each is open until its decision is committed. */
struct plan_spans {
  struct span **at;
  size_t count;
};

static void open_span(struct arena *arena, const struct plan_case *plan_case, const struct project *project,
                      struct plan_spans *spans, struct plan_outcome *outcome) {
  struct trace_context cause = trace_parse(plan_case->traceparent);
  if (!cause.sampled)
    return;
  struct span *span = ARENA_NEW(arena, struct span);
  span_open(span, "plan", SPAN_INTERNAL, &cause);
  span_text(span, "tandem.project", project->name);
  span_text(span, "tandem.kind", plan_case->kind);
  span_number(span, "tandem.mapping", plan_case->mapping_id);
  span_number(span, "tandem.conflicts", (int64_t)outcome->conflicts.count);
  outcome->traceparent = trace_format(arena, &span->context);
  spans->at[spans->count++] = span;
}

static void close_spans(const struct plan_spans *spans, const struct result *result) {
  for (size_t i = 0; i < spans->count; i++) {
    span_result(spans->at[i], result);
    span_close(spans->at[i]);
  }
}

static void begin_batch(struct span *span, const struct plan_batch *batch) {
  const struct trace_context none = {0};
  span_begin(span, "plan batch", SPAN_CONSUMER, &none);
  span_number(span, "tandem.cases", (int64_t)batch->cases.count);
  for (size_t i = 0; span->recording && i < batch->cases.count; i++) {
    struct trace_context cause = trace_parse(batch->cases.at[i].traceparent);
    span_link(span, &cause);
  }
}

/* Decides every case of the batch whose project is there. What is only shown is traced no further. */
static size_t decide_batch(struct arena *arena, const struct plan_batch *batch, struct plan_outcome *outcomes,
                           struct plan_spans *spans) {
  size_t count = 0;
  const struct project *project = NULL;
  struct rules rules = {0};
  for (size_t i = 0; i < batch->cases.count; i++) {
    const struct plan_case *plan_case = &batch->cases.at[i];
    if (!project || project->id != plan_case->project_id) {
      project = project_of(batch, plan_case->project_id);
      if (project)
        rules = project_rules(arena, project);
    }
    if (!project)
      continue;
    outcomes[count] = decide(arena, plan_case, &rules);
    if (spans)
      open_span(arena, plan_case, project, spans, &outcomes[count]);
    outcomes[count++].settings_version = project->version;
  }
  return count;
}

/* Every decision is committed, or none. */
static struct result commit_batch(struct service_context *context, const struct plan_batch *batch, bool preview,
                                  struct plan_committed *committed) {
  struct arena *arena = context->arena;
  struct plan_outcome *outcomes = ARENA_ARRAY(arena, struct plan_outcome, batch->cases.count);
  struct plan_spans spans = {.at = ARENA_ARRAY(arena, struct span *, batch->cases.count)};
  struct plan_commit commit = {.preview = preview};
  struct span span;
  begin_batch(&span, batch);
  commit.outcomes.at = outcomes;
  commit.outcomes.count = decide_batch(arena, batch, outcomes, preview ? NULL : &spans);
  fault_point("conflict.before_commit");
  struct result result = rpc_call(context->rpc, arena, VERB_PLAN_COMMIT, &commit, committed, RPC_TIMEOUT_MS);
  close_spans(&spans, &result);
  span_result(&span, &result);
  span_end(&span);
  TRY(result);
  fault_point("conflict.after_commit");
  return RESULT_DONE;
}

/* One batch: claimed, decided, committed. With `preview` the decisions of dry runs are only shown. */
static struct result plan_batch(struct service_context *context, bool preview, int64_t *wait_ms) {
  struct plan_claim claim = {.limit = BATCH, .preview = preview};
  struct plan_batch batch = {0};
  TRY(rpc_call(context->rpc, context->arena, VERB_PLAN_CLAIM, &claim, &batch, RPC_TIMEOUT_MS));
  fault_point("conflict.after_claim");
  *wait_ms = batch.waiting ? 0 : LOOK_AGAIN_MS;
  if (batch.cases.count == 0)
    return RESULT_DONE;
  struct plan_committed committed = {0};
  TRY(commit_batch(context, &batch, preview, &committed));
  if (committed.moved)
    *wait_ms = 0;
  return RESULT_DONE;
}

struct result conflict_work(struct service_context *context, int64_t *wait_ms) {
  int64_t preview_wait_ms = LOOK_AGAIN_MS;
  TRY(plan_batch(context, false, wait_ms));
  if (*wait_ms == 0)
    return RESULT_DONE;
  TRY(plan_batch(context, true, &preview_wait_ms));
  if (preview_wait_ms == 0)
    *wait_ms = 0;
  return RESULT_DONE;
}
