/* Sealing and unsealing secrets. */
#include "store/vault.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

struct result vault_open(const char *key_file, struct vault *out) {
  FILE *file = fopen(key_file, "rbe");
  if (!file)
    return result_error(RESULT_REJECTED, "cannot read the data key %s: %s; `tandem up` makes it", key_file,
                        strerror(errno));
  struct vault vault;
  size_t length = fread(vault.key, 1, sizeof vault.key, file);
  fclose(file);
  if (length != sizeof vault.key)
    return result_error(RESULT_REJECTED, "the data key %s must hold 32 bytes", key_file);
  unsigned char hash[16];
  crypto_generichash(hash, sizeof hash, vault.key, sizeof vault.key, NULL, 0);
  sodium_bin2hex(vault.key_id, sizeof vault.key_id, hash, 8);
  *out = vault;
  return RESULT_DONE;
}

struct sealed vault_seal(const struct vault *vault, struct arena *arena, struct str associated, struct str secret) {
  size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  unsigned char *nonce = arena_alloc(arena, nonce_bytes);
  unsigned char *ciphertext = arena_alloc(arena, secret.length + crypto_aead_xchacha20poly1305_ietf_ABYTES);
  unsigned long long length;
  randombytes_buf(nonce, nonce_bytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(ciphertext, &length, (const unsigned char *)secret.at, secret.length,
                                             (const unsigned char *)associated.at, associated.length, NULL, nonce,
                                             vault->key);
  return (struct sealed){{(const char *)nonce, nonce_bytes}, {(const char *)ciphertext, length}};
}

struct result vault_unseal(const struct vault *vault, struct arena *arena, struct str associated,
                           const struct sealed *sealed, struct str *out) {
  unsigned char *secret = arena_alloc(arena, sealed->ciphertext.length + 1);
  unsigned long long length;
  if (sealed->nonce.length != crypto_aead_xchacha20poly1305_ietf_NPUBBYTES ||
      crypto_aead_xchacha20poly1305_ietf_decrypt(
          secret, &length, NULL, (const unsigned char *)sealed->ciphertext.at, sealed->ciphertext.length,
          (const unsigned char *)associated.at, associated.length, (const unsigned char *)sealed->nonce.at, vault->key))
    return result_error(RESULT_AUTH, "a credential cannot be decrypted with this data key; put it in again with "
                                     "`tandem connect`");
  *out = (struct str){(const char *)secret, length};
  return RESULT_DONE;
}
