/* Claiming work and bringing observations in: pulls, fetches, deliveries. */
#include "service/adapter_worker.h"

#include <stdlib.h>
#include <sys/prctl.h>

#include "base/clock.h"
#include "base/fault.h"
#include "sync/canon.h"
#include "sync/catalogue.h"

/* -- connections -- */

struct http *worker_http(void) {
  struct arena arena = {0};
  const char *hosts = getenv("TANDEM_ALLOW_HOSTS"), *ca_file = getenv("TANDEM_HTTP_CA_FILE");
  struct str rest = str_of(hosts ? hosts : ""), *list = ARENA_ARRAY(&arena, struct str, rest.length + 1);
  struct http_options options = {.user_agent = STR("tandem/" TANDEM_VERSION), .allowed_hosts = list};
  while (rest.length) {
    ptrdiff_t comma = str_find(rest, ",");
    size_t end = comma < 0 ? rest.length : (size_t)comma;
    struct str host = str_trim(str_slice(rest, 0, end));
    if (host.length)
      list[options.allowed_host_count++] = host;
    rest = str_slice(rest, end + (comma >= 0), rest.length);
  }
  if (ca_file && *ca_file)
    options.ca_file = str_of(ca_file);
  struct http *http = http_open(&options);
  arena_free(&arena);
  return http;
}

static struct open_connection *slot_for(struct worker *worker, int64_t project_id) {
  struct open_connection *slot = &worker->open[project_id % CONNECTIONS_MAX];
  for (int i = 0; i < CONNECTIONS_MAX; i++)
    if (worker->open[i].connection && worker->open[i].project_id == project_id)
      return &worker->open[i];
  return slot;
}

static void close_slot(struct worker *worker, struct open_connection *slot) {
  if (slot->connection)
    worker->connector->close(slot->connection);
  slot->connection = NULL;
  arena_free(&slot->arena);
}

static struct result begin_renewal(struct credential_renewal *renewal, struct arena *arena, struct str *out_secret) {
  struct worker_renewal *own = (struct worker_renewal *)renewal;
  struct credential_renew renew = {.name = own->credential, .worker = own->worker};
  struct credential_renewing renewing = {0};
  TRY(rpc_call(own->rpc, arena, VERB_CREDENTIAL_RENEW, &renew, &renewing, RPC_TIMEOUT_MS));
  /* The one lease that is held is kept here; its resource's name is the credential's and does not change. */
  own->lease = renewing.lease;
  own->lease.resource = own->resource;
  *out_secret = renewing.secret;
  return RESULT_DONE;
}

static struct result save_renewal(struct credential_renewal *renewal, struct str secret) {
  struct worker_renewal *own = (struct worker_renewal *)renewal;
  struct arena arena = {0};
  struct credential_renewed renewed = {.lease = own->lease, .secret = secret};
  struct result result = rpc_call(own->rpc, &arena, VERB_CREDENTIAL_RENEWED, &renewed, NULL, RPC_TIMEOUT_MS);
  arena_free(&arena);
  return result;
}

static void renewal_init(struct worker_renewal *renewal, struct worker *worker, struct arena *arena,
                         struct str credential) {
  *renewal = (struct worker_renewal){.renewal = {begin_renewal, save_renewal}, .rpc = worker->rpc};
  renewal->credential = str_copy(arena, credential);
  renewal->resource = str_format(arena, "credential:%.*s", STR_FMT(credential));
  renewal->worker = str_copy(arena, worker->name);
}

/* The open connection of this project, opened anew when its settings changed. */
static struct result connect_project(struct worker *worker, const struct project *project, struct connection **out) {
  struct open_connection *slot = slot_for(worker, project->id);
  if (slot->connection && slot->project_id == project->id && slot->version == project->version)
    return *out = slot->connection, RESULT_DONE;
  close_slot(worker, slot);
  struct credential_get get = {.name = project->credential};
  struct credential credential = {0};
  TRY(rpc_call(worker->rpc, &slot->arena, VERB_CREDENTIAL_GET, &get, &credential, RPC_TIMEOUT_MS));
  struct project *kept = ARENA_NEW(&slot->arena, struct project);
  *kept = (struct project){.id = project->id,
                           .name = str_copy(&slot->arena, project->name),
                           .system = str_copy(&slot->arena, project->system),
                           .base_url = str_copy(&slot->arena, project->base_url),
                           .remote = str_copy(&slot->arena, project->remote),
                           .options = str_copy(&slot->arena, project->options),
                           .version = project->version};
  renewal_init(&slot->renewal, worker, &slot->arena, project->credential);
  struct connector_config config = {.project = kept,
                                    .credential_kind = credential.kind,
                                    .credential = credential.secret,
                                    .renewal = &slot->renewal.renewal,
                                    .http = worker->http,
                                    .now_ms = clock_now_ms};
  TRY(worker->connector->open(&config, &slot->connection));
  slot->project_id = project->id;
  slot->version = project->version;
  *out = slot->connection;
  return RESULT_DONE;
}

