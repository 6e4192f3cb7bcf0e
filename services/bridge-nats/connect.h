/* One connection to NATS, never repaired: what fails is closed, and the next round makes another. */
#ifndef BRIDGE_NATS_CONNECT_H
#define BRIDGE_NATS_CONNECT_H

#include <nats/nats.h>

#include "base/settings.h"

/* The first of nats.url that takes us. Errors as stream_open(). */
struct result nats_connect(const struct settings *settings, natsConnection **out) MUST_USE;

/* What a failed call means: RESULT_AUTH, RESULT_REJECTED (what a person has to mend) or RESULT_RETRY. */
struct result nats_failure(natsStatus status, const char *what) MUST_USE;

#endif
