/* External items that are not there any more. A deletion is believed when a webhook said so and a fetch by id agrees,
 * or when two fetches ten minutes apart do; a list alone is believed in neither direction. What it means is planned. */
#ifndef STORE_GONE_H
#define STORE_GONE_H

#include "store/store.h"

/* A webhook says so: to be fetched, and believed if that agrees. */
struct result gone_told(struct call *call, int64_t project_id, const struct observation *seen) MUST_USE;

/* A fetch by id says so, while the project itself answers. */
struct result gone_seen(struct call *call, int64_t project_id, const struct observation *seen) MUST_USE;

/* A fetch shows it, and it had been called gone: what was decided about that is taken back as far as nobody decided it,
 * and it is planned again. */
struct result gone_no_more(struct call *call, int64_t project_id, const struct observation *seen) MUST_USE;

/* Our own write deleted it. */
struct result gone_by_us(struct call *call, int64_t mapping_id) MUST_USE;

#endif
