/* The store's threads: requests come in on an nng reply socket, readers run verbs that only look, the one writer runs
 * the others in the order they came and publishes what they committed. */
#ifndef STORE_SERVER_H
#define STORE_SERVER_H

#include "service/rpc.h"
#include "store/retention/retention.h"
#include "store/security/vault.h"

struct server_options {
  struct endpoint endpoint; /* what to listen on */
  struct str database_url;
  struct str owner_url; /* for migrations; absent = database_url */
  struct vault *vault;
  const struct str
      *internal_hosts; /* hosts that no text names outside, besides those that are internal by their names */
  size_t internal_host_count;
  struct retention retention;
};

/* Brings the database up to date, as its owner. Waits for the server. */
struct result server_migrate(const struct server_options *options) MUST_USE;

/* Migrates, waits to become the leader (an advisory lock), listens, and serves for as long as the process lives.
 * Returns only with an error that a restart may mend. */
struct result server_run(const struct server_options *options) MUST_USE;

#endif
