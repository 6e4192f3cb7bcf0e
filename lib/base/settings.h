/* What an administrator can set, each setting once in one table: from it come the settings file's keys, the environment
 * variables, the flags, and docs/configuration.md. Later wins: default < YAML file < environment < flags. Secrets are
 * never in the file or in a flag: NAME_FILE in the environment names a file that holds them. */
#ifndef BASE_SETTINGS_H
#define BASE_SETTINGS_H

#include "base/arena.h"
#include "base/record.h"
#include "base/result.h"
#include "base/secret_file.h"
#include "base/str.h"

struct settings {
  struct str home;                        /* the state directory, absolute */
  struct secret database_url;             /* hidden.at == NULL: a private PostgreSQL below home */
  struct secret database_owner_url;       /* hidden.at == NULL: migrations run as database_url */
  struct str store_listen, events_listen; /* nng URLs; port 0 = choose a free one */
  bool allow_insecure_bus;
  LIST_OF(struct str) http_allow_hosts;
  LIST_OF(struct str) internal_hosts;
  struct str http_ca_file;    /* absent = the system's */
  struct str webhooks_listen; /* HOST:PORT */
  struct str webhooks_url;    /* absent: trackers are told by hand */
  struct str health_listen;   /* HOST:PORT; absent: no /healthz, /readyz and /metrics */
  int64_t poll_interval_s;
  struct str log_level, log_format;
  struct str otlp_url; /* absent: nothing is traced */
  int64_t otlp_sample_percent;
  LIST_OF(struct str) otlp_propagate_hosts;
  struct str postgres_bin_dir; /* absent = the newest below /usr/lib/postgresql */
  int64_t scheduler_replicas, conflict_replicas, adapter_replicas;
  int64_t retention_quiet_sessions_days, retention_sessions_days, retention_events_days; /* 0 = for ever */
  LIST_OF(struct str) nats_urls;                                                         /* none: no bridge to NATS */
  struct str nats_stream, nats_user;
  struct str nats_credentials_file, nats_ca_file, nats_certificate_file;
  struct secret nats_password; /* without a user: a token */
  bool nats_allow_insecure;
  struct str data_key_file;                                      /* absent = home/keys/data.key */
  struct str github_client_id, jira_client_id, linear_client_id; /* of the user's own OAuth apps */
  struct secret github_client_secret, jira_client_secret, linear_client_secret;
};

/* One value from the command line: `name` as in the table ("log.level"). */
struct setting_flag {
  const char *name, *value;
};

/* All layers. The file is TANDEM_CONFIG, else HOME/tandem.yaml, which may be missing. Everything is copied into
 * `arena`. RESULT_REJECTED: one sentence with file:line:column, the variable or the flag, and what is allowed there. */
struct result settings_load(struct arena *arena, const struct setting_flag *flags, size_t flag_count,
                            struct settings *out) MUST_USE;

/* The state directory alone: `flag` (may be NULL) > TANDEM_HOME > $XDG_STATE_HOME/tandem > ~/.local/state/tandem. */
struct result settings_home(struct arena *arena, const char *flag, struct str *out) MUST_USE;

/* Only the defaults; never fails. `home` stays absent. */
void settings_defaults(struct arena *arena, struct settings *out);

enum { SETTINGS_FILE_BYTES_MAX = 64 * 1024, SETTINGS_DEPTH_MAX = 4, SETTINGS_LIST_MAX = 64 };

/* One settings file's text over what is in `out`; `file` is how errors call it. Input may be hostile. On failure `out`
 * may be partly changed. */
struct result settings_parse_yaml(struct arena *arena, struct str text, const char *file,
                                  struct settings *out) MUST_USE;

/* How a text becomes a value. */
enum setting_type {
  SETTING_PATH,        /* struct str, made absolute: against the file's folder, else the working directory */
  SETTING_BUS_URL,     /* struct str, tls+tcp://HOST:PORT or tcp://HOST:PORT */
  SETTING_HOST_PORT,   /* struct str */
  SETTING_WEB_URL,     /* struct str, http:// or https:// with a host */
  SETTING_CHOICE,      /* struct str, one of `choices` */
  SETTING_TEXT,        /* struct str, any */
  SETTING_SECRET,      /* struct secret; never in the file or in a flag */
  SETTING_SECRET_PATH, /* as SETTING_PATH, or a file of the credentials directory */
  SETTING_BOOL,        /* bool */
  SETTING_I64,         /* int64_t between `min` and `max` */
  SETTING_STRS,        /* list of struct str; with commas in the environment and in flags */
};

/* One row of the table, for help, completion and the reference. */
struct setting {
  const char *name;     /* the path in the settings file too: "log.level" */
  const char *variable; /* "TANDEM_LOG_LEVEL"; for a secret, with _FILE too */
  enum setting_type type;
  bool not_in_file;
  size_t offset;
  const char *fallback; /* the default as text; NULL = absent */
  int64_t min, max;
  const char *choices; /* separated by blanks */
  const char *absent;  /* what happens when it is absent, for the documents */
  const char *help;
};

const struct setting *settings_table(size_t *out_count);

/* The row called `name`, or NULL. */
const struct setting *settings_find(struct str name);

/* The row whose name differs least from `name`. */
const struct setting *settings_nearest(struct str name);

/* Where a value was written, for messages and for paths. */
struct setting_origin {
  struct str where;  /* "tandem.yaml:3:7", "TANDEM_LOG_LEVEL", "--log.level" */
  struct str folder; /* what a relative path starts from; absent = the working directory */
};

/* Checks the texts (several only for a list) and stores them, copied. RESULT_REJECTED: `where: what is allowed`. */
struct result settings_assign(struct arena *arena, const struct setting *setting, const struct str *texts, size_t count,
                              const struct setting_origin *origin, struct settings *out) MUST_USE;

/* The reference as Markdown: docs/configuration.md is made from it. */
struct str settings_print_reference(struct arena *arena);

#endif
