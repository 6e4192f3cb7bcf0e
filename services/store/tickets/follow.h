/* Projects that take the tickets of others: GitHub's issues in Jira and Linear too, for instance. What may leave is
 * granted by the person who set it up, gets a mapping there, and planning creates it. */
#ifndef STORE_FOLLOW_H
#define STORE_FOLLOW_H

#include "store/store.h"

/* The projects that `project_id` follows from now on. With `existing` the tickets that they have already are taken too.
 * RESULT_GONE names a project that is not there. */
struct result follow_set(struct call *call, int64_t project_id, const struct str *names, size_t count, struct str actor,
                         bool existing) MUST_USE;

/* New tickets, each with the project that it came to be in. */
struct result follow_new(struct call *call, const int64_t *item_ids, const int64_t *project_ids, size_t count) MUST_USE;

#endif
