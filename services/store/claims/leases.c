/* Taking, renewing and releasing leases. */
#include "store/claims/leases.h"

#include "base/environment.h"
#include "base/metrics.h"

enum { LEASE_MS = 60000 };

int64_t lease_length_ms(void) {
  return environment_i64("TANDEM_LEASE_MS", LEASE_MS);
}

struct lease lease_row(struct str resource, const struct rows *rows) {
  return (struct lease){resource, rows_i64(rows, 0, "fence"), rows_i64(rows, 0, "until_ms")};
}

struct result lease_take(struct call *call, struct str resource, struct str owner, bool *taken, struct lease *out) {
  struct rows rows;
  TRY(db_query(call->db, LEASE_TAKE, PARAMS(LEASE_PARAMS(call, resource, owner)), &rows));
  *taken = rows.count == 1;
  if (*taken)
    *out = lease_row(resource, &rows);
  return RESULT_DONE;
}

static const struct metric lost_leases = {
    "tandem_leases_lost_total", METRIC_COUNTER, {"kind"}, "Work that was ended because another took its lease over."};

const char *lease_kind(const struct lease *lease) {
  static const char *const kinds[] = {"push", "pull", "fetch", "deliver", "hook", "scan", "credential"};
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
    if (str_starts_with(lease->resource, kinds[i]))
      return kinds[i];
  return "other";
}

static struct result lost_lease(const struct lease *lease) {
  metric_add(&lost_leases, METRIC_VALUES(lease_kind(lease)), 1);
  return result_error(RESULT_STALE, "the lease on %.*s was lost", STR_FMT(lease->resource));
}

/* Whoever asks under a lease is of the system whose adapter took it, if that is known. */
static struct result check_holder(const struct call *call, const struct rows *rows) {
  struct str system = rows->count ? rows_str(rows, 0, "system") : (struct str){0};
  return str_is_absent(system) ? RESULT_DONE : peer_check_system(call->peer, system);
}

struct result lease_check(struct call *call, const struct lease *lease) {
  struct rows rows;
  TRY(db_query(call->db,
               "update lease set until = now() + $3::bigint * interval '1 millisecond' "
               "where resource = $1 and fence = $2::bigint and until > now() returning system",
               PARAMS(p_str(lease->resource), p_i64(lease->fence), p_i64(lease_length_ms())), &rows));
  bool lost = rows.count == 0;
  if (MUTATED(FENCE))
    lost = false;
  if (MUTATED(LEASE))
    lost = false;
  if (lost)
    return lost_lease(lease);
  return check_holder(call, &rows);
}

struct result lease_release(struct call *call, const struct lease *lease) {
  /* When it was given back tells that somebody was at it: services/store/claims/troubles.c. */
  struct rows rows;
  TRY(db_query(call->db, "update lease set until = now() where resource = $1 and fence = $2::bigint returning system",
               PARAMS(p_str(lease->resource), p_i64(lease->fence)), &rows));
  return check_holder(call, &rows);
}

struct result lease_project(const struct lease *lease, const char *kind, int64_t *out) {
  ptrdiff_t colon = str_find(lease->resource, ":");
  if (colon < 0 || !str_is(str_slice(lease->resource, 0, (size_t)colon), kind) ||
      !str_to_i64(str_slice(lease->resource, (size_t)colon + 1, lease->resource.length), out))
    return result_error(RESULT_REJECTED, "%.*s is not a lease for %s", STR_FMT(lease->resource), kind);
  return RESULT_DONE;
}
