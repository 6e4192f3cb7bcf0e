/* tandem-adapter-webhook: any tracker that takes and sends JSON.
 *
 * In:   work from the store (pulls, single fetches, writes), signed webhooks from the tracker.
 * Out:  observations and receipts to the store, signed requests to the tracker.
 * Owns: nothing. What it knows stands in the store, so it may be killed at any instant, and any number may run. */
#include "adapter-webhook/connector.h"
#include "service/adapter.h"

int main(int argc, char **argv) {
  return adapter_main(argc, argv, &webhook_connector);
}
