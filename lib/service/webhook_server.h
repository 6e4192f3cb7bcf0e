/* Receives webhooks: POST /webhooks/PROJECT. The signature is checked over the raw bytes, then the delivery is kept by
 * the store, and only then comes the 200. A store that is away is a 503, so that the sender knows. GET /healthz answers
 * for the process. */
#ifndef SERVICE_WEBHOOK_SERVER_H
#define SERVICE_WEBHOOK_SERVER_H

#include "service/connector.h"
#include "service/rpc.h"

/* Listens on `address` (service/listen_address.h) for as long as the process lives. */
struct result webhook_server_start(struct rpc *rpc, const struct connector *connector, struct str address) MUST_USE;

#endif
