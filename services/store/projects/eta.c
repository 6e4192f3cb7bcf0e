/* The estimate: the tightest limit decides. */
#include "store/projects/eta.h"

#include <stdbool.h>

/* A write is looked at before and written; a fetch is one call. */
enum { CALLS_A_WRITE = 2, PERIOD_MS = 3600 * 1000, RECENT_ENOUGH = 5 };

static int64_t later(int64_t a, int64_t b) {
  return a > b ? a : b;
}

static int64_t bucket_ms(int64_t writes, double tokens, double rate, double period_ms) {
  double lacking = (double)writes - (tokens > 0 ? tokens : 0);
  return rate > 0 && lacking > 0 ? (int64_t)(lacking / rate * period_ms) : 0;
}

/* What is more than what is left waits for the next period, what is more than that for one after it. */
static int64_t quota_ms(const struct eta_input *input) {
  int64_t calls = input->writes * CALLS_A_WRITE + input->fetches, lacking = calls - input->quota_remaining;
  if (input->quota_limit <= 0 || lacking <= 0)
    return 0;
  return later(input->quota_reset_in_ms, 0) + (lacking - 1) / input->quota_limit * PERIOD_MS;
}

static int64_t measured_ms(const struct eta_input *input) {
  return input->recent_writes > 0 ? input->recent_ms * input->writes / input->recent_writes : 0;
}

int64_t eta_ms(const struct eta_input *input) {
  if (input->writes + input->fetches == 0)
    return 0;
  bool measured = input->recent_writes >= RECENT_ENOUGH;
  if (input->writes > 0 && input->per_minute <= 0 && !measured)
    return -1;
  int64_t eta = later(bucket_ms(input->writes, input->minute_tokens, input->per_minute, 60e3),
                      bucket_ms(input->writes, input->hour_tokens, input->per_hour, 3600e3));
  if (measured)
    eta = later(eta, measured_ms(input));
  /* The pace begins after the rest. A new period and the next attempt come by the clock, during the rest as well. */
  eta = later(eta, 1000) + later(input->blocked_for_ms, 0);
  eta = later(eta, quota_ms(input));
  return later(eta, input->writes > 0 ? input->latest_attempt_in_ms : 0);
}
