/* Starting libgit2, with memory that never fails: without, it forgets lines, dereferences NULL, or calls a merge a
 * conflict. */
#include "sync/libgit.h"

#include <git2.h>
#include <git2/sys/alloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"

static void *take(size_t size_bytes, const char *file, int line) {
  (void)file, (void)line;
  return heap_taken(size_bytes);
}

static void *take_array(size_t count, size_t size_bytes, const char *file, int line) {
  (void)file, (void)line;
  return heap_array(count, size_bytes);
}

static void *grow(void *at, size_t size_bytes, const char *file, int line) {
  (void)file, (void)line;
  return heap_grown(at, size_bytes);
}

static void *grow_array(void *at, size_t count, size_t size_bytes, const char *file, int line) {
  size_t bytes;
  (void)file, (void)line;
  if (__builtin_mul_overflow(count, size_bytes, &bytes))
    heap_exhausted(); /* unreached: libgit2 checks its products itself */
  return heap_grown(at, bytes);
}

static char *copy_part(const char *text, size_t length, const char *file, int line) { /* unreached: for paths */
  (void)file, (void)line;
  char *copy = heap_taken(length + 1); /* unreached: for paths */
  copy[length] = '\0';                 /* unreached: for paths */
  return memcpy(copy, text, length);   /* unreached: for paths */
}

static char *copy_most(const char *text, size_t most, const char *file, int line) { /* unreached: for paths */
  return copy_part(text, strnlen(text, most), file, line);                          /* unreached: for paths */
}

static char *copy(const char *text, const char *file, int line) {
  (void)file, (void)line;
  return heap_text(text);
}

static void start(void) {
  git_allocator never_fails = {.gmalloc = take,
                               .gcalloc = take_array,
                               .gstrdup = copy,
                               .gstrndup = copy_most,
                               .gsubstrdup = copy_part,
                               .grealloc = grow,
                               .greallocarray = grow_array,
                               .gmallocarray = take_array,
                               .gfree = free};
  if (git_libgit2_opts(GIT_OPT_SET_ALLOCATOR, &never_fails) < 0 || git_libgit2_init() < 0)
    heap_exhausted(); /* unreached: both fail for lack of memory only */
}

void libgit_start(void) {
  static pthread_once_t started = PTHREAD_ONCE_INIT;
  pthread_once(&started, start);
}