/* -- observations -- */

void worker_canonical(struct arena *arena, struct observation *observation) {
  struct value *clean = ARENA_ARRAY(arena, struct value, observation->fields.count);
  for (size_t i = 0; i < observation->fields.count; i++) {
    const struct value *value = &observation->fields.at[i];
    clean[i] = canon_clean(arena, catalogue_kind(value->name, value->kind), value);
  }
  observation->fields.at = clean;
  unsigned char *hash = arena_alloc(arena, CANON_HASH_BYTES);
  canon_hash(&observation->fields, hash);
  observation->hash = (struct str){(const char *)hash, CANON_HASH_BYTES};
}

static struct observation *canonical_copy(struct arena *arena, const struct observation *at, size_t count) {
  struct observation *copy = ARENA_ARRAY(arena, struct observation, count);
  for (size_t i = 0; i < count; i++) {
    copy[i] = at[i];
    worker_canonical(arena, &copy[i]);
  }
  return copy;
}

static struct result send_observe(struct worker *worker, struct arena *arena, struct connection *connection,
                                  struct observe *observe) {
  struct observe_result answer;
  const char *source = str_c(arena, observe->source);
  worker->connector->take_usage(connection, &observe->usage);
  fault_point_of("adapter.before_observe", source);
  TRY(rpc_call(worker->rpc, arena, VERB_OBSERVE, observe, &answer, RPC_TIMEOUT_MS));
  fault_point_of("adapter.after_observe", source);
  return RESULT_DONE;
}

/* -- the kinds of work -- */

/* Page after page; each is one transaction in the store, with the cursor, so that a pull goes on where it stopped. */
static struct result pull(struct worker *worker, struct arena *arena, struct connection *connection,
                          const struct work *work) {
  struct arena pages[2] = {{0}, {0}};
  struct str cursor = work->cursor;
  struct result result = RESULT_DONE;
  bool done = false;
  for (unsigned n = 0; result_ok(&result) && !done; n++) {
    struct arena *page_arena = &pages[n % 2]; /* the cursor still stands in the other one */
    struct pull_page page = {0};
    arena_reset(page_arena);
    result = worker->connector->pull(connection, page_arena, work->mode, cursor, &page);
    if (!result_ok(&result))
      break;
    struct observe observe = {.lease = work->lease,
                              .source = STR("list"),
                              .cursor = page.cursor,
                              .done = page.done,
                              .unchanged = page.unchanged};
    observe.observations.at = canonical_copy(page_arena, page.observations.at, page.observations.count);
    observe.observations.count = page.observations.count;
    result = send_observe(worker, page_arena, connection, &observe);
    cursor = page.cursor;
    done = page.done;
  }
  arena_free(&pages[0]);
  arena_free(&pages[1]);
  (void)arena;
  return result;
}

static struct result fetch(struct worker *worker, struct arena *arena, struct connection *connection,
                           const struct work *work) {
  struct observation *seen = ARENA_ARRAY(arena, struct observation, work->refs.count);
  struct external_ref *same = ARENA_ARRAY(arena, struct external_ref, work->refs.count);
  struct observe observe = {.lease = work->lease, .source = STR("fresh"), .done = true};
  struct result result = RESULT_DONE;
  size_t seen_count = 0, same_count = 0;
  for (size_t i = 0; i < work->refs.count && result_ok(&result); i++) {
    bool not_modified = false;
    result = worker->connector->fetch(connection, arena, &work->refs.at[i], &not_modified, &seen[seen_count]);
    if (!result_ok(&result))
      break;
    if (not_modified)
      same[same_count++] = work->refs.at[i];
    else
      worker_canonical(arena, &seen[seen_count++]);
  }
  observe.observations.at = seen;
  observe.observations.count = seen_count;
  observe.not_modified.at = same;
  observe.not_modified.count = same_count;
  if (seen_count + same_count)
    TRY(send_observe(worker, arena, connection, &observe));
  return result;
}

