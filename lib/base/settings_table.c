/* The table of settings, how its texts become values, and the reference made from it. */
#include <limits.h>
#include <unistd.h>

#include "base/settings.h"

enum { REPLICAS_MAX = 64, POLL_MIN_S = 5, POLL_MAX_S = 86400, RETENTION_MAX_DAYS = 36500 };

#define AT(member) .offset = offsetof(struct settings, member)

static const struct setting table[] = {
    {.name = "home",
     .variable = "TANDEM_HOME",
     .type = SETTING_PATH,
     .not_in_file = true,
     AT(home),
     .absent = "`$XDG_STATE_HOME/tandem`, else `~/.local/state/tandem`",
     .help = "The state directory: settings, certificates, keys, logs and the private database."},
    {.name = "database_url",
     .variable = "TANDEM_DATABASE_URL",
     .type = SETTING_SECRET,
     .not_in_file = true,
     AT(database_url),
     .absent = "a private PostgreSQL below the state directory",
     .help = "Where the store keeps everything, as libpq takes it: `postgresql://user:password@host/database`."},
    {.name = "database_owner_url",
     .variable = "TANDEM_DATABASE_OWNER_URL",
     .type = SETTING_SECRET,
     .not_in_file = true,
     AT(database_owner_url),
     .absent = "the same as `database_url`",
     .help =
         "Who owns the schema and changes it; `database_url` can then be a role that may not (docs/operations.md)."},
    {.name = "store.listen",
     .variable = "TANDEM_STORE_LISTEN",
     .type = SETTING_BUS_URL,
     AT(store_listen),
     .fallback = "tls+tcp://127.0.0.1:0",
     .help = "Where the store takes requests. `tls+tcp://[::]:PORT` is every address of this machine, IPv4 and IPv6. "
             "Port 0 chooses a free one and keeps it."},
    {.name = "events.listen",
     .variable = "TANDEM_EVENTS_LISTEN",
     .type = SETTING_BUS_URL,
     AT(events_listen),
     .fallback = "tls+tcp://127.0.0.1:0",
     .help = "Where the store publishes events. Port 0 chooses a free one and keeps it."},
    {.name = "allow_insecure_bus",
     .variable = "TANDEM_ALLOW_INSECURE_BUS",
     .type = SETTING_BOOL,
     AT(allow_insecure_bus),
     .fallback = "false",
     .help = "Allows `tcp://`: no encryption and no authentication. Only for networks that nobody else can reach."},
    {.name = "privacy.internal_hosts",
     .variable = "TANDEM_INTERNAL_HOSTS",
     .type = SETTING_STRS,
     AT(internal_hosts),
     .absent = "private addresses, names without a dot, and those below `.internal`, `.local`, `.corp`, `.lan` and "
               "their like",
     .help = "More hosts, with all names below them, whose addresses are left out of texts that leave."},
    {.name = "http.allow_hosts",
     .variable = "TANDEM_ALLOW_HOSTS",
     .type = SETTING_STRS,
     AT(http_allow_hosts),
     .absent = "public https addresses only",
     .help = "Hosts (`HOST` or `HOST:PORT`) that may be called without TLS and at private addresses."},
    {.name = "http.ca_file",
     .variable = "TANDEM_HTTP_CA_FILE",
     .type = SETTING_PATH,
     AT(http_ca_file),
     .absent = "the system's certificates",
     .help = "Certificates (PEM) to trust for outgoing https."},
    {.name = "webhooks.listen",
     .variable = "TANDEM_WEBHOOK_LISTEN",
     .type = SETTING_HOST_PORT,
     AT(webhooks_listen),
     .fallback = "127.0.0.1:0",
     .help = "Where webhooks are received. `[::]:PORT` is every address of this machine, IPv4 and IPv6. Port 0 "
             "chooses a free one and keeps it."},
    {.name = "webhooks.url",
     .variable = "TANDEM_WEBHOOK_URL",
     .type = SETTING_WEB_URL,
     AT(webhooks_url),
     .absent = "webhooks are set up by hand",
     .help = "Where trackers reach the receivers, an https URL; below it each adapter has its system's name: "
             "`https://hooks.acme.example/github/webhooks/PROJECT`."},
    {.name = "health.listen",
     .variable = "TANDEM_HEALTH_LISTEN",
     .type = SETTING_HOST_PORT,
     AT(health_listen),
     .absent = "nowhere",
     .help = "Where a process answers `/healthz`, `/readyz` and `/metrics`; `[::]:PORT` is every address of this "
             "machine. Those that `tandem up` starts take this port and the ones that follow it, the store first."},
    {.name = "poll_interval_s",
     .variable = "TANDEM_POLL_INTERVAL_S",
     .type = SETTING_I64,
     AT(poll_interval_s),
     .fallback = "60",
     .min = POLL_MIN_S,
     .max = POLL_MAX_S,
     .help = "Seconds between two looks at a project, where `tandem connect` is not told otherwise."},
    {.name = "log.level",
     .variable = "TANDEM_LOG_LEVEL",
     .type = SETTING_CHOICE,
     AT(log_level),
     .fallback = "info",
     .choices = "debug info warning error",
     .help = "The least important lines to write."},
    {.name = "log.format",
     .variable = "TANDEM_LOG",
     .type = SETTING_CHOICE,
     AT(log_format),
     .fallback = "text",
     .choices = "text json auto",
     .help = "`key=value` lines, or one JSON object a line. `auto`: text at a terminal, else JSON."},
    {.name = "otlp.url",
     .variable = "TANDEM_OTLP_URL",
     .type = SETTING_WEB_URL,
     AT(otlp_url),
     .absent = "nothing is traced",
     .help = "An OpenTelemetry collector that takes OTLP over HTTP: traces are sent there (docs/observability.md)."},
    {.name = "otlp.sample_percent",
     .variable = "TANDEM_OTLP_SAMPLE_PERCENT",
     .type = SETTING_I64,
     AT(otlp_sample_percent),
     .fallback = "100",
     .min = 0,
     .max = 100,
     .help = "Of 100 traces that begin here, how many are recorded."},
    {.name = "otlp.propagate_hosts",
     .variable = "TANDEM_OTLP_PROPAGATE_HOSTS",
     .type = SETTING_STRS,
     AT(otlp_propagate_hosts),
     .absent = "nobody",
     .help =
         "Hosts (`HOST` or `HOST:PORT`) that are told the trace of each call, in the header `traceparent`: your own "
         "trackers."},
    {.name = "postgres.bin_dir",
     .variable = "TANDEM_POSTGRES_BIN_DIR",
     .type = SETTING_PATH,
     AT(postgres_bin_dir),
     .absent = "the newest `/usr/lib/postgresql/*/bin`",
     .help = "Where `postgres` and `initdb` are, for the private database."},
    {.name = "replicas.scheduler",
     .variable = "TANDEM_SCHEDULER_REPLICAS",
     .type = SETTING_I64,
     AT(scheduler_replicas),
     .fallback = "1",
     .min = 0,
     .max = REPLICAS_MAX,
     .help = "Schedulers that `tandem up` starts."},
    {.name = "replicas.conflict",
     .variable = "TANDEM_CONFLICT_REPLICAS",
     .type = SETTING_I64,
     AT(conflict_replicas),
     .fallback = "1",
     .min = 0,
     .max = REPLICAS_MAX,
     .help = "Conflict services that `tandem up` starts."},
    {.name = "replicas.adapters",
     .variable = "TANDEM_ADAPTER_REPLICAS",
     .type = SETTING_I64,
     AT(adapter_replicas),
     .fallback = "1",
     .min = 0,
     .max = REPLICAS_MAX,
     .help = "Processes of each adapter that `tandem up` starts. The first one receives webhooks."},
    {.name = "retention.quiet_sessions_days",
     .variable = "TANDEM_RETENTION_QUIET_SESSIONS_DAYS",
     .type = SETTING_I64,
     AT(retention_quiet_sessions_days),
     .fallback = "30",
     .min = 0,
     .max = RETENTION_MAX_DAYS,
     .help = "Days that sessions are kept in which nothing changed; 0 = for ever (docs/operations.md)."},
    {.name = "retention.sessions_days",
     .variable = "TANDEM_RETENTION_SESSIONS_DAYS",
     .type = SETTING_I64,
     AT(retention_sessions_days),
     .fallback = "365",
     .min = 0,
     .max = RETENTION_MAX_DAYS,
     .help =
         "Days that other sessions are kept, with what they did in detail, so that they can be undone; 0 = for ever. "
         "Values, changes, conflicts and the audit trail are always kept."},
    {.name = "retention.events_days",
     .variable = "TANDEM_RETENTION_EVENTS_DAYS",
     .type = SETTING_I64,
     AT(retention_events_days),
     .fallback = "0",
     .min = 0,
     .max = RETENTION_MAX_DAYS,
     .help =
         "Days that events are kept; 0 = for ever. Who reads them has to come by more often, and a new stream in NATS "
         "needs all of them."},
    {.name = "nats.url",
     .variable = "TANDEM_NATS_URL",
     .type = SETTING_STRS,
     AT(nats_urls),
     .absent = "no bridge to NATS",
     .help = "NATS servers that the event log is copied to, `tls://HOST:PORT` or `nats://HOST:PORT`; `tandem up` then "
             "runs the bridge (docs/streaming.md)."},
    {.name = "nats.stream",
     .variable = "TANDEM_NATS_STREAM",
     .type = SETTING_TEXT,
     AT(nats_stream),
     .fallback = "tandem",
     .help = "The JetStream stream, which nobody else may publish to, and the first word of its subjects."},
    {.name = "nats.credentials_file",
     .variable = "TANDEM_NATS_CREDENTIALS_FILE",
     .type = SETTING_PATH,
     AT(nats_credentials_file),
     .absent = "no JWT",
     .help = "A user's JWT and seed, as `nsc` writes them (`.creds`)."},
    {.name = "nats.user",
     .variable = "TANDEM_NATS_USER",
     .type = SETTING_TEXT,
     AT(nats_user),
     .absent = "`nats_password` is a token",
     .help = "The name that goes with `nats_password`."},
    {.name = "nats_password",
     .variable = "TANDEM_NATS_PASSWORD",
     .type = SETTING_SECRET,
     .not_in_file = true,
     AT(nats_password),
     .absent = "none",
     .help = "The user's password; without `nats.user`, a token."},
    {.name = "nats.ca_file",
     .variable = "TANDEM_NATS_CA_FILE",
     .type = SETTING_PATH,
     AT(nats_ca_file),
     .absent = "the system's certificates",
     .help = "Certificates (PEM) to trust for `tls://`."},
    {.name = "nats.certificate_file",
     .variable = "TANDEM_NATS_CERTIFICATE_FILE",
     .type = SETTING_PATH,
     AT(nats_certificate_file),
     .absent = "none is shown",
     .help = "The bridge's own certificate and its key, in one file (PEM)."},
    {.name = "nats.allow_insecure",
     .variable = "TANDEM_NATS_ALLOW_INSECURE",
     .type = SETTING_BOOL,
     AT(nats_allow_insecure),
     .fallback = "false",
     .help = "Allows `nats://`, which is not encrypted, to other hosts than this one."},
    {.name = "data_key_file",
     .variable = "TANDEM_DATA_KEY_FILE",
     .type = SETTING_SECRET_PATH,
     AT(data_key_file),
     .absent = "`keys/data.key` below the state directory",
     .help = "The keys that stored credentials are encrypted with, a line each; see operations.md."},
    {.name = "oauth.github_client_id",
     .variable = "TANDEM_GITHUB_CLIENT_ID",
     .type = SETTING_TEXT,
     AT(github_client_id),
     .absent = "`--client-id`",
     .help = "The client id of your OAuth app at GitHub, for `tandem connect github --oauth`."},
    {.name = "github_client_secret",
     .variable = "TANDEM_GITHUB_CLIENT_SECRET",
     .type = SETTING_SECRET,
     .not_in_file = true,
     AT(github_client_secret),
     .absent = "`--client-secret-file`",
     .help = "The client secret of your OAuth app at GitHub, where it has one."},
    {.name = "oauth.jira_client_id",
     .variable = "TANDEM_JIRA_CLIENT_ID",
     .type = SETTING_TEXT,
     AT(jira_client_id),
     .absent = "`--client-id`",
     .help = "The client id of your OAuth app at Jira, for `tandem connect jira --oauth`."},
    {.name = "jira_client_secret",
     .variable = "TANDEM_JIRA_CLIENT_SECRET",
     .type = SETTING_SECRET,
     .not_in_file = true,
     AT(jira_client_secret),
     .absent = "`--client-secret-file`",
     .help = "The client secret of your OAuth app at Jira, where it has one."},
    {.name = "oauth.linear_client_id",
     .variable = "TANDEM_LINEAR_CLIENT_ID",
     .type = SETTING_TEXT,
     AT(linear_client_id),
     .absent = "`--client-id`",
     .help = "The client id of your OAuth app at Linear, for `tandem connect linear --oauth`."},
    {.name = "linear_client_secret",
     .variable = "TANDEM_LINEAR_CLIENT_SECRET",
     .type = SETTING_SECRET,
     .not_in_file = true,
     AT(linear_client_secret),
     .absent = "`--client-secret-file`",
     .help = "The client secret of your OAuth app at Linear, where it has one."},
};
enum { SETTING_COUNT = sizeof table / sizeof table[0] };

