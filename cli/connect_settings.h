/* What `connect` was told, as project settings. */
#ifndef CLI_CONNECT_SETTINGS_H
#define CLI_CONNECT_SETTINGS_H

#include "cli/known.h"
#include "cli/propose.h"

/* What can be said to be wrong before anybody is asked or called. */
struct result connect_settings_check(struct invocation *call) MUST_USE;

/* The field rules: those that `before` (the project as it is configured, its name absent when it is new) has, unless
 * --reset-rules; for other fields what is proposed; then --map and --field-direction. Says what each field gets. */
struct result connect_settings_rules(struct invocation *call, const struct remote_description *remote,
                                     const struct known *known, const struct project *before,
                                     struct project *project) MUST_USE;

/* Direction, strategy with its confirmation, privacy, poll interval: the option, else an answer on a terminal, else as
 * before, else the default. */
struct result connect_settings_policy(struct invocation *call, const struct project *before,
                                      struct project *project) MUST_USE;

#endif
