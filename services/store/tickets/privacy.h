/* Who may see an item. What follows for its copies outside is planned by the caller (tickets_plan_with_comments()). */
#ifndef STORE_PRIVACY_H
#define STORE_PRIVACY_H

#include "store/store.h"

struct privacy_change {
  int64_t item_id;
  struct str privacy, actor;
};

/* `*out_before`: what it was; nothing is told where that is the same. */
struct result privacy_set(struct call *call, const struct privacy_change *change, struct str *out_before) MUST_USE;

#endif
