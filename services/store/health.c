/* What the store tells of itself and of all projects. One thread asks, with one connection. */
#include "store/health.h"

#include <stdio.h>

#include "base/clock.h"
#include "service/health.h"
#include "service/progress.h"
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

/* One figure of each project, read out of its status. */
struct family {
  struct metric metric;
  double (*value)(const struct project_status *status);
};

static double is_active(const struct project_status *s) {
  return str_is(s->project.state, "active");
}
static double lag_seconds(const struct project_status *s) {
  return (double)s->lag_ms / 1000;
}
static double last_sync_seconds(const struct project_status *s) {
  return (double)s->last_sync_ms / 1000;
}
static double count_tickets(const struct project_status *s) {
  return (double)s->tickets;
}
static double count_conflicts(const struct project_status *s) {
  return (double)s->open_conflicts;
}
static double count_parked(const struct project_status *s) {
  return (double)s->parked;
}
static double count_plans(const struct project_status *s) {
  return (double)s->unplanned;
}
static double count_fetches(const struct project_status *s) {
  return (double)s->fetches;
}
static double count_writes(const struct project_status *s) {
  return (double)s->waiting;
}
static double count_deliveries(const struct project_status *s) {
  return (double)s->deliveries;
}
static double quota_limit(const struct project_status *s) {
  return (double)s->quota_limit;
}
static double quota_remaining(const struct project_status *s) {
  return (double)s->quota_remaining;
}
static double api_calls(const struct project_status *s) {
  return (double)s->api_calls;
}

#define OF_PROJECT(name, type, help, value) \
  { {"tandem_project_" name, type, {"project", "system"}, help}, value }

static const struct family families[] = {
    OF_PROJECT("active", METRIC_GAUGE, "1 while the project is kept in step, 0 while it is paused or has failed.",
               is_active),
    OF_PROJECT("lag_seconds", METRIC_GAUGE, "Age of the oldest change that has not reached the other side.",
               lag_seconds),
    OF_PROJECT("last_sync_timestamp_seconds", METRIC_GAUGE, "When the last session ended; 0 before the first.",
               last_sync_seconds),
    OF_PROJECT("tickets", METRIC_GAUGE, "Tickets that are linked.", count_tickets),
    OF_PROJECT("open_conflicts", METRIC_GAUGE, "Conflicts that wait for a person.", count_conflicts),
    OF_PROJECT("parked", METRIC_GAUGE, "What was given up and waits for `tandem retry`.", count_parked),
    OF_PROJECT("plans_waiting", METRIC_GAUGE, "Tickets and comments to be compared.", count_plans),
    OF_PROJECT("fetches_waiting", METRIC_GAUGE, "External items to be looked at one by one.", count_fetches),
    OF_PROJECT("writes_waiting", METRIC_GAUGE, "Writes to be sent.", count_writes),
    OF_PROJECT("deliveries_waiting", METRIC_GAUGE, "Webhook deliveries to be read.", count_deliveries),
    OF_PROJECT("api_quota_limit", METRIC_GAUGE,
               "Calls that its credential has in a window, as the tracker told; 0 = not told.", quota_limit),
    OF_PROJECT("api_quota_remaining", METRIC_GAUGE, "Calls that are left of them.", quota_remaining),
    OF_PROJECT("api_calls_total", METRIC_COUNTER, "Calls ever made with its credential.", api_calls),
};

static const struct metric is_leading = {"tandem_store_leading", METRIC_GAUGE, {0}, "1 in the store that leads."},
                           event_head = {"tandem_events_head", METRIC_GAUGE, {0}, "Sequence of the newest event."};

static void write_family(struct str_builder *out, const struct family *family, const struct status *status) {
  metrics_write_head(out, &family->metric);
  for (size_t i = 0; i < status->projects.count; i++) {
    const struct project_status *one = &status->projects.at[i];
    const char *values[] = {str_c(out->arena, one->project.name), str_c(out->arena, one->project.system), NULL};
    metrics_write_sample(out, &family->metric, values, family->value(one));
  }
}

static void write_status(struct str_builder *out, const struct status *status) {
  metrics_write_head(out, &event_head);
  metrics_write_sample(out, &event_head, METRIC_NO_VALUES, (double)status->store.head);
  for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
    write_family(out, &families[i], status);
}

static void collect(void *context, struct str_builder *out) {
  struct status status = {0};
  metrics_write_head(out, &is_leading);
  metrics_write_sample(out, &is_leading, METRIC_NO_VALUES, atomic_load(&leading));
  if (!atomic_load(&leading))
    return;
  struct result result = look(context, out->arena, store_status, &status);
  if (result_ok(&result))
    write_status(out, &status);
  else
    log_event(LOG_WARNING, "metrics_incomplete", LOG_RESULT(&result));
  end_look();
}

struct result store_health_start(const struct server_options *options) {
  static struct health health = {.role = "store", .alive = alive, .ready = ready, .collect = collect};
  health.context = (void *)(uintptr_t)options;
  return health_start(&health);
}
