/* Settings: what a file, the environment and flags give, who wins, and what an administrator reads when it is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/settings.h"

static char home[] = "/tmp/tandem-test-settings-XXXXXX";

static void write_file(const char *name, const char *text) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", home, name);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

static void remove_file(const char *name) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", home, name);
  unlink(path);
}

static int set_up(void **state) {
  size_t count;
  const struct setting *table = settings_table(&count);
  for (size_t i = 0; i < count; i++)
    unsetenv(table[i].variable);
  unsetenv("TANDEM_CONFIG");
  unsetenv("TANDEM_DATABASE_URL_FILE");
  unsetenv("CREDENTIALS_DIRECTORY");
  setenv("TANDEM_HOME", home, 1);
  remove_file("tandem.yaml");
  *state = calloc(1, sizeof(struct arena));
  return 0;
}

static int tear_down(void **state) {
  arena_free(*state);
  free(*state);
  return 0;
}

static int make_home(void **state) {
  (void)state;
  return mkdtemp(home) ? 0 : -1;
}

static int remove_home(void **state) {
  (void)state;
  remove_file("tandem.yaml");
  remove_file("url");
  return rmdir(home);
}

static void settings_file_errors_name_the_place(void **state) {
  static const struct {
    const char *text, *message;
  } cases[] = {
      {"log:\n  levle: info\n", "t.yaml:2:3: there is no setting `log.levle`; did you mean `log.level`?"},
      {"poll_intervals: 3\n", "t.yaml:1:1: there is no setting `poll_intervals`; did you mean `poll_interval_s`?"},
      {"poll_interval_s: soon\n", "t.yaml:1:18: poll_interval_s must be a whole number from 5 to 86400"},
      {"poll_interval_s: 1\n", "t.yaml:1:18: poll_interval_s must be a whole number from 5 to 86400"},
      {"log:\n  level: loud\n", "t.yaml:2:10: log.level must be one of: debug info warning error"},
      {"allow_insecure_bus: maybe\n", "t.yaml:1:21: allow_insecure_bus must be true or false"},
      {"store: {listen: 'http://x:1'}\n", "t.yaml:1:17: store.listen must be tls+tcp://HOST:PORT"},
      {"store: {listen: 'tls+tcp://x:66000'}\n", "t.yaml:1:17: store.listen must be tls+tcp://HOST:PORT"},
      {"webhooks: {listen: here}\n", "t.yaml:1:20: webhooks.listen must be HOST:PORT"},
      {"webhooks: {listen: '::1:7420'}\n", "t.yaml:1:20: webhooks.listen must be HOST:PORT"},
      {"store: {listen: 'tls+tcp://'}\n", "t.yaml:1:17: store.listen must be tls+tcp://HOST:PORT"},
      {"log.level: info\nlog: {level: debug}\n", "t.yaml:2:7: `log.level` is set twice"},
      {"log: [a]\n", "t.yaml:1:1: there is no setting `log`; did you mean `home`?"},
      {"poll_interval_s: [1, 2]\n", "t.yaml:1:18: poll_interval_s must be one value, not a list"},
      {"poll_interval_s: {a: 1}\n", "t.yaml:1:18: `poll_interval_s` is a value, not a section"},
      {"http:\n  allow_hosts:\n    - {a: b}\n", "t.yaml:3:7: a list has texts only"},
      {"home: /x\n", "t.yaml:1:1: `home` is not read from the settings file: set TANDEM_HOME in the environment"},
      {"database_url: postgresql:///x\n", "t.yaml:1:1: `database_url` is not read from the settings file: "
                                          "set TANDEM_DATABASE_URL_FILE in the environment"},
      {"- a\n", "t.yaml:1:1: expected `name: value` lines"},
      {"log: &a {level: info}\n", "t.yaml:1:6: anchors, aliases and tags are not taken here"},
      {"log: {level: info}\n---\nlog: {level: info}\n", "t.yaml:2:1: one document is enough"},
      {"log:\n\tlevel: info\n", "t.yaml:2:1: found character that cannot start any token"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct settings settings;
    settings_defaults(*state, &settings);
    struct result result = settings_parse_yaml(*state, str_of(cases[i].text), "t.yaml", &settings);
    assert_int_equal(result.code, RESULT_REJECTED);
    assert_string_equal(result.message, cases[i].message);
  }
}

static void settings_file_sets_nested_names_and_lists(void **state) {
  struct settings settings;
  settings_defaults(*state, &settings);
  struct str text = STR("# comment\nlog:\n  level: debug\n  format: json\nhttp:\n  allow_hosts: ['127.0.0.1:80', b]\n"
                        "  ca_file: ca.pem\nreplicas: {conflict: 3}\nwebhooks:\n"
                        "store: {listen: 'tls+tcp://[::]:7420'}\nhealth: {listen: ':9464'}\n");
  struct result result = settings_parse_yaml(*state, text, "/etc/tandem/t.yaml", &settings);
  assert_string_equal(result.message, "");
  assert_true(str_is(settings.log_level, "debug"));
  assert_int_equal(settings.http_allow_hosts.count, 2);
  assert_true(str_is(settings.http_allow_hosts.at[0], "127.0.0.1:80"));
  assert_true(str_is(settings.http_ca_file, "/etc/tandem/ca.pem"));
  assert_int_equal(settings.conflict_replicas, 3);
  assert_true(str_is(settings.webhooks_listen, "127.0.0.1:0"));
  assert_true(str_is(settings.store_listen, "tls+tcp://[::]:7420"));
  assert_true(str_is(settings.health_listen, ":9464"));
}

static void settings_file_is_bounded(void **state) {
  struct settings settings;
  settings_defaults(*state, &settings);
  char *large = calloc(1, SETTINGS_FILE_BYTES_MAX + 2);
  memset(large, '#', SETTINGS_FILE_BYTES_MAX + 1);
  struct result result = settings_parse_yaml(*state, str_of(large), "t.yaml", &settings);
  free(large);
  assert_int_equal(result.code, RESULT_REJECTED);
  struct str_builder deep = {.arena = *state};
  for (int i = 0; i < 2000; i++)
    str_append_c(&deep, "{log: ");
  result = settings_parse_yaml(*state, str_built(&deep), "t.yaml", &settings);
  assert_int_equal(result.code, RESULT_REJECTED);
}

static void settings_later_layers_win(void **state) {
  struct settings settings;
  struct result result = settings_load(*state, NULL, 0, &settings);
  assert_string_equal(result.message, "");
  assert_int_equal(settings.poll_interval_s, 60);
  write_file("tandem.yaml", "poll_interval_s: 70\n");
  result = settings_load(*state, NULL, 0, &settings);
  assert_int_equal(settings.poll_interval_s, 70);
  setenv("TANDEM_POLL_INTERVAL_S", "80", 1);
  result = settings_load(*state, NULL, 0, &settings);
  assert_int_equal(settings.poll_interval_s, 80);
  struct setting_flag flag = {"poll_interval_s", "90"};
  result = settings_load(*state, &flag, 1, &settings);
  assert_int_equal(settings.poll_interval_s, 90);
  assert_true(str_is(settings.home, home));
}

static void settings_errors_name_the_variable_or_flag(void **state) {
  struct settings settings;
  struct setting_flag unknown = {"log.levl", "info"}, secret = {"database_url", "x"}, wrong = {"log.level", "loud"};
  struct result result = settings_load(*state, &unknown, 1, &settings);
  assert_string_equal(result.message, "there is no setting `log.levl`; did you mean `log.level`?");
  result = settings_load(*state, &secret, 1, &settings);
  assert_string_equal(result.message, "--database_url: a secret is never a flag; name a file that holds it by "
                                      "TANDEM_DATABASE_URL_FILE");
  result = settings_load(*state, &wrong, 1, &settings);
  assert_string_equal(result.message, "--log.level: log.level must be one of: debug info warning error");
  setenv("TANDEM_ALLOW_INSECURE_BUS", "perhaps", 1);
  result = settings_load(*state, NULL, 0, &settings);
  assert_string_equal(result.message, "TANDEM_ALLOW_INSECURE_BUS: allow_insecure_bus must be true or false");
}

static void settings_plain_bus_needs_permission(void **state) {
  struct settings settings;
  setenv("TANDEM_STORE_LISTEN", "tcp://127.0.0.1:7000", 1);
  struct result result = settings_load(*state, NULL, 0, &settings);
  assert_int_equal(result.code, RESULT_REJECTED);
  assert_non_null(strstr(result.message, "no encryption"));
  setenv("TANDEM_ALLOW_INSECURE_BUS", "yes", 1);
  result = settings_load(*state, NULL, 0, &settings);
  assert_string_equal(result.message, "");
}

static void settings_nats_needs_encryption_beyond_this_host(void **state) {
  static const struct {
    const char *url, *stream, *insecure, *complaint; /* NULL = none */
  } rows[] = {
      {"tls://nats.acme.example:4222", "tandem", "no", NULL},
      {"tls://a.example,tls://b.example:4333", "tandem", "no", NULL},
      {"nats://localhost:4222", "tandem", "no", NULL},
      {"nats://127.0.0.1:4222", "tandem", "no", NULL},
      {"nats://[::1]:4222", "tandem", "no", NULL},
      {"nats://nats.acme.example:4222", "tandem", "yes", NULL},
      {"nats://nats.acme.example:4222", "tandem", "no", "no encryption"},
      {"nats://localhost.evil.example", "tandem", "no", "no encryption"},
      {"nats://127.evil.example", "tandem", "no", "no encryption"},
      {"tls://a.example,nats://b.example", "tandem", "no", "no encryption"},
      {"tls://ann:secret@nats.acme.example", "tandem", "no", "without a name or password"},
      {"https://nats.acme.example", "tandem", "no", "tls://HOST:PORT"},
      {"tls://", "tandem", "no", "tls://HOST:PORT"},
      {"tls://a b", "tandem", "no", "tls://HOST:PORT"},
      {"nats://localhost", "two.words", "no", "nats.stream"},
      {"nats://localhost", "all>", "no", "nats.stream"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct settings settings;
    setenv("TANDEM_NATS_URL", rows[i].url, 1);
    setenv("TANDEM_NATS_STREAM", rows[i].stream, 1);
    setenv("TANDEM_NATS_ALLOW_INSECURE", rows[i].insecure, 1);
    struct result result = settings_load(*state, NULL, 0, &settings);
    assert_int_equal(result.code, rows[i].complaint ? RESULT_REJECTED : RESULT_OK);
    assert_non_null(strstr(result.message, rows[i].complaint ? rows[i].complaint : ""));
    assert_null(strstr(result.message, "secret"));
  }
}

