/* Signatures of Standard Webhooks: made for our requests, checked on deliveries.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
#include <sodium.h>
#include <stdio.h>

#include "adapter-webhook/webhook.h"
#include "base/hmac.h"

enum { SIGNATURES_MAX = 16, ID_BYTES_MAX = 256 };

/* -- the key -- */

struct key {
  unsigned char bytes[WEBHOOK_KEY_BYTES_MAX];
  size_t length;
};

static bool take_base64(struct str text, struct key *key) {
  return sodium_base642bin(key->bytes, sizeof key->bytes, text.at, text.length, NULL, &key->length, NULL,
                           sodium_base64_VARIANT_ORIGINAL) == 0;
}

static bool take_key(struct str secret, struct key *key) {
  static const char prefix[] = "whsec_";
  bool fits;
  if (str_starts_with(secret, prefix)) {
    fits = take_base64(str_slice(secret, sizeof prefix - 1, secret.length), key);
  } else {
    fits = secret.length <= sizeof key->bytes;
    key->length = fits ? secret.length : 0;
    if (key->length)
      memcpy(key->bytes, secret.at, key->length);
  }
  return fits && key->length > 0;
}

/* -- signing -- */

bool webhook_signature(struct str secret, struct str id, struct str timestamp, struct str body,
                       char out[WEBHOOK_SIGNATURE_BYTES]) {
  const struct str parts[] = {id, STR("."), timestamp, STR("."), body};
  unsigned char mac[HMAC_BYTES];
  struct key key = {.length = 0};
  bool fits = take_key(secret, &key);
  if (fits) {
    hmac_sha256_parts((struct str){(const char *)key.bytes, key.length}, parts, sizeof parts / sizeof parts[0], mac);
    snprintf(out, WEBHOOK_SIGNATURE_BYTES, "v1,");
    sodium_bin2base64(out + 3, WEBHOOK_SIGNATURE_BYTES - 3, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
  }
  sodium_memzero(&key, sizeof key);
  return fits;
}

/* -- verifying -- */

/* Whole seconds, of the attempt and not of the event. */
static bool is_recent(struct str timestamp, int64_t now_ms) {
  int64_t sent_s;
  if (!str_to_i64(timestamp, &sent_s) || sent_s <= 0 || sent_s > INT64_MAX / 2000)
    return false;
  return now_ms - sent_s * 1000 <= WEBHOOK_WINDOW_MS && sent_s * 1000 - now_ms <= WEBHOOK_WINDOW_MS;
}

/* Of several signatures, separated by spaces, one has to be right; those of other schemes ("v1a,") are passed over. */
static bool has_signature(struct str header, const char *expected) {
  size_t length = strlen(expected);
  bool found = false;
  for (int i = 0; i < SIGNATURES_MAX && header.length; i++) {
    ptrdiff_t space = str_find(header, " ");
    struct str one = str_slice(header, 0, space < 0 ? header.length : (size_t)space);
    found |= one.length == length && sodium_memcmp(one.at, expected, length) == 0;
    header = str_slice(header, one.length + (space >= 0), header.length);
  }
  return found;
}

enum webhook_verdict webhook_verify(const struct webhook_request *request, struct str secret) {
  char expected[WEBHOOK_SIGNATURE_BYTES];
  if (request->delivery_id.length == 0 || request->delivery_id.length > ID_BYTES_MAX ||
      !webhook_signature(secret, request->delivery_id, request->timestamp, request->body, expected) ||
      !has_signature(request->signature, expected))
    return WEBHOOK_FORGED;
  return is_recent(request->timestamp, request->now_ms) ? WEBHOOK_GENUINE : WEBHOOK_UNTIMELY;
}
