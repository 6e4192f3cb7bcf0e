/* Writing outside: fetch afresh, ask the gate, send, report. An uncertain write is looked for, never repeated blindly.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/environment.h"
#include "base/fault.h"
#include "base/mutation.h"
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

/* The targets of the next writes, looked at together where the tracker can. Few, so that none is old when its write
 * goes out. */
enum { LOOKS_AHEAD = 10 };

struct looks_ahead {
  struct look looks[LOOKS_AHEAD];
  size_t count, next;
};

/* The ticket of `work->intents.at[i]` and those that come next. */
static void look_ahead(struct worker *worker, struct arena *arena, struct connection *connection,
                       const struct work *work, size_t i, struct looks_ahead *ahead) {
  size_t most = worker->connector->fetch_many ? LOOKS_AHEAD : 1;
  ahead->count = ahead->next = 0;
  for (; i < work->intents.count && ahead->count < most; i++)
    if (push_changes_ticket(&work->intents.at[i]))
      ahead->looks[ahead->count++] = (struct look){.ref = push_target(&work->intents.at[i])};
  worker_look(worker, arena, connection, ahead->looks, ahead->count);
}

/* The target as it is now; nothing of a creation. */
static struct look look_at_target(struct worker *worker, struct arena *arena, struct connection *connection,
                                  const struct work *work, size_t i, struct looks_ahead *ahead) {
  const struct intent *intent = &work->intents.at[i];
  struct look look = {0};
  if (MUTATED(FRESH))
    return look;
  if (push_changes_ticket(intent)) {
    if (ahead->next == ahead->count)
      look_ahead(worker, arena, connection, work, i, ahead);
    return ahead->looks[ahead->next++];
  }
  if (!str_is(intent->change, "create")) {
    look.ref = push_target(intent);
    worker_look(worker, arena, connection, &look, 1);
  }
  return look;
}

static struct result send(struct worker *worker, struct arena *arena, struct connection *connection,
                          const struct work *work, size_t i, struct looks_ahead *ahead, bool *stop) {
  const struct intent *intent = &work->intents.at[i];
  struct push_receipt receipt = {.lease = work->lease, .intent_id = intent->id};
  struct look look = look_at_target(worker, arena, connection, work, i, ahead);
  struct observation returned = {0};
  bool known = look.done && !look.not_modified; /* after a 304 what is cached still holds */
  struct result outcome = look.result;
  *stop = push_stops(&outcome);
  if (!result_ok(&outcome))
    return push_send_receipt(worker, arena, connection, &receipt, &outcome, NULL);

  struct push_go go = {0};
  int64_t asked_ms = clock_mono_ms();
  TRY(push_ask(worker, arena, work, intent, known ? &look.seen : NULL, &go));
  *stop = go.wait_ms > 0;
  if (!go.go)
    return RESULT_DONE;
  TRY(push_check_lease(asked_ms, go.lease_ms));
  const char *what = str_format(arena, "%.*s_%.*s", STR_FMT(intent->change), STR_FMT(intent->kind)).at;
  fault_point_of("adapter.before_send", what);
  struct push push = {.intent = intent, .payload = &go.payload, .fresh = known ? &look.seen : NULL};
  outcome = worker->connector->push(connection, arena, &push, &returned);
  fault_point_of("adapter.after_send", what);
  *stop = push_stops(&outcome);
  return push_send_receipt(worker, arena, connection, &receipt, &outcome, &returned);
}

struct result worker_push(struct worker *worker, struct arena *arena, struct connection *connection,
                          const struct work *work) {
  struct looks_ahead ahead = {.count = 0};
  bool stop = false;
  for (size_t i = 0; i < work->intents.count && !stop;) {
    const struct intent *intent = &work->intents.at[i];
    if (push_creates_ticket(intent) || (push_changes_ticket(intent) && worker->connector->change_many)) {
      TRY(push_run(worker, arena, connection, work, &i, &stop));
      continue;
    }
    if (str_is(intent->state, "unknown"))
      TRY(push_probe(worker, arena, connection, work, intent));
    else
      TRY(send(worker, arena, connection, work, i, &ahead, &stop));
    i++;
  }
  return RESULT_DONE;
}
