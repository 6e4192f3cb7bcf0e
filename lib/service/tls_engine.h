/* nng's TLS by OpenSSL. The engine that Debian's nng 1.5.2 is built with (mbedTLS) does not tell who the peer is and
 * keeps the files that it read at the start; nng takes another one by nng/supplemental/tls/engine.h. This one
 *
 *   - takes names of files where nng speaks of PEM texts, and reads them at each handshake: a renewed certificate and a
 * new list of revoked ones are taken up without a restart;
 *   - always demands a certificate of our authority, which is not revoked and is made for the end it is shown by;
 *   - shows the peer's certificate (ADR 16).
 *
 * TLS 1.2 or 1.3. nng_tls_config_ca_chain() takes the authority's file and the list's (may be missing: nothing is
 * revoked), nng_tls_config_own_cert() the file with certificate and key, twice. */
#ifndef SERVICE_TLS_ENGINE_H
#define SERVICE_TLS_ENGINE_H

#include <nng/nng.h>
#include <openssl/x509.h>

/* From now on nng uses it; before the first TLS configuration is made. Once is enough, more does no harm. An nng error
 * code. */
int tls_engine_register(void);

/* Whether the pipe has TLS. `*out` is the peer's certificate, the caller's to X509_free(); NULL when it was not
 * verified. */
bool tls_engine_peer(nng_pipe pipe, X509 **out);

#endif
