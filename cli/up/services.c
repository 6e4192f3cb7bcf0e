/* The table of services and their environment. */
#include "cli/up/services.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/environment.h"
#include "base/secret_file.h"

extern char **environ;

enum service_kind { SERVICE_STORE, SERVICE_SCHEDULER, SERVICE_CONFLICT, SERVICE_ADAPTER, SERVICE_BRIDGE };

/* The program is tandem-ROLE. */
struct service_row {
  const char *role;
  enum service_kind kind;
  size_t adapter; /* SERVICE_ADAPTER: its place in tracker_table */
};

enum { CORE_COUNT = 3, BRIDGE_AT = CORE_COUNT + TRACKER_COUNT, ROW_COUNT };

static struct service_row row_at(struct arena *arena, size_t i) {
  static const struct service_row core[CORE_COUNT] = {
      {"store", SERVICE_STORE, 0}, {"scheduler", SERVICE_SCHEDULER, 0}, {"conflict", SERVICE_CONFLICT, 0}};
  if (i < CORE_COUNT)
    return core[i];
  if (i == BRIDGE_AT)
    return (struct service_row){"bridge-nats", SERVICE_BRIDGE, 0};
  size_t adapter = i - CORE_COUNT;
  return (struct service_row){str_format(arena, "adapter-%s", tracker_table[adapter]->system).at, SERVICE_ADAPTER,
                              adapter};
}

const char *const *services_roles(struct arena *arena, size_t *out_count) {
  const char **roles = ARENA_ARRAY(arena, const char *, ROW_COUNT + 1);
  for (size_t i = 0; i < ROW_COUNT; i++)
    roles[i] = row_at(arena, i).role;
  roles[ROW_COUNT] = "cli";
  *out_count = ROW_COUNT + 1;
  return roles;
}

static int64_t replicas_of(const struct settings *settings, enum service_kind kind) {
  switch (kind) {
  case SERVICE_SCHEDULER:
    return settings->scheduler_replicas;
  case SERVICE_CONFLICT:
    return settings->conflict_replicas;
  case SERVICE_ADAPTER:
    return settings->adapter_replicas;
  case SERVICE_BRIDGE:
    return settings->nats_urls.count ? 1 : 0;
  default:
    return 1; /* two stores cannot listen on one address */
  }
}

/* Variables under construction: what is put replaces what was inherited. */
struct environment {
  struct arena *arena;
  const char **at;
  size_t count;
};

static bool is_named(const char *entry, const char *name) {
  size_t length = strlen(name);
  return strncmp(entry, name, length) == 0 && entry[length] == '=';
}

static void drop(struct environment *environment, const char *name) {
  size_t kept = 0;
  for (size_t i = 0; i < environment->count; i++)
    if (!is_named(environment->at[i], name))
      environment->at[kept++] = environment->at[i];
  environment->count = kept;
}

/* An absent or empty value leaves the variable out. */
static void put(struct environment *environment, const char *name, struct str value) {
  drop(environment, name);
  if (value.length)
    environment->at[environment->count++] = str_format(environment->arena, "%s=%.*s", name, STR_FMT(value)).at;
}

enum { OWN_VARIABLES_MAX = 32, WATCHDOG_MS = 5 * 60 * 1000 };

static struct environment inherit(struct arena *arena) {
  struct environment environment = {.arena = arena};
  size_t count = 0;
  while (environ[count])
    count++;
  environment.at = ARENA_ARRAY(arena, const char *, count + OWN_VARIABLES_MAX);
  for (size_t i = 0; i < count; i++)
    environment.at[environment.count++] = environ[i];
  return environment;
}

static struct str join(struct arena *arena, const struct str *items, size_t count) {
  struct str_builder list = {.arena = arena};
  for (size_t i = 0; i < count; i++)
    str_append_format(&list, "%s%.*s", i ? "," : "", STR_FMT(items[i]));
  return str_built(&list);
}

