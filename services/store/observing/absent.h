/* What a full pull did not show: it may be gone, so it is looked at by its id. A list alone is never believed. */
#ifndef STORE_ABSENT_H
#define STORE_ABSENT_H

#include "store/store.h"

/* One page of a session that pulls everything known anew; `done`: the last one. */
struct result absent_page(struct call *call, int64_t session_id, int64_t project_id, const struct observation *shown,
                          size_t count, bool done) MUST_USE;

#endif
