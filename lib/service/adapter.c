/* An adapter's process: workers, the webhook receiver, --describe and --login. */
#include "service/adapter.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/heap.h"
#include "base/json.h"
#include "base/secrecy.h"
#include "service/adapter_worker.h"
#include "service/login.h"
#include "service/webhook_server.h"

enum { WORKERS = 3, INPUT_BYTES_MAX = 64 * 1024 };

/* -- serving -- */

static struct result start(struct service_context *context) {
  const char *address = getenv("TANDEM_WEBHOOK_LISTEN");
  if (!address || !*address)
    return RESULT_DONE;
  struct result result = webhook_server_start(context->rpc, context->state, str_of(address));
  /* A replica on the same machine leaves the address to the first one; polling goes on without webhooks. */
  if (result.code == RESULT_RETRY) {
    log_event(LOG_WARNING, "webhooks_not_received", LOG_RESULT(&result));
    return RESULT_DONE;
  }
  return result;
}

/* Each thread has its own worker; the pointer lives as long as the thread. */
static struct worker *own_worker(struct service_context *context) {
  static _Thread_local struct worker *worker;
  if (!worker) {
    worker = heap_new(sizeof *worker);
    *worker = (struct worker){.connector = context->state,
                              .http = worker_http(((const struct connector *)context->state)->system),
                              .rpc = context->rpc,
                              .name = context->name};
  }
  return worker;
}

static struct result work(struct service_context *context, int64_t *wait_ms) {
  return worker_round(own_worker(context), context, wait_ms);
}

/* -- describing -- */

struct describe_request {
  struct str base_url, remote, credential_kind, credential, options;
};
static const struct field describe_fields[] = {
    FIELD(struct describe_request, base_url, FIELD_STR, 0, "Of the API."),
    FIELD(struct describe_request, remote, FIELD_STR, 0, "The project there."),
    FIELD(struct describe_request, options, FIELD_STR, 0, "The connector's own settings, JSON."),
    FIELD(struct describe_request, credential_kind, FIELD_STR, FIELD_REQUIRED, "As the connector names it."),
    FIELD(struct describe_request, credential, FIELD_STR, FIELD_REQUIRED | FIELD_SECRET, "The secret, JSON."),
};
static const struct record describe_record =
    RECORD("Describe", struct describe_request, describe_fields, "What to try.");

static struct result try_remote(struct arena *arena, const struct connector *connector,
                                const struct describe_request *request, struct remote_description *out) {
  struct project project = {.system = str_of(connector->system),
                            .base_url =
                                request->base_url.length ? request->base_url : str_of(connector->default_base_url),
                            .remote = request->remote,
                            .options = request->options};
  struct connector_config config = {.project = &project,
                                    .credential_kind = request->credential_kind,
                                    .credential = request->credential,
                                    .http = worker_http(connector->system),
                                    .now_ms = clock_now_ms};
  struct connection *connection;
  struct result result = connector->open(&config, &connection);
  if (result_ok(&result)) {
    result = connector->describe(connection, arena, out);
    connector->close(connection);
  }
  config.http->close(config.http);
  return result;
}

static void print_failure(struct arena *arena, const struct result *result) {
  cJSON *tree = cJSON_CreateObject();
  cJSON_AddStringToObject(tree, "code", result_code_name(result->code));
  cJSON_AddStringToObject(tree, "message", result->message);
  puts(json_print(arena, tree).at);
}

static int describe(const struct connector *connector) {
  struct arena arena = {0};
  char *input = arena_alloc(&arena, INPUT_BYTES_MAX);
  struct describe_request request = {0};
  struct remote_description description = {0};
  struct str text = {input, fread(input, 1, INPUT_BYTES_MAX - 1, stdin)};
  struct result result = json_to_record(&arena, &describe_record, text, &request);
  if (result_ok(&result))
    result = try_remote(&arena, connector, &request, &description);
  if (result_ok(&result))
    puts(json_print(&arena, json_from_record(&record_remote_description, &description, true)).at);
  else
    print_failure(&arena, &result);
  arena_wipe(&arena);
  return result_ok(&result) ? 0 : 1;
}

/* -- logging in -- */

static void print_step(const struct login_step *step) {
  struct arena arena = {0};
  puts(json_print(&arena, json_from_record(&record_login_step, step, false)).at);
  fflush(stdout);
  arena_wipe(&arena);
}

static struct result try_login(struct arena *arena, const struct connector *connector, struct str input,
                               struct login_step *out) {
  struct login_request request = {0};
  struct usage usage = {0};
  struct oauth_client client = {
      .vendor = connector->oauth, .http = worker_http(connector->system), .now_ms = clock_now_ms, .usage = &usage};
  struct result result = json_to_record(arena, &record_login_request, input, &request);
  if (result_ok(&result) && request.base_url.length == 0)
    request.base_url = str_of(connector->default_base_url);
  if (result_ok(&result))
    result = oauth_login(&client, arena, &request, print_step, out);
  client.http->close(client.http);
  return result;
}

static int login(const struct connector *connector) {
  struct arena arena = {0};
  struct login_step step = {0};
  char *input = arena_alloc(&arena, INPUT_BYTES_MAX);
  struct str text = {input, fread(input, 1, INPUT_BYTES_MAX - 1, stdin)};
  struct result result = try_login(&arena, connector, text, &step);
  if (!result_ok(&result))
    step = (struct login_step){.failed = str_of(result_code_name(result.code)), .why = str_of(result.message)};
  print_step(&step);
  arena_wipe(&arena);
  return result_ok(&result) ? 0 : 1;
}

int adapter_main(int argc, char **argv, const struct connector *connector) {
  secrecy_begin();
  if (argc == 2 && strcmp(argv[1], "--describe") == 0)
    return describe(connector);
  if (argc == 2 && strcmp(argv[1], "--login") == 0 && connector->oauth)
    return login(connector);
  struct arena arena = {0};
  struct str role = str_format(&arena, "adapter-%s", connector->system);
  struct service service = {.role = role.at,
                            .workers = WORKERS,
                            .start = start,
                            .work = work,
                            .bells = 1U << BELL_WORK,
                            .system = connector->system};
  return service_main(&service, (void *)(uintptr_t)connector);
}
