/* One moment a thread. */
#include "service/progress.h"

#include <stdatomic.h>

#include "base/clock.h"

enum { THREADS_MAX = 64, STANDSTILL_MS = 15 * 60 * 1000, IDLE = -1 };

static atomic_llong moments[THREADS_MAX]; /* of the last move; IDLE */
static atomic_int thread_count;
static _Thread_local atomic_llong *own;

void progress_join(void) {
  int index = atomic_fetch_add(&thread_count, 1);
  if (index >= THREADS_MAX) {
    atomic_fetch_sub(&thread_count, 1);
    return;
  }
  own = &moments[index];
  progress_note(false);
}

void progress_note(bool idle) {
  if (own)
    atomic_store(own, idle ? IDLE : clock_mono_ms());
}

struct result progress_check(void) {
  int64_t now_ms = clock_mono_ms();
  for (int i = 0; i < atomic_load(&thread_count); i++) {
    int64_t moment_ms = atomic_load(&moments[i]);
    if (moment_ms != IDLE && now_ms - moment_ms > STANDSTILL_MS)
      return result_error(RESULT_BUG, "a worker has not moved for %lld s", (long long)(now_ms - moment_ms) / 1000);
  }
  return RESULT_DONE;
}
