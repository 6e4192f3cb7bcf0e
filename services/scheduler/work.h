/* The service's one round of work; apart from main() so that the simulation can run it too. */
#ifndef SCHEDULER_WORK_H
#define SCHEDULER_WORK_H

#include "service/service.h"

/* As `work` of struct service: starts the sessions that are due, ends those that have nothing left. */
struct result scheduler_work(struct service_context *context, int64_t *wait_ms) MUST_USE;

#endif
