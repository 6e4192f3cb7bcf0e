/* What every write has: the question at the gate before it, the lease that has to hold, the receipt after it. */
#include "base/clock.h"
#include "base/environment.h"
#include "base/fault.h"
#include "service/adapter_push.h"

enum { SEND_TIMEOUT_MS = 30000 };

static int64_t settle_ms(const struct connector *connector) {
  return environment_i64("TANDEM_SETTLE_MS", connector->settle_ms);
}

struct result push_send_receipt(struct worker *worker, struct arena *arena, struct connection *connection,
                                struct push_receipt *receipt, const struct result *outcome,
                                struct observation *returned) {
  const char *how = receipt->probe ? "probe" : "send";
  const struct result judged = worker_doubt_auth(worker, connection, *outcome);
  receipt->outcome = str_of(result_code_name(judged.code));
  receipt->message = str_of(outcome->message);
  receipt->retry_after_ms = outcome->retry_after_ms;
  struct refused_value refusal = {str_of(outcome->field), receipt->message};
  receipt->refused.at = &refusal;
  receipt->refused.count = outcome->field[0] != '\0';
  receipt->settle_ms = settle_ms(worker->connector);
  worker->connector->take_usage(connection, &receipt->usage);
  if (result_ok(outcome)) {
    worker_canonical(arena, returned);
    receipt->returned.at = returned;
    receipt->returned.count = 1;
  }
  fault_point_of("adapter.before_receipt", how);
  TRY(rpc_call(worker->rpc, arena, VERB_PUSH_RECEIPT, receipt, NULL, RPC_TIMEOUT_MS));
  fault_point_of("adapter.after_receipt", how);
  return RESULT_DONE;
}

struct external_ref push_target(const struct intent *intent) {
  return (struct external_ref){.kind = intent->kind,
                               .external_id = intent->external_id,
                               .parent_external_id = intent->parent_external_id,
                               .etag = intent->etag};
}

struct result push_ask(struct worker *worker, struct arena *arena, const struct work *work, const struct intent *intent,
                       struct observation *fresh, struct push_go *out) {
  struct push_begin begin = {.lease = work->lease, .intent_id = intent->id, .pace = worker->connector->pace};
  begin.fresh.at = fresh;
  begin.fresh.count = fresh != NULL;
  return rpc_call(worker->rpc, arena, VERB_PUSH_BEGIN, &begin, out, RPC_TIMEOUT_MS);
}

struct result push_check_lease(int64_t asked_ms, int64_t lease_ms) {
  int64_t reserve_ms = SEND_TIMEOUT_MS < lease_ms / 2 ? SEND_TIMEOUT_MS : lease_ms / 2;
  if (clock_mono_ms() - asked_ms > lease_ms - reserve_ms)
    return result_error(RESULT_STALE, "slept through the lease");
  return RESULT_DONE;
}

bool push_stops(const struct result *outcome) {
  return outcome->code == RESULT_RETRY || outcome->code == RESULT_AUTH;
}
