/* Results: building and naming them. */
#include "base/result.h"

#include <stdio.h>
#include <string.h>

static const char *const code_names[] = {
    [RESULT_OK] = "ok",       [RESULT_RETRY] = "retry",       [RESULT_UNCERTAIN] = "uncertain",
    [RESULT_STALE] = "stale", [RESULT_REJECTED] = "rejected", [RESULT_GONE] = "gone",
    [RESULT_AUTH] = "auth",   [RESULT_BUG] = "bug",
};
enum { CODE_COUNT = sizeof code_names / sizeof code_names[0] };

/* A message that was cut may end inside a character: that part goes too, so that it stays UTF-8. */
static void drop_cut_character(char *message) {
  size_t length = strlen(message), start = length;
  while (start && length - start < 4 && ((unsigned char)message[start - 1] & 0xc0) == 0x80)
    start--;
  if (start == 0 || (unsigned char)message[start - 1] < 0xc0)
    return;
  unsigned char first = (unsigned char)message[--start];
  size_t whole = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (length - start < whole)
    message[start] = '\0';
}

struct result result_error(enum result_code code, const char *format, ...) {
  struct result result = {.code = code};
  va_list args;
  va_start(args, format);
  vsnprintf(result.message, sizeof result.message, format, args);
  va_end(args);
  drop_cut_character(result.message);
  return result;
}

struct result result_retry_after(int64_t retry_after_ms, const char *format, ...) {
  struct result result = {.code = RESULT_RETRY, .retry_after_ms = retry_after_ms};
  va_list args;
  va_start(args, format);
  vsnprintf(result.message, sizeof result.message, format, args);
  va_end(args);
  drop_cut_character(result.message);
  return result;
}

struct result result_refused(const char *field, const char *format, ...) {
  struct result result = {.code = RESULT_REJECTED};
  va_list args;
  va_start(args, format);
  vsnprintf(result.message, sizeof result.message, format, args);
  va_end(args);
  drop_cut_character(result.message);
  snprintf(result.field, sizeof result.field, "%s", field);
  return result;
}

struct result result_of_field(struct result result, const char *field, uint64_t length) {
  if (result.code == RESULT_REJECTED && result.field[0] == '\0')
    snprintf(result.field, sizeof result.field, "%.*s", (int)length, field);
  return result;
}

struct result result_context(struct result result, const char *format, ...) {
  struct result outer = {.code = result.code, .retry_after_ms = result.retry_after_ms};
  va_list args;
  memcpy(outer.field, result.field, sizeof outer.field);
  va_start(args, format);
  int used = vsnprintf(outer.message, sizeof outer.message, format, args);
  va_end(args);
  size_t room = used >= 0 && (size_t)used < sizeof outer.message ? sizeof outer.message - (size_t)used : 0;
  if (room > 3) { /* what does not fit is cut at the end */
    memcpy(outer.message + used, ": ", 2);
    size_t length = strnlen(result.message, room - 3);
    memcpy(outer.message + used + 2, result.message, length);
    outer.message[(size_t)used + 2 + length] = '\0';
  }
  drop_cut_character(outer.message);
  return outer;
}

struct result result_after_write(struct result result) {
  if (result_ok(&result) || result.code == RESULT_UNCERTAIN)
    return result;
  result.code = RESULT_UNCERTAIN;
  return result_context(result, "written, but");
}

const char *result_code_name(enum result_code code) {
  return (unsigned)code < CODE_COUNT ? code_names[code] : "bug";
}

enum result_code result_code_named(const char *name, uint64_t length) {
  for (int code = 0; code < CODE_COUNT; code++)
    if (strlen(code_names[code]) == length && memcmp(code_names[code], name, length) == 0)
      return (enum result_code)code;
  return RESULT_BUG;
}
