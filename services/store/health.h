/* The store's health: ready while it leads and its database answers; /metrics tells how every project stands. */
#ifndef STORE_HEALTH_H
#define STORE_HEALTH_H

#include "service/notify.h"
#include "store/server.h"

/* Starts the server of service/health.h, with a database connection of its own. `options` is not copied. */
struct result store_health_start(const struct server_options *options) MUST_USE;

/* Whether this store leads. A standby is alive and not ready, so that nobody is sent to it. */
void store_health_leads(bool leads);

/* From now on it waits until no other store leads. */
void store_health_waits_to_lead(void);

/* What whoever started the store is told: it can take work when it leads, and when it stands by for another. */
struct notify_source store_notify_source(void);

#endif
