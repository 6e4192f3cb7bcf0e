/* How often a project is polled. Pure. */
#ifndef STORE_POLLING_H
#define STORE_POLLING_H

#include <stdbool.h>
#include <stdint.h>

enum { POLL_WIDEST_S = 15 * 60, POLL_AFTER_MISS_S = 5 * 60 };

/* What a poll has shown, and what is known of the project's webhook. */
struct polling {
  int64_t project_s; /* the project's own interval, at least 1 */
  int64_t now_s;     /* what it is now; 0 = the project's own */
  bool hook_works;   /* the webhook is there, or deliveries come, and none is known to fail */
  int64_t missed;    /* changes that came without a webhook, since the last decision */
  int64_t undecided; /* changes whose webhook may still be on its way */
};

/* The next interval in seconds. It doubles with every poll that showed nothing a webhook had not told, up to 15 minutes
 * or to the project's own interval, whichever is longer; something missed brings it back to the project's own, 5
 * minutes at most. Without a webhook that works it is the project's own. */
int64_t polling_next_s(const struct polling *polling);

#endif
