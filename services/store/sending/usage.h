/* What calls cost: quotas belong to the credential, the count of calls to the running session. And how far the
 * tracker's clock is ahead of ours, by the dates of its answers. */
#ifndef STORE_USAGE_H
#define STORE_USAGE_H

#include "store/store.h"

/* What a project keeps of its tracker's clock: of a row with TRACKER_CLOCK of project p. */
#define TRACKER_CLOCK "p.clock_ahead_ms, p.clock_told_ms"
struct tracker_clock {
  int64_t ahead_ms, told_ms;
};
struct tracker_clock usage_clock_row(const struct rows *rows, size_t row);

/* `clock`: as it is kept, where that has been read already; else NULL. */
struct result usage_record(struct call *call, int64_t project_id, const struct usage *usage,
                           const struct tracker_clock *clock) MUST_USE;

/* The same of calls that ended with `outcome`, the name of a result: calls show that the credential is good, but for
 * those that ended with "auth". */
struct result usage_record_outcome(struct call *call, int64_t project_id, const struct usage *usage,
                                   const struct tracker_clock *clock, struct str outcome) MUST_USE;

/* Writes of a project (0 = of all) that were held because the tracker took none of it are tried again; how many wait.
 */
struct result usage_release_writes(struct call *call, int64_t project_id, int64_t *out_waiting) MUST_USE;

/* Takes one token of each of the credential's buckets; `*wait_ms` > 0: too early, nothing was taken. */
struct result usage_take_token(struct call *call, struct str credential, const struct pace *pace,
                               int64_t *wait_ms) MUST_USE;

enum { CLOCK_APART_MS = 2000 }; /* dates are whole seconds: what is closer is no difference */

/* A time on the tracker's clock, on ours: `ahead_ms` as kept of its project. 0 stays 0 = unknown. */
int64_t usage_corrected_ms(int64_t external_ms, int64_t ahead_ms);

#endif
