/* TLS of a connection: our certificate shown, the store's checked. Private to wire. */
#ifndef CLIENT_WIRE_TLS_H
#define CLIENT_WIRE_TLS_H

#include <openssl/ssl.h>

#include "client/dial.h"
#include "client/wire.h"

/* An SSL object over `stream`, which it borrows, ready to shake hands with `host`. REJECTED: a file cannot be used. */
struct result wire_tls_new(const struct wire_options *options, const char *host, struct stream *stream,
                           SSL **out) MUST_USE;

/* What a failed call with this SSL_get_error() means. */
struct result wire_tls_failure(SSL *ssl, int error) MUST_USE;

#endif
