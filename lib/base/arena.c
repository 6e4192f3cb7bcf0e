/* Arena: a chain of blocks, the newest first. */
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"

struct arena_block {
  struct arena_block *older;
  size_t capacity;
  size_t used;
  max_align_t bytes[];
};

enum { FIRST_BLOCK_BYTES = 16 * 1024, KEPT_BLOCK_BYTES = 32 * 1024 };

static void add_block(struct arena *arena, size_t size_bytes) {
  size_t capacity = arena->block ? arena->block->capacity * 2 : FIRST_BLOCK_BYTES;
  if (capacity > 1024 * 1024)
    capacity = 1024 * 1024;
  if (capacity < size_bytes)
    capacity = size_bytes;
  struct arena_block *block = heap_taken(sizeof *block + capacity);
  *block = (struct arena_block){.older = arena->block, .capacity = capacity};
  arena->block = block;
}

void *arena_bytes(struct arena *arena, size_t size_bytes) {
  size_t align = sizeof(max_align_t);
  if (size_bytes > SIZE_MAX / 2)
    heap_exhausted();
  size_t rounded = (size_bytes + align - 1) / align * align;
  if (!arena->block || arena->block->capacity - arena->block->used < rounded)
    add_block(arena, rounded);
  char *start = (char *)arena->block->bytes + arena->block->used;
  arena->block->used += rounded;
  return start;
}

void *arena_alloc(struct arena *arena, size_t size_bytes) {
  return memset(arena_bytes(arena, size_bytes), 0, size_bytes);
}

void *arena_array(struct arena *arena, size_t count, size_t size_bytes) {
  if (size_bytes && count > SIZE_MAX / 2 / size_bytes)
    heap_exhausted();
  return arena_alloc(arena, count * size_bytes);
}

void *arena_room(struct arena *arena, void *at, size_t count, size_t *capacity, size_t size_bytes) {
  enum { FIRST = 32 };
  if (at && count < *capacity)
    return at;
  *capacity = *capacity ? *capacity * 2 : FIRST;
  void *grown = arena_array(arena, *capacity, size_bytes);
  return at && count ? memcpy(grown, at, count * size_bytes) : grown;
}

void *arena_append(struct arena *arena, void *at, size_t *count, size_t *capacity, const void *more, size_t more_count,
                   size_t size_bytes) {
  if (!at || *capacity - *count < more_count) {
    *capacity = (*count + more_count) * 2;
    void *grown = arena_array(arena, *capacity, size_bytes);
    at = at && *count ? memcpy(grown, at, *count * size_bytes) : grown;
  }
  if (more_count)
    memcpy((char *)at + *count * size_bytes, more, more_count * size_bytes);
  *count += more_count;
  return at;
}

void arena_reset(struct arena *arena) {
  struct arena_block *keep = NULL;
  while (arena->block) {
    struct arena_block *block = arena->block;
    arena->block = block->older;
    if (!keep && block->capacity <= KEPT_BLOCK_BYTES) {
      keep = block;
      continue;
    }
    free(block);
  }
  if (keep)
    *keep = (struct arena_block){.capacity = keep->capacity};
  arena->block = keep;
}

void arena_wipe(struct arena *arena) {
  for (struct arena_block *block = arena->block; block; block = block->older)
    explicit_bzero(block->bytes, block->used);
  arena_free(arena);
}

void arena_free(struct arena *arena) {
  while (arena->block) {
    struct arena_block *block = arena->block;
    arena->block = block->older;
    free(block);
  }
}
