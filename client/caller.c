/* Requests and replies (docs/bus.md) over a wire. */
#include "client/caller.h"

#include <poll.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/heap.h"
#include "service/backoff.h"
#include "service/rpc_frames.h"

struct caller {
  struct wire_options options;
  struct str store_url;
  struct arena arena; /* of `client` */
  struct str client;
  int64_t next_request;
  struct wire *wire; /* NULL = not connected */
  pthread_mutex_t mutex;
};

enum { ID_BYTES = 4, ANSWER_MS = 10000, BACKOFF_FIRST_MS = 50, BACKOFF_MOST_MS = 1000 };

struct caller *caller_new(const struct wire_options *options, struct str store_url, struct str client) {
  struct caller *caller = heap_new(sizeof *caller);
  caller->options = *options;
  caller->store_url = store_url;
  /* A process that takes over an old one's number must not be taken for it. */
  caller->client =
      str_format(&caller->arena, "%.*s-%08x%08x", STR_FMT(client), randombytes_random(), randombytes_random());
  caller->next_request = 1;
  pthread_mutex_init(&caller->mutex, NULL);
  return caller;
}

void caller_free(struct caller *caller) {
  if (!caller)
    return;
  wire_close(caller->wire);
  pthread_mutex_destroy(&caller->mutex);
  arena_free(&caller->arena);
  free(caller);
}

/* A request on its way: the bytes with their id before them. */
struct exchange {
  enum verb_id id;
  struct str frame;
  bool has_left;
  int64_t deadline_ms;
};

static struct result attempt(struct caller *caller, struct arena *arena, struct exchange *exchange, struct str *out) {
  int64_t answer_ms = clock_mono_ms() + ANSWER_MS;
  int64_t until_ms = answer_ms < exchange->deadline_ms ? answer_ms : exchange->deadline_ms;
  if (!caller->wire)
    TRY(wire_open(&caller->options, caller->store_url, WIRE_REQ, until_ms, &caller->wire));
  exchange->has_left = true;
  TRY(wire_send(caller->wire, exchange->frame, until_ms));
  for (;;) {
    struct str frame;
    TRY(wire_receive(caller->wire, arena, until_ms, &frame));
    if (frame.length >= ID_BYTES && memcmp(frame.at, exchange->frame.at, ID_BYTES) == 0)
      return *out = str_slice(frame, ID_BYTES, frame.length), RESULT_DONE;
  }
}

/* False when the pause was cut short. */
static bool rest(const struct caller *caller, int64_t pause_ms) {
  struct pollfd cancelled = {.fd = caller->options.cancel_fd, .events = POLLIN};
  return poll(&cancelled, 1, (int)pause_ms) <= 0;
}

static struct result no_answer(const struct exchange *exchange, const struct result *last) {
  if (exchange->has_left && verb_table[exchange->id].flags & VERB_WRITE)
    return result_error(RESULT_UNCERTAIN, "%s: no answer, it may have been done: look before you repeat it (%.120s)",
                        verb_table[exchange->id].name, last->message);
  return result_error(RESULT_RETRY, "%s: the store does not answer (%.150s)", verb_table[exchange->id].name,
                      last->message);
}

static struct result try_until(struct caller *caller, struct arena *arena, struct exchange *exchange, struct str *out) {
  struct backoff backoff = backoff_start(BACKOFF_FIRST_MS, BACKOFF_MOST_MS);
  struct result reason = RESULT_DONE;
  for (;;) {
    struct result result = attempt(caller, arena, exchange, out);
    if (result_ok(&result))
      return result;
    wire_close(caller->wire);
    caller->wire = NULL;
    if (result.code != RESULT_RETRY)
      return result;
    if (result_ok(&reason) || clock_mono_ms() < exchange->deadline_ms) /* that the time is over explains nothing */
      reason = result;
    int64_t pause_ms = backoff_next(&backoff, 0);
    if (clock_mono_ms() + pause_ms >= exchange->deadline_ms || !rest(caller, pause_ms))
      return no_answer(exchange, &reason);
  }
}

static struct str with_id(struct arena *arena, int64_t number, struct str request) {
  struct str_builder frame = {.arena = arena};
  uint32_t id = UINT32_C(1) << 31 | (uint32_t)number;
  const char bytes[ID_BYTES] = {(char)(id >> 24), (char)(id >> 16), (char)(id >> 8), (char)id};
  str_append(&frame, (struct str){bytes, sizeof bytes});
  str_append(&frame, request);
  return str_built(&frame);
}

/* With the mutex held. */
static struct result call_in_turn(struct caller *caller, struct arena *arena, enum verb_id id, const void *request,
                                  int64_t deadline_ms, struct str *out) {
  struct arena scratch = {0};
  struct exchange exchange = {.id = id, .deadline_ms = deadline_ms};
  if (clock_mono_ms() >= deadline_ms) /* nobody waits for what would be done */
    return result_error(RESULT_RETRY, "%s: other calls of this handle took its time: open several",
                        verb_table[id].name);
  int64_t number = caller->next_request++;
  struct result result = rpc_frames_request(&scratch, caller->client, number, id, request, &exchange.frame);
  if (result_ok(&result)) {
    exchange.frame = with_id(&scratch, number, exchange.frame);
    result = try_until(caller, arena, &exchange, out);
  }
  arena_wipe(&scratch); /* some verbs carry secrets */
  return result;
}

struct result caller_call(struct caller *caller, struct arena *arena, enum verb_id id, const void *request, void *reply,
                          int64_t timeout_ms) {
  int64_t deadline_ms = clock_mono_ms() + timeout_ms;
  struct str body;
  pthread_mutex_lock(&caller->mutex);
  struct result result = call_in_turn(caller, arena, id, request, deadline_ms, &body);
  pthread_mutex_unlock(&caller->mutex);
  return result_ok(&result) ? rpc_frames_reply(arena, id, body, reply) : result;
}
