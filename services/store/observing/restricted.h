/* Items that a tracker itself shows to some people only: a security level, a comment for one role. What comes in like
 * that is private here (tickets/imports.c); what was shared before becomes private as soon as it is seen, and stays so
 * until a person shares it again, whatever the tracker does later. */
#ifndef STORE_RESTRICTED_H
#define STORE_RESTRICTED_H

#include "store/store.h"

/* The item of a known external one is private from now on, if it was not known to be restricted before. */
struct result restricted_begin(struct call *call, int64_t project_id, const struct observation *seen) MUST_USE;

/* A person has said who may see it. */
struct result restricted_decided(struct call *call, int64_t item_id) MUST_USE;

/* Adds to `out->waits` what became private like that and has copies of ours in other trackers, which only a person
 * takes back; of one project, 0 = of all. */
struct result restricted_list(struct call *call, int64_t project_id, struct status *out) MUST_USE;

#endif
