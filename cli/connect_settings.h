/* What `connect` was told, as project settings and credentials. */
#ifndef CLI_CONNECT_SETTINGS_H
#define CLI_CONNECT_SETTINGS_H

#include "cli/invocation.h"

struct connect_credential {
  struct str kind;   /* pat | app */
  struct str secret; /* JSON */
};

/* What can be said to be wrong before anybody is asked or called. */
struct result connect_settings_check(struct invocation *call) MUST_USE;

/* From --token-file, or --app-id, --installation-id and --app-key-file; on a terminal a missing token is asked for. */
struct result connect_settings_credential(struct invocation *call, struct connect_credential *out) MUST_USE;

/* The field rules: what GitHub's states are called here, then --map and --field-direction. */
struct result connect_settings_rules(struct invocation *call, struct project *project) MUST_USE;

/* Direction, strategy with its confirmation, privacy, poll interval; asks on a terminal for what is missing. */
struct result connect_settings_policy(struct invocation *call, struct project *project) MUST_USE;

#endif
