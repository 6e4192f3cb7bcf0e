/* Making certificates and lists with OpenSSL's libcrypto. Private to the authority. NULL or false: libcrypto failed. */
#ifndef UP_AUTHORITY_MAKE_H
#define UP_AUTHORITY_MAKE_H

#include "cli/up/authority.h"

/* The authority's own, signed by itself. */
X509 *make_authority_certificate(EVP_PKEY *key);

/* An empty list, signed. */
X509_CRL *make_revoked_list(const struct authority *authority);

/* A line of the list: the serial in hexadecimal, revoked now. */
X509_REVOKED *make_revoked_entry(const char *serial);

/* Sorts and signs the list after a change. */
bool seal_revoked_list(struct authority *authority);

#endif
