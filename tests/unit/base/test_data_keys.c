/* The file of data keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/data_keys.h"

static const char key_1[] = "0000000000000000000000000000000000000000000000000000000000000001";
static const char key_2[] = "00000000000000000000000000000000000000000000000000000000000000AB";

static struct result parse(const char *text, struct data_keys *keys) {
  return data_keys_parse(str_of(text), "keys", keys);
}

static void data_keys_raw_file_is_one_key(void **state) {
  (void)state;
  struct data_keys keys;
  static const char raw[] = "0123456789abcdef0123456789abcde#";
  struct result result = data_keys_parse((struct str){raw, DATA_KEY_BYTES}, "keys", &keys);
  assert_int_equal(result.code, RESULT_OK);
  assert_int_equal(keys.count, 1);
  assert_memory_equal(keys.at[0].bytes, raw, DATA_KEY_BYTES);
  assert_int_equal(strlen(keys.at[0].id), DATA_KEY_ID_DIGITS);
}

static void data_keys_lines_keep_their_order_with_or_without_ids(void **state) {
  (void)state;
  struct arena arena = {0};
  struct data_keys first, keys;
  struct result result = parse(key_1, &first);
  assert_int_equal(result.code, RESULT_OK);
  struct str text = str_format(&arena, "# old\n\n  %s   %s  # from May\r\n%s\n", first.at[0].id, key_1, key_2);
  result = data_keys_parse(text, "keys", &keys);
  assert_int_equal(result.code, RESULT_OK);
  assert_int_equal(keys.count, 2);
  assert_string_equal(keys.at[0].id, first.at[0].id);
  assert_int_equal(keys.at[1].bytes[31], 0xab);
  assert_ptr_equal(data_keys_find(&keys, str_of(keys.at[1].id)), &keys.at[1]);
  assert_null(data_keys_find(&keys, STR("0123456789abcdef")));
  arena_free(&arena);
}

static void data_keys_damage_is_told_by_line_and_never_by_key(void **state) {
  (void)state;
  static const struct {
    const char *text, *word;
  } rows[] = {
      {"", "no data key"},
      {"# nothing\n", "no data key"},
      {"000000000000000000000000000000000000000000000000000000000000000\n", "keys:1:"},
      {"\n00000000000000000000000000000000000000000000000000000000000000000\n", "keys:2:"},
      {"zz00000000000000000000000000000000000000000000000000000000000000\n", "keys:1:"},
      {"0123456789abcdef 0000000000000000000000000000000000000000000000000000000000000001", "not the one of this id"},
      {"id 00 0000000000000000000000000000000000000000000000000000000000000001", "keys:1:"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct data_keys keys = {.count = 7};
    struct result result = parse(rows[i].text, &keys);
    assert_int_equal(result.code, RESULT_REJECTED);
    assert_non_null(strstr(result.message, rows[i].word));
    assert_null(strstr(result.message, "00000000"));
    assert_int_equal(keys.count, 7);
  }
}

static void data_keys_too_many_are_refused(void **state) {
  (void)state;
  struct arena arena = {0};
  struct str_builder text = {.arena = &arena};
  struct data_keys keys;
  for (int i = 0; i <= DATA_KEYS_MAX; i++)
    str_append_format(&text, "%064x\n", (unsigned)i + 1);
  struct result result = data_keys_parse(str_built(&text), "keys", &keys);
  assert_int_equal(result.code, RESULT_REJECTED);
  assert_non_null(strstr(result.message, "more than 16"));
  arena_free(&arena);
}

static void data_keys_written_are_read_again_by_their_owner_only(void **state) {
  (void)state;
  char folder[] = "/tmp/tandem-keys-XXXXXX", path[64];
  struct data_keys keys = {.count = 2}, again;
  struct stat about;
  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/data.key", folder);
  for (size_t i = 0; i < keys.count; i++) {
    struct result made = data_key_make(&keys.at[i]);
    assert_int_equal(made.code, RESULT_OK);
  }
  struct result result = data_keys_write(path, &keys);
  assert_int_equal(result.code, RESULT_OK);
  assert_int_equal(stat(path, &about), 0);
  assert_int_equal(about.st_mode & 0777, 0600);
  result = data_keys_read(path, &again);
  assert_int_equal(result.code, RESULT_OK);
  assert_int_equal(again.count, 2);
  assert_memory_equal(again.at, keys.at, 2 * sizeof keys.at[0]);
  unlink(path);
  result = data_keys_read(path, &again);
  assert_int_equal(result.code, RESULT_REJECTED);
  assert_non_null(strstr(result.message, "backup"));
  rmdir(folder);
  result = data_keys_write(path, &keys);
  assert_int_equal(result.code, RESULT_REJECTED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(data_keys_raw_file_is_one_key),
      cmocka_unit_test(data_keys_lines_keep_their_order_with_or_without_ids),
      cmocka_unit_test(data_keys_damage_is_told_by_line_and_never_by_key),
      cmocka_unit_test(data_keys_too_many_are_refused),
      cmocka_unit_test(data_keys_written_are_read_again_by_their_owner_only),
  };
  return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
