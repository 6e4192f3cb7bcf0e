/* A store that is away is asked by one delivery a second. */
#include "service/webhook_patience.h"

int64_t webhook_patience_begin(struct webhook_patience *patience, int64_t now_ms) {
  pthread_mutex_lock(&patience->mutex);
  int64_t given_ms = !patience->away                   ? WEBHOOK_PATIENCE_MS
                     : now_ms >= patience->next_try_ms ? WEBHOOK_PATIENCE_AWAY_MS
                                                       : 0;
  if (patience->away && given_ms) /* it may take as long as that */
    patience->next_try_ms = now_ms + 2 * WEBHOOK_PATIENCE_AWAY_MS;
  pthread_mutex_unlock(&patience->mutex);
  return given_ms;
}

void webhook_patience_end(struct webhook_patience *patience, bool answered, int64_t now_ms) {
  pthread_mutex_lock(&patience->mutex);
  patience->away = !answered;
  if (!answered)
    patience->next_try_ms = now_ms + WEBHOOK_PATIENCE_AWAY_MS;
  pthread_mutex_unlock(&patience->mutex);
}
