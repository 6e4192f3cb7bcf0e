/* Waiting longer after each failure, with full jitter, so that many that failed together do not come back together. */
#ifndef SERVICE_BACKOFF_H
#define SERVICE_BACKOFF_H

#include <stdint.h>

struct backoff {
  int64_t first_ms, most_ms;
  int attempts;
};

struct backoff backoff_start(int64_t first_ms, int64_t most_ms);

/* How long to wait now: random in [floor, first * 2^attempts], at most most_ms unless the floor is higher. */
int64_t backoff_next(struct backoff *backoff, int64_t floor_ms);

#endif
