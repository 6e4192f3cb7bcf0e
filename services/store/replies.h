/* The replies of verbs that are done once (VERB_ONCE), so that a request that is sent again is answered as before. */
#ifndef STORE_REPLIES_H
#define STORE_REPLIES_H

#include "store/store.h"

/* Which request: a number of a client, which is one of the names that a certificate's holder gives its processes. */
struct reply_key {
  struct str caller, client;
  int64_t request;
  struct str asked; /* a hash of what was asked */
};

struct reply_key replies_key(struct call *call, const struct verb_request *request);

/* The frame of the reply that it got before, absent when it is new. RESULT_REJECTED when the number was used for
 * something else. */
struct result replies_find(struct call *call, const struct reply_key *key, struct str *out) MUST_USE;

struct result replies_keep(struct call *call, const struct reply_key *key, struct str reply) MUST_USE;

#endif
