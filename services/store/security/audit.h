/* The audit trail: what people and tandem decided, each row with a hash over the row before and its own content.
 * Whoever changes, removes or inserts a row has to make every later hash anew; whoever has noted a hash sees that. */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "store/store.h"

enum { AUDIT_HASH_BYTES = 32 };

/* BLAKE2b-256 over the bytes of `previous` (none for the first row) and the JSON array [at_us, actor, action, subject,
 * detail], where at_us is a number and the others are texts, without blanks between them. */
void audit_hash(struct call *call, const struct audit_row *row, struct str previous,
                unsigned char hash[AUDIT_HASH_BYTES]);

#endif
