/* Deciding about a mapping of which a side is deleted. */
#ifndef CONFLICT_DECIDE_DELETION_H
#define CONFLICT_DECIDE_DELETION_H

#include "base/arena.h"
#include "proto/nouns.h"
#include "sync/rules.h"

/* False, with `out` untouched: both sides are there, so their fields are what is to be planned. */
bool decide_deletion(struct arena *arena, const struct plan_case *plan_case, const struct rules *rules,
                     struct plan_outcome *out);

#endif
