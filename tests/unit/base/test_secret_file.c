/* Where secrets come from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret_file.h"
#include "base/settings.h"

static char folder[] = "/tmp/tandem-secret-XXXXXX";
static char in_file[64], in_credentials[64], key_in_credentials[64];

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

static int set_up(void **state) {
  *state = calloc(1, sizeof(struct arena));
  unsetenv("TANDEM_A_SECRET");
  unsetenv("TANDEM_A_SECRET_FILE");
  unsetenv("TANDEM_DATA_KEY_FILE");
  unsetenv("CREDENTIALS_DIRECTORY");
  return 0;
}

static int tear_down(void **state) {
  arena_free(*state);
  free(*state);
  return 0;
}

static int make_folder(void **state) {
  (void)state;
  if (!mkdtemp(folder))
    return -1;
  snprintf(in_file, sizeof in_file, "%s/file", folder);
  snprintf(in_credentials, sizeof in_credentials, "%s/tandem_a_secret", folder);
  snprintf(key_in_credentials, sizeof key_in_credentials, "%s/tandem_data_key", folder);
  write_file(in_file, "of the file\n");
  write_file(in_credentials, "of the directory\n");
  write_file(key_in_credentials, "x\n");
  return 0;
}

static int remove_folder(void **state) {
  (void)state;
  unlink(in_file);
  unlink(in_credentials);
  unlink(key_in_credentials);
  return rmdir(folder);
}

/* Which of the three are set, and what comes of it; NULL = refused. */
static void secret_comes_from_one_place(void **state) {
  static const struct {
    bool variable, file, credentials;
    const char *value;
  } cases[] = {
      {false, false, false, ""},           {true, false, false, "of the variable"},
      {false, true, false, "of the file"}, {false, false, true, "of the directory"},
      {true, true, false, NULL},           {true, false, true, NULL},
      {false, true, true, NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct secret found = {0};
    setenv("TANDEM_A_SECRET", cases[i].variable ? "of the variable" : "", 1);
    setenv("TANDEM_A_SECRET_FILE", cases[i].file ? in_file : "", 1);
    setenv("CREDENTIALS_DIRECTORY", cases[i].credentials ? folder : "", 1);
    struct result result = secret_find(*state, "TANDEM_A_SECRET", &found);
    assert_int_equal(result.code, cases[i].value ? RESULT_OK : RESULT_REJECTED);
    if (cases[i].value)
      assert_true(str_is(found.hidden, cases[i].value));
    else
      assert_non_null(strstr(result.message, "remove one"));
  }
}

static void secret_taken_is_out_of_the_environment(void **state) {
  struct secret taken;
  setenv("TANDEM_A_SECRET", "canary", 1);
  const char *shown = getenv("TANDEM_A_SECRET");
  struct result result = secret_take(*state, "TANDEM_A_SECRET", &taken);
  assert_int_equal(result.code, RESULT_OK);
  assert_true(str_is(taken.hidden, "canary"));
  assert_memory_equal(shown, "\0\0\0\0\0\0", 6);
}

static void secret_file_that_anybody_may_write_is_refused(void **state) {
  struct secret found;
  setenv("TANDEM_A_SECRET_FILE", in_file, 1);
  chmod(in_file, 0666);
  struct result result = secret_find(*state, "TANDEM_A_SECRET", &found);
  chmod(in_file, 0600);
  assert_int_equal(result.code, RESULT_REJECTED);
  assert_non_null(strstr(result.message, "TANDEM_A_SECRET"));
  assert_null(strstr(result.message, "of the file"));
}

static void secret_data_key_may_be_a_credential(void **state) {
  struct settings settings;
  setenv("TANDEM_HOME", folder, 1);
  setenv("CREDENTIALS_DIRECTORY", folder, 1);
  struct result result = settings_load(*state, NULL, 0, &settings);
  assert_string_equal(result.message, "");
  assert_true(str_is(settings.data_key_file, key_in_credentials));
  setenv("TANDEM_DATA_KEY_FILE", in_file, 1);
  result = settings_load(*state, NULL, 0, &settings);
  assert_int_equal(result.code, RESULT_REJECTED);
}

#define BEHAVIOUR(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      BEHAVIOUR(secret_comes_from_one_place),
      BEHAVIOUR(secret_taken_is_out_of_the_environment),
      BEHAVIOUR(secret_file_that_anybody_may_write_is_refused),
      BEHAVIOUR(secret_data_key_may_be_a_credential),
  };
  return cmocka_run_group_tests_name("secret_file", tests, make_folder, remove_folder);
}
