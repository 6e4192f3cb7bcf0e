/* The connector for any tracker that takes and sends JSON, as service/connector.h describes it. What its tickets and
 * addresses look like is in the project's options; docs/webhook-adapter.md describes them. Credential (JSON):
 * {"secret": "whsec_...", "token": "..."}: our requests are signed with the secret as Standard Webhooks are, and carry
 * the token as bearer; either may be absent.
 *
 * What a tracker does not offer is not pretended. Without `poll` a pull gives nothing and is done. Without `get` what
 * was seen last counts as what is there now: a fetch is not_modified, or REJECTED when nothing was seen yet; so a
 * deletion is not noticed, and of two states with the same version the first one stays. Without `probe` a creation
 * whose answer was lost is repeated under its key if the tracker is said to honour it, else a person has to look. */
#ifndef ADAPTER_WEBHOOK_CONNECTOR_H
#define ADAPTER_WEBHOOK_CONNECTOR_H

#include "service/connector.h"

extern const struct connector webhook_connector;

#endif
