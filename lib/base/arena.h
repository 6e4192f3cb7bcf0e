/* Memory for one unit of work (a message, a page, a request): allocated piece by piece, freed at once.
 * Pointers given to a function are borrowed; to keep one beyond its arena, copy it into your own. Out of memory ends
 * the process: the supervisor restarts it, and what was not committed is done again. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
  struct arena_block *block; /* the newest block, or NULL */
};

/* Zeroed memory, aligned for any type. Never NULL. */
void *arena_alloc(struct arena *arena, size_t size_bytes) __attribute__((returns_nonnull));

/* The same, not zeroed: for bytes that are written at once. */
void *arena_bytes(struct arena *arena, size_t size_bytes) __attribute__((returns_nonnull));

/* `count` zeroed elements of `size_bytes` each; aborts when the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size_bytes) __attribute__((returns_nonnull));

/* `at` with its `count` elements, grown if need be so that there is room for one more; `*capacity` begins at 0. */
void *arena_room(struct arena *arena, void *at, size_t count, size_t *capacity, size_t size_bytes)
    __attribute__((returns_nonnull));

/* `at` with its `*count` elements and `more_count` others behind them, copied; `*count` and `*capacity` begin at 0. */
void *arena_append(struct arena *arena, void *at, size_t *count, size_t *capacity, const void *more, size_t more_count,
                   size_t size_bytes) __attribute__((returns_nonnull));

/* Forgets everything allocated, keeps one block for the next unit of work. */
void arena_reset(struct arena *arena);

/* Gives all memory back. The arena may be used again afterwards. */
void arena_free(struct arena *arena);

/* The same, overwritten before: for what has held a secret. */
void arena_wipe(struct arena *arena);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_array((arena), (count), sizeof(type)))

#endif
