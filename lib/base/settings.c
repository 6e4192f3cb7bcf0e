/* Settings: the layers, and where the state directory is. */
#include "base/settings.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *variable_value(const char *name) {
  const char *value = getenv(name);
  return value && *value ? value : NULL;
}

void settings_defaults(struct arena *arena, struct settings *out) {
  size_t count;
  const struct setting *table = settings_table(&count);
  struct setting_origin origin = {.where = STR("default")};
  *out = (struct settings){0};
  for (size_t i = 0; i < count; i++) {
    struct str text = str_of(table[i].fallback);
    if (table[i].fallback == NULL)
      continue;
    struct result result = settings_assign(arena, &table[i], &text, 1, &origin, out);
    if (!result_ok(&result))
      abort(); /* the table's own mistake */
  }
}

struct result settings_home(struct arena *arena, const char *flag, struct str *out) {
  const char *given = flag ? flag : variable_value("TANDEM_HOME");
  const char *state = variable_value("XDG_STATE_HOME"), *home = variable_value("HOME");
  struct setting_origin origin = {.where = flag ? STR("--home") : STR("TANDEM_HOME")};
  struct settings found = {0};
  struct str text;
  if (given)
    text = str_of(given);
  else if (state && *state == '/')
    text = str_format(arena, "%s/tandem", state);
  else if (home && *home == '/')
    text = str_format(arena, "%s/.local/state/tandem", home);
  else
    return result_error(RESULT_REJECTED, "HOME is not set: say where the state directory is by --home or TANDEM_HOME");
  while (text.length > 1 && str_ends_with(text, "/"))
    text.length--;
  TRY(settings_assign(arena, settings_find(STR("home")), &text, 1, &origin, &found));
  *out = found.home;
  return RESULT_DONE;
}

/* "a, b,c" as its parts; empty ones are left out. */
static size_t split(struct str text, struct str *parts) {
  size_t count = 0;
  while (count < SETTINGS_LIST_MAX && text.length > 0) {
    ptrdiff_t comma = str_find(text, ",");
    size_t end = comma < 0 ? text.length : (size_t)comma;
    struct str part = str_trim(str_slice(text, 0, end));
    if (part.length > 0)
      parts[count++] = part;
    text = str_slice(text, end + 1, text.length);
  }
  return count;
}

/* One text as it comes from the environment or a flag. */
static struct result assign_joined(struct arena *arena, const struct setting *setting, const char *value,
                                   struct str where, struct settings *out) {
  struct setting_origin origin = {.where = where};
  struct str parts[SETTINGS_LIST_MAX] = {str_of(value)};
  size_t count = setting->type == SETTING_STRS ? split(str_of(value), parts) : 1;
  return settings_assign(arena, setting, parts, count, &origin, out);
}

/* The file of a secret that tandem writes itself (rekeying): "..._FILE" or in the credentials directory. */
static struct result apply_secret_path(struct arena *arena, const struct setting *setting, struct settings *out) {
  struct str variable = str_of(setting->variable);
  const char *name = str_copy(arena, str_slice(variable, 0, variable.length - strlen("_FILE"))).at, *path;
  TRY(secret_find_path(arena, name, &path));
  return path ? assign_joined(arena, setting, path, variable, out) : RESULT_DONE;
}

static struct result apply_environment(struct arena *arena, struct settings *out) {
  size_t count;
  const struct setting *table = settings_table(&count);
  for (size_t i = 0; i < count; i++) {
    const char *value = variable_value(table[i].variable);
    if (table[i].type == SETTING_SECRET)
      TRY(secret_find(arena, table[i].variable, (struct secret *)((char *)out + table[i].offset)));
    else if (table[i].type == SETTING_SECRET_PATH)
      TRY(apply_secret_path(arena, &table[i], out));
    else if (value)
      TRY(assign_joined(arena, &table[i], value, str_of(table[i].variable), out));
  }
  return RESULT_DONE;
}

static struct result apply_flag(struct arena *arena, const struct setting_flag *flag, struct settings *out) {
  struct str name = str_of(flag->name), where = str_format(arena, "--%s", flag->name);
  const struct setting *setting = settings_find(name);
  if (setting == NULL)
    return result_error(RESULT_REJECTED, "there is no setting `%.60s`; did you mean `%s`?", flag->name,
                        settings_nearest(name)->name);
  if (setting->type == SETTING_SECRET)
    return result_error(RESULT_REJECTED, "--%s: a secret is never a flag; name a file that holds it by %s_FILE",
                        flag->name, setting->variable);
  return assign_joined(arena, setting, flag->value, where, out);
}

