/* One round of planning: claim, decide, commit. */
#include "conflict/work.h"

#include "base/fault.h"
#include "conflict/decide.h"
#include "service/project_rules.h"

enum { BATCH = 200, LOOK_AGAIN_MS = 3000 };

static const struct project *project_of(const struct plan_batch *batch, int64_t id) {
  for (size_t i = 0; i < batch->projects.count; i++)
    if (batch->projects.at[i].id == id)
      return &batch->projects.at[i];
  return NULL;
}

/* Decides every case of the batch whose project is there. */
static size_t decide_batch(struct arena *arena, const struct plan_batch *batch, struct plan_outcome *outcomes) {
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
    outcomes[count++].settings_version = project->version;
  }
  return count;
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
  struct plan_outcome *outcomes = ARENA_ARRAY(context->arena, struct plan_outcome, batch.cases.count);
  struct plan_commit commit = {.preview = preview};
  struct plan_committed committed = {0};
  commit.outcomes.at = outcomes;
  commit.outcomes.count = decide_batch(context->arena, &batch, outcomes);
  fault_point("conflict.before_commit");
  TRY(rpc_call(context->rpc, context->arena, VERB_PLAN_COMMIT, &commit, &committed, RPC_TIMEOUT_MS));
  fault_point("conflict.after_commit");
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
