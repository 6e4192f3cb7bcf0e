/* What changed, the oldest change first, one page a call. */
#include "adapter-example/example.h"

struct result example_pull(struct connection *c, struct arena *arena, struct str mode, struct str cursor,
                           struct pull_page *out) {
  (void)c, (void)arena, (void)mode, (void)cursor, (void)out;
  return example_not_written("pull");
}
