/* The handle: what its parts share. Private to client/. */
#ifndef CLIENT_TANDEM_H
#define CLIENT_TANDEM_H

#include "client/caller.h"
#include "tandem/tandem.h"

struct tandem {
  struct arena arena; /* of all texts below */
  struct wire_options options;
  struct str store_url, events_url, name;
  int64_t timeout_ms;
  struct caller *caller;
};

#endif
