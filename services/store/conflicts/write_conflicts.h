/* Conflicts that a write outside brings to light. */
#ifndef STORE_WRITE_CONFLICTS_H
#define STORE_WRITE_CONFLICTS_H

#include "store/store.h"

/* The tracker does not take these values: an open conflict `unmappable` each, with its reason. The fields are left
 * alone until somebody decides or either side moves; all others go on. */
struct result write_conflicts_refused(struct call *call, int64_t intent_id, const struct refused_value *at,
                                      size_t count) MUST_USE;

/* What the write replaced, as the tracker's history tells, is not what it was decided on: somebody's edit came between
 * the last look and the write. It is kept as a conflict `overwritten`, one a field, and can be brought back. */
struct result write_conflicts_replaced(struct call *call, int64_t intent_id, const struct values *replaced) MUST_USE;

/* A person's decision about an overwritten value, carried out at once: nothing, or an edit that brings it (or another
 * value) back. STALE when the value here is no longer the one that the person saw. */
struct result write_conflicts_resolve(struct call *call, const struct conflict_resolve *resolve) MUST_USE;

#endif
