/* Memory that outlives a unit of work. */
#include "base/heap.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Without stdio, which may want memory. */
void heap_exhausted(void) {
  static const char line[] = "event=out_of_memory action=exit\n";
  ssize_t written = write(STDERR_FILENO, line, sizeof line - 1);
  (void)written;
  abort();
}

void *heap_new(size_t size_bytes) {
  void *at = calloc(1, size_bytes);
  if (!at)
    heap_exhausted();
  return at;
}

void *heap_taken(size_t size_bytes) {
  void *at = malloc(size_bytes);
  if (!at)
    heap_exhausted();
  return at;
}

void *heap_array(size_t count, size_t size_bytes) {
  void *at = calloc(count, size_bytes);
  if (!at)
    heap_exhausted();
  return at;
}

/* realloc() of nothing would be free(). */
void *heap_grown(void *at, size_t size_bytes) {
  void *grown = realloc(at, size_bytes ? size_bytes : 1);
  if (!grown)
    heap_exhausted();
  return grown;
}

char *heap_text(const char *text) {
  return heap_text_of(text, strlen(text));
}

char *heap_text_of(const char *text, size_t length) {
  char *copy = heap_taken(length + 1);
  if (length)
    memcpy(copy, text, length);
  copy[length] = '\0';
  return copy;
}
