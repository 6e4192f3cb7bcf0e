/* contract-example: the Example connector, driven by tests/contract/test_example_contract.py. */
#include "adapter-example/connector.h"
#include "contract/connector_contract.h"

int main(void) {
  return connector_contract_main(&example_connector);
}
