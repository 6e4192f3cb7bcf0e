/* contract-jira: the Jira connector, driven by tests/contract/test_jira_contract.py. */
#include "adapter-jira/connector.h"
#include "contract/connector_contract.h"

int main(void) {
  return connector_contract_main(&jira_connector);
}
