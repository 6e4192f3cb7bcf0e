/* The hourly look at which tickets are there: what is gone, and what was never seen, is looked at by its id. Where a
 * tracker only tells how many there are, a number that differs twice has everything compared by the next poll. */
#ifndef STORE_SCANS_H
#define STORE_SCANS_H

#include "store/store.h"

/* Plans the scans of a project that has been looked at for the first time; those of all are spread over the hour. */
struct result scans_begin(struct call *call, int64_t project_id) MUST_USE;

/* Begins the scan of the project, or goes on with it: `work->cursor`. */
struct result scans_load(struct call *call, int64_t project_id, struct work *work) MUST_USE;

/* It failed: again later, from where it stopped; after three times from the beginning. */
struct result scans_look_later(struct call *call, int64_t project_id, const struct work_fail *fail) MUST_USE;

#endif
