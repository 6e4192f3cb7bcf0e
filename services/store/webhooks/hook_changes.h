/* Whether webhooks told what polls and scans show. A change that a poll shows first waits a minute for its webhook;
 * then it counts as missed, the project is polled more often again, and its webhook is looked at. */
#ifndef STORE_HOOK_CHANGES_H
#define STORE_HOOK_CHANGES_H

#include "store/store.h"

/* A webhook told of these. */
struct result hook_changes_told(struct call *call, int64_t project_id, const struct observation *at,
                                size_t count) MUST_USE;

/* A page of a pull showed these: `news` of them were new or had another content, the others were known. */
struct shown_changes {
  const struct str *kinds, *external_ids;
  const int64_t *versions;
  size_t count;
};
struct result hook_changes_polled(struct call *call, int64_t project_id, const struct shown_changes *news) MUST_USE;
struct result hook_changes_met(struct call *call, int64_t project_id, const struct observation *at,
                               size_t count) MUST_USE;

/* A ticket is believed to be gone: did a webhook say so? */
struct result hook_changes_gone(struct call *call, int64_t project_id, const struct observation *seen) MUST_USE;

/* Counts what has waited long enough. Part of the scheduler's tick. */
struct result hook_changes_judge(struct call *call) MUST_USE;

/* After a poll that ended: how long until the next, in seconds. */
struct result hook_changes_next_poll(struct call *call, int64_t project_id, int64_t *out_s) MUST_USE;

#endif