static struct result deliver(struct worker *worker, struct arena *arena, struct connection *connection,
                             const struct work *work) {
  size_t n = work->deliveries.count;
  struct str *settled = ARENA_ARRAY(arena, struct str, n), *poison = ARENA_ARRAY(arena, struct str, n);
  struct observe observe = {.lease = work->lease, .source = STR("webhook"), .done = true};
  struct observation *all = NULL;
  size_t count = 0;
  for (size_t i = 0; i < n; i++) {
    const struct delivery *delivery = &work->deliveries.at[i];
    struct list list = {0};
    struct str id = str_format(arena, "%lld", (long long)delivery->id);
    struct result result = worker->connector->translate(arena, &work->project, delivery->event, delivery->body, &list);
    if (!result_ok(&result)) {
      log_event(LOG_WARNING, "delivery_poison", LOG_STR("id", id), LOG_RESULT(&result));
      poison[observe.poison_ids.count++] = id;
      continue;
    }
    struct observation *grown = ARENA_ARRAY(arena, struct observation, count + list.count);
    if (count)
      memcpy(grown, all, count * sizeof *all);
    struct observation *clean = canonical_copy(arena, list.at, list.count);
    if (list.count)
      memcpy(grown + count, clean, list.count * sizeof *all);
    all = grown;
    count += list.count;
    settled[observe.delivery_ids.count++] = id;
  }
  observe.observations.at = all;
  observe.observations.count = count;
  observe.delivery_ids.at = settled;
  observe.poison_ids.at = poison;
  return send_observe(worker, arena, connection, &observe);
}

static const struct {
  const char *kind;
  struct result (*run)(struct worker *worker, struct arena *arena, struct connection *connection,
                       const struct work *work);
} kinds[] = {{"push", worker_push}, {"deliver", deliver}, {"fetch", fetch}, {"pull", pull}};

static struct result run_work(struct worker *worker, struct arena *arena, const struct work *work) {
  struct connection *connection;
  TRY(connect_project(worker, &work->project, &connection));
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
    if (str_is(work->kind, kinds[i].kind))
      return kinds[i].run(worker, arena, connection, work);
  return result_error(RESULT_BUG, "the store handed out unknown work \"%.*s\"", STR_FMT(work->kind));
}

/* Gives the lease back, with what went wrong. A lost lease is not an error: somebody else goes on. */
static struct result end_work(struct worker *worker, struct arena *arena, const struct work *work,
                              struct result outcome) {
  if (outcome.code == RESULT_BUG)
    return outcome;
  if (outcome.code == RESULT_STALE)
    return RESULT_DONE;
  if (result_ok(&outcome)) {
    struct work_release release = {.lease = work->lease};
    return rpc_call(worker->rpc, arena, VERB_WORK_RELEASE, &release, NULL, RPC_TIMEOUT_MS);
  }
  log_event(LOG_WARNING, "work_failed", LOG_STR("project", work->project.name), LOG_STR("kind", work->kind),
            LOG_RESULT(&outcome));
  /* A read may be repeated, whatever happened to it. */
  enum result_code code = outcome.code == RESULT_UNCERTAIN ? RESULT_RETRY : outcome.code;
  struct work_fail fail = {.lease = work->lease,
                           .code = str_of(result_code_name(code)),
                           .message = str_of(outcome.message),
                           .retry_after_ms = outcome.retry_after_ms};
  struct open_connection *slot = slot_for(worker, work->project.id);
  if (slot->connection)
    worker->connector->take_usage(slot->connection, &fail.usage);
  if (code == RESULT_AUTH)
    close_slot(worker, slot);
  struct result result = rpc_call(worker->rpc, arena, VERB_WORK_FAIL, &fail, NULL, RPC_TIMEOUT_MS);
  return result.code == RESULT_STALE ? RESULT_DONE : result;
}

struct result worker_round(struct worker *worker, struct service_context *context, int64_t *wait_ms) {
  struct work_claim claim = {.system = str_of(worker->connector->system), .worker = context->name};
  struct work work = {0};
  TRY(rpc_call(worker->rpc, context->arena, VERB_WORK_CLAIM, &claim, &work, RPC_TIMEOUT_MS));
  fault_point_of("adapter.after_claim", str_c(context->arena, work.kind));
  if (str_is(work.kind, "none"))
    return *wait_ms = work.retry_ms > 0 ? work.retry_ms : 1000, RESULT_DONE;
  *wait_ms = 0;
  return end_work(worker, context->arena, &work, run_work(worker, context->arena, &work));
}
