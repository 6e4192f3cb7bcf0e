/* tandem-store: the truth.
 *
 * In:   verbs of every other process (proto/verbs.h), over nng req/rep with client certificates.
 * Out:  replies, and events in dense sequence order over nng pub (proto/events.h).
 * Owns: the PostgreSQL database: projects, tickets, mappings, shadows, the cache, intents, conflicts, the event log.
 *
 * With --migrate it brings the database up to date, as TANDEM_DATABASE_OWNER_URL, and ends.
 *
 * Environment: TANDEM_DATABASE_URL, TANDEM_DATABASE_OWNER_URL (for migrations; else the former), both better as files
 * (base/secret_file.h), TANDEM_DATA_KEY_FILE, TANDEM_RETENTION_*, and the endpoint's (service/rpc.h). Several may run
 * on one database: one leads, the others wait for its lock. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/secrecy.h"
#include "base/secret_file.h"
#include "service/notify.h"
#include "service/telemetry.h"
#include "store/health.h"
#include "store/server.h"

static struct result read_urls(struct arena *arena, struct server_options *out) {
  struct secret url, owner;
  TRY(secret_take(arena, "TANDEM_DATABASE_URL", &url));
  TRY(secret_take(arena, "TANDEM_DATABASE_OWNER_URL", &owner));
  if (str_is_absent(url.hidden) && str_is_absent(owner.hidden))
    return result_error(RESULT_REJECTED, "where the database is is not known: TANDEM_DATABASE_URL_FILE names a file "
                                         "that says it; `tandem up` sees to it by itself");
  out->database_url = url.hidden;
  out->owner_url = owner.hidden;
  return RESULT_DONE;
}

/* "a.example.org,b.example.org" */
static void read_internal_hosts(struct arena *arena, struct server_options *out) {
  struct str list = str_of(getenv("TANDEM_INTERNAL_HOSTS"));
  struct str *hosts = ARENA_ARRAY(arena, struct str, list.length / 2 + 1);
  while (list.length) {
    ptrdiff_t comma = str_find(list, ",");
    struct str host = str_trim(str_slice(list, 0, comma < 0 ? list.length : (size_t)comma));
    if (host.length)
      hosts[out->internal_host_count++] = host;
    list = str_slice(list, comma < 0 ? list.length : (size_t)comma + 1, list.length);
  }
  out->internal_hosts = hosts;
}

static struct result read_options(struct arena *arena, struct server_options *out) {
  const char *home = getenv("TANDEM_HOME"), *key_file;
  TRY(read_urls(arena, out));
  if (str_is_absent(out->database_url))
    return result_error(RESULT_REJECTED, "TANDEM_DATABASE_URL is not set: what the store works as");
  TRY(secret_find_path(arena, "TANDEM_DATA_KEY", &key_file));
  struct str default_key = str_format(arena, "%s/keys/data.key", home ? home : ".");
  TRY(vault_open(key_file ? key_file : default_key.at, &out->vault));
  read_internal_hosts(arena, out);
  TRY(retention_settings(&out->retention));
  return endpoint_find_own(arena, str_of(home ? home : "."), &out->endpoint);
}

static void *serve(void *context) {
  struct result result = server_run(context);
  log_event(LOG_ERROR, "store_ends", LOG_RESULT(&result));
  _exit(1);
}

static int migrate_and_end(void) {
  struct server_options options = {0};
  struct arena arena = {0};
  log_start("store");
  struct result result = read_urls(&arena, &options);
  if (result_ok(&result))
    result = server_migrate(&options);
  arena_free(&arena);
  if (result_ok(&result))
    return 0;
  log_event(LOG_ERROR, "not_migrated", LOG_RESULT(&result));
  return 1;
}

int main(int argc, char **argv) {
  secrecy_begin();
  if (argc == 2 && strcmp(argv[1], "--migrate") == 0)
    return migrate_and_end();
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, NULL);
  signal(SIGPIPE, SIG_IGN);
  log_start("store");
  const struct notifier notifier = notify_open();
  static struct arena arena;
  static struct server_options options;
  struct result result = read_options(&arena, &options);
  if (result_ok(&result))
    result = telemetry_start("store");
  if (result_ok(&result))
    result = store_health_start(&options);
  pthread_t thread;
  if (result_ok(&result) && pthread_create(&thread, NULL, serve, &options) != 0)
    result = result_error(RESULT_RETRY, "cannot start a thread");
  if (!result_ok(&result)) {
    log_event(LOG_ERROR, "cannot_start", LOG_RESULT(&result));
    _exit(1); /* there may be threads */
  }
  const struct notify_source source = store_notify_source();
  int number = notify_until_signal(&notifier, &signals, &source);
  log_event(LOG_INFO, "stopping", LOG_I64("signal", number));
  telemetry_end();
  _exit(0);
}
