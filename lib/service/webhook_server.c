/* The webhook receiver, on libmicrohttpd. */
#include "service/webhook_server.h"

#include <ctype.h>
#include <microhttpd.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/clock.h"
#include "base/fault.h"
#include "base/heap.h"
#include "base/json.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/trace.h"
#include "service/listen_address.h"
#include "service/log_pace.h"
#include "service/webhook_body.h"
#include "service/webhook_connections.h"
#include "service/webhook_patience.h"
#include "service/webhook_refusals.h"

enum {
  SERVER_THREADS = 2,
  /* More than there are places, in each thread: whoever loses one is still there for a moment. */
  CONNECTIONS_MAX = SERVER_THREADS * (WEBHOOK_CONNECTIONS_MAX + 32),
  CONNECTION_TIMEOUT_S = 30,
  HEADER_BYTES_MAX = 256,
};

struct server {
  struct rpc *rpc;
  const struct connector *connector;
  struct webhook_bodies bodies;
  struct webhook_connections connections;
  struct webhook_patience patience;
  struct webhook_refusals *refusals;
};

static const struct metric received = {"tandem_webhook_requests_total",
                                       METRIC_COUNTER,
                                       {"status"},
                                       "Requests to the webhook receiver by the status they were answered with."};

/* The one that this thread is answering, when it is a delivery. */
static _Thread_local struct span *answering;

static void note_status(unsigned status) {
  if (!answering)
    return;
  span_number(answering, "http.response.status_code", status);
  answering->failed = status >= MHD_HTTP_INTERNAL_SERVER_ERROR;
}

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status, const char *json) {
  char code[12];
  note_status(status);
  snprintf(code, sizeof code, "%u", status);
  metric_add(&received, METRIC_VALUES(code), 1);
  struct MHD_Response *response =
      MHD_create_response_from_buffer(strlen(json), (void *)(uintptr_t)json, MHD_RESPMEM_MUST_COPY);
  MHD_add_response_header(response, "Content-Type", "application/json");
  enum MHD_Result result = MHD_queue_response(connection, status, response);
  MHD_destroy_response(response);
  return result;
}

struct wanted_header {
  const char *name;
  int count;
};

static enum MHD_Result count_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value) {
  struct wanted_header *wanted = context;
  (void)kind, (void)value;
  wanted->count += strcasecmp(name, wanted->name) == 0;
  return MHD_YES;
}

/* Absent when the system has no such header, and when there are several: which one counts is then anybody's guess, and
 * a proxy's may not be ours. */
static struct str header(struct MHD_Connection *connection, const char *name) {
  struct wanted_header wanted = {.name = name};
  if (!name)
    return (struct str){0};
  MHD_get_connection_values(connection, MHD_HEADER_KIND, count_header, &wanted);
  return wanted.count == 1 ? str_of(MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name)) : (struct str){0};
}

/* Where a system does not number its deliveries the same bytes are the same delivery. */
static struct str hash_of(struct arena *arena, struct str body) {
  unsigned char hash[crypto_generichash_BYTES];
  char *hex = arena_alloc(arena, sizeof hash * 2 + 1);
  crypto_generichash(hash, sizeof hash, (const unsigned char *)body.at, body.length, NULL, 0);
  sodium_bin2hex(hex, sizeof hash * 2 + 1, hash, sizeof hash);
  return str_of(hex);
}

static struct webhook_request request_of(struct server *server, struct MHD_Connection *connection, struct arena *arena,
                                         struct str body) {
  const struct webhook_headers *names = &server->connector->webhook_headers;
  return (struct webhook_request){
      .event = names->event ? header(connection, names->event) : STR("delivery"),
      .delivery_id = names->delivery_id ? header(connection, names->delivery_id) : hash_of(arena, body),
      .signature = header(connection, names->signature),
      .timestamp = header(connection, names->timestamp),
      .authorization = header(connection, "authorization"),
      .body = body,
      .now_ms = clock_now_ms(),
  };
}

/* -- one delivery -- */

/* Waits no longer than is good for the others. */
static struct result ask_store(struct server *server, struct arena *arena, enum verb_id verb, const void *request,
                               void *reply) {
  int64_t begun_ms = clock_mono_ms(), patience_ms = webhook_patience_begin(&server->patience, begun_ms);
  if (patience_ms == 0)
    return result_error(RESULT_RETRY, "the store is away");
  struct result result = rpc_call(server->rpc, arena, verb, request, reply, patience_ms);
  int64_t ended_ms = clock_mono_ms();
  webhook_patience_end(&server->patience, result_ok(&result) || ended_ms - begun_ms < patience_ms, ended_ms);
  return result;
}

/* The secret is {"secret": "..."}. */
static enum webhook_verdict verdict_by(struct server *server, const struct webhook_request *request,
                                       struct str secret_json) {
  cJSON *tree;
  struct result result = json_parse(secret_json, &tree);
  if (!result_ok(&result))
    return WEBHOOK_FORGED;
  struct str secret = json_str(tree, "secret");
  enum webhook_verdict verdict = secret.length ? server->connector->verify(request, secret) : WEBHOOK_FORGED;
  cJSON_Delete(tree);
  return verdict;
}

