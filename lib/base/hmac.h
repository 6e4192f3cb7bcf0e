/* HMAC-SHA256 (RFC 2104, FIPS 198-1), as webhooks are signed with it. */
#ifndef BASE_HMAC_H
#define BASE_HMAC_H

#include "base/str.h"

enum { HMAC_BYTES = 32, HMAC_DIGITS = 64 };

void hmac_sha256(struct str key, struct str text, unsigned char out[HMAC_BYTES]);

/* Of the parts, one after the other. */
void hmac_sha256_parts(struct str key, const struct str *parts, size_t count, unsigned char out[HMAC_BYTES]);

/* As lower-case hex digits and a NUL. */
void hmac_sha256_hex(struct str key, struct str text, char out[HMAC_DIGITS + 1]);

/* Whether `digits` are those of the text under a key that is not empty, in constant time. */
bool hmac_sha256_fits(struct str key, struct str text, struct str digits);

#endif
