/* stdout and stderr: plain text, styles, JSON, errors. */
#include "cli/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/wrap.h"

static bool terminal_has_colors(int fd) {
  const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
  return isatty(fd) && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

struct output output_open(enum output_format format, bool quiet) {
  return (struct output){
      .data = stdout,
      .messages = stderr,
      .format = format,
      .quiet = quiet,
      .terminal = isatty(STDOUT_FILENO),
      .live = isatty(STDERR_FILENO) && !quiet && format == OUTPUT_TEXT,
      .colors = format == OUTPUT_TEXT && terminal_has_colors(STDOUT_FILENO),
      .message_colors = format != OUTPUT_JSON && terminal_has_colors(STDERR_FILENO),
  };
}

size_t output_width(const struct output *output) {
  enum { WIDTH_DEFAULT = 80 };
  struct winsize size;
  int64_t columns;
  if (output->terminal && ioctl(fileno(output->data), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  bool given = str_to_i64(str_of(getenv("COLUMNS")), &columns) && columns > 0 && columns < 10000;
  return given ? (size_t)columns : WIDTH_DEFAULT;
}

void output_text(const struct output *output, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vfprintf(output->data, format, args);
  va_end(args);
}

const char *output_escape(enum output_style style) {
  static const char *const escapes[] = {
      [STYLE_NORMAL] = "",       [STYLE_BOLD] = "\033[1m",  [STYLE_DIM] = "\033[2m",
      [STYLE_GOOD] = "\033[32m", [STYLE_WARN] = "\033[33m", [STYLE_BAD] = "\033[31m",
  };
  return escapes[style];
}

void output_styled(const struct output *output, enum output_style style, struct str text) {
  bool styled = output->colors && style != STYLE_NORMAL;
  fprintf(output->data, "%s%.*s%s", styled ? output_escape(style) : "", STR_FMT(text), styled ? "\033[0m" : "");
}

void output_named(const struct output *output, const char *name, struct str text) {
  enum { NAME_WIDTH = 14 };
  struct arena arena = {0};
  if (text.length) {
    output_styled(output, STYLE_DIM, str_format(&arena, "%-*s", NAME_WIDTH, name));
    output_text(output, " %s\n", output_clean_line(&arena, text).at);
  }
  arena_free(&arena);
}

/* Into a file or a pipe a message goes as one line. */
static size_t message_columns(const struct output *output) {
  struct winsize size;
  return isatty(fileno(output->messages)) && ioctl(fileno(output->messages), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void output_note(const struct output *output, const char *format, ...) {
  if (output->quiet)
    return;
  fflush(output->data); /* both may go to one place: keep the order */
  struct arena arena = {0};
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int length = vsnprintf(NULL, 0, format, args);
  char *text = arena_alloc(&arena, (size_t)(length > 0 ? length : 0) + 1);
  vsnprintf(text, (size_t)(length > 0 ? length : 0) + 1, format, again);
  va_end(again);
  va_end(args);
  struct str harmless = output_clean(&arena, str_of(text)); /* names of projects and credentials, say */
  fprintf(output->messages, "%s\n", wrap_text(&arena, harmless, message_columns(output)).at);
  arena_free(&arena);
}

void output_error(const struct output *output, const char *code, const char *message) {
  struct arena arena = {0};
  if (output_is_json(output)) {
    cJSON *tree = cJSON_CreateObject(), *error = cJSON_AddObjectToObject(tree, "error");
    cJSON_AddStringToObject(error, "code", code);
    cJSON_AddStringToObject(error, "message", message);
    fprintf(output->messages, "%s\n", json_print(&arena, tree).at);
  } else {
    const char *start = output->message_colors ? output_escape(STYLE_BAD) : "";
    const char *end = output->message_colors ? "\033[0m" : "";
    struct str line = str_format(&arena, "tandem: %s", output_clean_line(&arena, str_of(message)).at);
    struct str text = wrap_text(&arena, line, message_columns(output));
    fprintf(output->messages, "%standem:%s%s\n", start, end, text.at + strlen("tandem:"));
  }
  arena_free(&arena);
}

bool output_finish(const struct output *output) {
  errno = 0;
  if (fflush(output->data) == 0 && !ferror(output->data))
    return true;
  struct arena arena = {0};
  output_error(output, "unwritten",
               str_format(&arena, "standard output is not whole: it cannot be written%s%s.", errno ? ": " : "",
                          errno ? strerror(errno) : "")
                   .at);
  arena_free(&arena);
  return false;
}

/* The length of the well-formed UTF-8 sequence at `at`, or 0 (Unicode 15, table 3-7). */
static size_t sequence_length(const unsigned char *at, size_t left) {
  if (at[0] < 0x80)
    return 1;
  size_t length = at[0] >= 0xC2 && at[0] < 0xE0   ? 2
                  : at[0] >= 0xE0 && at[0] < 0xF0 ? 3
                  : at[0] >= 0xF0 && at[0] < 0xF5 ? 4
                                                  : 0;
  if (length == 0 || length > left)
    return 0;
  unsigned char low = at[0] == 0xE0 ? 0xA0 : at[0] == 0xF0 ? 0x90 : 0x80;
  unsigned char high = at[0] == 0xED ? 0x9F : at[0] == 0xF4 ? 0x8F : 0xBF;
  if (at[1] < low || at[1] > high)
    return 0;
  for (size_t i = 2; i < length; i++)
    if ((at[i] & 0xC0) != 0x80)
      return 0;
  return length;
}

/* U+202A..U+202E and U+2066..U+2069 turn the order of what is shown around. */
static bool turns_text_around(const unsigned char *at, size_t length) {
  return length == 3 && at[0] == 0xE2 &&
         ((at[1] == 0x80 && at[2] >= 0xAA && at[2] <= 0xAE) || (at[1] == 0x81 && at[2] >= 0xA6 && at[2] <= 0xA9));
}

/* Of a well-formed sequence of three bytes at most. */
static unsigned code_point(const unsigned char *at, size_t length) {
  return length == 1   ? at[0]
         : length == 2 ? (at[0] & 0x1FU) << 6 | (at[1] & 0x3FU)
                       : (at[0] & 0x0FU) << 12 | (at[1] & 0x3FU) << 6 | (at[2] & 0x3FU);
}

static bool steers_terminal(const unsigned char *at, size_t length) {
  if (length == 1)
    return (at[0] < 0x20 && at[0] != '\n' && at[0] != '\t') || at[0] == 0x7F;
  return (length == 2 && at[0] == 0xC2 && at[1] < 0xA0) || turns_text_around(at, length);
}

/* In JSON nothing is left out: what steers a terminal is written as an escape. Outside strings there is nothing of the
 * kind. */
static struct str harmless_json(struct arena *arena, struct str text) {
  struct str_builder built = {.arena = arena};
  size_t kept = 0;
  for (size_t i = 0; i < text.length;) {
    const unsigned char *at = (const unsigned char *)text.at + i;
    size_t length = sequence_length(at, text.length - i), step = length ? length : 1;
    if (length == 0 || steers_terminal(at, length)) {
      str_append(&built, str_slice(text, kept, i));
      str_append_format(&built, "\\u%04x", length == 0 ? 0xFFFDU : code_point(at, length));
      kept = i + step;
    }
    i += step;
  }
  str_append(&built, str_slice(text, kept, text.length));
  return str_built(&built);
}

void output_record(const struct output *output, const struct record *record, const void *object) {
  struct arena arena = {0};
  struct str text = harmless_json(&arena, json_print(&arena, json_from_record(record, object, true)));
  fprintf(output->data, "%.*s\n", STR_FMT(text));
  arena_free(&arena);
}

static struct str clean(struct arena *arena, struct str text, bool one_line) {
  struct str_builder built = {.arena = arena};
  for (size_t i = 0; i < text.length;) {
    const unsigned char *at = (const unsigned char *)text.at + i;
    size_t length = sequence_length(at, text.length - i);
    if (length == 0)
      str_append_c(&built, "\xEF\xBF\xBD");
    else if (one_line && (*at == '\n' || *at == '\t'))
      str_append_c(&built, " ");
    else if (!steers_terminal(at, length))
      str_append(&built, (struct str){(const char *)at, length});
    i += length ? length : 1;
  }
  return str_copy(arena, str_built(&built));
}

struct str output_clean(struct arena *arena, struct str text) {
  return clean(arena, text, false);
}

struct str output_clean_line(struct arena *arena, struct str text) {
  return clean(arena, text, true);
}
