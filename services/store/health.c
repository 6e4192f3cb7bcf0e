/* What the store tells of itself and of all projects. One thread asks, with one connection. */
#include "store/health.h"

#include <stdio.h>

#include "base/clock.h"
#include "service/health.h"
#include "service/progress.h"
#include "store/health_figures.h"
#include "store/store.h"

enum { STANDING_BY_MS = 2000 };

static atomic_bool leading;
static atomic_llong waits_since_ms; /* to lead, monotonic; 0 = it does not wait */
static struct db *own_db;           /* of the health server's thread */

void store_health_leads(bool leads) {
  atomic_store(&leading, leads);
  atomic_store(&waits_since_ms, 0);
}

void store_health_waits_to_lead(void) {
  atomic_store(&waits_since_ms, clock_mono_ms());
}

/* -- alive and ready -- */

static struct result alive(void *context) {
  (void)context;
  return progress_check();
}

/* Runs a verb that only reads, in this process; end_look() gives back what it read. */
static struct result look(const struct server_options *options, struct arena *arena, verb_handler *handler,
                          void *reply) {
  if (own_db && db_is_broken(own_db)) {
    db_close(own_db);
    own_db = NULL;
  }
  if (!own_db)
    TRY(db_open(options->database_url, &own_db));
  struct outbox none = {.arena = arena};
  struct call call = {.db = own_db, .arena = arena, .outbox = &none, .vault = options->vault, .peer = &peer_trusted};
  return handler(&call, NULL, reply);
}

static void end_look(void) {
  if (own_db)
    db_release(own_db);
}

static struct result ready(void *context) {
  struct arena arena = {0};
  struct hello hello = {0};
  if (!atomic_load(&leading))
    return result_error(RESULT_RETRY, "another store leads; this one takes over when that one ends");
  struct result result = look(context, &arena, store_hello, &hello);
  end_look();
  arena_free(&arena);
  return result;
}

/* A standby has started, too, though it has nothing to do: who alone waits for a moment leads soon. */
static bool has_started(void *context, char status[NOTIFY_STATUS_BYTES]) {
  (void)context;
  int64_t since_ms = atomic_load(&waits_since_ms);
  bool leads = atomic_load(&leading), stands_by = since_ms && clock_mono_ms() - since_ms >= STANDING_BY_MS;
  snprintf(status, NOTIFY_STATUS_BYTES, "%s",
           leads       ? "Ready: this store leads"
           : stands_by ? "Standing by: another store leads, and this one takes over when that one ends"
                       : "Waiting for the database");
  return leads || stands_by;
}

struct notify_source store_notify_source(void) {
  return (struct notify_source){.alive = alive, .ready = has_started};
}

/* -- metrics -- */

static const struct metric is_leading = {"tandem_store_leading", METRIC_GAUGE, {0}, "1 in the store that leads."};

static void collect(void *context, struct str_builder *out) {
  metrics_write_head(out, &is_leading);
  metrics_write_sample(out, &is_leading, METRIC_NO_VALUES, atomic_load(&leading));
  if (!atomic_load(&leading))
    return;
  struct result result = look(context, out->arena, health_figures_look, out);
  if (!result_ok(&result))
    log_event(LOG_WARNING, "metrics_incomplete", LOG_RESULT(&result));
  end_look();
}

struct result store_health_start(const struct server_options *options) {
  static struct health health = {.role = "store", .alive = alive, .ready = ready, .collect = collect};
  health.context = (void *)(uintptr_t)options;
  return health_start(&health);
}
