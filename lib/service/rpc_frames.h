/* The frames around a verb's request and reply (proto/verbs.h), whatever carries them. */
#ifndef SERVICE_RPC_FRAMES_H
#define SERVICE_RPC_FRAMES_H

#include "base/result.h"
#include "proto/verbs.h"

/* The encoded frame of the `number`-th request of `client`, in `arena`. Each begins a trace. REJECTED: it is longer
 * than a message may be; whoever sent it would be cut off, and try for ever. */
struct result rpc_frames_request(struct arena *arena, struct str client, int64_t number, enum verb_id id,
                                 const void *request, struct str *out) MUST_USE;

/* Fills `out` (the verb's reply record; NULL to ignore) from a reply frame; strings live in `arena`. The store's
 * refusal comes back as its code and message. */
struct result rpc_frames_reply(struct arena *arena, enum verb_id id, struct str bytes, void *out) MUST_USE;

#endif
