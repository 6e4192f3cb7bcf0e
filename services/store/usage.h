/* What calls cost: quotas belong to the credential, the count of calls to the running session. */
#ifndef STORE_USAGE_H
#define STORE_USAGE_H

#include "store/store.h"

struct result usage_record(struct call *call, int64_t project_id, const struct usage *usage) MUST_USE;

/* Takes one token of each of the credential's buckets; `*wait_ms` > 0: too early, nothing was taken. */
struct result usage_take_token(struct call *call, struct str credential, const struct pace *pace,
                               int64_t *wait_ms) MUST_USE;

#endif
