/* Memory that outlives a unit of work (base/arena.h): a connection, a server. What there is none of ends the process,
 * with a line on stderr: the supervisor restarts it, and what was not committed is done again. Given back by free(). */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <stddef.h>

/* Zeroed. Never NULL. */
void *heap_new(size_t size_bytes) __attribute__((returns_nonnull));

/* The same, not zeroed. */
void *heap_taken(size_t size_bytes) __attribute__((returns_nonnull));

/* `count` zeroed elements; a product that overflows is more than there is. */
void *heap_array(size_t count, size_t size_bytes) __attribute__((returns_nonnull));

/* realloc(), never NULL; what is new is not zeroed. */
void *heap_grown(void *at, size_t size_bytes) __attribute__((returns_nonnull));

/* A copy that ends in NUL. */
char *heap_text(const char *text) __attribute__((returns_nonnull));

/* The same of `length` bytes; `text` may be NULL when there are none. */
char *heap_text_of(const char *text, size_t length) __attribute__((returns_nonnull));

/* For a library that said so. */
_Noreturn void heap_exhausted(void);

#endif
