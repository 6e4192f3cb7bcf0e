/* Webhooks of repositories and of Apps: registering, and what GitHub could not deliver. */
#ifndef ADAPTER_GITHUB_HOOKS_H
#define ADAPTER_GITHUB_HOOKS_H

#include "service/connector.h"

/* Stands for a hook's id where it is the App's own. */
#define GITHUB_APP_HOOK "app"

/* Only decimal digits, and at least one: safe in a path. */
bool github_is_number(struct str text);

/* Numbers of JSON that a double cannot hold (16 digits and more) as texts: ids of deliveries are that long. */
struct str github_quote_long_numbers(struct arena *arena, struct str json);

struct result github_register_hook(struct connection *c, struct arena *arena, const struct hook *hook,
                                   struct hook_found *out) MUST_USE;
struct result github_remove_hook(struct connection *c, struct arena *arena, const struct hook *hook) MUST_USE;
struct result github_hook_failures(struct connection *c, struct arena *arena, struct str hook_id, struct str newest,
                                   struct hook_failures *out) MUST_USE;
struct result github_redeliver(struct connection *c, struct arena *arena, struct str hook_id,
                               struct str attempt_id) MUST_USE;

/* Whether what was refused with `result` is all that this credential may not touch, and the repository can be read:
 * then polling goes on without it. Asks GitHub. */
bool github_refuses_only_this(struct connection *c, struct arena *arena, const struct result *result);

struct result github_scan(struct connection *c, struct arena *arena, struct str cursor,
                          struct scan_found *out) MUST_USE;

#endif
