/* The connections that are open, each with its peer. Those that may not be there are closed before a message goes
 * either way, and those whose certificate is revoked or ends later, within a second. Any thread may call. */
#ifndef STORE_PEERS_H
#define STORE_PEERS_H

#include <nng/nng.h>

#include "store/security/peer.h"

struct peers;

/* The other end of a connection. */
struct peer_address {
  unsigned char host[16]; /* of IPv4 the first four bytes */
  uint32_t host_bytes;
  uint32_t port; /* as the network has it */
};
struct peer_address peer_address_of(const void *host, size_t host_bytes, uint32_t port);

/* `revoked_file` is the list of revoked certificates (a CRL, PEM); it may be missing. Lives as long as the process. */
struct peers *peers_new(struct str revoked_file);

/* Before the socket listens. With `is_bus` only those stay that may hear all events. */
void peers_watch(struct peers *peers, nng_socket socket, bool is_bus);

/* Who sent the message. One that is gone by now has no role. */
struct peer peers_sender(struct peers *peers, nng_msg *message);

/* Whether somebody who has shown a certificate is there. */
bool peers_have(struct peers *peers, const struct peer_address *address);

/* Closes whose certificate has ended, or been revoked since the last call; costs a look at the file. */
void peers_recheck(struct peers *peers, int64_t now_ms);

#endif
