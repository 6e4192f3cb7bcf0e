/* Refused deliveries, counted by project and told to the store: a wrong secret or clock shows in `tandem status`, and
 * whoever floods the receiver with forgeries does not flood the store. Private to lib/service. */
#ifndef SERVICE_WEBHOOK_REFUSALS_H
#define SERVICE_WEBHOOK_REFUSALS_H

#include "service/rpc.h"

enum { WEBHOOK_REFUSALS_EVERY_MS = 5000 };

struct webhook_refusals;

/* As long as the process lives. `tell` says to the store how many there were; what it could not say is said with the
 * next ones. The first of a time is told at once, and then all that have come, every WEBHOOK_REFUSALS_EVERY_MS. */
struct result webhook_refusals_start(struct result (*tell)(void *context, const struct hook_refused *refused),
                                     void *context, int64_t every_ms, struct webhook_refusals **out) MUST_USE;

/* Of a project that there is. `untimely`: signed rightly, at another time. */
void webhook_refusals_note(struct webhook_refusals *refusals, struct str project, bool untimely);

#endif