const struct setting *settings_table(size_t *out_count) {
  *out_count = SETTING_COUNT;
  return table;
}

const struct setting *settings_find(struct str name) {
  for (size_t i = 0; i < SETTING_COUNT; i++)
    if (str_is(name, table[i].name))
      return &table[i];
  return NULL;
}

enum { NAME_MAX_BYTES = 48 };

/* Levenshtein's distance, the names cut to NAME_MAX_BYTES. */
static size_t edit_distance(struct str a, struct str b) {
  size_t row[NAME_MAX_BYTES + 1];
  a = str_slice(a, 0, NAME_MAX_BYTES);
  b = str_slice(b, 0, NAME_MAX_BYTES);
  for (size_t j = 0; j <= b.length; j++)
    row[j] = j;
  for (size_t i = 1; i <= a.length; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.length; j++) {
      size_t replaced = diagonal + (a.at[i - 1] != b.at[j - 1]);
      diagonal = row[j];
      size_t shorter = row[j] < row[j - 1] ? row[j] : row[j - 1];
      row[j] = replaced < shorter + 1 ? replaced : shorter + 1;
    }
  }
  return row[b.length];
}

const struct setting *settings_nearest(struct str name) {
  const struct setting *nearest = &table[0];
  size_t least = SIZE_MAX;
  for (size_t i = 0; i < SETTING_COUNT; i++) {
    size_t distance = edit_distance(name, str_of(table[i].name));
    if (distance < least) {
      least = distance;
      nearest = &table[i];
    }
  }
  return nearest;
}

