/* The cache of external tickets and comments. */
#ifndef STORE_EXTERNALS_H
#define STORE_EXTERNALS_H

#include "store/store.h"

/* Looks at one item that may fail in a row before it is parked; after that it is looked at once an hour. As many as a
 * write has attempts (sending/pending.c): some two hours. */
enum { FETCH_FAILURES_MAX = 25 };

/* The project of a ticket in the cache, NULL of a comment: what external_item_newest is an index of. */
#define TICKET_OF(e) "(case when " e ".kind = 'ticket' then " e ".project_id end)"

/* 1973: a smaller version of an external item is no time but a number that grows. */
#define EXTERNALS_TIME_MIN_MS INT64_C(100000000000)

/* How an observation was come by decides how far it is believed. */
enum source { SOURCE_LIST, SOURCE_WEBHOOK, SOURCE_FRESH };

struct taken {
  int64_t taken, unchanged, refetch;
};

/* Records observations of one project: a newer one is taken as it is, an equal version with other content is fetched
 * afresh, an older one is dropped. New and changed ones are marked to be planned. */
struct result externals_record(struct call *call, int64_t project_id, enum source source,
                               const struct observation *observations, size_t count, struct taken *out) MUST_USE;

/* What came back from our own write: taken whatever its version, and fresh. */
struct result externals_record_written(struct call *call, int64_t project_id,
                                       const struct observation *observation) MUST_USE;

/* Has the item fetched by id soon. */
struct result externals_fetch(struct call *call, int64_t project_id, struct str kind, struct str external_id,
                              const char *reason) MUST_USE;

/* Of a row of fetch_queue, $1 the project: a look that has come back settles it. What was asked for while that look was
 * under way may have happened after it, and is looked at once more. */
#define ASKED_BEFORE_THE_LOOK                                                                                      \
  "(next_at > now() or next_at <= coalesce((select taken_at from lease where resource = 'fetch:' || $1::bigint), " \
  "'-infinity')) "

#endif
