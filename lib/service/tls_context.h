/* What both ends of a connection of tandem's demand of TLS: 1.2 or 1.3, a certificate of our authority that is not
 * revoked, nothing resumed (ADR 16). The files are read at each call, so that renewed ones are taken up. */
#ifndef SERVICE_TLS_CONTEXT_H
#define SERVICE_TLS_CONTEXT_H

#include <openssl/ssl.h>
#include <stdbool.h>

#include "base/result.h"

/* `authority`: whom to trust; `certificate`: certificate and key, without a passphrase, in one file; `revoked`: a CRL,
 * NULL or missing = nothing is revoked, but one that is there has to be readable. `*out` is the caller's to
 * SSL_CTX_free(). REJECTED: which file cannot be used, and why. RETRY: OpenSSL does not start. */
struct result tls_context_open(const char *authority, const char *revoked, const char *certificate,
                               SSL_CTX **out) MUST_USE;

/* The peer must be `name` (a DNS name or an address); false when that cannot be demanded. */
bool tls_expect_name(SSL *ssl, const char *name);

/* What OpenSSL reads and writes by, made once; does not return without memory. */
BIO_METHOD *tls_bio_method(const char *name, int (*write)(BIO *bio, const char *bytes, int length),
                           int (*read)(BIO *bio, char *bytes, int length));

#endif
