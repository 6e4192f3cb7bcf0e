/* What connectors that make several tickets in one call share. */
#ifndef SERVICE_CONNECTOR_CREATE_H
#define SERVICE_CONNECTOR_CREATE_H

#include "service/connector.h"

/* A connector's `push`. */
typedef struct result connector_push_fn(struct connection *connection, struct arena *arena, const struct push *push,
                                        struct observation *out);

void connector_creation_end(struct creation *creation, struct result result);

/* What is not done has this outcome. */
void connector_creations_end(struct creation *creations, size_t count, struct result result);

/* How many are not done. */
size_t connector_creations_open(const struct creation *creations, size_t count);

/* A failure after which the other creations would fare no better: nothing of them is tried. */
bool connector_creations_stop(const struct result *result);

/* A call that was refused as a whole: each may still be taken by itself. */
bool connector_created_nothing(const struct result *result);

/* Pushes what is not done one by one, up to the first failure that stops the others. */
void connector_create_singly(struct connection *connection, struct arena *arena, connector_push_fn *push,
                             struct creation *creations, size_t count);

#endif
