/* Receiving, checking and answering requests. */
#include "store/slots.h"

#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "base/msgpack.h"
#include "service/transport.h"

/* -- queues -- */

static void queue_init(struct slot_queue *queue) {
  pthread_mutex_init(&queue->mutex, NULL);
  clock_condition_init(&queue->filled);
  queue->first = NULL;
  queue->last = &queue->first;
}

static void queue_put(struct slot_queue *queue, struct slot *slot) {
  pthread_mutex_lock(&queue->mutex);
  slot->next = NULL;
  *queue->last = slot;
  queue->last = &slot->next;
  pthread_cond_signal(&queue->filled);
  pthread_mutex_unlock(&queue->mutex);
}

struct slot *slot_queue_take(struct slot_queue *queue, int64_t wait_ms) {
  struct timespec until = clock_deadline(wait_ms);
  pthread_mutex_lock(&queue->mutex);
  while (!queue->first)
    if (pthread_cond_timedwait(&queue->filled, &queue->mutex, &until) != 0)
      break;
  struct slot *slot = queue->first;
  if (slot) {
    queue->first = slot->next;
    if (!queue->first)
      queue->last = &queue->first;
  }
  pthread_mutex_unlock(&queue->mutex);
  return slot;
}

/* -- slots -- */

/* Requests and replies that have a secret in them leave nothing behind in memory that is given back. */
static void wipe(struct slot *slot) {
  arena_wipe(&slot->arena);
  if (slot->message)
    explicit_bzero(nng_msg_body(slot->message), nng_msg_len(slot->message));
}

static void receive(struct slot *slot) {
  if (slot->verb < VERB_COUNT && verb_table[slot->verb].flags & VERB_SECRET)
    wipe(slot);
  arena_free(&slot->arena); /* a slot may then wait long, and there are many */
  if (slot->message)
    nng_msg_free(slot->message);
  slot->message = NULL;
  slot->state = SLOT_RECEIVING;
  nng_ctx_recv(slot->context, slot->aio);
}

void slot_answer(struct slot *slot, struct str reply) {
  nng_aio_set_msg(slot->aio, transport_message(reply));
  slot->state = SLOT_ANSWERING;
  nng_ctx_send(slot->context, slot->aio);
}

static void refuse(struct slot *slot, const struct result *result) {
  struct verb_reply reply = {.code = str_of(result_code_name(result->code)), .message = str_of(result->message)};
  slot_answer(slot, msgpack_encode(&slot->arena, &record_verb_reply, &reply));
}

static void answer_bell(struct waiter *waiter, int64_t position, bool rung) {
  struct slot *slot = (struct slot *)((char *)waiter - offsetof(struct slot, waiter));
  struct bell_answer answer = {position, rung};
  struct verb_reply reply = {.code = str_of(result_code_name(RESULT_OK)),
                             .body = msgpack_encode(&slot->arena, verb_table[VERB_WAIT].reply, &answer)};
  slot_answer(slot, msgpack_encode(&slot->arena, &record_verb_reply, &reply));
}

static void wait_for_bell(struct slot *slot) {
  struct result result = bells_wait(&slot->slots->bells, slot->body, &slot->waiter);
  if (!result_ok(&result))
    refuse(slot, &result);
}

/* Decoded here and not in the writer, which has enough to do. */
static struct result check(struct slot *slot) {
  struct str bytes = {nng_msg_body(slot->message), nng_msg_len(slot->message)};
  slot->verb = VERB_COUNT;
  slot->peer = peers_sender(slot->slots->peers, slot->message);
  TRY(msgpack_decode(&slot->arena, &record_verb_request, bytes, &slot->request));
  slot->verb = verb_named(slot->request.verb);
  if (slot->verb == VERB_COUNT)
    return result_error(RESULT_REJECTED, "the store knows no verb \"%.*s\"", STR_FMT(slot->request.verb));
  TRY(peer_check_verb(&slot->peer, slot->verb));
  slot->body = arena_alloc(&slot->arena, verb_table[slot->verb].request->size_bytes);
  TRY(msgpack_decode(&slot->arena, verb_table[slot->verb].request, slot->request.body, slot->body));
  return peer_check_request(&slot->peer, slot->verb, slot->body);
}

static void dispatch(struct slot *slot) {
  struct slots *slots = slot->slots;
  struct result result = check(slot);
  slot->state = SLOT_WORKING;
  if (!result_ok(&result))
    refuse(slot, &result);
  else if (slot->verb == VERB_WAIT)
    wait_for_bell(slot);
  else
    queue_put(verb_table[slot->verb].flags & VERB_WRITE ? &slots->writes : &slots->reads, slot);
}

static void on_slot(void *context) {
  struct slot *slot = context;
  int status = nng_aio_result(slot->aio);
  if (slot->state == SLOT_ANSWERING) {
    if (status)
      nng_msg_free(nng_aio_get_msg(slot->aio));
    receive(slot);
  } else if (status) {
    receive(slot);
  } else {
    slot->message = nng_aio_get_msg(slot->aio);
    dispatch(slot);
  }
}

/* -- all of them -- */

void slots_init(struct slots *slots, struct peers *peers) {
  slots->peers = peers;
  queue_init(&slots->reads);
  queue_init(&slots->writes);
  bells_init(&slots->bells, answer_bell);
}

struct result slots_start(struct slots *slots, nng_socket socket) {
  for (int i = 0; i < SLOT_COUNT; i++) {
    struct slot *slot = &slots->at[i];
    slot->slots = slots;
    if (nng_ctx_open(&slot->context, socket) != 0 || nng_aio_alloc(&slot->aio, on_slot, slot) != 0)
      return result_error(RESULT_RETRY, "cannot open a request slot");
    receive(slot);
  }
  return RESULT_DONE;
}
