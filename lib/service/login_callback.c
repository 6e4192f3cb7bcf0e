/* The loopback address that the browser comes back to, on libmicrohttpd. */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/heap.h"
#include "service/login.h"

enum { CODE_BYTES_MAX = 4096, CONNECTIONS_MAX = 8, CONNECTION_TIMEOUT_S = 10 };

struct callback {
  struct MHD_Daemon *daemon;
  char *state;
  pthread_mutex_t mutex;
  pthread_cond_t came;
  char *code, *error; /* the first that came */
  bool answered;      /* the browser has its page */
};

static enum MHD_Result say(struct MHD_Connection *connection, unsigned status, const char *text) {
  struct MHD_Response *response =
      MHD_create_response_from_buffer(strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);
  MHD_add_response_header(response, "Content-Type", "text/plain; charset=utf-8");
  MHD_add_response_header(response, "Cache-Control", "no-store");
  MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
  enum MHD_Result result = MHD_queue_response(connection, status, response);
  MHD_destroy_response(response);
  return result;
}

/* Somebody else's page could send a browser here with a code of its own: only who knows our state is believed. */
static bool is_ours(const struct callback *callback, const char *state) {
  size_t length = strlen(callback->state);
  return state && strlen(state) == length && sodium_memcmp(state, callback->state, length) == 0;
}

static void keep(struct callback *callback, const char *code, const char *error) {
  pthread_mutex_lock(&callback->mutex);
  if (!callback->code && !callback->error) {
    error = error ? error : "no code came back";
    if (code)
      callback->code = heap_text_of(code, strnlen(code, CODE_BYTES_MAX));
    else
      callback->error = heap_text_of(error, strnlen(error, CODE_BYTES_MAX));
  }
  pthread_mutex_unlock(&callback->mutex);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code) {
  struct callback *callback = context;
  (void)connection, (void)state, (void)code;
  pthread_mutex_lock(&callback->mutex);
  callback->answered = callback->code || callback->error;
  pthread_cond_signal(&callback->came);
  pthread_mutex_unlock(&callback->mutex);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *bytes, size_t *length, void **state) {
  static int begun;
  struct callback *callback = context;
  (void)version, (void)bytes, (void)length;
  if (!*state) { /* the headers alone: the answer may follow with the next call */
    *state = &begun;
    return MHD_YES;
  }
  if (strcmp(url, "/callback") != 0 || strcmp(method, "GET") != 0)
    return say(connection, MHD_HTTP_NOT_FOUND, "tandem waits at /callback.\n");
  const char *code = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "code");
  const char *error = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "error");
  if (!is_ours(callback, MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "state")))
    return say(connection, MHD_HTTP_BAD_REQUEST, "This is not the login that tandem waits for.\n");
  keep(callback, code, error);
  return say(connection, MHD_HTTP_OK,
             code ? "tandem has what it needs. You may close this page.\n"
                  : "You did not agree. Nothing was stored.\n");
}

struct result callback_open(int64_t port, struct str state, struct callback **out) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct callback *callback = heap_new(sizeof *callback);
  address.sin_port = htons((uint16_t)port);
  callback->state = heap_text_of(state.at, state.length);
  pthread_mutex_init(&callback->mutex, NULL);
  clock_condition_init(&callback->came);
  callback->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, (uint16_t)port, NULL, NULL, on_request, callback,
                                      MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_CONNECTION_LIMIT,
                                      CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, CONNECTION_TIMEOUT_S,
                                      MHD_OPTION_NOTIFY_COMPLETED, on_completed, callback, MHD_OPTION_END);
  if (!callback->daemon) {
    callback_close(callback);
    return result_error(RESULT_RETRY,
                        "the port %lld is taken, where the browser comes back to: close what uses it, or register "
                        "another one with the app and say --callback-port",
                        (long long)port);
  }
  *out = callback;
  return RESULT_DONE;
}

struct result callback_wait(struct callback *callback, struct arena *arena, int64_t timeout_ms, struct str *out_code) {
  struct timespec until = clock_deadline(timeout_ms);
  int status = 0;
  pthread_mutex_lock(&callback->mutex);
  while (!callback->answered && status != ETIMEDOUT)
    status = pthread_cond_timedwait(&callback->came, &callback->mutex, &until);
  struct str code = callback->code ? str_copy(arena, str_of(callback->code)) : (struct str){0};
  struct str error =
      str_copy(arena, str_of(callback->error ? callback->error : "the browser did not come back in time"));
  pthread_mutex_unlock(&callback->mutex);
  if (code.length == 0)
    return result_error(RESULT_AUTH, "the login was not agreed to (%.*s)", STR_FMT(error));
  *out_code = code;
  return RESULT_DONE;
}

void callback_close(struct callback *callback) {
  if (callback->daemon)
    MHD_stop_daemon(callback->daemon);
  pthread_cond_destroy(&callback->came);
  pthread_mutex_destroy(&callback->mutex);
  if (callback->code)
    explicit_bzero(callback->code, strlen(callback->code));
  free(callback->code);
  free(callback->error);
  free(callback->state);
  free(callback);
}
