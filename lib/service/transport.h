/* Sockets of the bus and the verbs: TLS on both ends, and the options that Debian's nng needs. Private to lib/service
 * and the store. */
#ifndef SERVICE_TRANSPORT_H
#define SERVICE_TRANSPORT_H

#include <nng/nng.h>

#include "service/rpc.h"

enum { SOCKET_BUFFER_MESSAGES = 8192 };

/* Reconnection, keep-alive and size limits. */
struct result transport_tune(nng_socket socket) MUST_USE;

/* Dials in the background and keeps trying. */
struct result transport_dial(nng_socket socket, struct str url, const struct endpoint *endpoint) MUST_USE;

/* Listens; only peers with a certificate of our CA get through. RESULT_RETRY: the address is in use. */
struct result transport_listen(nng_socket socket, struct str url, const struct endpoint *endpoint) MUST_USE;

/* A message with these bytes, which the caller owns. Never NULL (base/heap.h). */
nng_msg *transport_message(struct str bytes) __attribute__((returns_nonnull));

/* The name that the certificate of whoever is dialled by this URL must carry: its host, "localhost" for the loopback
 * address 127.0.0.1; in `arena`. */
char *transport_peer_name(struct arena *arena, struct str url);

#endif
