/* malloc() and its family before the sanitizer's, where there is one, or the C library's. free() stays theirs. */
#include "allocator.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define OURS __attribute__((visibility("default"), used))
#define THEIRS __attribute__((weak))

void *__interceptor_malloc(size_t size) THEIRS;
void *__interceptor_calloc(size_t count, size_t size) THEIRS;
void *__interceptor_realloc(void *at, size_t size) THEIRS;
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *at, size_t size);

OURS void *malloc(size_t size);
OURS void *calloc(size_t count, size_t size);
OURS void *realloc(void *at, size_t size);
OURS void *reallocarray(void *at, size_t count, size_t size);
OURS char *strdup(const char *text);

static bool there_is_none(const void *caller) {
  bool none = allocator_has_none(caller);
  if (none)
    errno = ENOMEM;
  return none;
}

static void *new_bytes(size_t size, const void *caller) {
  if (there_is_none(caller))
    return NULL;
  return __interceptor_malloc ? __interceptor_malloc(size) : __libc_malloc(size);
}

static void *more_bytes(void *at, size_t size, const void *caller) {
  if (there_is_none(caller))
    return NULL;
  return __interceptor_realloc ? __interceptor_realloc(at, size) : __libc_realloc(at, size);
}

void *malloc(size_t size) {
  return new_bytes(size, __builtin_return_address(0));
}

void *calloc(size_t count, size_t size) {
  if (there_is_none(__builtin_return_address(0)))
    return NULL;
  return __interceptor_calloc ? __interceptor_calloc(count, size) : __libc_calloc(count, size);
}

void *realloc(void *at, size_t size) {
  return more_bytes(at, size, __builtin_return_address(0));
}

void *reallocarray(void *at, size_t count, size_t size) {
  size_t bytes;
  if (!__builtin_mul_overflow(count, size, &bytes))
    return more_bytes(at, bytes, __builtin_return_address(0));
  errno = ENOMEM;
  return NULL;
}

/* The sanitizers' own does not come by here. */
char *strdup(const char *text) {
  size_t size = strlen(text) + 1;
  char *copy = new_bytes(size, __builtin_return_address(0));
  return copy ? memcpy(copy, text, size) : NULL;
}
