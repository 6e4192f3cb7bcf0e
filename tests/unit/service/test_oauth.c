/* What is kept of an authorization server's answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/oauth.h"

#define NOW_MS INT64_C(1767225600000)

static int64_t now_ms(void) {
  return NOW_MS;
}

static const struct oauth_vendor vendor = {.who = "Example", .until_member = "access_until_ms"};

static void oauth_login_ends_when_its_refresh_token_does(void **state) {
  static const struct {
    const char *login, *answer;
    int64_t end_ms;
  } rows[] = {
      {"{}", "{\"access_token\":\"a\",\"expires_in\":60}", 0},
      {"{}", "{\"access_token\":\"a\",\"expires_in\":60,\"refresh_token\":\"r\"}", 0},
      {"{}", "{\"access_token\":\"a\",\"refresh_token\":\"r\",\"refresh_token_expires_in\":3600}", NOW_MS + 3600000},
      {"{}", "{\"access_token\":\"a\",\"refresh_token_expires_in\":3600}", 0}, /* there is none */
      {"{\"refresh_token\":\"old\"}", "{\"access_token\":\"a\",\"refresh_token_expires_in\":3600}", NOW_MS + 3600000},
      {"{\"refresh_token\":\"old\",\"refresh_until_ms\":7}", "{\"access_token\":\"a\",\"refresh_token\":\"r\"}", 0},
      {"{}", "{\"access_token\":\"a\",\"refresh_token\":\"r\",\"refresh_token_expires_in\":-1}", 0},
      {"{}", "{\"access_token\":\"a\",\"refresh_token\":\"r\",\"refresh_token_expires_in\":1e18}", 0},
  };
  struct oauth_client client = {.vendor = &vendor, .now_ms = now_ms};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct arena arena = {0};
    cJSON *login = cJSON_Parse(rows[i].login), *answer = cJSON_Parse(rows[i].answer);
    assert_int_equal(oauth_take(&client, &arena, answer, login).code, RESULT_OK);
    if (oauth_end_ms(login) != rows[i].end_ms)
      fail_msg("row %zu: %lld", i, (long long)oauth_end_ms(login));
    cJSON_Delete(login);
    cJSON_Delete(answer);
    arena_free(&arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(oauth_login_ends_when_its_refresh_token_does),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
