/* What connectors with several writes in a call share. */
#ifndef SERVICE_CONNECTOR_MANY_H
#define SERVICE_CONNECTOR_MANY_H

#include "service/connector.h"

/* A connector's `push`. */
typedef struct result connector_push_fn(struct connection *connection, struct arena *arena, const struct push *push,
                                        struct observation *out);

void pushed_end(struct pushed *one, struct result result);

/* What is not done has this outcome. */
void pushed_end_all(struct pushed *all, size_t count, struct result result);

/* How many are not done. */
size_t pushed_open(const struct pushed *all, size_t count);

/* A failure after which the others would fare no better: nothing of them is tried. */
bool pushed_stops(const struct result *result);

/* A call that was refused as a whole: each may still be taken by itself. */
bool pushed_nothing(const struct result *result);

/* Pushes what is not done one by one, up to the first failure that stops the others. */
void pushed_singly(struct connection *connection, struct arena *arena, connector_push_fn *push, struct pushed *all,
                   size_t count);

#endif
