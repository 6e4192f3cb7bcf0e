/* Who really wrote a comment. Where tandem's own account posts what somebody wrote in another tracker, a last line
 * tells the author, the system and the place: "— [alice on GitHub](https://...)". The line is no part of the comment:
 * it is put on what is sent and taken off what is seen. */
#ifndef SYNC_ATTRIBUTION_H
#define SYNC_ATTRIBUTION_H

#include "base/arena.h"
#include "base/str.h"

/* `body` with the line below it; without a link where `url` is absent or cannot stand in one. */
struct str attribution_add(struct arena *arena, struct str body, struct str author, struct str system, struct str url);

/* `body` without such a line at its end; points into `body`. */
struct str attribution_strip(struct str body);

#endif
