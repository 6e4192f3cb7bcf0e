/* A bound on lines that strangers cause: whoever knocks again and again fills no disk. */
#ifndef SERVICE_LOG_PACE_H
#define SERVICE_LOG_PACE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { LOG_PACE_LINES = 10, LOG_PACE_WINDOW_MS = 10000 };

/* Static ones begin as LOG_PACE_START. */
struct log_pace {
  pthread_mutex_t mutex;
  int64_t until_ms; /* the window's end */
  int64_t lines, left_out;
};

#define LOG_PACE_START \
  { .mutex = PTHREAD_MUTEX_INITIALIZER }

/* Whether one more line about `event` may be written at `now_ms` (clock_mono_ms()): LOG_PACE_LINES in
 * LOG_PACE_WINDOW_MS. How many were left out is logged with the first that may be written again. Any number of threads.
 */
bool log_pace_allows(struct log_pace *pace, const char *event, int64_t now_ms);

#endif
