/* Outcomes of several writes, and sending those singly that could not go together. */
#include "service/connector_many.h"

void pushed_end(struct pushed *one, struct result result) {
  one->result = result;
  one->done = true;
}

void pushed_end_all(struct pushed *all, size_t count, struct result result) {
  for (size_t i = 0; i < count; i++)
    if (!all[i].done)
      pushed_end(&all[i], result);
}

size_t pushed_open(const struct pushed *all, size_t count) {
  size_t open = 0;
  for (size_t i = 0; i < count; i++)
    open += !all[i].done;
  return open;
}

bool pushed_stops(const struct result *result) {
  return result->code == RESULT_RETRY || result->code == RESULT_AUTH || result->code == RESULT_BUG;
}

bool pushed_nothing(const struct result *result) {
  return result->code == RESULT_REJECTED || result->code == RESULT_GONE || result->code == RESULT_STALE;
}

void pushed_singly(struct connection *connection, struct arena *arena, connector_push_fn *push, struct pushed *all,
                   size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (all[i].done)
      continue;
    pushed_end(&all[i], push(connection, arena, &all[i].push, &all[i].seen));
    if (pushed_stops(&all[i].result))
      pushed_end_all(all, count, all[i].result);
  }
}
