/* The connections that are open, each with its peer. Those that may not be there are closed before a message goes
 * either way, and those whose certificate is revoked later, within a second. Any thread may call. */
#ifndef STORE_PEERS_H
#define STORE_PEERS_H

#include <nng/nng.h>

#include "store/security/peer.h"

struct peers;

/* `revoked_file` is the list of revoked certificates (a CRL, PEM); it may be missing. Lives as long as the process. */
struct peers *peers_new(struct str revoked_file);

/* Before the socket listens. With `is_bus` only those stay that may hear all events. */
void peers_watch(struct peers *peers, nng_socket socket, bool is_bus);

/* Who sent the message. One that is gone by now has no role. */
struct peer peers_sender(struct peers *peers, nng_msg *message);

/* Closes whose certificate has been revoked since the last call; costs a look at the file. */
void peers_recheck(struct peers *peers);

#endif