static void put_settings(struct environment *environment, const struct settings *settings) {
  put(environment, "TANDEM_HOME", settings->home);
  put(environment, "TANDEM_ALLOW_INSECURE_BUS", settings->allow_insecure_bus ? STR("true") : (struct str){0});
  put(environment, "TANDEM_ALLOW_HOSTS",
      join(environment->arena, settings->http_allow_hosts.at, settings->http_allow_hosts.count));
  put(environment, "TANDEM_INTERNAL_HOSTS",
      join(environment->arena, settings->internal_hosts.at, settings->internal_hosts.count));
  put(environment, "TANDEM_HTTP_CA_FILE", settings->http_ca_file);
  put(environment, "TANDEM_POLL_INTERVAL_S",
      str_format(environment->arena, "%lld", (long long)settings->poll_interval_s));
  put(environment, "TANDEM_LOG_LEVEL", settings->log_level);
  put(environment, "TANDEM_LOG", settings->log_format);
  put(environment, "TANDEM_OTLP_URL", settings->otlp_url);
  put(environment, "TANDEM_OTLP_SAMPLE_PERCENT",
      str_format(environment->arena, "%lld", (long long)settings->otlp_sample_percent));
  put(environment, "TANDEM_OTLP_PROPAGATE_HOSTS",
      join(environment->arena, settings->otlp_propagate_hosts.at, settings->otlp_propagate_hosts.count));
  put(environment, "TANDEM_DATA_KEY_FILE", settings->data_key_file);
}

static void put_number(struct environment *environment, const char *name, int64_t number) {
  put(environment, name, str_format(environment->arena, "%lld", (long long)number));
}

static void put_retention(struct environment *environment, const struct settings *settings) {
  put_number(environment, "TANDEM_RETENTION_QUIET_SESSIONS_DAYS", settings->retention_quiet_sessions_days);
  put_number(environment, "TANDEM_RETENTION_SESSIONS_DAYS", settings->retention_sessions_days);
  put_number(environment, "TANDEM_RETENTION_EVENTS_DAYS", settings->retention_events_days);
}

/* The store listens on its URL, which may be a wildcard; the others call it. */
static void put_bus(struct environment *environment, const struct services_options *options,
                    const struct service_row *row) {
  const struct up_endpoints *endpoints = options->endpoints;
  bool listens = row->kind == SERVICE_STORE;
  struct str home = options->settings->home;
  put(environment, "TANDEM_STORE_URL", listens ? endpoints->store_listen : endpoints->store_url);
  put(environment, "TANDEM_EVENTS_URL", listens ? endpoints->events_listen : endpoints->events_url);
  put(environment, "TANDEM_STORE_LISTEN", endpoints->store_listen);
  put(environment, "TANDEM_EVENTS_LISTEN", endpoints->events_listen);
  put(environment, "TANDEM_TLS_CA", str_format(environment->arena, "%.*s/tls/ca.pem", STR_FMT(home)));
  put(environment, "TANDEM_TLS_REVOKED", str_format(environment->arena, "%.*s/tls/revoked.pem", STR_FMT(home)));
  put(environment, "TANDEM_TLS_CERT", str_format(environment->arena, "%.*s/tls/%s.pem", STR_FMT(home), row->role));
}

/* Of this adapter: the system's name below the address that is set. */
static struct str webhook_url(struct arena *arena, const struct settings *settings, const struct service_row *row) {
  struct str base = settings->webhooks_url;
  if (row->kind != SERVICE_ADAPTER || base.length == 0)
    return (struct str){0};
  return str_format(arena, "%.*s%s%s", STR_FMT(base), str_ends_with(base, "/") ? "" : "/",
                    tracker_table[row->adapter]->system);
}

/* The `place`-th process listens that many ports higher. */
static struct str health_listen(struct arena *arena, const struct settings *settings, size_t place) {
  struct str first = settings->health_listen;
  const char *colon = first.length ? memrchr(first.at, ':', first.length) : NULL;
  int64_t port;
  if (!colon || !str_to_i64(str_slice(first, (size_t)(colon + 1 - first.at), first.length), &port))
    return (struct str){0};
  return str_format(arena, "%.*s:%lld", (int)(colon - first.at), first.at, (long long)port + (long long)place);
}

/* The bridge's alone. A file of the credentials directory is named, which nobody finds by itself any more. */
static void put_nats_password(struct environment *environment, const struct service_row *row) {
  const char *path = NULL;
  if (row->kind != SERVICE_BRIDGE) {
    drop(environment, "TANDEM_NATS_PASSWORD");
    drop(environment, "TANDEM_NATS_PASSWORD_FILE");
    return;
  }
  struct result result = secret_find_path(environment->arena, "TANDEM_NATS_PASSWORD", &path);
  if (result_ok(&result) && path) /* else the settings would not have been read */
    put(environment, "TANDEM_NATS_PASSWORD_FILE", str_of(path));
}

