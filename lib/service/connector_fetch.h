/* What connectors with a call for several tickets share. */
#ifndef SERVICE_CONNECTOR_FETCH_H
#define SERVICE_CONNECTOR_FETCH_H

#include "service/connector.h"

/* A connector's `fetch`. */
typedef struct result connector_fetch_fn(struct connection *connection, struct arena *arena,
                                         const struct external_ref *ref, bool *not_modified, struct observation *out);

/* Puts an observation where it was asked for, more than once if it was. False: nobody asked for it. */
bool connector_place(const struct external_ref *refs, size_t count, const struct observation *seen,
                     struct observation *out);

/* Asks singly for each ref whose place in `out` is still empty: only a fetch tells whether it is gone, and where to. */
struct result connector_fetch_missing(struct connection *connection, struct arena *arena, connector_fetch_fn *fetch,
                                      const struct external_ref *refs, size_t count, struct observation *out) MUST_USE;

#endif
