/* Who the credential is, and what the remote's tickets have. */
#include "adapter-example/example.h"

struct result example_describe(struct connection *c, struct arena *arena, struct remote_description *out) {
  (void)c, (void)arena, (void)out;
  return example_not_written("describe");
}
