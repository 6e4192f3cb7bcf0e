/* What a full pull did not show: it may be gone, so it is looked at by its id. A list alone is never believed. */
#ifndef STORE_ABSENT_H
#define STORE_ABSENT_H

#include "store/store.h"

/* One page of a pull; `done`: the last one. Does nothing unless everything known is being pulled anew. */
struct result absent_page(struct call *call, int64_t project_id, const struct observation *shown, size_t count,
                          bool done) MUST_USE;

#endif
