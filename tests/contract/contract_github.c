/* contract-github: the GitHub connector, driven by tests/contract/test_github_contract.py. */
#include "adapter-github/connector.h"
#include "contract/connector_contract.h"

int main(void) {
  return connector_contract_main(&github_connector);
}
