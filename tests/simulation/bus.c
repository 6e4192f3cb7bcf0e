/* The bus: what lib/service/rpc.c does over nng, as messages in simulated time that may be lost, late, or arrive twice.
 * A request without an answer is sent again with the same number after ten seconds and given up after the caller's
 * timeout, as the nng socket does. */
#include "service/rpc.h"

#include "base/msgpack.h"
#include "service/rpc_frames.h"
#include "simulation/parents.h"
#include "simulation/people.h"
#include "simulation/tell.h"
#include "simulation/world.h"

enum { RESEND_MS = 10000, SLOWEST_MS = 12, LATEST_MS = 60000 };

/* Lives as long as the run: it may arrive when its sender is long gone. */
struct rpc_pending {
  struct rpc *rpc;
  struct actor *actor;
  enum verb_id id;
  struct str request, reply;
  int64_t give_up_ms;
  bool has_arrived, is_over;
};

static int64_t latency_ms(const struct rpc_pending *pending) {
  struct world *world = pending->actor->world;
  return chances_between(&world->chances, DRAW_LATENCY, pending->actor->who, 1, SLOWEST_MS);
}

static void arrive(void *context, uint64_t unused) {
  struct rpc_pending *pending = context;
  (void)unused;
  pending->has_arrived = true;
  if (!pending->is_over)
    actor_wake(pending->actor, pending->actor->world->now_ms);
}

static void tell(struct world *world, const struct rpc_pending *pending, struct str reply) {
  bool is_dull = pending->id == VERB_WORK_CLAIM || pending->id == VERB_WORK_RELEASE || pending->id == VERB_PLAN_CLAIM ||
                 pending->id == VERB_SCHEDULE_TICK || pending->id == VERB_CREDENTIAL_GET;
  if (is_dull || !world->trace.kept)
    return;
  struct result result = rpc_frames_reply(&world->arena, pending->id, reply, NULL);
  struct str asked = tell_request(&world->arena, pending->id, pending->request);
  world_tell(world, "%s %s%.*s%s%s", pending->actor->name, verb_table[pending->id].name, STR_FMT(asked),
             result_ok(&result) ? "" : ": ", result.message);
}

/* The gate itself is exact: what it hands out is not private at that moment. */
static void check_gate(struct world *world, const struct rpc_pending *pending, struct str reply) {
  struct push_go go = {0};
  if (pending->id != VERB_PUSH_BEGIN)
    return;
  struct result result = rpc_frames_reply(&world->arena, pending->id, reply, &go);
  if (result_ok(&result) && go.go)
    people_check_outbound(world, &go.payload, 0);
}

static void note_answered(struct str resource, const struct observation *returned) {
  struct str credential = str_slice(resource, strlen("push:"), resource.length); /* named like its system */
  struct tracker *tracker = tracker_of_system(credential);
  struct remote_item *item = tracker_find(tracker, returned->kind, returned->external_id);
  if (!item)
    return;
  item->unanswered = 0;
  for (size_t i = 0; i < returned->replaced.count; i++) {
    struct value replaced = parents_word_there(tracker, &returned->replaced.at[i]);
    truth_told(&tracker->world->truth, truth_identity(&tracker_now(item)->fields), &replaced);
  }
}

/* What the store has taken of a write's answer: from then on it answers for what the write replaced. */
static void note_receipt(struct world *world, const struct rpc_pending *pending, struct str reply) {
  struct verb_request request = {0};
  struct push_receipt receipt = {0};
  if (pending->id != VERB_PUSH_RECEIPT)
    return;
  struct result result = rpc_frames_reply(&world->arena, pending->id, reply, NULL);
  if (result_ok(&result))
    result = msgpack_decode(&world->arena, &record_verb_request, pending->request, &request);
  if (result_ok(&result))
    result = msgpack_decode(&world->arena, verb_table[pending->id].request, request.body, &receipt);
  for (size_t i = 0; result_ok(&result) && i < receipt.returned.count; i++)
    note_answered(receipt.lease.resource, &receipt.returned.at[i]);
}

static void reach_store(void *context, uint64_t unused) {
  struct rpc_pending *pending = context;
  struct world *world = pending->actor->world;
  struct str reply;
  (void)unused;
  if (!store_execute(world->store, &world->arena, pending->actor->lookers, pending->request, &reply))
    return;
  tell(world, pending, reply);
  check_gate(world, pending, reply);
  note_receipt(world, pending, reply);
  if (pending->has_arrived || chances_fault(&world->chances, FAULT_REPLY_LOST, pending->actor->who))
    return;
  pending->reply = reply;
  events_plan(&world->events, world->now_ms + latency_ms(pending), arrive, pending, 0);
}

static void send_once(struct rpc_pending *pending) {
  struct world *world = pending->actor->world;
  unsigned who = pending->actor->who;
  int64_t at_ms = world->now_ms + latency_ms(pending);
  if (chances_fault(&world->chances, FAULT_REQUEST_LOST, who))
    return;
  if (chances_fault(&world->chances, FAULT_REQUEST_LATE, who))
    at_ms += chances_between(&world->chances, DRAW_DURATION, who, 1000, LATEST_MS);
  events_expect(&world->events, at_ms, reach_store, pending, 0);
  if (chances_fault(&world->chances, FAULT_REQUEST_TWICE, who))
    events_expect(&world->events, at_ms + latency_ms(pending), reach_store, pending, 0);
}

static void send_again(void *context, uint64_t unused) {
  struct rpc_pending *pending = context;
  (void)unused;
  if (!pending->is_over && !pending->has_arrived)
    send_once(pending);
}

struct result rpc_start(struct rpc *rpc, enum verb_id id, const void *request, int64_t timeout_ms,
                        struct rpc_pending **out) {
  struct actor *actor = rpc->actor;
  struct world *world = actor->world;
  if (actor->is_dead)
    return result_error(RESULT_BUG, "this process has crashed");
  struct rpc_pending *pending = ARENA_NEW(&world->arena, struct rpc_pending);
  *pending = (struct rpc_pending){.rpc = rpc, .actor = actor, .id = id, .give_up_ms = world->now_ms + timeout_ms};
  TRY(rpc_frames_request(&world->arena, str_copy(&world->arena, rpc->client), ++rpc->next_request, id, request,
                         &pending->request));
  send_once(pending);
  events_plan(&world->events, world->now_ms + RESEND_MS, send_again, pending, 0);
  *out = pending;
  return RESULT_DONE;
}

struct result rpc_finish(struct rpc_pending *pending, struct arena *arena, void *reply) {
  struct actor *actor = pending->actor;
  while (!pending->has_arrived && !actor->is_dead && actor->world->now_ms < pending->give_up_ms)
    actor_wait(actor, pending->give_up_ms);
  pending->is_over = true;
  if (actor->is_dead)
    return result_error(RESULT_BUG, "this process has crashed");
  if (!pending->has_arrived)
    return result_error(RESULT_RETRY, "%s: no answer from the store", verb_table[pending->id].name);
  return rpc_frames_reply(arena, pending->id, pending->reply, reply);
}

struct result rpc_call(struct rpc *rpc, struct arena *arena, enum verb_id id, const void *request, void *reply,
                       int64_t timeout_ms) {
  struct rpc_pending *pending;
  TRY(rpc_start(rpc, id, request, timeout_ms, &pending));
  return rpc_finish(pending, arena, reply);
}
