/* Who is on the other end of a connection, and what it may ask for: what its certificate says (proto/roles.h). */
#ifndef STORE_PEER_H
#define STORE_PEER_H

#include <openssl/x509.h>

#include "base/arena.h"
#include "base/result.h"
#include "proto/events.h"
#include "proto/verbs.h"

enum { PEER_NAME_BYTES = 64, PEER_SERIAL_BYTES = 24 };

struct peer {
  enum role role; /* ROLE_COUNT: none that we know, which may do nothing */
  bool trusted;   /* without TLS, where an administrator allowed that: anything */
  char name[PEER_NAME_BYTES];
  unsigned char serial[PEER_SERIAL_BYTES]; /* the number's bytes, the highest first */
  size_t serial_bytes;
  int64_t ends_ms;        /* since 1970 UTC; 0 = not known */
  bool verbs[VERB_COUNT]; /* what a service was granted */
  bool events[EVENT_COUNT];
  bool all_events;
};

/* What it says; without one (NULL) there is no role. */
struct peer peer_of(X509 *certificate);

/* Whoever is there without TLS. */
extern const struct peer peer_trusted;

/* "service/billing", by role and name, which outlive a certificate; empty for who is there without one. */
struct str peer_identity(const struct peer *peer, struct arena *arena);

/* The system of an adapter; absent for others. It lives as long as `peer`. */
struct str peer_system(const struct peer *peer);

/* Whether it may hear the bus, where everybody hears all events. */
bool peer_may_listen(const struct peer *peer);

/* Whether it may read events of this type from the log. */
bool peer_may_read(const struct peer *peer, enum event_id event);

/* Whether it may call the verb, to be asked before anything of the request is read. RESULT_REJECTED says why not, and
 * what to do. */
struct result peer_check_verb(const struct peer *peer, enum verb_id verb) MUST_USE;

/* Whether an adapter may do work of `system`; others may. RESULT_REJECTED says why not. */
struct result peer_check_system(const struct peer *peer, struct str system) MUST_USE;

/* Whether it may ask for this (the verb's record). */
struct result peer_check_request(const struct peer *peer, enum verb_id verb, const void *request) MUST_USE;

#endif
