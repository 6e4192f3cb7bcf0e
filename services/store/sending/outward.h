/* Texts on their way out and back (sync/sanitise.h), for all fields of a ticket or comment. */
#ifndef STORE_OUTWARD_H
#define STORE_OUTWARD_H

#include "store/store.h"

/* What may leave of `values` for the tracker at `own_url`; `known`: the fields that it has now. */
struct values outward_leaving(struct call *call, struct str own_url, const struct values *values,
                              const struct values *known);

/* What the tracker's fields `seen` say in the words of `local`, which is what they were sent from. */
struct values outward_coming(struct call *call, struct str own_url, const struct values *seen,
                             const struct values *local);

/* Whether an address must not be told to the tracker at `own_url`. */
bool outward_is_internal(struct call *call, struct str own_url, struct str url);

#endif
