/* Sealing and unsealing secrets. */
#include "store/security/vault.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

#include "base/heap.h"
#include "base/record.h"

struct vault {
  pthread_rwlock_t lock;
  struct data_keys *keys; /* locked into memory, with guard pages around */
  char *path;             /* NULL = no file */
};

struct vault *vault_of(const struct data_keys *keys) {
  struct vault *vault = heap_new(sizeof *vault);
  if (sodium_init() < 0)
    abort();
  vault->keys = sodium_malloc(sizeof *vault->keys);
  if (!vault->keys)
    heap_exhausted();
  *vault->keys = *keys;
  pthread_rwlock_init(&vault->lock, NULL);
  return vault;
}

struct result vault_open(const char *key_file, struct vault **out) {
  struct data_keys keys;
  TRY(data_keys_read(key_file, &keys));
  *out = vault_of(&keys);
  (*out)->path = heap_text(key_file);
  data_keys_wipe(&keys);
  return RESULT_DONE;
}

void vault_close(struct vault *vault) {
  pthread_rwlock_destroy(&vault->lock);
  sodium_free(vault->keys);
  free(vault->path);
  free(vault);
}

struct result vault_reload(struct vault *vault) {
  struct data_keys keys;
  if (!vault->path)
    return RESULT_DONE;
  TRY(data_keys_read(vault->path, &keys));
  pthread_rwlock_wrlock(&vault->lock);
  *vault->keys = keys;
  pthread_rwlock_unlock(&vault->lock);
  data_keys_wipe(&keys);
  return RESULT_DONE;
}

struct list vault_key_ids(struct vault *vault, struct arena *arena) {
  struct str *ids = ARENA_ARRAY(arena, struct str, DATA_KEYS_MAX);
  pthread_rwlock_rdlock(&vault->lock);
  size_t count = vault->keys->count;
  for (size_t i = 0; i < count; i++)
    ids[i] = str_copy(arena, str_of(vault->keys->at[i].id));
  pthread_rwlock_unlock(&vault->lock);
  return (struct list){ids, count};
}

struct sealed vault_seal(struct vault *vault, struct arena *arena, struct str associated, struct str secret) {
  size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  unsigned char *nonce = arena_alloc(arena, nonce_bytes);
  unsigned char *ciphertext = arena_alloc(arena, secret.length + crypto_aead_xchacha20poly1305_ietf_ABYTES);
  unsigned long long length;
  randombytes_buf(nonce, nonce_bytes);
  pthread_rwlock_rdlock(&vault->lock);
  const struct data_key *newest = &vault->keys->at[vault->keys->count - 1];
  crypto_aead_xchacha20poly1305_ietf_encrypt(ciphertext, &length, (const unsigned char *)secret.at, secret.length,
                                             (const unsigned char *)associated.at, associated.length, NULL, nonce,
                                             newest->bytes);
  struct str key_id = str_copy(arena, str_of(newest->id));
  pthread_rwlock_unlock(&vault->lock);
  return (struct sealed){key_id, {(const char *)nonce, nonce_bytes}, {(const char *)ciphertext, length}};
}

static struct result broken(void) {
  return result_error(RESULT_AUTH,
                      "a stored credential was changed outside tandem and cannot be decrypted with its data "
                      "key. Give it anew: tandem credentials rotate");
}

static struct result unseal_with(const struct data_key *key, struct arena *arena, struct str associated,
                                 const struct sealed *sealed, struct str *out) {
  unsigned char *secret = arena_alloc(arena, sealed->ciphertext.length + 1);
  unsigned long long length;
  if (sealed->nonce.length != crypto_aead_xchacha20poly1305_ietf_NPUBBYTES ||
      crypto_aead_xchacha20poly1305_ietf_decrypt(
          secret, &length, NULL, (const unsigned char *)sealed->ciphertext.at, sealed->ciphertext.length,
          (const unsigned char *)associated.at, associated.length, (const unsigned char *)sealed->nonce.at, key->bytes))
    return broken();
  *out = (struct str){(const char *)secret, length};
  return RESULT_DONE;
}

static struct result try_unseal(struct vault *vault, struct arena *arena, struct str associated,
                                const struct sealed *sealed, struct str *out, bool *has_key) {
  pthread_rwlock_rdlock(&vault->lock);
  const struct data_key *key = data_keys_find(vault->keys, sealed->key_id);
  *has_key = key != NULL;
  struct result result = key ? unseal_with(key, arena, associated, sealed, out) : RESULT_DONE;
  pthread_rwlock_unlock(&vault->lock);
  return result;
}

struct result vault_unseal(struct vault *vault, struct arena *arena, struct str associated, const struct sealed *sealed,
                           struct str *out) {
  bool has_key;
  TRY(try_unseal(vault, arena, associated, sealed, out, &has_key));
  if (has_key)
    return RESULT_DONE;
  TRY(vault_reload(vault)); /* it may have come since */
  TRY(try_unseal(vault, arena, associated, sealed, out, &has_key));
  if (has_key)
    return RESULT_DONE;
  return result_error(
      RESULT_AUTH,
      "it is encrypted with the data key %.*s, which is not in %s. Put that key back from your backup, or "
      "give the credential anew: tandem credentials rotate",
      STR_FMT(sealed->key_id), vault->path ? vault->path : "the vault");
}
