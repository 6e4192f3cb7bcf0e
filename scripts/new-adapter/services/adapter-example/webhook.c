/* Webhooks: is it Example's, and what does it show. */
#include "adapter-example/example.h"

/* Until it is written, nothing is genuine. */
enum webhook_verdict example_verify(const struct webhook_request *request, struct str secret) {
  (void)request, (void)secret;
  return WEBHOOK_FORGED;
}

struct result example_translate(struct arena *arena, const struct project *project, struct str event, struct str body,
                                struct list *out) {
  (void)arena, (void)project, (void)event, (void)body, (void)out;
  return example_not_written("translate");
}