static struct result wrong(const struct setting_origin *origin, const struct setting *setting, const char *allowed) {
  return result_error(RESULT_REJECTED, "%.*s: %s must be %s", STR_FMT(origin->where), setting->name, allowed);
}

static struct str absolute(struct arena *arena, struct str path, struct str folder) {
  char here[PATH_MAX];
  if (str_starts_with(path, "/"))
    return str_copy(arena, path);
  if (str_is_absent(folder))
    folder = str_of(getcwd(here, sizeof here) ? here : "/");
  return str_format(arena, "%.*s/%.*s", STR_FMT(folder), STR_FMT(path));
}

static bool is_choice(const char *choices, struct str text) {
  for (const char *word = choices; *word;) {
    size_t length = strcspn(word, " ");
    if (str_equal(text, (struct str){word, length}))
      return true;
    word += length + (word[length] == ' ');
  }
  return false;
}

/* HOST:PORT, [HOST]:PORT or :PORT with a port up to 65535. */
static bool is_host_port(struct str text) {
  const char *colon = text.length ? memrchr(text.at, ':', text.length) : NULL;
  int64_t port;
  if (colon == NULL)
    return false;
  struct str host = {text.at, (size_t)(colon - text.at)}, digits = {colon + 1, text.length - host.length - 1};
  bool bracketed = str_starts_with(host, "[") && str_ends_with(host, "]");
  for (size_t i = 0; i < host.length; i++)
    if (host.at[i] <= ' ' || host.at[i] > '~' || strchr("/@\"", host.at[i]) || (host.at[i] == ':' && !bracketed))
      return false;
  return str_to_i64(digits, &port) && port >= 0 && port <= 65535;
}

