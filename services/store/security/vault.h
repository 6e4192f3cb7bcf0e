/* Secrets at rest: libsodium's XChaCha20-Poly1305, random nonce, associated data name|kind|generation, under keys that
 * live in a file outside the database (TANDEM_DATA_KEY_FILE, else keys/data.key in the state directory). Any thread may
 * use a vault. */
#ifndef STORE_VAULT_H
#define STORE_VAULT_H

#include "base/arena.h"
#include "base/data_keys.h"

struct vault;

struct sealed {
  struct str key_id; /* which key it was sealed with */
  struct str nonce, ciphertext;
};

/* With the keys of a file; it is read again when it may have changed. RESULT_REJECTED: it cannot be read. */
struct result vault_open(const char *key_file, struct vault **out) MUST_USE;

/* With these keys and no file. */
struct vault *vault_of(const struct data_keys *keys);

void vault_close(struct vault *vault);

/* Reads the file again. What was there before stays when that fails. */
struct result vault_reload(struct vault *vault) MUST_USE;

/* The ids of its keys, the one that writes last. */
struct list vault_key_ids(struct vault *vault, struct arena *arena);

struct sealed vault_seal(struct vault *vault, struct arena *arena, struct str associated, struct str secret);

/* RESULT_AUTH: the key that it was sealed with is not there, or the row was changed. */
struct result vault_unseal(struct vault *vault, struct arena *arena, struct str associated, const struct sealed *sealed,
                           struct str *out) MUST_USE;

#endif
