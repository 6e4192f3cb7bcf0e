/* tandem-adapter-jira
 * In:  work that the store hands out: pulls, fetches, intents, webhook deliveries.
 * Out: observations of issues and comments, receipts of writes.
 * It owns the translation between Jira's words and ours, and nothing else. */
#include "adapter-jira/connector.h"
#include "service/adapter.h"

int main(int argc, char **argv) {
  return adapter_main(argc, argv, &jira_connector);
}
