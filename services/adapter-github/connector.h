/* The GitHub Issues connector, as service/connector.h describes it. Credentials (JSON):
 *   kind "pat":  {"token": "..."}, a personal access token or an OAuth token
 *   kind "app":  {"app_id": ..., "private_key": "PEM", "installation_id": ...}; without the last it is asked for */
#ifndef ADAPTER_GITHUB_CONNECTOR_H
#define ADAPTER_GITHUB_CONNECTOR_H

#include "service/connector.h"

extern const struct connector github_connector;

#endif
