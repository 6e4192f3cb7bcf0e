/* tandem-store: the truth.
 *
 * In:   verbs of every other process (proto/verbs.h), over nng req/rep with client certificates.
 * Out:  replies, and events in dense sequence order over nng pub (proto/events.h).
 * Owns: the PostgreSQL database: projects, tickets, mappings, shadows, the cache, intents, conflicts, the event log.
 *
 * Environment: TANDEM_DATABASE_URL, TANDEM_DATA_KEY_FILE, and the endpoint's (service/rpc.h). Several may run on one
 * database: one leads, the others wait for its lock. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/secrecy.h"
#include "store/health.h"
#include "store/server.h"

static struct result read_options(struct arena *arena, struct server_options *out) {
  const char *home = getenv("TANDEM_HOME"), *key_file = getenv("TANDEM_DATA_KEY_FILE");
  struct str url = secrecy_take_variable(arena, "TANDEM_DATABASE_URL");
  if (url.length == 0)
    return result_error(RESULT_REJECTED, "TANDEM_DATABASE_URL is not set; `tandem up` sets it");
  struct str default_key = str_format(arena, "%s/keys/data.key", home ? home : ".");
  TRY(vault_open(key_file ? key_file : default_key.at, &out->vault));
  out->database_url = url;
  return endpoint_find(arena, str_of(home ? home : "."), "store", &out->endpoint);
}

static void *serve(void *context) {
  struct result result = server_run(context);
  log_event(LOG_ERROR, "store_ends", LOG_RESULT(&result));
  _exit(1);
}

int main(void) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, NULL);
  signal(SIGPIPE, SIG_IGN);
  secrecy_begin();
  log_start("store");
  static struct arena arena;
  static struct server_options options;
  struct result result = read_options(&arena, &options);
  if (result_ok(&result))
    result = store_health_start(&options);
  pthread_t thread;
  if (result_ok(&result) && pthread_create(&thread, NULL, serve, &options) != 0)
    result = result_error(RESULT_RETRY, "cannot start a thread");
  if (!result_ok(&result)) {
    log_event(LOG_ERROR, "cannot_start", LOG_RESULT(&result));
    return 1;
  }
  int number;
  sigwait(&signals, &number);
  log_event(LOG_INFO, "stopping", LOG_I64("signal", number));
  _exit(0);
}
