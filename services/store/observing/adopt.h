/* Adopting what our own write made: by its receipt, by a probe, or on sight of its marker in a list or a webhook,
 * whichever comes first. */
#ifndef STORE_ADOPT_H
#define STORE_ADOPT_H

#include "store/store.h"

/* If the observation carries a genuine marker of one of our creations in this project: links it and ends the intent,
 * or, when that creation already has another counterpart, sets it aside as a duplicate. */
struct result adopt_by_marker(struct call *call, int64_t project_id, const struct observation *seen,
                              bool *adopted) MUST_USE;

/* How it is known that a write happened: by its own answer, or by coming upon what it made. */
enum adopted_by { ADOPTED_BY_RECEIPT, ADOPTED_ON_SIGHT };

/* An intent's write is known to have happened and `returned` (may be NULL) is the target afterwards: cache, shadow,
 * mapping and intent move together, events and counters follow, and the mapping is planned again. */
struct result adopt_written(struct call *call, int64_t intent_id, const struct observation *returned,
                            enum adopted_by by) MUST_USE;

/* The answer to a creation that was adopted on sight: what it did after it was come upon is nobody's edit. */
struct result adopt_answer(struct call *call, int64_t intent_id, const struct observation *returned) MUST_USE;

/* A second item of the creation `op_id`, which is linked already: kept in the cache, never imported. */
struct result adopt_set_aside(struct call *call, int64_t project_id, const struct observation *seen,
                              struct str op_id) MUST_USE;

/* An update's outcome is not known, and `seen` is its target, fetched since: where that shows what was sent, the shadow
 * moves as the write's answer would have moved it. Else our own write would look like somebody's edit. So it does where
 * the tracker's history shows that it had been there (`seen->arrived`): what somebody has made of it since is then an
 * edit of theirs. The intent and the cache are left alone. */
struct result adopt_effect(struct call *call, int64_t intent_id, const struct observation *seen) MUST_USE;

#endif
