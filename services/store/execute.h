/* Running one verb in one transaction. */
#ifndef STORE_EXECUTE_H
#define STORE_EXECUTE_H

#include "store/store.h"

/* Runs the handler of verb `id` on its decoded request `body`, commits; `*reply` is the encoded reply frame, in
 * `arena`, whatever happened. With VERB_ONCE the frame is kept in the same transaction (store/replies.h), and a
 * repeated request gets it again. Events of a committed verb stand in the outbox, numbered; those of a failed one are
 * gone. */
void execute(struct call *call, enum verb_id id, const struct verb_request *request, const void *body,
             struct str *reply);

/* What the rest of the transaction adds to a queue was caused by this; absent: by nothing that is traced. */
struct result execute_cause(struct call *call, struct str traceparent) MUST_USE;

#endif