/* The first delivery that is signed with a secret that replaces another one proves it. */
static void tell_proven(struct server *server, const struct credential *credential) {
  struct arena arena = {0};
  struct credential_outcome works = {.name = credential->name, .generation = credential->generation};
  struct result result = ask_store(server, &arena, VERB_CREDENTIAL_OUTCOME, &works, NULL);
  if (!result_ok(&result)) /* the next delivery says it again */
    log_event(LOG_WARNING, "webhook_secret_not_proven", LOG_RESULT(&result));
  arena_free(&arena);
}

/* Also by the secret that this one replaces. */
static enum webhook_verdict verdict_of(struct server *server, const struct webhook_request *request,
                                       const struct credential *credential) {
  enum webhook_verdict verdict = verdict_by(server, request, credential->secret);
  if (verdict == WEBHOOK_FORGED && credential->previous.length)
    return verdict_by(server, request, credential->previous);
  if (verdict == WEBHOOK_GENUINE && credential->unproven)
    tell_proven(server, credential);
  return verdict;
}

static struct result project_secret(struct server *server, struct arena *arena, struct str name,
                                    struct credential *out) {
  struct project_name query = {.name = name};
  struct project_list list = {0};
  struct result listed = ask_store(server, arena, VERB_PROJECT_LIST, &query, &list);
  if (listed.code == RESULT_REJECTED) /* what is no text is no name */
    return result_error(RESULT_GONE, "no such project");
  TRY(listed);
  if (list.projects.count == 0 || !str_is(list.projects.at[0].system, server->connector->system))
    return result_error(RESULT_GONE, "no such project");
  if (list.projects.at[0].webhook_credential.length == 0)
    return result_error(RESULT_REJECTED, "the project has no webhook secret");
  struct credential_get get = {.name = list.projects.at[0].webhook_credential};
  return ask_store(server, arena, VERB_CREDENTIAL_GET, &get, out);
}

static enum MHD_Result refuse(struct MHD_Connection *connection, const struct result *result) {
  switch (result->code) {
  case RESULT_GONE:
    return answer(connection, MHD_HTTP_NOT_FOUND, "{\"error\":\"no such project\"}");
  case RESULT_REJECTED:
    return answer(connection, MHD_HTTP_FORBIDDEN, "{\"error\":\"webhooks are not set up for this project\"}");
  default:
    return answer(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "{\"error\":\"not kept; send it again\"}");
  }
}

static struct result tell_refused(void *context, const struct hook_refused *refused) {
  struct server *server = context;
  struct arena arena = {0};
  struct result result = rpc_call(server->rpc, &arena, VERB_WEBHOOK_REFUSED, refused, NULL, WEBHOOK_PATIENCE_MS);
  arena_free(&arena);
  return result;
}

static void log_refused(struct str project, bool untimely) {
  static struct log_pace pace = LOG_PACE_START;
  if (log_pace_allows(&pace, "webhook_refused", clock_mono_ms()))
    log_event(LOG_WARNING, "webhook_refused", LOG_STR("project", project),
              LOG_C("reason", untimely ? "time: is the clock of this machine right?" : "signature"));
}

static enum MHD_Result refuse_delivery(struct server *server, struct MHD_Connection *connection, struct str project,
                                       bool untimely) {
  log_refused(project, untimely);
  webhook_refusals_note(server->refusals, project, untimely);
  return answer(connection, MHD_HTTP_UNAUTHORIZED,
                untimely ? "{\"error\":\"its time is too far from the time here\"}"
                         : "{\"error\":\"the signature is missing or wrong\"}");
}

/* What a tracker names its events and deliveries by. The rest could not be kept. */
static bool is_word(struct str text) {
  for (size_t i = 0; i < text.length; i++)
    if (text.at[i] < ' ' || text.at[i] > '~')
      return false;
  return text.length > 0 && text.length <= HEADER_BYTES_MAX;
}

static enum MHD_Result accept_delivery(struct server *server, struct MHD_Connection *connection, struct arena *arena,
                                       struct str project, struct str body) {
  struct webhook_request request = request_of(server, connection, arena, body);
  struct credential secret = {0};
  struct result result = project_secret(server, arena, project, &secret);
  if (!result_ok(&result))
    return refuse(connection, &result);
  enum webhook_verdict verdict = verdict_of(server, &request, &secret);
  if (verdict != WEBHOOK_GENUINE)
    return refuse_delivery(server, connection, project, verdict == WEBHOOK_UNTIMELY);
  if (!is_word(request.delivery_id) || !is_word(request.event))
    return answer(connection, MHD_HTTP_BAD_REQUEST,
                  "{\"error\":\"event and delivery headers are missing, or are no words\"}");
  struct webhook_accept accept = {project, request.delivery_id, request.event, body};
  struct webhook_accepted accepted = {0};
  fault_point("adapter.before_accept");
  result = ask_store(server, arena, VERB_WEBHOOK_ACCEPT, &accept, &accepted);
  fault_point("adapter.after_accept");
  if (!result_ok(&result))
    return refuse(connection, &result);
  return answer(connection, MHD_HTTP_OK, accepted.duplicate ? "{\"duplicate\":true}" : "{\"duplicate\":false}");
}

