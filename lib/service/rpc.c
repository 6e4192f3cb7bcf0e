/* The verb client: one nng request socket, a context for every call. */
#include "service/rpc.h"

#include <nng/nng.h>
#include <nng/protocol/reqrep0/req.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/heap.h"
#include "base/metrics.h"
#include "service/pipe_watch.h"
#include "service/progress.h"
#include "service/rpc_frames.h"
#include "service/transport.h"

struct rpc {
  nng_socket socket;
  struct pipe_watch watch;
  struct arena arena;
  struct str client;
  atomic_llong next_request;
};

enum { RESEND_MS = 10000 };

struct result rpc_open(const struct endpoint *endpoint, struct str client, struct rpc **out) {
  if (sodium_init() < 0)
    return result_error(RESULT_BUG, "libsodium does not start");
  struct rpc *rpc = heap_new(sizeof *rpc);
  int status = nng_req0_open(&rpc->socket);
  if (status)
    return free(rpc), result_error(RESULT_BUG, "request socket: %s", nng_strerror(status));
  /* A process that takes over an old one's number must not be taken for it. */
  rpc->client = str_format(&rpc->arena, "%.*s-%08x", STR_FMT(client), randombytes_random());
  atomic_init(&rpc->next_request, 1);
  pipe_watch_start(&rpc->watch, rpc->socket);
  struct result result = transport_tune(rpc->socket);
  if (result_ok(&result))
    result = transport_dial(rpc->socket, endpoint->store_url, endpoint);
  nng_socket_set_ms(rpc->socket, NNG_OPT_REQ_RESENDTIME, RESEND_MS);
  if (!result_ok(&result))
    return result;
  *out = rpc;
  return RESULT_DONE;
}

static int send_bytes(nng_ctx context, nng_aio *aio, struct str request) {
  nng_msg *message = transport_message(request);
  nng_aio_set_msg(aio, message);
  nng_ctx_send(context, aio);
  nng_aio_wait(aio);
  int status = nng_aio_result(aio);
  if (status)
    nng_msg_free(message);
  return status;
}

/* `has_left`: the store may have got it. */
static struct result failure(enum verb_id id, int status, int64_t timeout_ms, bool has_left) {
  if (status == NNG_ETIMEDOUT && has_left && verb_table[id].flags & VERB_WRITE)
    return result_error(RESULT_RETRY,
                        "%s: no answer from the store within %lld ms; it may have been done: look before you repeat it",
                        verb_table[id].name, (long long)timeout_ms);
  if (status == NNG_ETIMEDOUT)
    return result_error(RESULT_RETRY, "%s: no answer from the store within %lld ms; is it running? (tandem status)",
                        verb_table[id].name, (long long)timeout_ms);
  return result_error(RESULT_RETRY, "%s: %s", verb_table[id].name, nng_strerror(status));
}

static const struct metric duration = {"tandem_verb_call_duration_seconds",
                                       METRIC_HISTOGRAM,
                                       {"verb", "code"},
                                       "Verbs that this process asked the store for, until the answer."};

struct rpc_pending {
  struct rpc *rpc;
  nng_ctx context;
  nng_aio *aio;
  enum verb_id id;
  int64_t timeout_ms, started_ms;
};

static void end_pending(struct rpc_pending *pending) {
  nng_aio_free(pending->aio);
  nng_ctx_close(pending->context);
  free(pending);
}

static nng_duration time_left(const struct rpc_pending *pending) {
  int64_t left_ms = pending->started_ms + pending->timeout_ms - clock_mono_ms();
  return left_ms > 0 ? (nng_duration)left_ms : 1;
}

/* Opens the context and sends; what was opened is the caller's. */
static struct result send_request(struct rpc_pending *pending, struct str frame) {
  int status = nng_ctx_open(&pending->context, pending->rpc->socket);
  if (status)
    return result_error(RESULT_BUG, "request context: %s", nng_strerror(status));
  status = nng_aio_alloc(&pending->aio, NULL, NULL);
  if (status)
    heap_exhausted();
  nng_aio_set_timeout(pending->aio, (nng_duration)pending->timeout_ms);
  status = send_bytes(pending->context, pending->aio, frame);
  return status ? failure(pending->id, status, pending->timeout_ms, false) : RESULT_DONE;
}

struct result rpc_start(struct rpc *rpc, enum verb_id id, const void *request, int64_t timeout_ms,
                        struct rpc_pending **out) {
  struct rpc_pending *pending = heap_new(sizeof *pending);
  struct arena scratch = {0};
  struct str frame;
  *pending = (struct rpc_pending){.rpc = rpc, .id = id, .timeout_ms = timeout_ms, .started_ms = clock_mono_ms()};
  int64_t number = atomic_fetch_add(&rpc->next_request, 1);
  struct result result = rpc_frames_request(&scratch, rpc->client, number, id, request, &frame);
  if (result_ok(&result))
    result = send_request(pending, frame);
  if (verb_table[id].flags & VERB_SECRET)
    arena_wipe(&scratch);
  arena_free(&scratch);
  if (!result_ok(&result))
    return end_pending(pending), result;
  nng_aio_set_timeout(pending->aio, time_left(pending)); /* sending waited for a connection */
  nng_ctx_recv(pending->context, pending->aio);
  *out = pending;
  return RESULT_DONE;
}

static struct result take_answer(struct rpc_pending *pending, struct arena *arena, void *reply) {
  enum verb_id id = pending->id;
  int status = nng_aio_result(pending->aio);
  if (status == NNG_ETIMEDOUT)
    pipe_watch_check(&pending->rpc->watch, clock_mono_ms());
  if (status)
    return failure(id, status, pending->timeout_ms, true);
  pipe_watch_heard(&pending->rpc->watch);
  nng_msg *answer = nng_aio_get_msg(pending->aio);
  struct str body = str_copy(arena, (struct str){nng_msg_body(answer), nng_msg_len(answer)});
  if (verb_table[id].flags & VERB_SECRET)
    explicit_bzero(nng_msg_body(answer), nng_msg_len(answer));
  nng_msg_free(answer);
  return rpc_frames_reply(arena, id, body, reply);
}

struct result rpc_finish(struct rpc_pending *pending, struct arena *arena, void *reply) {
  nng_aio_wait(pending->aio);
  struct result result = take_answer(pending, arena, reply);
  if (pending->id != VERB_WAIT) /* as long as nothing is to be done */
    metric_observe(&duration, METRIC_VALUES(verb_table[pending->id].name, result_code_name(result.code)),
                   (double)(clock_mono_ms() - pending->started_ms) / 1000);
  end_pending(pending);
  progress_note(false);
  return result;
}

struct result rpc_call(struct rpc *rpc, struct arena *arena, enum verb_id id, const void *request, void *reply,
                       int64_t timeout_ms) {
  struct rpc_pending *pending;
  TRY(rpc_start(rpc, id, request, timeout_ms, &pending));
  return rpc_finish(pending, arena, reply);
}