static bool is_bus_url(struct str text) {
  size_t scheme = str_starts_with(text, "tls+tcp://") ? 10 : str_starts_with(text, "tcp://") ? 6 : 0;
  return scheme && is_host_port(str_slice(text, scheme, text.length));
}

static bool is_web_url(struct str text) {
  size_t scheme = str_starts_with(text, "https://") ? 8 : str_starts_with(text, "http://") ? 7 : 0;
  for (size_t i = scheme; i < text.length; i++)
    if (text.at[i] <= ' ' || text.at[i] > '~' || strchr("@?#\"", text.at[i]))
      return false;
  return scheme && text.length > scheme && text.at[scheme] != '/';
}

static struct result assign_bool(const struct setting *setting, struct str text, const struct setting_origin *origin,
                                 bool *out) {
  bool yes = is_choice("true yes on 1", text);
  if (!yes && !is_choice("false no off 0", text))
    return wrong(origin, setting, "true or false");
  *out = yes;
  return RESULT_DONE;
}

static struct result assign_i64(const struct setting *setting, struct str text, const struct setting_origin *origin,
                                int64_t *out) {
  int64_t number;
  if (!str_to_i64(text, &number) || number < setting->min || number > setting->max)
    return result_error(RESULT_REJECTED, "%.*s: %s must be a whole number from %lld to %lld", STR_FMT(origin->where),
                        setting->name, (long long)setting->min, (long long)setting->max);
  *out = number;
  return RESULT_DONE;
}

