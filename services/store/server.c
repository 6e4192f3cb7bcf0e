/* The store's server: reply socket, queues, readers, the writer, the publisher. */
#include "store/server.h"

#include <nng/nng.h>
#include <nng/protocol/pubsub0/pub.h>
#include <nng/protocol/reqrep0/rep.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/heap.h"
#include "base/metrics.h"
#include "base/msgpack.h"
#include "service/progress.h"
#include "service/transport.h"
#include "store/bells.h"
#include "store/execute.h"
#include "store/health.h"
#include "store/migrate.h"
#include "store/security/peers.h"
#include "store/store.h"

enum {
  SLOT_COUNT = 256,
  READER_COUNT = 3,
  HEARTBEAT_MS = 1000,
  CONNECT_RETRY_MS = 250,
  LEAD_AGAIN_TRIES = 8,
  EXIT_LEAD_LOST = 75
};

/* One request at a time: received, queued, answered, received again. */
struct slot {
  struct server *server;
  nng_ctx context;
  nng_aio *aio;
  enum { SLOT_RECEIVING, SLOT_WORKING, SLOT_ANSWERING } state;
  struct arena arena;
  nng_msg *message;
  struct verb_request request;
  struct peer peer; /* who asks */
  enum verb_id verb;
  void *body;           /* the verb's request, decoded */
  struct waiter waiter; /* while it waits for a bell */
  struct slot *next;
};

struct queue {
  pthread_mutex_t mutex;
  pthread_cond_t filled;
  struct slot *first, **last;
};

struct server {
  const struct server_options *options;
  nng_socket verbs, events;
  struct peers *peers;
  struct slot slots[SLOT_COUNT];
  struct queue reads, writes;
  struct bells bells;
  struct db *leader_db; /* the writer's connection; holds the leader's lock */
  int64_t head;
};

/* -- queues -- */

static void queue_init(struct queue *queue) {
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_mutex_init(&queue->mutex, NULL);
  pthread_cond_init(&queue->filled, &attributes);
  queue->first = NULL;
  queue->last = &queue->first;
}

static void queue_put(struct queue *queue, struct slot *slot) {
  pthread_mutex_lock(&queue->mutex);
  slot->next = NULL;
  *queue->last = slot;
  queue->last = &slot->next;
  pthread_cond_signal(&queue->filled);
  pthread_mutex_unlock(&queue->mutex);
}

/* The oldest slot, or NULL after `wait_ms`. */
static struct slot *queue_take(struct queue *queue, int64_t wait_ms) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_nsec += wait_ms % 1000 * 1000000;
  until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
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
static void slot_wipe(struct slot *slot) {
  arena_wipe(&slot->arena);
  if (slot->message)
    explicit_bzero(nng_msg_body(slot->message), nng_msg_len(slot->message));
}

static void slot_receive(struct slot *slot) {
  if (slot->verb < VERB_COUNT && verb_table[slot->verb].flags & VERB_SECRET)
    slot_wipe(slot);
  arena_free(&slot->arena); /* a slot may then wait long, and there are many */
  if (slot->message)
    nng_msg_free(slot->message);
  slot->message = NULL;
  slot->state = SLOT_RECEIVING;
  nng_ctx_recv(slot->context, slot->aio);
}

static void slot_answer(struct slot *slot, struct str reply) {
  nng_msg *message;
  if (nng_msg_alloc(&message, 0) != 0)
    abort();
  nng_msg_append(message, reply.at, reply.length);
  nng_aio_set_msg(slot->aio, message);
  slot->state = SLOT_ANSWERING;
  nng_ctx_send(slot->context, slot->aio);
}

static void slot_refuse(struct slot *slot, const struct result *result) {
  struct verb_reply reply = {.code = str_of(result_code_name(result->code)), .message = str_of(result->message)};
  slot_answer(slot, msgpack_encode(&slot->arena, &record_verb_reply, &reply));
}

static void slot_answer_bell(struct waiter *waiter, int64_t position, bool rung) {
  struct slot *slot = (struct slot *)((char *)waiter - offsetof(struct slot, waiter));
  struct bell_answer answer = {position, rung};
  struct verb_reply reply = {.code = str_of(result_code_name(RESULT_OK)),
                             .body = msgpack_encode(&slot->arena, verb_table[VERB_WAIT].reply, &answer)};
  slot_answer(slot, msgpack_encode(&slot->arena, &record_verb_reply, &reply));
}

