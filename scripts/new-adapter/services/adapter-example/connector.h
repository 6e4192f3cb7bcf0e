/* The Example connector, as service/connector.h describes it. The remote is [a project's key]. Credential (JSON), kind
 * "pat": {"token": "..."}. Fields: title, body. [Say here what each field is in Example, and what is shown in `extra`.]
 */
#ifndef ADAPTER_EXAMPLE_CONNECTOR_H
#define ADAPTER_EXAMPLE_CONNECTOR_H

#include "service/connector.h"

extern const struct connector example_connector;

#endif
