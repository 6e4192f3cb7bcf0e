/* How long a delivery waits for the store. One that restarts is waited for. While it stays away few are asked at a
 * time, and for a moment only: the receiver has few threads, and whoever waits in one of them holds up all others. */
#ifndef SERVICE_WEBHOOK_PATIENCE_H
#define SERVICE_WEBHOOK_PATIENCE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { WEBHOOK_PATIENCE_MS = 8000, WEBHOOK_PATIENCE_AWAY_MS = 1000 };

/* Begins as WEBHOOK_PATIENCE_START. */
struct webhook_patience {
  pthread_mutex_t mutex;
  bool away;
  int64_t next_try_ms;
};

#define WEBHOOK_PATIENCE_START \
  { .mutex = PTHREAD_MUTEX_INITIALIZER }

/* How long each call of one delivery may take at `now_ms` (clock_mono_ms()); 0: the store is away, and another delivery
 * asks it just now or did so a moment ago. Any number of threads. */
int64_t webhook_patience_begin(struct webhook_patience *patience, int64_t now_ms);

/* What came of it: whether the store answered, with a refusal too. */
void webhook_patience_end(struct webhook_patience *patience, bool answered, int64_t now_ms);

#endif
