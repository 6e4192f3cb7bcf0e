/* A worker's HTTP client, its open connections, and the right to renew their credentials. */
#include <stdlib.h>

#include "base/clock.h"
#include "service/adapter_worker.h"
#include "service/backoff.h"
#include "service/oauth.h"

/* "a.example.org,b.example.org" */
static const struct str *split_hosts(struct arena *arena, const char *variable, size_t *out_count) {
  const char *hosts = getenv(variable);
  struct str rest = str_of(hosts ? hosts : ""), *list = ARENA_ARRAY(arena, struct str, rest.length + 1);
  *out_count = 0;
  while (rest.length) {
    ptrdiff_t comma = str_find(rest, ",");
    size_t end = comma < 0 ? rest.length : (size_t)comma;
    struct str host = str_trim(str_slice(rest, 0, end));
    if (host.length)
      list[(*out_count)++] = host;
    rest = str_slice(rest, end + (comma >= 0), rest.length);
  }
  return list;
}

struct http *worker_http(const char *system) {
  struct arena arena = {0};
  const char *ca_file = getenv("TANDEM_HTTP_CA_FILE");
  struct http_options options = {.system = system, .user_agent = STR("tandem/" TANDEM_VERSION)};
  options.allowed_hosts = split_hosts(&arena, "TANDEM_ALLOW_HOSTS", &options.allowed_host_count);
  options.traced_hosts = split_hosts(&arena, "TANDEM_OTLP_PROPAGATE_HOSTS", &options.traced_host_count);
  if (ca_file && *ca_file)
    options.ca_file = str_of(ca_file);
  struct http *http = http_open(&options);
  arena_free(&arena);
  return http;
}

/* -- renewing credentials -- */

static struct result begin_renewal(struct credential_renewal *renewal, struct arena *arena, struct str *out_secret,
                                   bool *out_done) {
  struct worker_renewal *own = (struct worker_renewal *)renewal;
  struct credential_renew renew = {.name = own->credential, .worker = own->worker, .generation = own->generation};
  struct credential_renewing renewing = {0};
  TRY(rpc_call(own->rpc, arena, VERB_CREDENTIAL_RENEW, &renew, &renewing, RPC_TIMEOUT_MS));
  /* The one lease that is held is kept here; its resource's name is the credential's and does not change. */
  own->lease = renewing.lease;
  own->lease.resource = own->resource;
  own->generation = renewing.generation;
  *out_secret = renewing.secret;
  *out_done = renewing.done;
  return RESULT_DONE;
}

static int64_t end_ms(struct str secret) {
  cJSON *login;
  struct result parsed = json_parse(secret, &login);
  if (!result_ok(&parsed))
    return 0;
  int64_t ms = oauth_end_ms(login);
  cJSON_Delete(login);
  return ms;
}

static struct result save_renewal(struct credential_renewal *renewal, struct str secret) {
  struct worker_renewal *own = (struct worker_renewal *)renewal;
  struct arena arena = {0};
  struct credential_renewed renewed = {.lease = own->lease, .secret = secret, .expires_ms = end_ms(secret)};
  struct backoff backoff = backoff_start(100, 2000);
  struct result result;
  /* What was renewed and not stored may be lost for good: the store may be away for a moment. */
  while ((result = rpc_call(own->rpc, &arena, VERB_CREDENTIAL_RENEWED, &renewed, NULL, RPC_TIMEOUT_MS)).code ==
             RESULT_RETRY &&
         clock_now_ms() < own->lease.until_ms)
    clock_sleep_ms(backoff_next(&backoff, result.retry_after_ms));
  arena_free(&arena);
  if (result_ok(&result))
    own->generation++;
  return result;
}

static void renewal_init(struct worker_renewal *renewal, struct worker *worker, struct arena *arena,
                         const struct credential *credential) {
  *renewal = (struct worker_renewal){.renewal = {begin_renewal, save_renewal}, .rpc = worker->rpc};
  renewal->generation = credential->generation;
  renewal->credential = str_copy(arena, credential->name);
  renewal->resource = str_format(arena, "credential:%.*s", STR_FMT(credential->name));
  renewal->worker = str_copy(arena, worker->name);
}

/* -- connections -- */

enum { VERSION_NONE = -1 }; /* of a connection that is not used again */

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
  arena_wipe(&slot->arena);
}

static bool is_current(const struct open_connection *slot, const struct work *work) {
  return slot->connection && slot->project_id == work->project.id && slot->version == work->project.version &&
         slot->renewal.generation >= work->credential_generation;
}

struct result worker_connect(struct worker *worker, const struct work *work, struct connection **out) {
  const struct project *project = &work->project;
  struct open_connection *slot = slot_for(worker, project->id);
  if (is_current(slot, work))
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
  renewal_init(&slot->renewal, worker, &slot->arena, &credential);
  struct connector_config config = {.project = kept,
                                    .credential_kind = credential.kind,
                                    .credential = credential.secret,
                                    .renewal = &slot->renewal.renewal,
                                    .http = worker->http,
                                    .now_ms = clock_now_ms};
  TRY(worker->connector->open(&config, &slot->connection));
  slot->project_id = project->id;
  slot->version = project->version;
  slot->unproven = credential.unproven;
  *out = slot->connection;
  return RESULT_DONE;
}

static struct open_connection *slot_of(struct worker *worker, const struct connection *connection) {
  for (int i = 0; i < CONNECTIONS_MAX; i++)
    if (worker->open[i].connection == connection)
      return &worker->open[i];
  return NULL;
}

static struct result tell_outcome(struct worker *worker, const struct open_connection *slot, bool refused) {
  struct arena arena = {0};
  struct credential_outcome told = {
      .name = slot->renewal.credential, .generation = slot->renewal.generation, .refused = refused};
  struct result result = rpc_call(worker->rpc, &arena, VERB_CREDENTIAL_OUTCOME, &told, NULL, RPC_TIMEOUT_MS);
  arena_free(&arena);
  return result;
}

struct result worker_doubt_auth(struct worker *worker, const struct connection *connection, struct result outcome) {
  struct open_connection *slot = slot_of(worker, connection);
  struct arena arena = {0};
  struct credential now = {0};
  if (outcome.code != RESULT_AUTH || !slot)
    return outcome;
  struct result told = slot->unproven ? tell_outcome(worker, slot, true) : RESULT_DONE;
  struct credential_get get = {.name = slot->renewal.credential};
  struct result asked = rpc_call(worker->rpc, &arena, VERB_CREDENTIAL_GET, &get, &now, RPC_TIMEOUT_MS);
  if (!result_ok(&told) || (result_ok(&asked) && now.generation > slot->renewal.generation))
    outcome.code = RESULT_RETRY;
  arena_wipe(&arena);
  slot->version = VERSION_NONE;
  return outcome;
}

void worker_prove_auth(struct worker *worker, const struct connection *connection) {
  struct open_connection *slot = slot_of(worker, connection);
  if (!slot || !slot->unproven)
    return;
  struct result result = tell_outcome(worker, slot, false);
  slot->unproven = !result_ok(&result);
}

void worker_leave(struct worker *worker, const struct project *project, bool close, struct usage *out_usage) {
  struct open_connection *slot = slot_for(worker, project->id);
  if (slot->connection)
    worker->connector->take_usage(slot->connection, out_usage);
  if (close)
    close_slot(worker, slot);
}
