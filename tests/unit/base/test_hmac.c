/* HMAC-SHA256 against the vectors of RFC 4231. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hmac.h"

static const char case_2[] = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

static void hmac_gives_the_vectors_of_the_rfc(void **state) {
  char long_key[131], digits[HMAC_DIGITS + 1];
  (void)state;
  hmac_sha256_hex(STR("Jefe"), STR("what do ya want for nothing?"), digits);
  assert_string_equal(digits, case_2);
  memset(long_key, 0xaa, sizeof long_key); /* test case 6: longer than a block */
  hmac_sha256_hex((struct str){long_key, sizeof long_key},
                  STR("Test Using Larger Than Block-Size Key - Hash Key First"), digits);
  assert_string_equal(digits, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void hmac_of_parts_is_that_of_the_whole(void **state) {
  const struct str parts[] = {STR("what do ya "), STR(""), {0}, STR("want for nothing?")};
  unsigned char whole[HMAC_BYTES], joined[HMAC_BYTES];
  (void)state;
  hmac_sha256(STR("Jefe"), STR("what do ya want for nothing?"), whole);
  hmac_sha256_parts(STR("Jefe"), parts, sizeof parts / sizeof parts[0], joined);
  assert_memory_equal(whole, joined, sizeof whole);
}

static void hmac_fits_only_whole_and_right_digits(void **state) {
  const struct str text = STR("what do ya want for nothing?"), right = STR(case_2);
  char wrong[sizeof case_2];
  (void)state;
  assert_true(hmac_sha256_fits(STR("Jefe"), text, right));
  memcpy(wrong, case_2, sizeof case_2);
  wrong[63] = '4';
  assert_false(hmac_sha256_fits(STR("Jefe"), text, str_of(wrong)));
  assert_false(hmac_sha256_fits(STR("Jefe"), text, str_slice(right, 0, 63)));
  assert_false(hmac_sha256_fits(STR("Jefe"), text, STR("")));
  assert_false(hmac_sha256_fits(STR("jefe"), text, right));
  char of_nothing[HMAC_DIGITS + 1];
  hmac_sha256_hex(STR(""), text, of_nothing);
  assert_false(hmac_sha256_fits(STR(""), text, str_of(of_nothing)));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hmac_gives_the_vectors_of_the_rfc),
      cmocka_unit_test(hmac_of_parts_is_that_of_the_whole),
      cmocka_unit_test(hmac_fits_only_whole_and_right_digits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