/* The start of a trace: what a tracker says of its own is nobody's here. */
static enum MHD_Result accept_traced(struct server *server, struct MHD_Connection *connection, struct arena *arena,
                                     struct str project, struct str body) {
  const struct trace_context none = {0};
  struct span span;
  span_begin(&span, "POST /webhooks/{project}", SPAN_SERVER, &none);
  span_text(&span, "http.request.method", STR("POST"));
  span_text(&span, "http.route", STR("/webhooks/{project}"));
  span_text(&span, "tandem.system", str_of(server->connector->system));
  answering = &span;
  enum MHD_Result result = accept_delivery(server, connection, arena, project, body);
  answering = NULL;
  span_end(&span);
  return result;
}

/* -- connections -- */

static int socket_of(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}

static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code) {
  struct server *server = context;
  if (code == MHD_CONNECTION_NOTIFY_STARTED)
    *socket_context = webhook_connections_begin(&server->connections, socket_of(connection));
  else
    webhook_connections_end(&server->connections, *socket_context, socket_of(connection));
}

/* -- HTTP -- */

static enum MHD_Result finish(struct server *server, struct MHD_Connection *connection, const char *url,
                              const char *method, const struct webhook_body *body) {
  static const char prefix[] = "/webhooks/";
  size_t system_length = strlen(server->connector->system);
  /* A proxy in front may leave the system's name in the path. */
  if (url[0] == '/' && strncmp(url + 1, server->connector->system, system_length) == 0 && url[1 + system_length] == '/')
    url += 1 + system_length;
  if (strcmp(method, "GET") == 0 && strcmp(url, "/healthz") == 0)
    return answer(connection, MHD_HTTP_OK, "{\"status\":\"ok\"}");
  if (strncmp(url, prefix, sizeof prefix - 1) != 0)
    return answer(connection, MHD_HTTP_NOT_FOUND, "{\"error\":\"post to /webhooks/PROJECT\"}");
  if (strcmp(method, "POST") != 0)
    return answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "{\"error\":\"POST only\"}");
  if (webhook_body_state(body) == WEBHOOK_BODY_TOO_LARGE)
    return answer(connection, MHD_HTTP_CONTENT_TOO_LARGE, "{\"error\":\"larger than 25 MiB\"}");
  if (webhook_body_state(body) == WEBHOOK_BODY_NO_ROOM)
    return answer(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "{\"error\":\"too much comes at once; send it again\"}");
  struct arena arena = {0};
  struct str project = str_of(url + sizeof prefix - 1);
  enum MHD_Result result = accept_traced(server, connection, &arena, project, webhook_body_text(body));
  arena_wipe(&arena);
  return result;
}

static enum MHD_Result finish_in_place(struct server *server, struct MHD_Connection *connection, const char *url,
                                       const char *method, const struct webhook_body *body) {
  const union MHD_ConnectionInfo *place = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  struct webhook_connection *one = place ? place->socket_context : NULL;
  webhook_connections_answer(&server->connections, one, socket_of(connection), true);
  enum MHD_Result result = finish(server, connection, url, method, body);
  webhook_connections_answer(&server->connections, one, socket_of(connection), false);
  return result;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *bytes, size_t *length, void **state) {
  (void)version;
  struct server *server = context;
  struct webhook_body *body = *state;
  if (!body) {
    *state = webhook_body_new(&server->bodies);
    return MHD_YES;
  }
  if (*length) {
    webhook_body_take(body, (struct str){bytes, *length});
    *length = 0;
    return MHD_YES;
  }
  return finish_in_place(server, connection, url, method, body);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code) {
  (void)context, (void)connection, (void)code;
  webhook_body_free(*state);
  *state = NULL;
}

/* -- starting -- */

struct result webhook_server_start(struct rpc *rpc, const struct connector *connector, struct str address) {
  int listener;
  TRY(listen_address_open(address, "webhooks.listen", &listener));
  struct server *server = heap_new(sizeof *server);
  *server = (struct server){
      .rpc = rpc, .connector = connector, .connections = WEBHOOK_CONNECTIONS_START, .patience = WEBHOOK_PATIENCE_START};
  TRY(webhook_refusals_start(tell_refused, server, WEBHOOK_REFUSALS_EVERY_MS, &server->refusals));
  if (!MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, on_request, server, MHD_OPTION_LISTEN_SOCKET,
                        listener, MHD_OPTION_THREAD_POOL_SIZE, SERVER_THREADS, MHD_OPTION_CONNECTION_LIMIT,
                        CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, CONNECTION_TIMEOUT_S,
                        MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_NOTIFY_CONNECTION, on_connection,
                        server, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END))
    return result_error(RESULT_BUG, "cannot serve webhooks on %.*s", STR_FMT(address));
  log_event(LOG_INFO, "webhooks_listening", LOG_STR("address", address));
  return RESULT_DONE;
}
