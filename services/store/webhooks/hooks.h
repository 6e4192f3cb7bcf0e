/* The webhooks of projects: when each is looked at, what trackers say of them, and their secrets.
 *
 * A secret is {"secret": "...", "previous": "..."}: while one is replaced both are good, so that nothing is refused
 * between the moment it is stored and the moment the tracker has it. */
#ifndef STORE_HOOKS_H
#define STORE_HOOKS_H

#include "store/store.h"

/* Rows for projects that have none yet, deliveries that are too old to be asked for. Part of the scheduler's tick. */
struct result hooks_tick(struct call *call) MUST_USE;

/* A webhook's secret as it is to be stored: with the one that is stored now as `previous`. */
struct result hooks_keep_previous(struct call *call, struct str name, struct str kind, struct str *secret) MUST_USE;

/* Gives the project a secret of its own making, where it has none; a new one; forgets the previous one once it is an
 * hour old. */
struct result hooks_ensure_secret(struct call *call, struct project *project) MUST_USE;
struct result hooks_rotate_secret(struct call *call, struct project *project, struct str actor) MUST_USE;
struct result hooks_drop_previous(struct call *call, int64_t project_id) MUST_USE;

/* It came after all: nobody has to ask for it. */
struct result hooks_delivery_came(struct call *call, int64_t project_id, struct str delivery_id) MUST_USE;

/* What an adapter needs to see to the webhook of this project; makes a secret where there is none. */
struct result hooks_load_task(struct call *call, int64_t project_id, struct work *work) MUST_USE;

/* It could not be looked at now. */
struct result hooks_look_later(struct call *call, int64_t project_id, const struct work_fail *fail) MUST_USE;

#endif
