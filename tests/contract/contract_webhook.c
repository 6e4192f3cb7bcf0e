/* contract-webhook: the connector of trackers that speak JSON, driven by tests/contract/test_webhook_*.py. */
#include "adapter-webhook/connector.h"
#include "contract/connector_contract.h"

int main(void) {
  return connector_contract_main(&webhook_connector);
}
