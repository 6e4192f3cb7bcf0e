/* A length-counted string, borrowed: UTF-8 unless said otherwise. `at == NULL` means absent, which differs from empty.
 * Strings made by an arena function are followed by a NUL byte, so `at` can go to a C API. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"

struct str {
  const char *at;
  size_t length;
};

/* For printf's "%.*s". */
#define STR_FMT(string) (int)(string).length, ((string).at ? (string).at : "")

/* A literal as a constant expression, for tables; str_of() for anything else. */
#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})

static inline struct str str_of(const char *text) {
  return (struct str){text, text ? strlen(text) : 0};
}

static inline bool str_is_absent(struct str string) {
  return string.at == NULL;
}

static inline bool str_equal(struct str a, struct str b) {
  return a.length == b.length && (a.length == 0 || memcmp(a.at, b.at, a.length) == 0);
}

static inline bool str_is(struct str string, const char *text) {
  return str_equal(string, str_of(text));
}

/* A and a are the same; other letters than those of ASCII are compared as they are. */
bool str_equal_caseless(struct str a, struct str b);

/* strcmp's order, byte by byte. */
int str_compare(struct str a, struct str b);

bool str_starts_with(struct str string, const char *prefix);
bool str_ends_with(struct str string, const char *suffix);

/* The offset of `needle`, or -1. */
ptrdiff_t str_find(struct str string, const char *needle);

struct str str_slice(struct str string, size_t from, size_t to);
struct str str_trim(struct str string);

struct str str_copy(struct arena *arena, struct str string);
struct str str_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* `string` as a NUL-terminated copy. */
char *str_c(struct arena *arena, struct str string);

/* A whole decimal number; false, and `out` untouched, on anything else. */
bool str_to_i64(struct str string, int64_t *out);

/* A growing string in an arena. */
struct str_builder {
  struct arena *arena;
  char *at;
  size_t length, capacity;
};

void str_append(struct str_builder *builder, struct str string);
void str_append_c(struct str_builder *builder, const char *text);
void str_append_format(struct str_builder *builder, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What was built; empty (never absent) if nothing was appended. The builder may go on. */
struct str str_built(struct str_builder *builder);

#endif
