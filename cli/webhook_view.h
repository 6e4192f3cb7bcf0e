/* How a project hears of changes outside, in a line. */
#ifndef CLI_WEBHOOK_VIEW_H
#define CLI_WEBHOOK_VIEW_H

#include "base/arena.h"
#include "proto/verbs.h"

/* "webhook works, last delivery 3 min ago; polled every 15 min; 2 of 40 changes came without it; ids compared 12 min
 * ago; contents compared 9 h ago" */
struct str webhook_line(struct arena *arena, const struct hook_health *health, int64_t now_ms);

/* Whether something is wrong that a person can mend. That there is none is no fault unless the tracker was asked for
 * one: then somebody wants it. */
bool webhook_needs_mending(const struct hook_health *health);

/* What is wrong, as sentences, and which command mends it; empty when it is said by the line. `mend` goes before the
 * command, NULL: as usual. */
struct str webhook_why(struct arena *arena, const struct hook_health *health, const char *mend);

#endif