static struct result read_bounded(struct arena *arena, int file, const char *path, struct str *out) {
  char *bytes = arena_alloc(arena, SETTINGS_FILE_BYTES_MAX + 1);
  size_t filled = 0;
  ssize_t got;
  while (filled <= SETTINGS_FILE_BYTES_MAX &&
         (got = read(file, bytes + filled, SETTINGS_FILE_BYTES_MAX + 1 - filled)) != 0) {
    if (got < 0 && errno != EINTR)
      return result_error(RESULT_REJECTED, "%s cannot be read: %s", path, strerror(errno));
    filled += got > 0 ? (size_t)got : 0;
  }
  if (filled > SETTINGS_FILE_BYTES_MAX)
    return result_error(RESULT_REJECTED, "%s is larger than %d bytes", path, SETTINGS_FILE_BYTES_MAX);
  *out = (struct str){bytes, filled};
  return RESULT_DONE;
}

static struct result apply_file(struct arena *arena, struct settings *out) {
  const char *named = variable_value("TANDEM_CONFIG");
  const char *path = named ? named : str_c(arena, str_format(arena, "%.*s/tandem.yaml", STR_FMT(out->home)));
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  struct str text;
  if (file < 0 && (errno == ENOENT || errno == ENOTDIR) && !named)
    return RESULT_DONE;
  if (file < 0)
    return result_error(RESULT_REJECTED, "%s cannot be opened: %s. %s", path, strerror(errno),
                        named ? "TANDEM_CONFIG names it" : "Choose another state directory by --home or TANDEM_HOME");
  struct result result = read_bounded(arena, file, path, &text);
  close(file);
  TRY(result);
  return settings_parse_yaml(arena, text, path, out);
}

static struct result check_bus(const struct settings *settings, struct str url, const char *name) {
  if (settings->allow_insecure_bus || str_starts_with(url, "tls+tcp://"))
    return RESULT_DONE;
  return result_error(RESULT_REJECTED,
                      "%s is `%.*s`, which has no encryption: write tls+tcp://, or set allow_insecure_bus", name,
                      STR_FMT(url));
}

/* The part between the scheme and the port; absent when the URL is not one, or has a password in it. */
static struct str nats_host(struct str url) {
  size_t scheme = str_starts_with(url, "tls://") ? 6 : str_starts_with(url, "nats://") ? 7 : 0;
  struct str rest = str_slice(url, scheme, url.length);
  for (size_t i = 0; i < rest.length; i++)
    if (rest.at[i] <= ' ' || rest.at[i] > '~' || strchr("/@?#\"", rest.at[i]))
      return (struct str){0};
  const char *colon = rest.length ? memrchr(rest.at, ':', rest.length) : NULL;
  bool has_port = colon && !memchr(colon, ']', (size_t)(rest.at + rest.length - colon));
  rest.length = has_port ? (size_t)(colon - rest.at) : rest.length;
  return scheme && rest.length ? rest : (struct str){0};
}

static bool is_this_host(struct str host) {
  bool loopback = str_starts_with(host, "127.");
  for (size_t i = 0; i < host.length; i++)
    loopback = loopback && (host.at[i] == '.' || isdigit((unsigned char)host.at[i]));
  return loopback || str_is(host, "localhost") || str_is(host, "[::1]");
}

/* Servers forbid these in a stream's name, and it is a word of a subject, too. */
static bool is_stream_name(struct str name) {
  for (size_t i = 0; i < name.length; i++)
    if (name.at[i] <= ' ' || name.at[i] > '~' || strchr(".*>/\\", name.at[i]))
      return false;
  return name.length > 0 && name.length <= 64;
}

static struct result check_nats(const struct settings *settings) {
  for (size_t i = 0; i < settings->nats_urls.count; i++) {
    struct str url = settings->nats_urls.at[i], host = nats_host(url);
    if (str_is_absent(host))
      return result_error(RESULT_REJECTED,
                          "nats.url must be tls://HOST:PORT or nats://HOST:PORT, without a name or password in it");
    if (str_starts_with(url, "nats://") && !is_this_host(host) && !settings->nats_allow_insecure)
      return result_error(RESULT_REJECTED,
                          "nats.url is `%.*s`, which has no encryption: write tls://, or set nats.allow_insecure where "
                          "the network is trusted",
                          STR_FMT(url));
  }
  if (!is_stream_name(settings->nats_stream))
    return result_error(RESULT_REJECTED,
                        "nats.stream must be 1 to 64 printable characters without blank, dot, *, > and slashes");
  return RESULT_DONE;
}

struct result settings_load(struct arena *arena, const struct setting_flag *flags, size_t flag_count,
                            struct settings *out) {
  struct settings settings;
  const char *home_flag = NULL;
  for (size_t i = 0; i < flag_count; i++)
    if (strcmp(flags[i].name, "home") == 0)
      home_flag = flags[i].value;
  settings_defaults(arena, &settings);
  struct str home;
  TRY(settings_home(arena, home_flag, &home));
  settings.home = home;
  TRY(apply_file(arena, &settings));
  TRY(apply_environment(arena, &settings));
  for (size_t i = 0; i < flag_count; i++)
    TRY(apply_flag(arena, &flags[i], &settings));
  settings.home = home;
  TRY(check_bus(&settings, settings.store_listen, "store.listen"));
  TRY(check_bus(&settings, settings.events_listen, "events.listen"));
  TRY(check_nats(&settings));
  *out = settings;
  return RESULT_DONE;
}
