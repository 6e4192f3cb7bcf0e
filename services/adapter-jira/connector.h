/* Jira's issues as a connector: Cloud (REST v3) and Data Center (REST v2). docs/jira.md has credentials, settings and
 * fields. */
#ifndef ADAPTER_JIRA_CONNECTOR_H
#define ADAPTER_JIRA_CONNECTOR_H

#include "service/connector.h"

extern const struct connector jira_connector;

#endif
