/* The vault with one and with several keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/record.h"
#include "store/security/vault.h"

#define SECRET STR("{\"token\":\"canary\"}")
#define ROW STR("rocket|pat|3")

static struct data_keys made(size_t count) {
  struct data_keys keys = {.count = count};
  for (size_t i = 0; i < count; i++) {
    struct result result = data_key_make(&keys.at[i]);
    assert_int_equal(result.code, RESULT_OK);
  }
  return keys;
}

static void check_opens(struct vault *vault, struct arena *arena, const struct sealed *sealed) {
  struct str out;
  struct result result = vault_unseal(vault, arena, ROW, sealed, &out);
  assert_int_equal(result.code, RESULT_OK);
  assert_true(str_equal(out, SECRET));
}

static void vault_newest_writes_and_all_read(void **state) {
  (void)state;
  struct arena arena = {0};
  struct data_keys keys = made(3), first = {.count = 1, .at = {keys.at[0]}};
  struct vault *old = vault_of(&first), *vault = vault_of(&keys);
  struct sealed before = vault_seal(old, &arena, ROW, SECRET), now = vault_seal(vault, &arena, ROW, SECRET);
  assert_true(str_is(before.key_id, keys.at[0].id));
  assert_true(str_is(now.key_id, keys.at[2].id));
  check_opens(vault, &arena, &before);
  check_opens(vault, &arena, &now);
  struct list ids = vault_key_ids(vault, &arena);
  assert_int_equal(ids.count, 3);
  assert_true(str_is(((const struct str *)ids.at)[2], keys.at[2].id));
  struct str out = STR("untouched");
  struct result result = vault_unseal(old, &arena, ROW, &now, &out);
  assert_int_equal(result.code, RESULT_AUTH);
  assert_non_null(strstr(result.message, keys.at[2].id));
  assert_true(str_is(out, "untouched"));
  vault_close(old);
  vault_close(vault);
  arena_free(&arena);
}

static void vault_same_secret_never_looks_the_same(void **state) {
  (void)state;
  struct arena arena = {0};
  struct data_keys keys = made(1);
  struct vault *vault = vault_of(&keys);
  struct sealed one = vault_seal(vault, &arena, ROW, SECRET), other = vault_seal(vault, &arena, ROW, SECRET);
  assert_false(str_equal(one.nonce, other.nonce));
  assert_false(str_equal(one.ciphertext, other.ciphertext));
  vault_close(vault);
  arena_free(&arena);
}

static void vault_changed_or_exchanged_row_is_refused(void **state) {
  (void)state;
  struct arena arena = {0};
  struct data_keys keys = made(2);
  struct vault *vault = vault_of(&keys);
  struct sealed sealed = vault_seal(vault, &arena, ROW, SECRET);
  struct str out;
  struct result result = vault_unseal(vault, &arena, STR("rocket|pat|2"), &sealed, &out);
  assert_int_equal(result.code, RESULT_AUTH);
  for (size_t i = 0; i < sealed.ciphertext.length; i++) {
    struct sealed changed = sealed;
    changed.ciphertext = str_copy(&arena, sealed.ciphertext);
    ((char *)changed.ciphertext.at)[i] ^= 1;
    result = vault_unseal(vault, &arena, ROW, &changed, &out);
    assert_int_equal(result.code, RESULT_AUTH);
  }
  struct sealed other_key = sealed, no_nonce = sealed;
  other_key.key_id = str_of(keys.at[0].id);
  result = vault_unseal(vault, &arena, ROW, &other_key, &out);
  assert_int_equal(result.code, RESULT_AUTH);
  no_nonce.nonce = STR("short");
  result = vault_unseal(vault, &arena, ROW, &no_nonce, &out);
  assert_int_equal(result.code, RESULT_AUTH);
  vault_close(vault);
  arena_free(&arena);
}

static void vault_reads_a_key_that_came_later(void **state) {
  (void)state;
  struct arena arena = {0};
  char path[] = "/tmp/tandem-vault-XXXXXX";
  struct data_keys keys = made(2), first = {.count = 1, .at = {keys.at[0]}};
  struct vault *vault, *newer = vault_of(&keys);
  close(mkstemp(path));
  struct result result = data_keys_write(path, &first);
  assert_int_equal(result.code, RESULT_OK);
  result = vault_open(path, &vault);
  assert_int_equal(result.code, RESULT_OK);
  struct sealed sealed = vault_seal(newer, &arena, ROW, SECRET);
  result = data_keys_write(path, &keys);
  assert_int_equal(result.code, RESULT_OK);
  check_opens(vault, &arena, &sealed); /* nobody told it */
  unlink(path);
  result = vault_reload(vault);
  assert_int_equal(result.code, RESULT_REJECTED);
  check_opens(vault, &arena, &sealed); /* what it had, it has */
  vault_close(vault);
  vault_close(newer);
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(vault_newest_writes_and_all_read),
      cmocka_unit_test(vault_same_secret_never_looks_the_same),
      cmocka_unit_test(vault_changed_or_exchanged_row_is_refused),
      cmocka_unit_test(vault_reads_a_key_that_came_later),
  };
  return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