static void slot_wait(struct slot *slot) {
  struct result result = bells_wait(&slot->server->bells, slot->body, &slot->waiter);
  if (!result_ok(&result))
    slot_refuse(slot, &result);
}

static void slot_dispatch(struct slot *slot) {
  struct str bytes = {nng_msg_body(slot->message), nng_msg_len(slot->message)};
  struct result result = msgpack_decode(&slot->arena, &record_verb_request, bytes, &slot->request);
  slot->verb = result_ok(&result) ? verb_named(slot->request.verb) : VERB_COUNT;
  if (result_ok(&result) && slot->verb == VERB_COUNT)
    result = result_error(RESULT_REJECTED, "the store knows no verb \"%.*s\"", STR_FMT(slot->request.verb));
  slot->peer = peers_sender(slot->server->peers, slot->message);
  if (result_ok(&result))
    result = peer_check_verb(&slot->peer, slot->verb);
  if (result_ok(&result)) { /* here and not in the writer, which has enough to do */
    slot->body = arena_alloc(&slot->arena, verb_table[slot->verb].request->size_bytes);
    result = msgpack_decode(&slot->arena, verb_table[slot->verb].request, slot->request.body, slot->body);
  }
  if (result_ok(&result))
    result = peer_check_request(&slot->peer, slot->verb, slot->body);
  if (!result_ok(&result)) {
    slot_refuse(slot, &result);
    return;
  }
  slot->state = SLOT_WORKING;
  if (slot->verb == VERB_WAIT) {
    slot_wait(slot);
    return;
  }
  bool writes = verb_table[slot->verb].flags & VERB_WRITE;
  queue_put(writes ? &slot->server->writes : &slot->server->reads, slot);
}

static void on_slot(void *context) {
  struct slot *slot = context;
  int status = nng_aio_result(slot->aio);
  if (slot->state == SLOT_ANSWERING) {
    if (status)
      nng_msg_free(nng_aio_get_msg(slot->aio));
    slot_receive(slot);
  } else if (status) {
    slot_receive(slot);
  } else {
    slot->message = nng_aio_get_msg(slot->aio);
    slot_dispatch(slot);
  }
}

/* -- database -- */

static struct db *connect_as(struct str url) {
  for (int attempt = 0;; attempt++) {
    struct db *db;
    struct result result = db_open(url, &db);
    if (result_ok(&result))
      return db;
    if (attempt % 20 == 0)
      log_event(LOG_WARNING, "database_unreachable", LOG_RESULT(&result));
    clock_sleep_ms(CONNECT_RETRY_MS);
  }
}

static struct db *connect_patiently(const struct server_options *options) {
  return connect_as(options->database_url);
}

struct result server_migrate(const struct server_options *options) {
  struct db *db = connect_as(options->owner_url.length ? options->owner_url : options->database_url);
  struct result result = migrate(db);
  db_close(db);
  return result;
}

static struct result read_head(struct db *db, int64_t *out) {
  struct rows rows;
  TRY(db_query(db, "select coalesce(max(sequence), 0) as head from event_log", NO_PARAMS, &rows));
  *out = rows_i64(&rows, 0, "head");
  db_release(db);
  return RESULT_DONE;
}

/* Blocks until no other store leads. The lock lives and dies with this connection. */
static struct result lead(struct db *db, int64_t *head) {
  log_event(LOG_INFO, "waiting_to_lead");
  store_health_waits_to_lead();
  TRY(db_script(db, "select pg_advisory_lock(7461)"));
  return read_head(db, head);
}

/* -- the writer -- */

static void publish(struct server *server, struct arena *arena, const struct stored_event *event) {
  struct str frame;
  struct result result = event_to_frame(arena, event, &frame);
  nng_msg *message;
  if (!result_ok(&result) || nng_msg_alloc(&message, 0) != 0) {
    log_event(LOG_ERROR, "event_not_published", LOG_RESULT(&result));
    return;
  }
  nng_msg_append(message, frame.at, frame.length);
  if (nng_sendmsg(server->events, message, 0) != 0)
    nng_msg_free(message);
}

