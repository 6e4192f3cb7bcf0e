/* Values that conflicts keep, in the local vocabulary. */
#ifndef STORE_CONFLICT_RESTORE_H
#define STORE_CONFLICT_RESTORE_H

#include "store/store.h"

/* What `external`, a value of `field` as the project's tracker has it, is here: one value. REJECTED when there is no
 * word for it. */
struct result conflict_local_word(struct call *call, int64_t project_id, struct str field, const struct value *external,
                                  struct values *out) MUST_USE;

#endif
