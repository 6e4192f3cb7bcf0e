/* Secrets at rest: libsodium's XChaCha20-Poly1305, random nonce, associated data name|kind|generation, under a key that
 * lives in a file outside the database (TANDEM_DATA_KEY_FILE, else keys/data.key in the state directory). */
#ifndef STORE_VAULT_H
#define STORE_VAULT_H

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

struct vault {
  unsigned char key[32];
  char key_id[17]; /* first 8 bytes of the key's hash, hex: which key a row was written with */
};

struct sealed {
  struct str nonce, ciphertext;
};

struct result vault_open(const char *key_file, struct vault *out) MUST_USE;

struct sealed vault_seal(const struct vault *vault, struct arena *arena, struct str associated, struct str secret);

/* RESULT_AUTH when the key is not the one it was sealed with, or the row was changed. */
struct result vault_unseal(const struct vault *vault, struct arena *arena, struct str associated,
                           const struct sealed *sealed, struct str *out) MUST_USE;

#endif