static void settings_database_url_comes_from_a_file_or_the_environment_not_both(void **state) {
  char path[128];
  struct settings settings;
  write_file("url", "postgresql://u:p@h/d\n");
  snprintf(path, sizeof path, "%s/url", home);
  setenv("TANDEM_DATABASE_URL_FILE", path, 1);
  struct result result = settings_load(*state, NULL, 0, &settings);
  assert_string_equal(result.message, "");
  assert_true(str_is(settings.database_url.hidden, "postgresql://u:p@h/d"));
  setenv("TANDEM_DATABASE_URL", "postgresql:///e", 1);
  result = settings_load(*state, NULL, 0, &settings);
  assert_int_equal(result.code, RESULT_REJECTED);
  unsetenv("TANDEM_DATABASE_URL_FILE");
  result = settings_load(*state, NULL, 0, &settings);
  assert_true(str_is(settings.database_url.hidden, "postgresql:///e"));
}

static void settings_lists_take_commas_outside_the_file(void **state) {
  struct settings settings;
  setenv("TANDEM_ALLOW_HOSTS", "127.0.0.1:8080, localhost,,", 1);
  struct result result = settings_load(*state, NULL, 0, &settings);
  assert_string_equal(result.message, "");
  assert_int_equal(settings.http_allow_hosts.count, 2);
  assert_true(str_is(settings.http_allow_hosts.at[1], "localhost"));
}

