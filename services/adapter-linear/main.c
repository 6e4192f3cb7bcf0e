/* tandem-adapter-linear: Linear's issues.
 *
 * In:   work from the store (pulls, single fetches, writes), webhooks from Linear.
 * Out:  observations and receipts to the store, calls to Linear's GraphQL API.
 * Owns: nothing. What it knows stands in the store, so it may be killed at any instant, and any number may run. */
#include "adapter-linear/connector.h"
#include "service/adapter.h"

int main(int argc, char **argv) {
  return adapter_main(argc, argv, &linear_connector);
}