static void ring_all(struct server *server, const struct outbox *outbox) {
  for (size_t i = 0; i < outbox->ring_count; i++)
    bells_ring(&server->bells, outbox->rings[i].bell, outbox->rings[i].system);
  if (outbox->count)
    bells_ring(&server->bells, BELL_EVENT, (struct str){0});
}

static void publish_all(struct server *server, struct outbox *outbox) {
  for (size_t i = 0; i < outbox->count; i++)
    publish(server, outbox->arena, &outbox->events[i]);
  outbox_clear(outbox);
  arena_reset(outbox->arena);
}

static void publish_heartbeat(struct server *server, struct arena *arena, int64_t head) {
  struct outbox outbox = {.arena = arena};
  struct event_heartbeat data = {.head = head};
  outbox_add(&outbox, EVENT_HEARTBEAT, STR("tandem"), STR("tandem"), &data);
  publish(server, arena, &outbox.events[0]);
}

/* Tries for two seconds: the database may need a moment to see that our old connection is gone. */
static struct result lead_again(struct server *server, bool *leads) {
  struct rows rows;
  server->leader_db = connect_patiently(server->options);
  for (int attempt = 0; attempt < LEAD_AGAIN_TRIES && !*leads; attempt++) {
    if (attempt > 0)
      clock_sleep_ms(CONNECT_RETRY_MS);
    TRY(db_query(server->leader_db, "select pg_try_advisory_lock(7461) as leads", NO_PARAMS, &rows));
    *leads = rows_bool(&rows, 0, "leads");
    db_release(server->leader_db);
  }
  return *leads ? read_head(server->leader_db, &server->head) : RESULT_DONE;
}

/* A lost connection loses the lock too. Where no other store has taken it we go on. Else this process ends, and begins
 * again as a standby: who is still connected to it would wait for answers that only the new leader can give. */
static void lose_lead(struct server *server) {
  log_event(LOG_WARNING, "lead_lost", LOG_I64("head", server->head));
  store_health_leads(false);
  progress_note(true);
  struct result result;
  bool leads = false;
  do {
    db_close(server->leader_db);
    result = lead_again(server, &leads);
  } while (!result_ok(&result));
  if (!leads) {
    log_event(LOG_WARNING, "another_leads", LOG_C("next", "this store ends; its supervisor starts it as a standby"));
    _exit(EXIT_LEAD_LOST);
  }
  store_health_leads(true);
  log_event(LOG_INFO, "leading", LOG_I64("head", server->head));
}

static const struct metric publication_lag = {"tandem_event_publication_lag_seconds",
                                              METRIC_HISTOGRAM,
                                              {0},
                                              "From the commit of a verb's events until all are published."};

/* The answer goes out before the events: whoever asked can go on while they are published. From then on the slot is
 * another request's, so events have an arena of their own. */
static void serve_slot(struct server *server, struct db *db, struct slot *slot, struct outbox *outbox) {
  struct call call = {.db = db,
                      .arena = &slot->arena,
                      .outbox = outbox,
                      .vault = server->options->vault,
                      .peer = &slot->peer,
                      .internal_hosts = server->options->internal_hosts,
                      .internal_host_count = server->options->internal_host_count,
                      .client = slot->request.client};
  struct str reply;
  const char *verb = verb_table[slot->verb].name;
  execute(&call, slot->verb, &slot->request, slot->body, &reply);
  server->head = outbox->head;
  bool has_events = outbox->count > 0;
  int64_t committed_ms = clock_mono_ms();
  fault_point_of("store.before_publish", verb);
  ring_all(server, outbox);
  slot_answer(slot, reply);
  publish_all(server, outbox);
  if (has_events)
    metric_observe(&publication_lag, METRIC_NO_VALUES, (double)(clock_mono_ms() - committed_ms) / 1000);
  fault_point_of("store.after_publish", verb);
}

static void write_forever(struct server *server) {
  struct arena events = {0}, arena = {0};
  struct outbox outbox = {.arena = &events, .head = server->head};
  struct retention_walk retention = {.keep = server->options->retention};
  int64_t next_heartbeat_ms = 0;
  progress_join();
  for (;;) {
    progress_note(false);
    struct slot *slot = queue_take(&server->writes, bells_expire(&server->bells, HEARTBEAT_MS));
    if (db_is_broken(server->leader_db)) {
      lose_lead(server);
      outbox.head = server->head;
    }
    if (slot)
      serve_slot(server, server->leader_db, slot, &outbox);
    retention_work(&retention, server->leader_db, &arena, slot == NULL);
    if (clock_mono_ms() >= next_heartbeat_ms) {
      peers_recheck(server->peers);
      publish_heartbeat(server, &arena, outbox.head);
      arena_reset(&arena);
      next_heartbeat_ms = clock_mono_ms() + HEARTBEAT_MS;
    }
  }
}

