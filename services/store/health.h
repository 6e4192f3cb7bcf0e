/* The store's health: ready while it leads and its database answers; /metrics tells how every project stands. */
#ifndef STORE_HEALTH_H
#define STORE_HEALTH_H

#include "store/server.h"

/* Starts the server of service/health.h, with a database connection of its own. `options` is not copied. */
struct result store_health_start(const struct server_options *options) MUST_USE;

/* Whether this store leads. A standby is alive and not ready, so that nobody is sent to it. */
void store_health_leads(bool leads);

#endif
