/* Private to lib/sync: what in a text leads inside, to somebody's machine or to an internal host. */
#ifndef SYNC_SANITISE_INSIDE_H
#define SYNC_SANITISE_INSIDE_H

#include "sync/sanitise.h"

/* A text that is looked at place by place, in ascending order; the offsets begin as zeros. */
struct sanitise_inside {
  struct arena *arena;
  const struct sanitise_rules *rules;
  struct str text;
  size_t settled;       /* before it nothing begins: it is in an address that stays */
  size_t hosts_settled; /* before it no host without a scheme begins: it was looked at as part of another */
};

/* How many bytes from `at` on are one thing, 0 where nothing begins; `*out_word`: what leaves in their place, NULL when
 * they leave as they are. */
size_t sanitise_inside_at(struct sanitise_inside *inside, size_t at, const char **out_word);

/* Whether a path or an address cannot go on at `at`, where one that begins before it was found to end. */
bool sanitise_inside_ends(struct str text, size_t at);

/* Where the host begins, behind the scheme and its slashes; 0 without a scheme. */
size_t sanitise_authority(struct str url);

/* Whether `text`, which begins with a host or with a user and a host, leads to an internal one. `is_address`: it is
 * surely an address, so that names without a dot and odd spellings of numbers count. */
bool sanitise_host_is_internal(struct str text, bool is_address, const struct sanitise_rules *rules);

#endif
