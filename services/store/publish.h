/* Events on their way out of the store: to the bus, after their commit. What is lost here is in the event log, and a
 * subscriber finds the gap by the next heartbeat. */
#ifndef STORE_PUBLISH_H
#define STORE_PUBLISH_H

#include <nng/nng.h>

#include "store/outbox.h"

/* All events of the outbox, in their order; it is empty afterwards, and its arena reset. */
void publish_all(nng_socket socket, struct outbox *outbox);

/* The newest sequence, for those who have missed some. `arena` is for the frame. */
void publish_heartbeat(nng_socket socket, struct arena *arena, int64_t head);

#endif