static const char *const *environment_of(struct arena *arena, const struct services_options *options,
                                         const struct service_row *row, int64_t replica, size_t place) {
  struct environment environment = inherit(arena);
  put_settings(&environment, options->settings);
  if (row->kind == SERVICE_STORE)
    put_retention(&environment, options->settings);
  put_bus(&environment, options, row);
  if (row->kind == SERVICE_ADAPTER)
    put(&environment, "TANDEM_WEBHOOK_LISTEN",
        replica ? STR("127.0.0.1:0") : options->endpoints->webhook_listen[row->adapter]);
  put(&environment, "TANDEM_WEBHOOK_URL", webhook_url(arena, options->settings, row));
  put(&environment, "TANDEM_HEALTH_LISTEN", health_listen(arena, options->settings, place));
  put(&environment, "TANDEM_DATABASE_URL", row->kind == SERVICE_STORE ? options->database_url : (struct str){0});
  drop(&environment, "TANDEM_DATABASE_URL_FILE");
  drop(&environment, "TANDEM_GITHUB_CLIENT_SECRET"); /* only for who logs in */
  drop(&environment, "TANDEM_JIRA_CLIENT_SECRET");
  drop(&environment, "TANDEM_LINEAR_CLIENT_SECRET");
  put_nats_password(&environment, row);
  put(&environment, "TANDEM_DATABASE_OWNER_URL", row->kind == SERVICE_STORE ? options->owner_url : (struct str){0});
  drop(&environment, "TANDEM_DATABASE_OWNER_URL_FILE");
  drop(&environment, "CREDENTIALS_DIRECTORY"); /* the settings have what was in it */
  put(&environment, "NOTIFY_SOCKET", str_of(options->notify_address));
  put(&environment, "WATCHDOG_USEC", str_format(arena, "%lld", (long long)services_watchdog_ms() * 1000));
  environment.at[environment.count] = NULL;
  return environment.at;
}

static struct process_spec spec_of(struct arena *arena, const struct services_options *options,
                                   const struct service_row *row, int64_t replica, size_t place) {
  const char **argv = ARENA_ARRAY(arena, const char *, 2);
  struct process_spec spec = {.argv = argv, .stdin_file = -1, .kept_file = -1, .death_signal = SIGTERM};
  argv[0] = str_format(arena, "%s/tandem-%s", options->program_dir, row->role).at;
  spec.name = replica ? str_format(arena, "%s-%lld", row->role, (long long)replica + 1).at : row->role;
  spec.envp = environment_of(arena, options, row, replica, place);
  if (!options->in_foreground)
    spec.log_path = str_format(arena, "%.*s/log/%s.log", STR_FMT(options->settings->home), row->role).at;
  return spec;
}

int64_t services_watchdog_ms(void) {
  return environment_i64("TANDEM_WATCHDOG_MS", WATCHDOG_MS);
}

struct result services_check(struct arena *arena, const char *folder) {
  for (size_t i = 0; i < ROW_COUNT; i++) {
    const char *path = str_format(arena, "%s/tandem-%s", folder, row_at(arena, i).role).at;
    if (access(path, X_OK) != 0)
      return result_error(RESULT_REJECTED,
                          "the program %s is missing: it belongs beside `tandem`. Install tandem again, or run "
                          "`./dev build` in the sources",
                          path);
  }
  return RESULT_DONE;
}

void services_list(struct arena *arena, const struct services_options *options, const struct process_spec **out,
                   size_t *out_count) {
  size_t total = 0, filled = 0;
  for (size_t i = 0; i < ROW_COUNT; i++)
    total += (size_t)replicas_of(options->settings, row_at(arena, i).kind);
  struct process_spec *specs = ARENA_ARRAY(arena, struct process_spec, total);
  for (size_t i = 0; i < ROW_COUNT; i++) {
    struct service_row row = row_at(arena, i);
    for (int64_t replica = 0; replica < replicas_of(options->settings, row.kind); replica++, filled++)
      specs[filled] = spec_of(arena, options, &row, replica, filled);
  }
  *out = specs;
  *out_count = filled;
}
