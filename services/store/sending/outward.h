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

/* A mapping whose tracker's fields are to be compared with ours. */
struct outward_mapping {
  struct str own_url;
  bool is_foreign; /* OUTWARD_IS_FOREIGN */
  struct values local, shadow_local;
};

/* Of mapping m and its item i: a comment that tells there who wrote it elsewhere. */
#define OUTWARD_IS_FOREIGN                                                                                         \
  "(m.kind = 'comment' and (i.origin_project <> m.project_id or (i.origin_project is not null and m.op_id is not " \
  "null)))"

/* Fields of the tracker, observed or agreed on, as planning compares them: in our words, without what was added or left
 * out on the way. Whatever is compared with what planning saw is read by this. */
struct values outward_understood(struct call *call, const struct outward_mapping *mapping, const struct values *fields);

#endif
