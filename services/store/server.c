/* The store's server: who leads, the writer, the readers, and how they start. */
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
#include "service/progress.h"
#include "service/transport.h"
#include "store/execute.h"
#include "store/health.h"
#include "store/migrate.h"
#include "store/publish.h"
#include "store/security/newcomers.h"
#include "store/slots.h"
#include "store/store.h"

enum {
  READER_COUNT = 3,
  READ_WAIT_MS = 60000,
  HEARTBEAT_MS = 1000,
  CONNECT_RETRY_MS = 250,
  LEAD_AGAIN_TRIES = 8,
  EXIT_LEAD_LOST = 75
};

struct server {
  const struct server_options *options;
  nng_socket verbs, events;
  struct peers *peers;
  struct newcomers *newcomers;
  struct slots slots;
  struct db *leader_db; /* the writer's connection; holds the leader's lock */
  int64_t head;
};

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

/* -- verbs -- */

static struct call call_of(struct server *server, struct db *db, struct slot *slot, struct outbox *outbox) {
  return (struct call){.db = db,
                       .arena = &slot->arena,
                       .outbox = outbox,
                       .vault = server->options->vault,
                       .peer = &slot->peer,
                       .internal_hosts = server->options->internal_hosts,
                       .internal_host_count = server->options->internal_host_count,
                       .client = slot->request.client};
}

static void ring_all(struct bells *bells, const struct outbox *outbox) {
  for (size_t i = 0; i < outbox->ring_count; i++)
    bells_ring(bells, outbox->rings[i].bell, outbox->rings[i].system);
  if (outbox->count)
    bells_ring(bells, BELL_EVENT, (struct str){0});
}

static const struct metric publication_lag = {"tandem_event_publication_lag_seconds",
                                              METRIC_HISTOGRAM,
                                              {0},
                                              "From the commit of a verb's events until all are published."};

/* The answer goes out before the events: whoever asked can go on while they are published. From then on the slot is
 * another request's, so events have an arena of their own. */
static void serve_write(struct server *server, struct slot *slot, struct outbox *outbox) {
  struct call call = call_of(server, server->leader_db, slot, outbox);
  struct str reply;
  const char *verb = verb_table[slot->verb].name;
  execute(&call, slot->verb, &slot->request, slot->body, &reply);
  server->head = outbox->head;
  bool has_events = outbox->count > 0;
  int64_t committed_ms = clock_mono_ms();
  fault_point_of("store.before_publish", verb);
  ring_all(&server->slots.bells, outbox);
  slot_answer(slot, reply);
  publish_all(server->events, outbox);
  if (has_events)
    metric_observe(&publication_lag, METRIC_NO_VALUES, (double)(clock_mono_ms() - committed_ms) / 1000);
  fault_point_of("store.after_publish", verb);
}

static void serve_read(struct server *server, struct db *db, struct slot *slot) {
  struct outbox none = {.arena = &slot->arena};
  struct call call = call_of(server, db, slot, &none);
  struct str reply;
  execute(&call, slot->verb, &slot->request, slot->body, &reply);
  slot_answer(slot, reply);
}

/* -- threads -- */

static void write_forever(struct server *server) {
  struct arena events = {0}, arena = {0};
  struct outbox outbox = {.arena = &events, .head = server->head};
  struct retention_walk retention = {.keep = server->options->retention};
  int64_t next_heartbeat_ms = 0;
  progress_join();
  for (;;) {
    progress_note(false);
    struct slot *slot = slot_queue_take(&server->slots.writes, bells_expire(&server->slots.bells, HEARTBEAT_MS));
    if (db_is_broken(server->leader_db)) {
      lose_lead(server);
      outbox.head = server->head;
    }
    if (slot)
      serve_write(server, slot, &outbox);
    retention_work(&retention, server->leader_db, &arena, slot == NULL);
    if (clock_mono_ms() >= next_heartbeat_ms) {
      peers_recheck(server->peers, clock_now_ms());
      newcomers_sweep(server->newcomers, clock_mono_ms());
      publish_heartbeat(server->events, &arena, outbox.head);
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
  for (;;) {
    struct slot *slot = slot_queue_take(&server->slots.reads, READ_WAIT_MS);
    if (!slot)
      continue;
    if (db_is_broken(db)) {
      db_close(db);
      db = connect_reader(server->options);
    }
    serve_read(server, db, slot);
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

struct result server_run(const struct server_options *options) {
  struct server *server = heap_new(sizeof *server);
  server->options = options;
  server->peers = peers_new(options->endpoint.revoked_file);
  server->newcomers = newcomers_new(server->peers, options->endpoint.store_url, options->endpoint.events_url);
  slots_init(&server->slots, server->peers);
  TRY(server_migrate(options));
  server->leader_db = connect_patiently(options);
  TRY(lead(server->leader_db, &server->head));
  TRY(open_sockets(server));
  TRY(start_readers(server));
  TRY(slots_start(&server->slots, server->verbs));
  TRY(listen_patiently(server->events, options->endpoint.events_url, &options->endpoint));
  TRY(listen_patiently(server->verbs, options->endpoint.store_url, &options->endpoint));
  store_health_leads(true);
  log_event(LOG_INFO, "leading", LOG_I64("head", server->head), LOG_STR("verbs", options->endpoint.store_url));
  write_forever(server);
  return RESULT_DONE;
}
