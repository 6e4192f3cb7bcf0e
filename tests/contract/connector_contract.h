/* What every connector must pass, and a way for a script to drive one: a line of JSON in is a call, a line out is what
 * it gave. The scripts (tests/contract/contract.py and test_*_contract.py) own the world at the other end. */
#ifndef TESTS_CONTRACT_CONNECTOR_CONTRACT_H
#define TESTS_CONTRACT_CONNECTOR_CONTRACT_H

#include "service/connector.h"

/* Reads calls from stdin until it ends. Each is an object with `op`:
 *   open       base_url, remote, credential_kind, credential (object), credential_name, options (text), timeout_ms
 *   pull       mode, cursor                 fetch      ref
 *   push       intent, payload, fresh       find       intent, marker
 *   verify     event, delivery_id, signature, timestamp, authorization, body, secret
 *   translate  event, body, remote, options describe
 *   register_hook, remove_hook url, secret, id, repair
 *   hook_failures id, newest                redeliver  id, attempt
 *   scan       cursor
 * The answer has code, message, retry_after_ms, usage, `broken` (rules of service/connector.h that the connector
 * broke), the credential that was saved last if one was, and what the call gave. */
int connector_contract_main(const struct connector *connector);

#endif
