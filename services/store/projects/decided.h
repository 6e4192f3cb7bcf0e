/* What of a project's settings somebody decided, for the audit trail. */
#ifndef STORE_DECIDED_H
#define STORE_DECIDED_H

#include "store/store.h"

/* JSON: each setting that is another one than in `before` (NULL: a new project) with its new value, null where it has
 * none any more, or is off. The connector's own settings by name only, because they are free texts, and an address
 * without what may let somebody in. */
struct str decided_settings(struct call *call, const struct project *before, const struct project *after,
                            bool take_existing);

#endif
