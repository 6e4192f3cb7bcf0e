/* tandem's own certificate authority (X.509 v3, RFC 5280; EC P-256): it makes certificates, and the list of those that
 * are revoked. In its folder: ca.pem, ca-key.pem (the owner's alone), revoked.pem (a CRL), issued (which serials a name
 * had). */
#ifndef UP_AUTHORITY_H
#define UP_AUTHORITY_H

#include <openssl/x509.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

/* Its certificate lasts ten years and is made anew, with all others, when less than four are left. Others last a year
 * and are made anew when less than 30 days are left. */
enum { AUTHORITY_DAYS = 3650, AUTHORITY_RENEW_DAYS = 1460, CERTIFICATE_DAYS = 365, CERTIFICATE_RENEW_DAYS = 30 };

struct authority {
  const char *folder;
  EVP_PKEY *key;
  X509 *certificate;
  X509_CRL *revoked;
  int lock; /* the folder, locked: one process at a time changes something */
};

struct certificate_wish {
  const char *role, *name; /* proto/roles.h */
  bool is_server;          /* shown by who listens, else by who dials */
  const struct str *hosts; /* of a server, NUL-terminated: besides localhost */
  size_t host_count;
  const struct str *grants; /* of a service: URIs */
  size_t grant_count;
};

/* Opens it, or makes what is missing or too old. */
struct result authority_open(struct arena *arena, const char *folder, struct authority *out) MUST_USE;
void authority_close(struct authority *authority);

/* A new key and certificate in one file. */
struct result authority_issue(struct arena *arena, const struct authority *authority,
                              const struct certificate_wish *wish, const char *path) MUST_USE;

/* Whether the file has a key and a certificate of ours that says what `wish` does, is not revoked and lasts a while. */
bool authority_vouches(const struct authority *authority, const struct certificate_wish *wish, const char *path);

/* All certificates that the name ever had are refused from now on. `*out_count`: how many were not before. */
struct result authority_revoke(struct arena *arena, struct authority *authority, const char *name,
                               int64_t *out_count) MUST_USE;

/* What a certificate's file shows. */
struct certificate_info {
  struct str role, name, serial; /* the serial in hexadecimal */
  int64_t expires_ms;            /* since 1970 UTC */
  struct str state; /* good, expiring, expired, revoked, foreign (not ours), outdated, missing, unreadable */
  struct str *grants;
  size_t grant_count;
};
struct certificate_info authority_look(struct arena *arena, const struct authority *authority, const char *path);

#endif
