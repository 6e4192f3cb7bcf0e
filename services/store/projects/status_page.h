/* How a page of projects stands: a fixed number of statements, however many projects it has. */
#ifndef STORE_STATUS_PAGE_H
#define STORE_STATUS_PAGE_H

#include "store/store.h"

/* The page of `status` that is asked for: its projects, and whether there are more. `now_ms` has to be there. */
struct result status_page_read(struct call *call, const struct status_query *query, struct status *status) MUST_USE;

/* Of those that something waits for: how long that will take, in ms, by the pace of their credentials. */
struct result status_pace_estimate(struct call *call, struct project_status *at, size_t count, int64_t now_ms) MUST_USE;

#endif
