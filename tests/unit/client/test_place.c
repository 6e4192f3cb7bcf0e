/* Where the store is: options before the environment before the bundle, and files from outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "client/options.h"
#include "client/place.h"

static char folder[] = "/tmp/tandem-place-XXXXXX";
static const char *const files[] = {"endpoint.json", "ca.pem", "certificate.pem"};

static const char *path_of(const char *name) {
  static char path[96];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static void put(const char *name, const char *text) {
  FILE *file = fopen(path_of(name), "we");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

static void forget_environment(void) {
  static const char *const variables[] = {"TANDEM_BUNDLE",      "TANDEM_TLS_CA",    "TANDEM_TLS_CERT",
                                          "TANDEM_TLS_REVOKED", "TANDEM_STORE_URL", "TANDEM_EVENTS_URL"};
  for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
    unsetenv(variables[i]);
}

static int make_folder(void **state) {
  (void)state;
  forget_environment();
  return mkdtemp(folder) ? 0 : -1;
}

static int empty_folder(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
    remove(path_of(files[i]));
  return 0;
}

static int remove_folder(void **state) {
  empty_folder(state);
  return rmdir(folder);
}

#define ENDPOINTS "{\"store_url\":\"tls+tcp://s:1\",\"events_url\":\"tls+tcp://e:2\"}"

static void place_is_what_the_bundle_says(void **state) {
  (void)state;
  struct tandem tandem = {0};
  const struct tandem_options options = {.bundle = folder};
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
    put(files[i], ENDPOINTS);
  struct result result = place_find(&options, &tandem);
  assert_string_equal(result.message, "");
  assert_true(str_is(tandem.store_url, "tls+tcp://s:1"));
  assert_true(str_is(tandem.events_url, "tls+tcp://e:2"));
  assert_true(str_is(tandem.options.certificate_file, path_of("certificate.pem")));
  arena_free(&tandem.arena);
}

static void place_takes_options_before_the_environment_before_the_bundle(void **state) {
  (void)state;
  struct tandem tandem = {0};
  const struct tandem_options options = {.store_url = "tls+tcp://option:1", .ca_file = folder};
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
    put(files[i], ENDPOINTS);
  setenv("TANDEM_BUNDLE", folder, 1);
  setenv("TANDEM_STORE_URL", "tls+tcp://environment:1", 1);
  setenv("TANDEM_EVENTS_URL", "tls+tcp://environment:2", 1);
  struct result result = place_find(&options, &tandem);
  forget_environment();
  assert_string_equal(result.message, "");
  assert_true(str_is(tandem.store_url, "tls+tcp://option:1"));
  assert_true(str_is(tandem.events_url, "tls+tcp://environment:2"));
  assert_true(str_is(tandem.options.ca_file, folder));
  arena_free(&tandem.arena);
}

static void place_says_what_is_missing(void **state) {
  static const struct {
    const char *endpoint, *words;
    bool insecure;
  } rows[] = {
      {NULL, "address is not known: give store_url and events_url", false},
      {"", "endpoint.json", false},
      {"{\"store_url\":\"tls+tcp://s:1\"", "endpoint.json", false}, /* cut short */
      {"{\"store_url\":\"tls+tcp://s:1\"}", "address is not known", false},
      {"{\"store_url\":7,\"events_url\":[]}", "address is not known", false},
      {"{\"store_url\":\"tcp://s:1\",\"events_url\":\"tcp://e:1\"}", "is not encrypted", false},
      {"{\"store_url\":\"http://s:1\",\"events_url\":\"tcp://e:1\"}", "is not an address", true},
      {ENDPOINTS, "cannot read the authority's certificate", false},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct tandem tandem = {0};
    const struct tandem_options options = {.bundle = folder, .allow_insecure_bus = rows[i].insecure};
    if (rows[i].endpoint)
      put("endpoint.json", rows[i].endpoint);
    struct result result = place_find(&options, &tandem);
    assert_int_equal(result.code, RESULT_REJECTED);
    if (!strstr(result.message, rows[i].words))
      fail_msg("\"%s\" does not say \"%s\"", result.message, rows[i].words);
    arena_free(&tandem.arena);
  }
}

/* -- options of programs that were built with another header -- */

static void options_of_an_older_header_are_taken_and_of_a_newer_one_refused(void **state) {
  struct of_then {
    size_t size;
    int a;
  } then = {sizeof then, 7};
  struct of_now {
    size_t size;
    int a, unknown_then;
    void *too;
  } own = {.unknown_then = 9, .too = &own}, newer = {.size = sizeof own + 1}, never = {0};
  (void)state;
  struct result result = options_take(&own, sizeof own, &then);
  assert_int_equal(result.code, RESULT_OK);
  assert_int_equal(own.a, 7);
  assert_null(own.too);
  result = options_take(&own, sizeof own, &newer);
  assert_int_equal(result.code, RESULT_REJECTED);
  assert_non_null(strstr(result.message, "newer libtandem"));
  result = options_take(&own, sizeof own, &never);
  assert_int_equal(result.code, RESULT_REJECTED);
  assert_non_null(strstr(result.message, "not initialised"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(place_is_what_the_bundle_says, empty_folder),
      cmocka_unit_test_teardown(place_takes_options_before_the_environment_before_the_bundle, empty_folder),
      cmocka_unit_test_teardown(place_says_what_is_missing, empty_folder),
      cmocka_unit_test(options_of_an_older_header_are_taken_and_of_a_newer_one_refused),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
