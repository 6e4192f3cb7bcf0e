/* Counting in windows. */
#include "service/log_pace.h"

#include "base/log.h"

bool log_pace_allows(struct log_pace *pace, const char *event, int64_t now_ms) {
  int64_t left_out = 0;
  pthread_mutex_lock(&pace->mutex);
  if (now_ms >= pace->until_ms) {
    left_out = pace->left_out;
    pace->until_ms = now_ms + LOG_PACE_WINDOW_MS;
    pace->lines = pace->left_out = 0;
  }
  bool allowed = pace->lines < LOG_PACE_LINES;
  if (allowed)
    pace->lines++;
  else
    pace->left_out++;
  pthread_mutex_unlock(&pace->mutex);
  if (left_out)
    log_event(LOG_WARNING, "lines_left_out", LOG_C("of", event), LOG_I64("count", left_out));
  return allowed;
}
