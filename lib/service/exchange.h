/* What every adapter's calls over HTTP have in common: one exchange with its cost, and what a refusal means. */
#ifndef SERVICE_EXCHANGE_H
#define SERVICE_EXCHANGE_H

#include "base/http.h"
#include "proto/nouns.h"

/* One request, counted in `usage`, with the server's clock where it tells it. A read never ends UNCERTAIN. What the
 * answer says about failing has no secret of the request in it (exchange_secrets.h). */
struct result exchange_send(struct http *http, struct arena *arena, const struct http_request *request, bool is_read,
                            struct usage *usage, struct http_response *out) MUST_USE;

/* Hands out what was used, and begins to count anew. */
void exchange_take_usage(struct usage *kept, struct usage *out);

/* A refusal, for exchange_refused(). */
struct refusal {
  const char *who; /* "GitHub", at the beginning of the message */
  int64_t status;
  bool is_read;
  int64_t wait_ms;  /* as the tracker asked for; 0 = it did not */
  struct str words; /* its own, for a person */
};

/* The credential rests for `wait_ms`. */
struct result exchange_limited(struct usage *usage, int64_t now_ms, const struct refusal *refusal) MUST_USE;

/* What the status of a refusal that is no limit means (RFC 9110): 5xx and 408 RETRY to a read, UNCERTAIN to a write;
 * 401 AUTH; 403 AUTH to a read, REJECTED to a write; 404, 410 and 451 GONE; 409 STALE; any other REJECTED. */
struct result exchange_refused(const struct refusal *refusal) MUST_USE;

#endif
