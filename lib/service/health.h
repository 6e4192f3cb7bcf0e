/* What a supervisor and Prometheus ask a process: GET /healthz (its own loop moves), /readyz (it can do its work),
 * /metrics. Plain HTTP without authentication, no content of tickets: for the network of whoever runs it. */
#ifndef SERVICE_HEALTH_H
#define SERVICE_HEALTH_H

#include <stdatomic.h>

#include "base/metrics.h"
#include "base/result.h"

struct health {
  const char *role; /* of the process, for tandem_build_info */

  /* OK, or what is wrong. Called by the server's one thread, like `collect`. */
  struct result (*alive)(void *context) MUST_USE;
  struct result (*ready)(void *context) MUST_USE;

  /* Adds families that are looked up when they are asked for; may be NULL. */
  void (*collect)(void *context, struct str_builder *out);
  void *context;
};

/* Listens on TANDEM_HEALTH_LISTEN ("[::]:9464") for as long as the process lives; nothing where it is not set.
 * `health` is not copied. Errors as of listen_address_open(). */
struct result health_start(const struct health *health) MUST_USE;

#endif
