/* Strings: comparing, slicing, building. */
#include "base/str.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

bool str_equal_caseless(struct str a, struct str b) {
  return a.length == b.length && (a.length == 0 || strncasecmp(a.at, b.at, a.length) == 0);
}

int str_compare(struct str a, struct str b) {
  size_t common = a.length < b.length ? a.length : b.length;
  int order = common ? memcmp(a.at, b.at, common) : 0;
  return order ? order : (a.length > b.length) - (a.length < b.length);
}

bool str_starts_with(struct str string, const char *prefix) {
  size_t length = strlen(prefix);
  return length == 0 || (string.length >= length && memcmp(string.at, prefix, length) == 0);
}

bool str_ends_with(struct str string, const char *suffix) {
  size_t length = strlen(suffix);
  return length == 0 || (string.length >= length && memcmp(string.at + string.length - length, suffix, length) == 0);
}

ptrdiff_t str_find(struct str string, const char *needle) {
  if (string.length == 0)
    return *needle ? -1 : 0;
  const char *hit = memmem(string.at, string.length, needle, strlen(needle));
  return hit ? hit - string.at : -1;
}

struct str str_slice(struct str string, size_t from, size_t to) {
  if (str_is_absent(string))
    return string;
  if (to > string.length)
    to = string.length;
  if (from > to)
    from = to;
  return (struct str){string.at + from, to - from};
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct str str_trim(struct str string) {
  while (string.length && is_blank(string.at[0]))
    string = str_slice(string, 1, string.length);
  while (string.length && is_blank(string.at[string.length - 1]))
    string.length--;
  return string;
}

struct str str_copy(struct arena *arena, struct str string) {
  if (str_is_absent(string))
    return string;
  return (struct str){str_c(arena, string), string.length};
}

char *str_c(struct arena *arena, struct str string) {
  char *copy = arena_bytes(arena, string.length + 1);
  if (string.length)
    memcpy(copy, string.at, string.length);
  copy[string.length] = '\0';
  return copy;
}

__attribute__((format(printf, 2, 0))) static struct str format_args(struct arena *arena, const char *format,
                                                                    va_list args) {
  va_list again;
  va_copy(again, args);
  int length = vsnprintf(NULL, 0, format, args);
  char *text = arena_bytes(arena, (size_t)length + 1);
  vsnprintf(text, (size_t)length + 1, format, again);
  va_end(again);
  return (struct str){text, (size_t)length};
}

struct str str_format(struct arena *arena, const char *format, ...) {
  va_list args;
  va_start(args, format);
  struct str string = format_args(arena, format, args);
  va_end(args);
  return string;
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool str_to_i64(struct str string, int64_t *out) {
  char text[24];
  if (string.length == 0 || string.length >= sizeof text ||
      !is_digit(string.at[string.at[0] == '-' && string.length > 1]))
    return false;
  memcpy(text, string.at, string.length);
  text[string.length] = '\0';
  char *end;
  errno = 0;
  long long value = strtoll(text, &end, 10);
  if (errno || end != text + string.length)
    return false;
  *out = value;
  return true;
}

/* Makes room for `more` bytes and a NUL. */
static void make_room(struct str_builder *builder, size_t more) {
  size_t need = builder->length + more + 1;
  if (need <= builder->capacity)
    return;
  size_t capacity = builder->capacity ? builder->capacity * 2 : 128;
  while (capacity < need)
    capacity *= 2;
  char *grown = arena_bytes(builder->arena, capacity);
  if (builder->length)
    memcpy(grown, builder->at, builder->length);
  builder->at = grown;
  builder->capacity = capacity;
}

void str_append(struct str_builder *builder, struct str string) {
  make_room(builder, string.length);
  if (string.length)
    memcpy(builder->at + builder->length, string.at, string.length);
  builder->length += string.length;
  builder->at[builder->length] = '\0';
}

void str_append_c(struct str_builder *builder, const char *text) {
  str_append(builder, str_of(text));
}

void str_append_format(struct str_builder *builder, const char *format, ...) {
  va_list args, again;
  make_room(builder, strlen(format));
  va_start(args, format);
  va_copy(again, args);
  size_t room = builder->capacity - builder->length;
  size_t length = (size_t)vsnprintf(builder->at + builder->length, room, format, args);
  if (length >= room) {
    make_room(builder, length);
    vsnprintf(builder->at + builder->length, length + 1, format, again);
  }
  builder->length += length;
  va_end(again);
  va_end(args);
}

struct str str_built(struct str_builder *builder) {
  str_append(builder, STR(""));
  return (struct str){builder->at, builder->length};
}
