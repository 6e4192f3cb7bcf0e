/* Very much that is gone at once: what one mistake over there can take along. Then the project stops before anything is
 * decided about it, and goes on when a person has confirmed that it is meant (docs/adr/0008). */
#ifndef STORE_GONE_MANY_H
#define STORE_GONE_MANY_H

#include "store/store.h"

/* Before something is decided because what `mapping_id` stands for is gone: stops the project when so much went within
 * an hour of it that somebody should look first. More than 50 items; or more than 10, and more than a tenth of what is
 * known: of the tickets, of the comments, or of both. Comments that went with their ticket do not count. */
struct result gone_many_stop(struct call *call, int64_t project_id, int64_t mapping_id, bool *out_stopped) MUST_USE;

/* Whether it has stopped so, and `*why`: in words for a person; absent when it has not. */
struct result gone_many_stopped(struct call *call, int64_t project_id, struct str *why) MUST_USE;

/* A person has confirmed it: what is gone until now is meant to be. */
struct result gone_many_confirm(struct call *call, int64_t project_id) MUST_USE;

#endif
