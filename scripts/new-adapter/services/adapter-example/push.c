/* Writes, and what an uncertain one made. */
#include "adapter-example/example.h"

struct result example_push(struct connection *c, struct arena *arena, const struct push *push,
                           struct observation *out) {
  (void)c, (void)arena, (void)push, (void)out;
  return example_not_written("push");
}

struct result example_find(struct connection *c, struct arena *arena, const struct intent *intent, struct str marker,
                           struct observation *out) {
  (void)c, (void)arena, (void)intent, (void)marker, (void)out;
  return example_not_written("find");
}
