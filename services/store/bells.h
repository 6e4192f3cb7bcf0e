/* Who waits for which bell. A bell that rang since the waiter last looked is answered at once, so none is missed
 * between looking and waiting. */
#ifndef STORE_BELLS_H
#define STORE_BELLS_H

#include <pthread.h>

#include "base/result.h"
#include "proto/verbs.h"

enum { BELLS_KNOWN_MAX = 64, WAITERS_MAX = 192, WAIT_MOST_MS = 5000 };

/* Embedded in what waits; nobody else touches it until it is answered. */
struct waiter {
  struct waiter *next;
  unsigned bells; /* a bit a bell */
  struct str system;
  int64_t until_ms; /* monotonic */
};

struct bells {
  pthread_mutex_t mutex;
  /* Called without the lock, on the ringing thread, once for each waiter. */
  void (*answer)(struct waiter *waiter, int64_t position, bool rung);
  int64_t start, position; /* grows with every ring; a restarted store begins above its predecessor's */
  struct {
    enum bell bell;
    char system[32];
    int64_t position; /* when it last rang */
  } known[BELLS_KNOWN_MAX];
  size_t known_count;
  struct waiter *first;
  size_t waiter_count;
};

void bells_init(struct bells *bells, void (*answer)(struct waiter *waiter, int64_t position, bool rung));

/* Answers at once when something rang after `request->after`; else `waiter` waits. RESULT_RETRY: too many wait. */
struct result bells_wait(struct bells *bells, const struct bell_wait *request, struct waiter *waiter) MUST_USE;

void bells_ring(struct bells *bells, enum bell bell, struct str system);

/* Answers those whose time is over; returns how many ms later the next one's is, at most `most_ms`. */
int64_t bells_expire(struct bells *bells, int64_t most_ms);

#endif
