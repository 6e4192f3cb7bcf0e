/* One round: what the log has more than the stream, a page at a time. */
#ifndef BRIDGE_NATS_WORK_H
#define BRIDGE_NATS_WORK_H

#include <pthread.h>

#include "base/settings.h"
#include "bridge-nats/stream.h"
#include "service/service.h"

/* As `start`, `work` and `ready` of struct service. */
struct result bridge_start(struct service_context *context) MUST_USE;
struct result bridge_work(struct service_context *context, int64_t *wait_ms) MUST_USE;
struct result bridge_ready(struct service_context *context) MUST_USE;

/* What the service's context points to. */
struct bridge {
  struct settings settings;
  struct stream *stream; /* NULL: not connected */
  int64_t position;      /* the last event in the stream; of an open one */
  char position_id[40];  /* its id; "" = not known */
  pthread_mutex_t mutex;
  struct result last; /* of the newest round, for readiness */
};

#endif
