/* What the fetches of connectors share: what is gone, and several tickets in one call. */
#ifndef SERVICE_CONNECTOR_FETCH_H
#define SERVICE_CONNECTOR_FETCH_H

#include "service/connector.h"

/* Of something that is there no more, or not for us: how, and where to (mostly absent). It shows nothing. */
void connector_set_gone(struct observation *seen, struct str how, struct str moved_to);

/* What was asked for and is not there. A comment whose parent nobody knows has "?". */
struct observation connector_gone(struct arena *arena, const struct external_ref *ref, struct str how);
/* What a push has deleted. */
struct observation connector_deleted(struct arena *arena, const struct intent *intent);
struct str connector_parent_or_unknown(struct arena *arena, struct str id);

/* A connector's `fetch`. */
typedef struct result connector_fetch_fn(struct connection *connection, struct arena *arena,
                                         const struct external_ref *ref, bool *not_modified, struct observation *out);

/* After the tracker denied that there is what an intent wants deleted: believed when a fetch finds nothing either.
 * REJECTED: it is there, and the denial meant something else, as a missing permission does. */
struct result connector_confirm_deleted(struct connection *connection, struct arena *arena, connector_fetch_fn *fetch,
                                        const struct intent *intent, struct observation *out) MUST_USE;

/* RETRY when another one came back than was asked for: believing it would give one ticket the content of another. */
struct result connector_check_asked(const struct external_ref *ref, const struct observation *seen) MUST_USE;

/* Puts an observation where it was asked for, more than once if it was. False: nobody asked for it. */
bool connector_place(const struct external_ref *refs, size_t count, const struct observation *seen,
                     struct observation *out);

/* Asks singly for each ref whose place in `out` is still empty: only a fetch tells whether it is gone, and where to. */
struct result connector_fetch_missing(struct connection *connection, struct arena *arena, connector_fetch_fn *fetch,
                                      const struct external_ref *refs, size_t count, struct observation *out) MUST_USE;

#endif
