/* The webhooks of projects that were removed: taken away in the tracker, or told to whoever looks. */
#ifndef STORE_HOOK_REMOVAL_H
#define STORE_HOOK_REMOVAL_H

#include "store/store.h"

/* Of a row of project_hook: tandem made it, and knows of nobody who took it away. */
#define HOOK_STANDS(hook) hook ".state in ('active', 'refused') and " hook ".url is not null"

/* A project that is paused, resumed or removed has its webhook looked at anew. `*url`: where the one sends to that a
 * removed project has; absent when it has none. */
struct result hook_removal_begin(struct call *call, int64_t project_id, struct str *url) MUST_USE;

/* What became of it, for the audit trail. */
struct result hook_removal_note(struct call *call, int64_t project_id, const struct hook_report *report) MUST_USE;

/* A row for each that is still there: `project` (as it was called), `remote`, `url`, `reason` (NULL: nobody looked
 * yet), `since_ms`. Not those that are about to be taken away. */
struct result hook_removal_left(struct call *call, int64_t limit, struct rows *out) MUST_USE;

#endif
