/* Log lines: one bounded buffer on the stack, filled and written at once. */
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/trace.h"

/* LINE_BYTES is PIPE_BUF, so that lines of several processes do not mix in a pipe. TAIL_BYTES closes any line. */
enum { LINE_BYTES = 4096, TAIL_BYTES = 16, ESCAPE_BYTES = 6 };

struct line {
  char at[LINE_BYTES];
  size_t length;
  bool json;
};

static struct {
  pthread_once_t once;
  enum log_level level;
  bool json;
  const char *service;
} logger = {.once = PTHREAD_ONCE_INIT, .level = LOG_INFO};

static const char *const level_names[] = {
    [LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARNING] = "warning", [LOG_ERROR] = "error"};

static bool set_level(struct str name) {
  for (size_t i = 0; i < sizeof level_names / sizeof level_names[0]; i++)
    if (str_is(name, level_names[i])) {
      logger.level = (enum log_level)i;
      return true;
    }
  return false;
}

/* auto: text for a person at a terminal, JSON for whatever collects lines. */
static void set_format(struct str format) {
  logger.json = str_is(format, "json") || (str_is(format, "auto") && !isatty(STDERR_FILENO));
}

static void read_environment(void) {
  set_level(str_of(getenv("TANDEM_LOG_LEVEL")));
  set_format(str_of(getenv("TANDEM_LOG")));
}

void log_start(const char *name) {
  pthread_once(&logger.once, read_environment);
  logger.service = name;
}

bool log_configure(struct str level, struct str format) {
  pthread_once(&logger.once, read_environment);
  set_format(format);
  return set_level(level);
}

static bool is_enabled(enum log_level level) {
  pthread_once(&logger.once, read_environment);
  return level >= logger.level;
}

static bool has_room(const struct line *line, size_t bytes) {
  return line->length + bytes + TAIL_BYTES <= LINE_BYTES;
}

static void put(struct line *line, const char *bytes, size_t length) {
  memcpy(line->at + line->length, bytes, length);
  line->length += length;
}

static void put_c(struct line *line, const char *text) {
  put(line, text, strlen(text));
}

static void put_escaped_byte(struct line *line, unsigned char byte) {
  char escape[ESCAPE_BYTES + 1];
  if (byte == '"' || byte == '\\')
    snprintf(escape, sizeof escape, "\\%c", byte);
  else if (byte == '\n')
    snprintf(escape, sizeof escape, "\\n");
  else if (byte == '\t')
    snprintf(escape, sizeof escape, "\\t");
  else if (byte < 0x20 || byte == 0x7f)
    snprintf(escape, sizeof escape, "\\u%04x", byte);
  else
    snprintf(escape, sizeof escape, "%c", byte);
  put_c(line, escape);
}

/* Length of the UTF-8 sequence at `at`, 0 when it is malformed or cut (RFC 3629, table 3-7 of Unicode). */
static size_t utf8_length(const unsigned char *at, size_t left) {
  size_t length = at[0] < 0x80 ? 1 : at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : at[0] < 0xf5 ? 4 : 0;
  if (length == 0 || length > left)
    return 0;
  for (size_t i = 1; i < length; i++)
    if ((at[i] & 0xc0) != 0x80)
      return 0;
  if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) || (at[0] == 0xf0 && at[1] < 0x90) ||
      (at[0] == 0xf4 && at[1] > 0x8f))
    return 0;
  return length;
}

/* In both formats: JSON's escapes, bytes that are not UTF-8 as `?`, `...` where the value was cut. */
static void put_quoted(struct line *line, struct str text) {
  put(line, "\"", 1);
  for (size_t i = 0; i < text.length;) {
    const unsigned char *at = (const unsigned char *)text.at + i;
    size_t length = utf8_length(at, text.length - i);
    if (!has_room(line, ESCAPE_BYTES)) {
      put(line, "...", 3);
      break;
    }
    if (length > 1)
      put(line, (const char *)at, length);
    else
      put_escaped_byte(line, length ? at[0] : '?');
    i += length ? length : 1;
  }
  put(line, "\"", 1);
}

static bool is_plain(struct str text) {
  for (size_t i = 0; i < text.length; i++)
    if (text.at[i] <= ' ' || text.at[i] > '~' || strchr("\"\\=", text.at[i]))
      return false;
  return text.length > 0 && text.length < 256;
}

static void put_text(struct line *line, struct str text) {
  if (!line->json && is_plain(text) && has_room(line, text.length))
    put(line, text.at, text.length);
  else
    put_quoted(line, text);
}

/* `, "key":` or ` key=`; false when there is no room for a value any more. */
static bool put_key(struct line *line, const char *key) {
  if (!has_room(line, strlen(key) + 32))
    return false;
  put_c(line, line->json ? ",\"" : " ");
  put_c(line, key);
  put_c(line, line->json ? "\":" : "=");
  return true;
}

static void put_str(struct line *line, const char *key, struct str text) {
  if (!str_is_absent(text) && put_key(line, key))
    put_text(line, text);
}

static void put_i64(struct line *line, const char *key, int64_t number) {
  char digits[24];
  snprintf(digits, sizeof digits, "%lld", (long long)number);
  if (put_key(line, key))
    put_c(line, digits);
}

static void put_field(struct line *line, const struct log_field *field) {
  if (field->key == NULL)
    return;
  switch (field->kind) {
  case LOG_KIND_STR:
    put_str(line, field->key, field->text);
    break;
  case LOG_KIND_I64:
    put_i64(line, field->key, field->number);
    break;
  case LOG_KIND_BOOL:
    if (put_key(line, field->key))
      put_c(line, field->number ? "true" : "false");
    break;
  case LOG_KIND_RESULT:
    put_str(line, field->key, str_of(result_code_name(field->result->code)));
    put_str(line, "message", str_of(field->result->message));
    break;
  case LOG_KIND_SECRET:
    put_str(line, field->key, field->number ? STR("***") : (struct str){0});
    break;
  }
}

static void put_head(struct line *line, enum log_level level) {
  if (line->json)
    put_c(line, "{\"time\":\"");
  line->length += clock_format_into(clock_now_ms(), line->at + line->length);
  put_c(line, line->json ? "\",\"level\":\"" : " ");
  put_c(line, level_names[level]);
  put_c(line, line->json ? "\"" : "");
}

/* Of a trace that is recorded: under OpenTelemetry's names for logs of other formats. */
static void put_trace(struct line *line) {
  struct trace_context current = trace_current();
  char hex[2 * TRACE_ID_BYTES + 1];
  if (!current.sampled)
    return;
  sodium_bin2hex(hex, sizeof hex, current.trace_id, TRACE_ID_BYTES);
  put_str(line, "trace_id", str_of(hex));
  sodium_bin2hex(hex, sizeof hex, current.span_id, SPAN_ID_BYTES);
  put_str(line, "span_id", str_of(hex));
}

static void write_line(struct line *line) {
  put_c(line, line->json ? "}\n" : "\n");
  ssize_t written;
  do
    written = write(STDERR_FILENO, line->at, line->length);
  while (written < 0 && errno == EINTR);
}

void log_write(enum log_level level, const char *event, const struct log_field *fields, size_t count) {
  if (!is_enabled(level))
    return;
  int saved_errno = errno;
  struct line line = {.length = 0, .json = logger.json};
  put_head(&line, level);
  put_str(&line, "event", str_of(event));
  put_str(&line, "service", str_of(logger.service));
  for (size_t i = 0; i < count; i++)
    put_field(&line, &fields[i]);
  put_trace(&line);
  write_line(&line);
  errno = saved_errno;
}
