/* One tick. */
#include "scheduler/work.h"

#include "base/fault.h"

enum { LONGEST_WAIT_MS = 5000, SHORTEST_WAIT_MS = 50 };

struct result scheduler_work(struct service_context *context, int64_t *wait_ms) {
  struct schedule_tick tick = {0};
  struct schedule_result result = {0};
  fault_point("scheduler.before_tick");
  TRY(rpc_call(context->rpc, context->arena, VERB_SCHEDULE_TICK, &tick, &result, RPC_TIMEOUT_MS));
  fault_point("scheduler.after_tick");
  if (result.started || result.finished)
    log_event(LOG_INFO, "sessions_moved", LOG_I64("started", result.started), LOG_I64("finished", result.finished));
  *wait_ms = result.next_ms < SHORTEST_WAIT_MS  ? SHORTEST_WAIT_MS
             : result.next_ms > LONGEST_WAIT_MS ? LONGEST_WAIT_MS
                                                : result.next_ms;
  return RESULT_DONE;
}
