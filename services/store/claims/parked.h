/* What does not go on by itself: listed with its reason and what mends it, and put back by a person. */
#ifndef STORE_PARKED_H
#define STORE_PARKED_H

#include "store/store.h"

/* Writes, reads and deliveries that were given up, newest first, of one project; 0 = of all. */
struct result parked_list(struct call *call, int64_t project_id, struct status *out) MUST_USE;

#endif
