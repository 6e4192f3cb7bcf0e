/* What should go on by itself and does not: work that is due and that nobody takes, sessions that do not end. */
#ifndef STORE_TROUBLES_H
#define STORE_TROUBLES_H

#include "store/store.h"

/* Of one project and what is of none; 0 = of all. */
struct result troubles_list(struct call *call, int64_t project_id, struct status *out) MUST_USE;

#endif
