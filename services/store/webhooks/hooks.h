/* The webhooks of projects: when each is looked at, what trackers say of them, and their secrets: credentials of the
 * kind "webhook", {"secret": "..."}. */
#ifndef STORE_HOOKS_H
#define STORE_HOOKS_H

#include "store/security/credentials.h"

/* Looks at a webhook that failed in a row until a person is told: they take a minute and a half. */
enum { HOOK_FAILURES_UNTIL_TOLD = 3 };

/* A project that is pulled has a webhook that is looked at, from its first configuration on. */
struct result hooks_watch(struct call *call, int64_t project_id) MUST_USE;

/* Of another secret of a webhook: rotated, so that nothing is refused between the moment it is stored and the moment
 * the tracker has it; and the webhook is looked at soon. Nothing of other credentials. */
struct result hooks_change_of(struct call *call, const struct credential_put *put,
                              enum credential_change *change) MUST_USE;

/* Gives the project a secret of our own making where it has none; a new one. */
struct result hooks_ensure_secret(struct call *call, struct project *project) MUST_USE;
struct result hooks_rotate_secret(struct call *call, struct project *project, struct str actor) MUST_USE;

/* It came after all: nobody has to ask for it. */
struct result hooks_delivery_came(struct call *call, int64_t project_id, struct str delivery_id) MUST_USE;

/* What an adapter needs to see to the webhook of this project; makes a secret where there is none. */
struct result hooks_load_task(struct call *call, int64_t project_id, struct work *work) MUST_USE;

/* It could not be looked at now. */
struct result hooks_look_later(struct call *call, int64_t project_id, const struct work_fail *fail) MUST_USE;

#endif
