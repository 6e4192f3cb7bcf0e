/* Full jitter. */
#include "service/backoff.h"

#include <sodium.h>

struct backoff backoff_start(int64_t first_ms, int64_t most_ms) {
  return (struct backoff){first_ms, most_ms, 0};
}

int64_t backoff_next(struct backoff *backoff, int64_t floor_ms) {
  int64_t ceiling = backoff->first_ms;
  for (int i = 0; i < backoff->attempts && ceiling < backoff->most_ms; i++)
    ceiling *= 2;
  if (ceiling > backoff->most_ms)
    ceiling = backoff->most_ms;
  backoff->attempts++;
  int64_t wait_ms = 1 + (int64_t)randombytes_uniform((uint32_t)ceiling);
  return wait_ms > floor_ms ? wait_ms : floor_ms;
}
