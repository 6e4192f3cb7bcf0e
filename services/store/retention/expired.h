/* The statements that delete what is old enough, each of a bounded number of rows. Private to retention. */
#ifndef STORE_EXPIRED_H
#define STORE_EXPIRED_H

#include "store/retention/retention.h"

struct expired_counts {
  int64_t sessions, details, writes, events, passing;
};

/* The next sessions by the time of their end, the oldest first; `*more`: there are others, or more of these. */
struct result expired_sessions(struct retention_walk *walk, struct db *db, struct arena *arena,
                               struct expired_counts *counts, bool *more) MUST_USE;

/* Writes that belong to no session, such as what was never sent. */
struct result expired_writes(const struct retention *keep, struct db *db, struct expired_counts *counts,
                             bool *more) MUST_USE;

/* What only has to be known for a while: requests and events that may come again, deliveries. */
struct result expired_passing(struct db *db, struct expired_counts *counts, bool *more) MUST_USE;

/* The beginning of the event log. */
struct result expired_events(const struct retention *keep, struct db *db, struct expired_counts *counts,
                             bool *more) MUST_USE;

#endif
