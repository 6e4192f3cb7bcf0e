/* Writing outside: fetch afresh, ask the gate, send, report. An uncertain write is looked for, never repeated blindly.
 */
#include "service/adapter_push.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/mutation.h"

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
