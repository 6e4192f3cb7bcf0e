/* tandem-adapter-github: GitHub Issues.
 *
 * In:   work from the store (pulls, single fetches, writes), webhooks from GitHub.
 * Out:  observations and receipts to the store, calls to GitHub's REST API.
 * Owns: nothing. What it knows stands in the store, so it may be killed at any instant, and any number may run. */
#include "adapter-github/connector.h"
#include "service/adapter.h"

int main(int argc, char **argv) {
  return adapter_main(argc, argv, &github_connector);
}
