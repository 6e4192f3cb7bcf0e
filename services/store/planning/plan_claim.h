/* Cases: all that a decision about a mapping rests on, as plan.claim hands it out. */
#ifndef STORE_PLAN_CLAIM_H
#define STORE_PLAN_CLAIM_H

#include "store/store.h"

/* The cases of rows with the columns mapping_id, generation, rank and traceparent, by rank and generation. */
struct result plan_claim_cases(struct call *call, const struct rows *queued, struct plan_case **out,
                               size_t *out_count) MUST_USE;

#endif
