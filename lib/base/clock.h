/* Time. Moments are milliseconds since 1970-01-01T00:00:00 UTC; durations are measured on the monotonic clock, which no
 * one sets. Text is RFC 3339 (https://www.rfc-editor.org/rfc/rfc3339). */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/arena.h"
#include "base/str.h"

int64_t clock_now_ms(void);
int64_t clock_mono_ms(void);

/* Nanoseconds since 1970 UTC, for the beginning and end of spans. */
int64_t clock_now_ns(void);

/* `wait_ms` from now on the monotonic clock, for pthread_cond_timedwait() on a condition of clock_condition_init(). */
struct timespec clock_deadline(int64_t wait_ms);

/* A condition whose waits end by the monotonic clock. */
void clock_condition_init(pthread_cond_t *condition);

/* Sleeps through interruptions by signals. */
void clock_sleep_ms(int64_t duration_ms);

enum { CLOCK_TEXT_BYTES = 32 };

/* "2026-01-31T08:15:00.250Z"; moments outside the years 1 to 9999 are clamped. */
struct str clock_format_ms(struct arena *arena, int64_t moment_ms);

/* The same without the fraction, rounded down: what most APIs take. */
struct str clock_format_s(struct arena *arena, int64_t moment_ms);

/* clock_format_ms() without an arena; `out` has CLOCK_TEXT_BYTES. Returns the length without the NUL. */
size_t clock_format_into(int64_t moment_ms, char *out);

/* A whole RFC 3339 date-time with `Z` or an offset; digits below a millisecond are dropped. False, and `out` untouched,
 * on anything else: a missing zone, a day that does not exist, trailing bytes. */
bool clock_parse(struct str text, int64_t *out_ms);

#endif
