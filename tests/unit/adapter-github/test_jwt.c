/* An App's JWT: its three parts, its times, and that the public key fits the signature. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/rsa.h>
#include <sodium.h>

#include "scripted_http.h"

static struct str decode(struct arena *arena, struct str part) {
  unsigned char *bytes = arena_alloc(arena, part.length + 1);
  size_t length = 0;
  int failed = sodium_base642bin(bytes, part.length, part.at, part.length, NULL, &length, NULL,
                                 sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  assert_int_equal(failed, 0);
  return (struct str){(const char *)bytes, length};
}

static bool verify(EVP_PKEY *key, struct str text, struct str signature) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  bool fits = EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
              EVP_DigestVerify(context, (const unsigned char *)signature.at, signature.length,
                               (const unsigned char *)text.at, text.length) == 1;
  EVP_MD_CTX_free(context);
  return fits;
}

static void jwt_is_signed_and_short_lived(void **state) {
  (void)state;
  struct arena arena = {0};
  struct str jwt, claims;
  EVP_PKEY *key = EVP_RSA_gen(2048);
  struct result result = github_jwt(&arena, key, STR("4711"), TEST_NOW_MS + 999, &jwt);
  assert_int_equal(result.code, RESULT_OK);
  size_t first = (size_t)str_find(jwt, "."),
         second = first + 1 + (size_t)str_find(str_slice(jwt, first + 1, jwt.length), ".");
  assert_true(str_is(decode(&arena, str_slice(jwt, 0, first)), "{\"alg\":\"RS256\",\"typ\":\"JWT\"}"));
  claims = decode(&arena, str_slice(jwt, first + 1, second));
  assert_true(str_is(claims, "{\"iat\":1767225540,\"exp\":1767226140,\"iss\":\"4711\"}"));
  assert_true(verify(key, str_slice(jwt, 0, second), decode(&arena, str_slice(jwt, second + 1, jwt.length))));
  EVP_PKEY_free(key);
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(jwt_is_signed_and_short_lived)};
  return cmocka_run_group_tests_name("github jwt", tests, NULL, NULL);
}
