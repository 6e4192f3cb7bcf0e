/* The service's one round of work; apart from main() so that the simulation can run it too. */
#ifndef CONFLICT_WORK_H
#define CONFLICT_WORK_H

#include "service/service.h"

/* As `work` of struct service: a batch of mappings is claimed, decided and committed. */
struct result conflict_work(struct service_context *context, int64_t *wait_ms) MUST_USE;

#endif
