/* What was typed, and what surrounds a command. */
#include "cli/invocation.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/settings.h"

struct str invocation_argument(const struct invocation *call, size_t index) {
  return call->arguments[index];
}

static const struct given_option *find_given(const struct invocation *call, const char *name) {
  for (size_t i = 0; i < call->given_count; i++)
    if (strcmp(call->given[i].spec->name, name) == 0)
      return &call->given[i];
  return NULL;
}

bool invocation_flag(const struct invocation *call, const char *name) {
  return find_given(call, name) != NULL;
}

struct str invocation_text(const struct invocation *call, const char *name) {
  const struct given_option *given = find_given(call, name);
  return given ? given->text : (struct str){0};
}

int64_t invocation_number(const struct invocation *call, const char *name, int64_t fallback) {
  const struct given_option *given = find_given(call, name);
  return given ? given->number : fallback;
}

struct list invocation_list(const struct invocation *call, const char *name) {
  struct str *texts = ARENA_ARRAY(call->arena, struct str, call->given_count + 1);
  size_t count = 0;
  for (size_t i = 0; i < call->given_count; i++)
    if (strcmp(call->given[i].spec->name, name) == 0)
      texts[count++] = call->given[i].text;
  return (struct list){texts, count};
}

struct result invocation_usage(struct invocation *call, const char *format, ...) {
  struct result result = {.code = RESULT_REJECTED};
  va_list args;
  va_start(args, format);
  vsnprintf(result.message, sizeof result.message, format, args);
  va_end(args);
  call->exit_code = EXIT_CODE_USAGE;
  return result;
}

struct str invocation_actor(const struct invocation *call) {
  const char *actor = getenv("TANDEM_ACTOR");
  if (actor && *actor)
    return strchr(actor, ':') ? str_of(actor) : str_format(call->arena, "user:%s", actor);
  const struct passwd *user = getpwuid(getuid());
  if (user)
    return str_format(call->arena, "user:%s", user->pw_name);
  return str_format(call->arena, "user:%ld", (long)getuid());
}

struct result invocation_home(const struct invocation *call, struct str *out) {
  struct str flag = invocation_text(call, "home");
  return settings_home(call->arena, str_is_absent(flag) ? NULL : str_c(call->arena, flag), out);
}

bool invocation_may_ask(const struct invocation *call) {
  return isatty(STDIN_FILENO) && isatty(STDERR_FILENO) && !output_is_json(call->output);
}

static struct result read_stream(const struct invocation *call, FILE *stream, const char *name, size_t bytes_max,
                                 struct str *out) {
  struct str_builder text = {.arena = call->arena};
  char piece[8192];
  size_t length;
  while ((length = fread(piece, 1, sizeof piece, stream)) > 0) {
    str_append(&text, (struct str){piece, length});
    if (text.length > bytes_max)
      return result_error(RESULT_REJECTED, "%s is longer than %zu bytes. Shorten it.", name, bytes_max);
  }
  if (ferror(stream))
    return result_error(RESULT_REJECTED, "%s cannot be read: %s.", name, strerror(errno));
  *out = str_built(&text);
  return RESULT_DONE;
}

struct result invocation_read_stdin(const struct invocation *call, size_t bytes_max, struct str *out) {
  return read_stream(call, stdin, "standard input", bytes_max, out);
}

struct result invocation_read_file(const struct invocation *call, struct str path, size_t bytes_max, struct str *out) {
  if (str_is(path, "-"))
    return invocation_read_stdin(call, bytes_max, out);
  const char *name = str_c(call->arena, path);
  FILE *file = fopen(name, "re");
  if (!file)
    return result_error(RESULT_REJECTED, "%s cannot be opened: %s.", name, strerror(errno));
  struct result result = read_stream(call, file, name, bytes_max, out);
  fclose(file);
  return result;
}

struct result invocation_settings(const struct invocation *call, struct settings *out) {
  const struct setting_flag flag = {"home", invocation_text(call, "home").at};
  return settings_load(call->arena, &flag, flag.value ? 1 : 0, out);
}
