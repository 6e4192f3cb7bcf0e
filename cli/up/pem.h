/* Keys, certificates and lists in PEM files, and failures of libcrypto. */
#ifndef UP_PEM_H
#define UP_PEM_H

#include <openssl/x509.h>

#include "base/result.h"
#include "base/str.h"

struct result pem_failure(const char *doing) MUST_USE;

/* The parts that are not NULL as one file that only its owner reads. */
struct result pem_write(const char *path, EVP_PKEY *key, X509 *certificate, X509_CRL *revoked) MUST_USE;

/* The first one in the file; NULL when there is none. The caller's to free. */
X509 *pem_read_certificate(const char *path);
EVP_PKEY *pem_read_key(const char *path);
X509_CRL *pem_read_revoked(const char *path);

#endif
