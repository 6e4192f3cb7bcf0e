/* Leases: the right to work on one resource for a while. The fence grows with every holder, and every commit under a
 * lease checks it, so that a process that slept through its lease cannot write. */
#ifndef STORE_LEASES_H
#define STORE_LEASES_H

#include "base/mutation.h"
#include "store/store.h"

/* How long a lease holds without being renewed: 60 s, or TANDEM_LEASE_MS where tests cannot wait that long. */
int64_t lease_length_ms(void);

/* Takes it where nobody holds it, and returns its fence and until_ms then; for statements that read more at once.
 * LEASE_PARAMS are its $1 to $4. */
#define LEASE_TAKE                                                                                                  \
  "insert into lease (resource, owner, fence, until, system) values ($1, $2, 1, now() + $3::bigint * interval '1 "  \
  "millisecond', $4) on conflict (resource) do update set owner = excluded.owner, fence = lease.fence + 1, "        \
  "until = excluded.until, taken_at = now(), system = excluded.system where lease.until <= now() returning fence, " \
  "epoch_ms(until) as until_ms"
#define LEASE_PARAMS(call, resource, owner) \
  p_str(resource), p_str(owner), p_i64(MUTATED(LEASE) ? 0 : lease_length_ms()), p_str(peer_system((call)->peer))
struct lease lease_row(struct str resource, const struct rows *rows);

/* `*out` is filled and true returned through `taken` when nobody holds it. */
struct result lease_take(struct call *call, struct str resource, struct str owner, bool *taken,
                         struct lease *out) MUST_USE;

/* Renews a lease that is still held; RESULT_STALE when it was lost, RESULT_REJECTED when an adapter of another system
 * holds it. */
struct result lease_check(struct call *call, const struct lease *lease) MUST_USE;

/* "push", "pull", ... by its resource; what is called otherwise is "other". For metrics: names come from outside. */
const char *lease_kind(const struct lease *lease);

/* Of a lease that was lost: nothing. RESULT_REJECTED as above. */
struct result lease_release(struct call *call, const struct lease *lease) MUST_USE;

/* The number after the colon of a resource, "pull:7" -> 7; RESULT_REJECTED when it is of another kind. */
struct result lease_project(const struct lease *lease, const char *kind, int64_t *out) MUST_USE;

#endif
