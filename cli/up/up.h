/* `tandem up`, `tandem down`: everything on one machine, below one state directory (TANDEM_HOME):
 *
 *   tandem.yaml          settings, yours
 *   run/up.pid           who runs, locked as long as it does
 *   run/endpoint.json    {"store_url","events_url","webhook_urls":{SYSTEM: URL}}
 *   tls/ca.pem, tls/ROLE.pem, tls/ca-key.pem, tls/revoked.pem, tls/issued, tls/services/NAME/
 *   keys/data.key        32 bytes that stored credentials are encrypted with: back it up
 *   log/ROLE.log         what a process says (with --foreground: on stderr instead)
 *   postgres/            the private database */
#ifndef UP_UP_H
#define UP_UP_H

#include "base/settings.h"

struct up_options {
  const struct settings *settings;
  bool foreground; /* stay, log to stderr: for containers and for systemd */
  bool quiet;      /* errors only */
  /* Whether the store answers; may block for a second. Called in a process that has not used nng before, every 50 ms.
   * NULL: whether something listens at the store's port. */
  bool (*is_ready)(const struct up_options *options);
  void *context; /* is_ready's own */
};

/* Starts everything; returns when it is ready (60 s at most, then it is stopped again), or with `foreground` when it
 * was stopped. Must be called before any nng call and any thread. An exit code; messages are printed. */
int up_main(const struct up_options *options);

/* Stops it and waits until it is gone. Nothing running is fine. */
int down_main(const struct up_options *options);

struct up_status {
  bool running;
  int64_t pid;                      /* 0 when not running */
  struct str store_url, events_url; /* absent before the first start */
};

/* What is known without asking the store. Never fails: what cannot be read is not running. */
void up_status(struct arena *arena, struct str home, struct up_status *out);

#endif
