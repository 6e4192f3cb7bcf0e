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

/* Before something is decided because an item is gone: pauses the project when so much is gone within an hour that
 * somebody should look first (more than 10 items and a tenth of all, or more than 50). */
struct result gone_pause_if_many(struct call *call, int64_t project_id, bool *out_paused) MUST_USE;

/* A person resumed the project: what is gone until now is meant to be. */
struct result gone_confirm(struct call *call, int64_t project_id) MUST_USE;

#endif
