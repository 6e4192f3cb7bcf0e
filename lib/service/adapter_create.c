/* Making tickets outside: those that come one after another go in one call where the tracker has one. Each is asked
 * for, logged and answered for by itself; only the call is shared. */
#include "base/clock.h"
#include "base/fault.h"
#include "service/adapter_push.h"

/* Creations that go out together. */
struct run {
  struct creation creations[CREATE_MANY_MAX];
  size_t count;
  int64_t asked_ms, lease_ms; /* of the first that may go */
};

bool push_creates_ticket(const struct intent *intent) {
  return str_is(intent->change, "create") && str_is(intent->kind, "ticket") && !str_is(intent->state, "unknown");
}

/* Those that may not go out are left out; where the tracker wants a pause, the run ends. */
static struct result begin_run(struct worker *worker, struct arena *arena, const struct work *work, size_t *i,
                               struct run *run, bool *stop) {
  size_t most = worker->connector->create_many ? CREATE_MANY_MAX : 1;
  for (; *i < work->intents.count && run->count < most && !*stop; ++*i) {
    const struct intent *intent = &work->intents.at[*i];
    struct push_go *go = ARENA_NEW(arena, struct push_go);
    int64_t asked_ms = clock_mono_ms();
    if (!push_creates_ticket(intent))
      break;
    TRY(push_ask(worker, arena, work, intent, NULL, go));
    *stop = go->wait_ms > 0;
    if (!go->go)
      continue;
    if (run->count == 0) {
      run->asked_ms = asked_ms;
      run->lease_ms = go->lease_ms;
    }
    run->creations[run->count++].push = (struct push){.intent = intent, .payload = &go->payload};
  }
  return RESULT_DONE;
}

static void send_run(struct worker *worker, struct arena *arena, struct connection *connection, struct run *run) {
  struct creation *first = run->creations;
  fault_point_of("adapter.before_send", "create_ticket");
  if (run->count == 1)
    first->result = worker->connector->push(connection, arena, &first->push, &first->made);
  else
    worker->connector->create_many(connection, arena, run->creations, run->count);
  fault_point_of("adapter.after_send", "create_ticket");
}

struct result push_create(struct worker *worker, struct arena *arena, struct connection *connection,
                          const struct work *work, size_t *i, bool *stop) {
  struct run *run = ARENA_NEW(arena, struct run);
  TRY(begin_run(worker, arena, work, i, run, stop));
  if (run->count == 0)
    return RESULT_DONE;
  TRY(push_check_lease(run->asked_ms, run->lease_ms));
  send_run(worker, arena, connection, run);
  for (size_t n = 0; n < run->count; n++) {
    struct creation *creation = &run->creations[n];
    struct push_receipt receipt = {.lease = work->lease, .intent_id = creation->push.intent->id};
    *stop |= push_stops(&creation->result);
    TRY(push_send_receipt(worker, arena, connection, &receipt, &creation->result, &creation->made));
  }
  return RESULT_DONE;
}