static void assign_list(struct arena *arena, const struct str *texts, size_t count, struct list *out) {
  struct str *items = ARENA_ARRAY(arena, struct str, count ? count : 1);
  for (size_t i = 0; i < count; i++)
    items[i] = str_copy(arena, texts[i]);
  *out = (struct list){items, count};
}

static struct result assign_text(struct arena *arena, const struct setting *setting, struct str text,
                                 const struct setting_origin *origin, struct str *out) {
  if (text.length == 0 || memchr(text.at, '\0', text.length) != NULL)
    return wrong(origin, setting, "a text");
  if (setting->type == SETTING_BUS_URL && !is_bus_url(text))
    return wrong(origin, setting, "tls+tcp://HOST:PORT");
  if (setting->type == SETTING_HOST_PORT && !is_host_port(text))
    return wrong(origin, setting, "HOST:PORT");
  if (setting->type == SETTING_WEB_URL && !is_web_url(text))
    return wrong(origin, setting, "a URL, https://hooks.acme.example for instance");
  if (setting->type == SETTING_CHOICE && !is_choice(setting->choices, text))
    return result_error(RESULT_REJECTED, "%.*s: %s must be one of: %s", STR_FMT(origin->where), setting->name,
                        setting->choices);
  bool is_path = setting->type == SETTING_PATH || setting->type == SETTING_SECRET_PATH;
  *out = is_path ? absolute(arena, text, origin->folder) : str_copy(arena, text);
  return RESULT_DONE;
}

struct result settings_assign(struct arena *arena, const struct setting *setting, const struct str *texts, size_t count,
                              const struct setting_origin *origin, struct settings *out) {
  void *at = (char *)out + setting->offset;
  if (setting->type == SETTING_STRS) {
    assign_list(arena, texts, count, at);
    return RESULT_DONE;
  }
  if (count != 1)
    return wrong(origin, setting, "one value, not a list");
  if (setting->type == SETTING_BOOL)
    return assign_bool(setting, texts[0], origin, at);
  if (setting->type == SETTING_I64)
    return assign_i64(setting, texts[0], origin, at);
  if (setting->type == SETTING_SECRET) {
    ((struct secret *)at)->hidden = str_copy(arena, texts[0]);
    return RESULT_DONE;
  }
  return assign_text(arena, setting, texts[0], origin, at);
}

static void print_row(struct str_builder *page, const struct setting *setting) {
  str_append_format(page, "| `%s`%s | ", setting->name, setting->not_in_file ? " (not in the file)" : "");
  if (setting->type == SETTING_SECRET)
    str_append_format(page, "`%s_FILE` (a file), ", setting->variable);
  str_append_format(page, "`%s` | ", setting->variable);
  if (setting->fallback)
    str_append_format(page, "`%s` | %s", setting->fallback, setting->help);
  else
    str_append_format(page, "%s | %s", setting->absent, setting->help);
  if (setting->choices)
    str_append_format(page, " One of: %s.", setting->choices);
  if (setting->type == SETTING_I64)
    str_append_format(page, " %lld to %lld.", (long long)setting->min, (long long)setting->max);
  str_append_c(page, " |\n");
}

struct str settings_print_reference(struct arena *arena) {
  struct str_builder page = {.arena = arena};
  str_append_c(&page, "| Setting | Environment | Default | What it does |\n|---|---|---|---|\n");
  for (size_t i = 0; i < SETTING_COUNT; i++)
    print_row(&page, &table[i]);
  return str_built(&page);
}
