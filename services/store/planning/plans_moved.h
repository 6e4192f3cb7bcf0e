/* What has moved since a plan was made. Private to planning. */
#ifndef STORE_PLANS_MOVED_H
#define STORE_PLANS_MOVED_H

#include "store/store.h"

/* "T-12 (title here), #9 (new or changed since)"; absent when nothing has. From then on to the end of the transaction
 * nothing of the plan moves: whoever changes what a step was decided on queues its mapping, and waits. */
struct result plans_moved(struct call *call, int64_t plan_id, struct str *out) MUST_USE;

#endif
