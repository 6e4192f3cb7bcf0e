/* tandem-adapter-example: Example's tickets.
 *
 * In:   work from the store (pulls, single fetches, writes), webhooks from Example.
 * Out:  observations and receipts to the store, calls to Example's API.
 * Owns: nothing. What it knows stands in the store, so it may be killed at any instant, and any number may run. */
#include "adapter-example/connector.h"
#include "service/adapter.h"

int main(int argc, char **argv) {
  return adapter_main(argc, argv, &example_connector);
}
