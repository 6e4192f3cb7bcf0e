/* Outcomes of several creations, and making those singly that could not be made together. */
#include "service/connector_create.h"

void connector_creation_end(struct creation *creation, struct result result) {
  creation->result = result;
  creation->done = true;
}

void connector_creations_end(struct creation *creations, size_t count, struct result result) {
  for (size_t i = 0; i < count; i++)
    if (!creations[i].done)
      connector_creation_end(&creations[i], result);
}

size_t connector_creations_open(const struct creation *creations, size_t count) {
  size_t open = 0;
  for (size_t i = 0; i < count; i++)
    open += !creations[i].done;
  return open;
}

bool connector_creations_stop(const struct result *result) {
  return result->code == RESULT_RETRY || result->code == RESULT_AUTH || result->code == RESULT_BUG;
}

bool connector_created_nothing(const struct result *result) {
  return result->code == RESULT_REJECTED || result->code == RESULT_GONE || result->code == RESULT_STALE;
}

void connector_create_singly(struct connection *connection, struct arena *arena, connector_push_fn *push,
                             struct creation *creations, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (creations[i].done)
      continue;
    connector_creation_end(&creations[i], push(connection, arena, &creations[i].push, &creations[i].made));
    if (connector_creations_stop(&creations[i].result))
      connector_creations_end(creations, count, creations[i].result);
  }
}
