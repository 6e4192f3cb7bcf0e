/* Writes that go out at once: one, or several where the tracker takes several. Each is asked for, logged and answered
 * for by itself; only the calls are shared. */
#include "base/clock.h"
#include "base/fault.h"
#include "service/adapter_push.h"

struct run {
  struct pushed writes[PUSH_MANY_MAX];
  size_t count;
  int64_t asked_ms, lease_ms; /* of the first that may go */
};

static struct result take_into_run(struct worker *worker, struct arena *arena, const struct work *work,
                                   const struct intent *intent, struct look *look, struct run *run, bool *stop) {
  struct push_go *go = ARENA_NEW(arena, struct push_go);
  /* After a 304 what is cached still holds. */
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
                               const struct work *work, const struct intent *at, struct look *looks, size_t count,
                               struct run *run, bool *stop) {
  for (size_t i = 0; i < count && !*stop; i++) {
    struct push_receipt receipt = {.lease = work->lease, .intent_id = at[i].id};
    if (result_ok(&looks[i].result)) {
      TRY(take_into_run(worker, arena, work, &at[i], &looks[i], run, stop));
      continue;
    }
    *stop = push_stops(&looks[i].result);
    TRY(push_send_receipt(worker, arena, connection, &receipt, &looks[i].result, NULL));
  }
  return RESULT_DONE;
}

static void send_run(struct worker *worker, struct arena *arena, struct connection *connection, struct run *run) {
  const struct connector *connector = worker->connector;
  struct pushed *first = run->writes;
  const struct intent *intent = first->push.intent;
  const char *what = str_format(arena, "%.*s_%.*s", STR_FMT(intent->change), STR_FMT(intent->kind)).at;
  fault_point_of("adapter.before_send", what);
  if (run->count == 1)
    first->result = connector->push(connection, arena, &first->push, &first->seen);
  else if (str_is(intent->change, "create"))
    connector->create_many(connection, arena, run->writes, run->count);
  else
    connector->change_many(connection, arena, run->writes, run->count);
  fault_point_of("adapter.after_send", what);
}

struct result push_run(struct worker *worker, struct arena *arena, struct connection *connection,
                       const struct work *work, const struct intent *at, struct look *looks, size_t count, bool *stop) {
  struct run *run = ARENA_NEW(arena, struct run);
  TRY(begin_run(worker, arena, connection, work, at, looks, count, run, stop));
  if (run->count == 0)
    return RESULT_DONE;
  TRY(push_check_lease(run->asked_ms, run->lease_ms));
  send_run(worker, arena, connection, run);
  for (size_t i = 0; i < run->count; i++) {
    struct pushed *one = &run->writes[i];
    struct push_receipt receipt = {.lease = work->lease, .intent_id = one->push.intent->id};
    *stop |= push_stops(&one->result);
    TRY(push_send_receipt(worker, arena, connection, &receipt, &one->result, &one->seen));
  }
  return RESULT_DONE;
}
