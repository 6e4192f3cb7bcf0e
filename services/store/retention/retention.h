/* What is deleted because of its age, by the store that leads, a little at a time beside its other work: sessions that
 * have ended with what they did in detail, writes that have ended, the beginning of the event log, and what only has to
 * be known for a while. What is never deleted, and why, is in docs/adr/0025-what-is-kept.md. */
#ifndef STORE_RETENTION_H
#define STORE_RETENTION_H

#include "store/db.h"

/* In days; 0 = for ever. */
struct retention {
  int64_t quiet_sessions_days; /* sessions in which nothing changed */
  int64_t sessions_days;       /* the others, and writes */
  int64_t events_days;
};

/* From the environment: the settings retention.*. REJECTED names the variable and what is allowed. */
struct result retention_settings(struct retention *out) MUST_USE;

enum { RETENTION_AT_BYTES = 40 };

/* Where the leader is. `keep` is set by whoever owns it, the rest begins as zero. */
struct retention_walk {
  struct retention keep;
  char after_at[RETENTION_AT_BYTES]; /* sessions that ended up to here were looked at; "" = none */
  int64_t after_id;
  int64_t next_ms; /* monotonic */
};

/* One transaction of some hundred rows, when it is time for one; `is_idle`: nobody waits for the store, so it is
 * sooner. Failures are logged, and tried again later. */
void retention_work(struct retention_walk *walk, struct db *db, struct arena *arena, bool is_idle);

#endif
