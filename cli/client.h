/* Asking the store for a command. */
#ifndef CLI_CLIENT_H
#define CLI_CLIENT_H

#include "cli/invocation.h"

/* So long before a credential ends people are told. */
#define CREDENTIAL_WARNED_MS (14 * 86400000LL)

/* Connects, once, and makes sure that somebody answers. RESULT_RETRY says how to start tandem. */
struct result client_open(struct invocation *call) MUST_USE;

/* rpc_call() through the invocation's connection, opened when needed. Replies live in the invocation's arena. */
struct result client_call(struct invocation *call, enum verb_id id, const void *request, void *reply) MUST_USE;

/* How all projects stand: page after page, as one reply. */
struct result client_status(struct invocation *call, struct status *out) MUST_USE;

/* client_call(), and with --json the reply is printed as one object; `*printed` says whether that was done. */
struct result client_print(struct invocation *call, enum verb_id id, const void *request, void *reply,
                           bool *printed) MUST_USE;

#endif