/* What readers write are claims of planning: losing the last ones in a crash does no harm, so they need not wait for
 * the disk. */
static struct db *connect_reader(const struct server_options *options) {
  for (;;) {
    struct db *db = connect_patiently(options);
    struct result result = db_script(db, "set synchronous_commit = off");
    if (result_ok(&result))
      return db;
    db_close(db);
  }
}

static void *read_forever(void *context) {
  struct server *server = context;
  struct db *db = connect_reader(server->options);
  struct arena arena = {0};
  for (;;) {
    struct slot *slot = queue_take(&server->reads, 60000);
    if (!slot)
      continue;
    if (db_is_broken(db)) {
      db_close(db);
      db = connect_reader(server->options);
    }
    struct outbox none = {.arena = &slot->arena};
    struct call call = {.db = db,
                        .arena = &slot->arena,
                        .outbox = &none,
                        .vault = server->options->vault,
                        .peer = &slot->peer,
                        .internal_hosts = server->options->internal_hosts,
                        .internal_host_count = server->options->internal_host_count,
                        .client = slot->request.client};
    struct str reply;
    execute(&call, slot->verb, &slot->request, slot->body, &reply);
    slot_answer(slot, reply);
    arena_reset(&arena);
  }
  return NULL;
}

/* -- starting -- */

static struct result open_sockets(struct server *server) {
  int status = nng_rep0_open(&server->verbs);
  status = status ? status : nng_pub0_open(&server->events);
  status = status ? status : nng_socket_set_int(server->events, NNG_OPT_SENDBUF, SOCKET_BUFFER_MESSAGES);
  if (status)
    return result_error(RESULT_BUG, "sockets: %s", nng_strerror(status));
  peers_watch(server->peers, server->verbs, false);
  peers_watch(server->peers, server->events, true);
  TRY(transport_tune(server->verbs));
  return transport_tune(server->events);
}

/* A standby that takes over on the same host waits for the old leader's port to be free. */
static struct result listen_patiently(nng_socket socket, struct str url, const struct endpoint *endpoint) {
  struct result result = RESULT_DONE;
  for (int attempt = 0; attempt < 100; attempt++) {
    result = transport_listen(socket, url, endpoint);
    if (result.code != RESULT_RETRY)
      break;
    clock_sleep_ms(50);
  }
  return result;
}

static struct result start_readers(struct server *server) {
  for (int i = 0; i < READER_COUNT; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, read_forever, server) != 0)
      return result_error(RESULT_RETRY, "cannot start a thread");
    pthread_detach(thread);
  }
  return RESULT_DONE;
}

static struct result start_slots(struct server *server) {
  for (int i = 0; i < SLOT_COUNT; i++) {
    struct slot *slot = &server->slots[i];
    slot->server = server;
    if (nng_ctx_open(&slot->context, server->verbs) != 0 || nng_aio_alloc(&slot->aio, on_slot, slot) != 0)
      return result_error(RESULT_RETRY, "cannot open a request slot");
    slot_receive(slot);
  }
  return RESULT_DONE;
}

struct result server_run(const struct server_options *options) {
  struct server *server = heap_new(sizeof *server);
  server->options = options;
  queue_init(&server->reads);
  queue_init(&server->writes);
  server->peers = peers_new(options->endpoint.revoked_file);
  bells_init(&server->bells, slot_answer_bell);
  TRY(server_migrate(options));
  server->leader_db = connect_patiently(options);
  TRY(lead(server->leader_db, &server->head));
  TRY(open_sockets(server));
  TRY(start_readers(server));
  TRY(start_slots(server));
  TRY(listen_patiently(server->events, options->endpoint.events_url, &options->endpoint));
  TRY(listen_patiently(server->verbs, options->endpoint.store_url, &options->endpoint));
  store_health_leads(true);
  log_event(LOG_INFO, "leading", LOG_I64("head", server->head), LOG_STR("verbs", options->endpoint.store_url));
  write_forever(server);
  return RESULT_DONE;
}
