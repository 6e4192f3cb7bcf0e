/* Writes that go out together where the tracker takes several: a run of creations of tickets, or of changes of tickets.
 * Each is looked at, asked for, logged and answered for by itself; only the calls are shared. */
#include "base/clock.h"
#include "base/fault.h"
#include "base/mutation.h"
#include "service/adapter_push.h"

struct run {
  struct pushed writes[PUSH_MANY_MAX];
  size_t count;
  int64_t asked_ms, lease_ms; /* of the first that may go */
};

static bool is_certain_ticket(const struct intent *intent) {
  return str_is(intent->kind, "ticket") && !str_is(intent->state, "unknown");
}

bool push_creates_ticket(const struct intent *intent) {
  return is_certain_ticket(intent) && str_is(intent->change, "create");
}

bool push_changes_ticket(const struct intent *intent) {
  return is_certain_ticket(intent) && !str_is(intent->change, "create");
}

/* How many from `at[0]` on are of its kind and may share calls. */
static size_t run_length(const struct connector *connector, const struct intent *at, size_t count) {
  bool creates = push_creates_ticket(at);
  size_t length = 1, most = (creates ? connector->create_many : connector->change_many) ? PUSH_MANY_MAX : 1;
  while (length < most && length < count &&
         (creates ? push_creates_ticket(&at[length]) : push_changes_ticket(&at[length])))
    length++;
  return length;
}

/* The targets as they are now; nothing of creations. */
static struct look *look_at_run(struct worker *worker, struct arena *arena, struct connection *connection,
                                const struct intent *at, size_t count) {
  struct look *looks = ARENA_ARRAY(arena, struct look, count);
  if (push_creates_ticket(at) || MUTATED(FRESH))
    return looks;
  for (size_t i = 0; i < count; i++)
    looks[i].ref = push_target(&at[i]);
  worker_look(worker, arena, connection, looks, count);
  return looks;
}

static struct result take_into_run(struct worker *worker, struct arena *arena, const struct work *work,
                                   const struct intent *intent, struct look *look, struct run *run, bool *stop) {
  struct push_go *go = ARENA_NEW(arena, struct push_go);
  struct observation *fresh = look->done && !look->not_modified ? &look->seen : NULL;
  int64_t asked_ms = clock_mono_ms();
  TRY(push_ask(worker, arena, work, intent, fresh, go));
  *stop = go->wait_ms > 0;
  if (!go->go)
    return RESULT_DONE;
  if (run->count == 0) {
    run->asked_ms = asked_ms;
    run->lease_ms = go->lease_ms;
  }
  run->writes[run->count++].push = (struct push){.intent = intent, .payload = &go->payload, .fresh = fresh};
  return RESULT_DONE;
}

/* Those that may not go out are left out; where the tracker wants a pause, the run ends. */
static struct result begin_run(struct worker *worker, struct arena *arena, struct connection *connection,
                               const struct work *work, size_t *i, struct run *run, bool *stop) {
  const struct intent *at = &work->intents.at[*i];
  size_t length = run_length(worker->connector, at, work->intents.count - *i);
  struct look *looks = look_at_run(worker, arena, connection, at, length);
  for (size_t n = 0; n < length && !*stop; n++, ++*i) {
    struct push_receipt receipt = {.lease = work->lease, .intent_id = at[n].id};
    if (result_ok(&looks[n].result)) {
      TRY(take_into_run(worker, arena, work, &at[n], &looks[n], run, stop));
      continue;
    }
    *stop = push_stops(&looks[n].result);
    TRY(push_send_receipt(worker, arena, connection, &receipt, &looks[n].result, NULL));
  }
  return RESULT_DONE;
}

static void send_run(struct worker *worker, struct arena *arena, struct connection *connection, struct run *run) {
  const struct connector *connector = worker->connector;
  struct pushed *first = run->writes;
  const char *what = push_creates_ticket(first->push.intent) ? "create_ticket" : "update_ticket";
  fault_point_of("adapter.before_send", what);
  if (run->count == 1)
    first->result = connector->push(connection, arena, &first->push, &first->seen);
  else if (push_creates_ticket(first->push.intent))
    connector->create_many(connection, arena, run->writes, run->count);
  else
    connector->change_many(connection, arena, run->writes, run->count);
  fault_point_of("adapter.after_send", what);
}

struct result push_run(struct worker *worker, struct arena *arena, struct connection *connection,
                       const struct work *work, size_t *i, bool *stop) {
  struct run *run = ARENA_NEW(arena, struct run);
  TRY(begin_run(worker, arena, connection, work, i, run, stop));
  if (run->count == 0)
    return RESULT_DONE;
  TRY(push_check_lease(run->asked_ms, run->lease_ms));
  send_run(worker, arena, connection, run);
  for (size_t n = 0; n < run->count; n++) {
    struct pushed *one = &run->writes[n];
    struct push_receipt receipt = {.lease = work->lease, .intent_id = one->push.intent->id};
    *stop |= push_stops(&one->result);
    TRY(push_send_receipt(worker, arena, connection, &receipt, &one->result, &one->seen));
  }
  return RESULT_DONE;
}
