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

/* Up to the start of a character, so that it stays UTF-8; at the end of a word, unless that is far. */
static size_t cut_end(const char *text, size_t room) {
  enum { WORD_MAX = 60 };
  size_t end = room, word = room;
  while (end && ((unsigned char)text[end] & 0xc0) == 0x80)
    end--;
  while (word && text[word] != ' ' && room - word < WORD_MAX)
    word--;
  return word && text[word] == ' ' ? word : end;
}

/* `whole`: how long it would be. False when it had to be cut. */
static bool mark_cut(char *message, size_t size, size_t whole) {
  static const char mark[] = " \xe2\x80\xa6";
  if (whole < size)
    return true;
  size_t end = cut_end(message, size - sizeof mark);
  memcpy(message + end, mark, sizeof mark);
  return false;
}

static bool write_message(struct result *result, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
static bool write_message(struct result *result, const char *format, va_list args) {
  int whole = vsnprintf(result->message, sizeof result->message, format, args);
  return mark_cut(result->message, sizeof result->message, whole > 0 ? (size_t)whole : 0);
}

struct result result_error(enum result_code code, const char *format, ...) {
  struct result result = {.code = code};
  va_list args;
  va_start(args, format);
  write_message(&result, format, args);
  va_end(args);
  return result;
}

struct result result_retry_after(int64_t retry_after_ms, const char *format, ...) {
  struct result result = {.code = RESULT_RETRY, .retry_after_ms = retry_after_ms};
  va_list args;
  va_start(args, format);
  write_message(&result, format, args);
  va_end(args);
  return result;
}

struct result result_refused(const char *field, const char *format, ...) {
  struct result result = {.code = RESULT_REJECTED};
  va_list args;
  va_start(args, format);
  write_message(&result, format, args);
  va_end(args);
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
  bool has_room = write_message(&outer, format, args);
  va_end(args);
  if (!has_room)
    return outer;
  size_t used = strlen(outer.message);
  int whole = snprintf(outer.message + used, sizeof outer.message - used, ": %s", result.message);
  mark_cut(outer.message, sizeof outer.message, used + (size_t)(whole > 0 ? whole : 0));
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
