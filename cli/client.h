/* Asking the store for a command. */
#ifndef CLI_CLIENT_H
#define CLI_CLIENT_H

#include <stddef.h>

#include "cli/invocation.h"

/* So long before a credential ends people are told. */
#define CREDENTIAL_WARNED_MS (14 * 86400000LL)

/* Connects, once, and makes sure that somebody answers. RESULT_RETRY says how to start tandem. */
struct result client_open(struct invocation *call) MUST_USE;

/* rpc_call() through the invocation's connection, opened when needed. Replies live in the invocation's arena. */
struct result client_call(struct invocation *call, enum verb_id id, const void *request, void *reply) MUST_USE;

/* A verb whose answer is a list in pages: `after` of the request is `next` of the page before while there is `more`. */
struct paged {
  enum verb_id id;
  size_t after;                        /* in the request */
  size_t list, item_bytes, more, next; /* in the reply */
  size_t reply_bytes;
};
#define PAGED(verb, request, reply, member)                                                        \
  {                                                                                                \
    (verb), offsetof(request, after), offsetof(reply, member), sizeof *((reply *)NULL)->member.at, \
        offsetof(reply, more), offsetof(reply, next), sizeof(reply)                                \
  }

/* All pages as one reply: its list has what is in all, the rest is of the last one. Changes `after` of the request. */
struct result client_pages(struct invocation *call, const struct paged *paged, void *request, void *reply) MUST_USE;

/* How all projects stand: page after page, as one reply. With a `project`, how that one does. */
struct result client_status(struct invocation *call, struct str project, struct status *out) MUST_USE;

/* client_call(), and with --json the reply is printed as one object; `*printed` says whether that was done. */
struct result client_print(struct invocation *call, enum verb_id id, const void *request, void *reply,
                           bool *printed) MUST_USE;

#endif
