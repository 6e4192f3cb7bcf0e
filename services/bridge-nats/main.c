/* tandem-bridge-nats: the event log in NATS JetStream, each event once and in order.
 *
 * In:   the event log (events.read); a bell says that it has grown.
 * Out:  messages to one stream, whose n-th message is the log's n-th event.
 * Owns: nothing. Where to go on is asked of the stream, and the server refuses what does not belong at its end, so any
 *       number of bridges may run; one is enough. */
#include "bridge-nats/work.h"

int main(void) {
  static struct bridge bridge;
  static const struct service service = {.role = "bridge-nats",
                                         .workers = 1,
                                         .start = bridge_start,
                                         .work = bridge_work,
                                         .ready = bridge_ready,
                                         .bells = 1U << BELL_EVENT};
  return service_main(&service, &bridge);
}
