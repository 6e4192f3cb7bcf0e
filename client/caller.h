/* Verbs over one connection: one request at a time, sent again after a broken connection, done once. */
#ifndef CLIENT_CALLER_H
#define CLIENT_CALLER_H

#include "client/wire.h"
#include "proto/verbs.h"

struct caller;

/* What is borrowed has to outlive the caller. `client` names this process, to which a random part is added. */
struct caller *caller_new(const struct wire_options *options, struct str store_url, struct str client);
void caller_free(struct caller *caller);

/* As rpc_call(); any number of threads may call, one waits for the other. UNCERTAIN: no answer in time to a verb that
 * writes, and the request did leave. */
struct result caller_call(struct caller *caller, struct arena *arena, enum verb_id id, const void *request, void *reply,
                          int64_t timeout_ms) MUST_USE;

#endif
