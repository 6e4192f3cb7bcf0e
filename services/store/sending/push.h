/* What is sent, as it really leaves: for the gate, and for who shows it before. */
#ifndef STORE_PUSH_H
#define STORE_PUSH_H

#include "store/sending/pending.h"

/* `*set` as it leaves for the tracker: without what must not leave with a text (outward.h), and where a comment was
 * written elsewhere, with the line that says so. `known`: the fields that the tracker has now. Of `p` it reads item_id,
 * project_id, kind, change, mapping_op_id and base_url. */
struct result push_leaving(struct call *call, const struct pending *p, const struct values *known,
                           struct values *set) MUST_USE;

#endif
