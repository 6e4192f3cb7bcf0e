/* Several observations of one item at once: webhooks come in any order, and a page may show an item twice. One of them
 * counts. */
#ifndef STORE_SIGHTINGS_H
#define STORE_SIGHTINGS_H

#include "proto/nouns.h"

/* Whether number `i` of them counts: no other of its item is newer, nor as new and later. One that tells of an end, or
 * only that there is something, has the item fetched, and counts before others. */
bool sightings_count(const struct observation *at, size_t count, size_t i);

/* Whether another one of the item is as new as number `i`, and shows something else: which came first, a fetch tells.
 */
bool sightings_differ(const struct observation *at, size_t count, size_t i);

#endif
