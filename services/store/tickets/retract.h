/* Where something of a ticket or of its comments is, or may be, though it may not be there any more. */
#ifndef STORE_RETRACT_H
#define STORE_RETRACT_H

#include "store/store.h"

/* Each place that still has something of it, with what can be done about it; `more` counts those beyond a page.
 * `mapping_ids` are those of the places that are planned. */
struct retract_places {
  struct retraction_place *at;
  int64_t *mapping_ids;
  size_t count;
  int64_t more;
};
struct result retract_places(struct call *call, int64_t item_id, struct retract_places *out) MUST_USE;

#endif