static void settings_home_follows_xdg(void **state) {
  struct str found;
  unsetenv("TANDEM_HOME");
  setenv("XDG_STATE_HOME", "/s", 1);
  setenv("HOME", "/h", 1);
  struct result result = settings_home(*state, NULL, &found);
  assert_true(result_ok(&result) && str_is(found, "/s/tandem"));
  unsetenv("XDG_STATE_HOME");
  result = settings_home(*state, NULL, &found);
  assert_true(result_ok(&result) && str_is(found, "/h/.local/state/tandem"));
  result = settings_home(*state, "/flag/", &found);
  assert_true(result_ok(&result) && str_is(found, "/flag"));
}

static void settings_reference_has_every_row(void **state) {
  size_t count;
  const struct setting *table = settings_table(&count);
  struct str page = settings_print_reference(*state);
  for (size_t i = 0; i < count; i++) {
    assert_true(str_find(page, table[i].variable) >= 0);
    assert_true(table[i].help && (table[i].fallback || table[i].absent));
  }
}

#define BEHAVIOUR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      BEHAVIOUR(settings_file_errors_name_the_place),
      BEHAVIOUR(settings_file_sets_nested_names_and_lists),
      BEHAVIOUR(settings_file_is_bounded),
      BEHAVIOUR(settings_later_layers_win),
      BEHAVIOUR(settings_errors_name_the_variable_or_flag),
      BEHAVIOUR(settings_plain_bus_needs_permission),
      BEHAVIOUR(settings_nats_needs_encryption_beyond_this_host),
      BEHAVIOUR(settings_database_url_comes_from_a_file_or_the_environment_not_both),
      BEHAVIOUR(settings_lists_take_commas_outside_the_file),
      BEHAVIOUR(settings_home_follows_xdg),
      BEHAVIOUR(settings_reference_has_every_row),
  };
  return cmocka_run_group_tests_name("settings", tests, make_home, remove_home);
}
