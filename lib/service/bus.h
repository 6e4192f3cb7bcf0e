/* Listening to events: subscribe, replay what was missed, go live. The only file that knows nng pub/sub's subscriber.
 * Every logged event is delivered once and in order, starting after `after`; gaps are found by the sequence and the
 * heartbeat and filled by events.read. */
#ifndef SERVICE_BUS_H
#define SERVICE_BUS_H

#include "proto/events.h"
#include "service/rpc.h"

struct bus;

struct bus_options {
  const struct endpoint *endpoint;
  struct rpc *rpc;
  int64_t after; /* BUS_FROM_NOW, or the last sequence already handled */
  /* Called on the bus's own thread; must not block for long. */
  void (*on_event)(void *context, enum event_id id, const struct stored_event *event);
  void *context;
};

enum { BUS_FROM_NOW = -1 };

/* Starts the thread. The bus lives as long as the process: there is no close. */
struct result bus_open(const struct bus_options *options, struct bus **out) MUST_USE;

#endif
