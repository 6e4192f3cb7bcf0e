/* Markers: "op_id:hmac" in what tandem created, so that a creation whose answer was lost is found again. Only one with
 * a right HMAC, in an item of our own account, counts. */
#ifndef STORE_MARKERS_H
#define STORE_MARKERS_H

#include "store/store.h"

/* The marker of a creation. */
struct result marker_make(struct call *call, struct str op_id, struct str *out) MUST_USE;

/* Whether it has the form of an op_id: a UUID. */
bool marker_is_op_id(struct str text);

/* The op_id of a genuine marker, else absent. */
struct result marker_check(struct call *call, struct str marker, struct str *out_op_id) MUST_USE;

#endif
