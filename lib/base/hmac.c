/* HMAC-SHA256 by libsodium. */
#include "base/hmac.h"

#include <sodium.h>

void hmac_sha256_parts(struct str key, const struct str *parts, size_t count, unsigned char out[HMAC_BYTES]) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, (const unsigned char *)(key.at ? key.at : ""), key.length);
  for (size_t i = 0; i < count; i++)
    if (parts[i].length)
      crypto_auth_hmacsha256_update(&state, (const unsigned char *)parts[i].at, parts[i].length);
  crypto_auth_hmacsha256_final(&state, out);
  sodium_memzero(&state, sizeof state);
}

void hmac_sha256(struct str key, struct str text, unsigned char out[HMAC_BYTES]) {
  hmac_sha256_parts(key, &text, 1, out);
}

void hmac_sha256_hex(struct str key, struct str text, char out[HMAC_DIGITS + 1]) {
  unsigned char mac[HMAC_BYTES];
  hmac_sha256(key, text, mac);
  sodium_bin2hex(out, HMAC_DIGITS + 1, mac, sizeof mac);
}

bool hmac_sha256_fits(struct str key, struct str text, struct str digits) {
  char expected[HMAC_DIGITS + 1];
  if (key.length == 0 || digits.length != HMAC_DIGITS)
    return false;
  hmac_sha256_hex(key, text, expected);
  return sodium_memcmp(expected, digits.at, HMAC_DIGITS) == 0;
}
