/* How long what waits will take. Pure. */
#ifndef STORE_ETA_H
#define STORE_ETA_H

#include <stdint.h>

/* What one project waits for, and what holds it up. Writes of other projects with the same credential come in too:
 * they share its pace and its quota. */
struct eta_input {
  int64_t writes, fetches; /* of all projects of the credential */
  double minute_tokens,
      per_minute; /* the bucket of a minute: what is in it, what comes back; per_minute 0 = not known */
  double hour_tokens, per_hour;
  int64_t quota_limit, quota_remaining;
  int64_t quota_reset_in_ms, blocked_for_ms; /* 0 or less: no wait */
  int64_t latest_attempt_in_ms;              /* of writes that wait for a retry */
  int64_t recent_writes, recent_ms;          /* how many were done lately, and in how long */
};

/* In ms; 0 = nothing waits, -1 = nothing to go by. The slowest of pace, quota, retries and measured rate counts. */
int64_t eta_ms(const struct eta_input *input);

#endif
