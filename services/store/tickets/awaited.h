/* What waits because a field names a ticket that is not in the tracker, or not here (docs/adr/0011): who names whom,
 * why that one is not there, and what a person can do about it. */
#ifndef STORE_AWAITED_H
#define STORE_AWAITED_H

#include "store/store.h"

/* `waits` of the mappings of the ticket `item_id`. */
struct result awaited_of_ticket(struct call *call, int64_t item_id, struct mapping *mappings, size_t count) MUST_USE;

/* What has waited for an hour and will not go on by itself, one entry for each ticket that is named, oldest first. Only
 * what is named here: what a tracker names there, it has already. Of one project; 0 = of all. */
struct result awaited_list(struct call *call, int64_t project_id, struct status *out) MUST_USE;

#endif
