/* Writing outside: fetch afresh, ask the gate, send, report. An uncertain write is looked for, never repeated blindly.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/environment.h"
#include "base/fault.h"
#include "service/adapter_worker.h"

enum { SEND_TIMEOUT_MS = 30000 };

static int64_t settle_ms(const struct connector *connector) {
  return environment_i64("TANDEM_SETTLE_MS", connector->settle_ms);
}

static struct result send_receipt(struct worker *worker, struct arena *arena, struct connection *connection,
                                  struct push_receipt *receipt, const struct result *outcome,
                                  struct observation *returned) {
  const char *how = receipt->probe ? "probe" : "send";
  receipt->outcome = str_of(result_code_name(outcome->code));
  receipt->message = str_of(outcome->message);
  receipt->retry_after_ms = outcome->retry_after_ms;
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

static struct external_ref target_of(const struct intent *intent) {
  return (struct external_ref){.kind = intent->kind,
                               .external_id = intent->external_id,
                               .parent_external_id = intent->parent_external_id,
                               .etag = intent->etag};
}

/* A write whose outcome is unknown: a creation is looked for, an update's target tells by itself. */
static struct result probe(struct worker *worker, struct arena *arena, struct connection *connection,
                           const struct work *work, const struct intent *intent) {
  struct push_receipt receipt = {.lease = work->lease, .intent_id = intent->id, .probe = true};
  struct observation found = {0};
  struct result outcome;
  if (str_is(intent->change, "create")) {
    outcome = worker->connector->find(connection, arena, intent, intent->marker, &found);
    return send_receipt(worker, arena, connection, &receipt, &outcome, &found);
  }
  struct external_ref ref = target_of(intent);
  bool not_modified = false;
  ref.etag = (struct str){0};
  outcome = worker->connector->fetch(connection, arena, &ref, &not_modified, &found);
  if (!result_ok(&outcome))
    return send_receipt(worker, arena, connection, &receipt, &outcome, &found);
  worker_canonical(arena, &found);
  receipt.returned.at = &found;
  receipt.returned.count = 1;
  outcome = result_error(RESULT_STALE, "looked at afresh");
  return send_receipt(worker, arena, connection, &receipt, &outcome, NULL);
}

/* The target as it is now. `*known` = false: a creation, or a 304 and what is cached still holds. */
static struct result look_afresh(struct worker *worker, struct arena *arena, struct connection *connection,
                                 const struct intent *intent, struct observation *fresh, bool *known) {
  *known = false;
  if (str_is(intent->change, "create"))
    return RESULT_DONE;
  struct external_ref ref = target_of(intent);
  bool not_modified = false;
  TRY(worker->connector->fetch(connection, arena, &ref, &not_modified, fresh));
  if (not_modified)
    return RESULT_DONE;
  worker_canonical(arena, fresh);
  *known = true;
  return RESULT_DONE;
}

static struct result send(struct worker *worker, struct arena *arena, struct connection *connection,
                          const struct work *work, const struct intent *intent, bool *stop) {
  struct push_receipt receipt = {.lease = work->lease, .intent_id = intent->id};
  struct observation fresh = {0}, returned = {0};
  bool known;
  struct result outcome = look_afresh(worker, arena, connection, intent, &fresh, &known);
  if (outcome.code == RESULT_UNCERTAIN)
    outcome.code = RESULT_RETRY;                                       /* only a read so far */
  *stop = outcome.code == RESULT_RETRY || outcome.code == RESULT_AUTH; /* the rest would fare no better */
  if (!result_ok(&outcome))
    return send_receipt(worker, arena, connection, &receipt, &outcome, NULL);

  struct push_begin begin = {.lease = work->lease, .intent_id = intent->id, .pace = worker->connector->pace};
  struct push_go go = {0};
  begin.fresh.at = &fresh;
  begin.fresh.count = known;
  int64_t asked_ms = clock_mono_ms();
  TRY(rpc_call(worker->rpc, arena, VERB_PUSH_BEGIN, &begin, &go, RPC_TIMEOUT_MS));
  *stop = go.wait_ms > 0;
  if (!go.go)
    return RESULT_DONE;
  /* Whoever slept here may have lost the lease: then nothing is sent, and the next holder finds out. */
  int64_t reserve_ms = SEND_TIMEOUT_MS < go.lease_ms / 2 ? SEND_TIMEOUT_MS : go.lease_ms / 2;
  if (clock_mono_ms() - asked_ms > go.lease_ms - reserve_ms)
    return result_error(RESULT_STALE, "slept through the lease");
  const char *what = str_format(arena, "%.*s_%.*s", STR_FMT(intent->change), STR_FMT(intent->kind)).at;
  fault_point_of("adapter.before_send", what);
  struct push push = {.intent = intent, .payload = &go.payload, .fresh = known ? &fresh : NULL};
  outcome = worker->connector->push(connection, arena, &push, &returned);
  fault_point_of("adapter.after_send", what);
  *stop = outcome.code == RESULT_RETRY || outcome.code == RESULT_AUTH;
  return send_receipt(worker, arena, connection, &receipt, &outcome, &returned);
}

struct result worker_push(struct worker *worker, struct arena *arena, struct connection *connection,
                          const struct work *work) {
  bool stop = false;
  for (size_t i = 0; i < work->intents.count && !stop; i++) {
    const struct intent *intent = &work->intents.at[i];
    if (str_is(intent->state, "unknown"))
      TRY(probe(worker, arena, connection, work, intent));
    else
      TRY(send(worker, arena, connection, work, intent, &stop));
  }
  return RESULT_DONE;
}
