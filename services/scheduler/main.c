/* tandem-scheduler: when.
 *
 * In:   bells: a session may have ended, a project was configured.
 * Out:  schedule.tick, which starts what is due and ends what has nothing left (SyncStarted, SyncCompleted).
 * Owns: nothing. When each project is due stands in the store, so any number of schedulers may run. */
#include "base/fault.h"
#include "service/service.h"

enum { LONGEST_WAIT_MS = 5000, SHORTEST_WAIT_MS = 50 };

static struct result work(struct service_context *context, int64_t *wait_ms) {
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

int main(void) {
  static const struct service service = {.role = "scheduler", .workers = 1, .work = work, .bells = 1U << BELL_SESSION};
  return service_main(&service, NULL);
}
