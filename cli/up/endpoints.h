/* Where the bus and the webhooks listen: free ports are chosen once and kept in run/endpoint.json. */
#ifndef UP_ENDPOINTS_H
#define UP_ENDPOINTS_H

#include "base/settings.h"
#include "cli/tracker.h"

struct up_endpoints {
  struct str store_listen, events_listen;                               /* with real ports */
  struct str store_url, events_url;                                     /* what others call: never a wildcard address */
  struct str webhook_listen[TRACKER_COUNT], webhook_url[TRACKER_COUNT]; /* one an adapter, as in tracker_table */
};

/* Chooses and writes the file. RESULT_REJECTED: a port that was asked for is taken, with its setting's name. */
struct result endpoints_choose(struct arena *arena, const struct settings *settings, const char *path,
                               struct up_endpoints *out) MUST_USE;

/* The URLs from the file; RESULT_GONE when there is none. */
struct result endpoints_read(struct arena *arena, const char *path, struct up_endpoints *out) MUST_USE;

/* The host of "HOST:PORT" or "scheme://HOST:PORT", without brackets. */
struct str endpoints_host(struct arena *arena, struct str address);

#endif
