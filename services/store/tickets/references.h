/* Fields that name another ticket: here by its key, outside by its external id. The mappings are their dictionary. */
#ifndef STORE_REFERENCES_H
#define STORE_REFERENCES_H

#include "store/store.h"

/* Gives each case the pairs of key and external id for the tickets that its fields name, as far as they are mapped. */
struct result references_of_cases(struct call *call, struct plan_case *cases, size_t count) MUST_USE;

/* The key of the ticket that `external` names in the project's tracker; absent when that is not mapped. */
struct result references_local_word(struct call *call, int64_t project_id, struct str external,
                                    struct str *out) MUST_USE;

/* What people call tickets by the names that trackers give them, each of its project: by the key here, else by the one
 * there; absent where neither is known. */
struct result references_names(struct call *call, const int64_t *projects, const struct str *externals, size_t count,
                               struct str *out) MUST_USE;

/* Notes what the outcome waits for. What has been mapped since it was planned has it planned again at once. */
struct result references_await(struct call *call, const struct plan_outcome *outcome) MUST_USE;

/* Tickets have come to be mapped: whatever waited for one of them is to be planned. */
struct result references_mapped(struct call *call, const int64_t *item_ids, size_t count) MUST_USE;

#endif
