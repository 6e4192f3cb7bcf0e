/* One call to GitHub: whom it trusts, what an answer means, what it cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scripted_http.h"

static struct result fetch(struct scripted_http *http, struct connection **c, struct arena *arena,
                           struct observation *seen) {
  const struct external_ref ref = {.kind = STR("ticket"), .external_id = STR("12")};
  bool not_modified;
  *c = scripted_connect(http);
  return github_fetch(*c, arena, &ref, &not_modified, seen);
}

static void end(struct scripted_http *http, struct connection *c, struct arena *arena) {
  github_connector.close(c);
  scripted_end(http);
  arena_free(arena);
}

/* The outcome of a GET (fetch) and of a PATCH that get this answer. */
static void calls_outcome_rows(void **state) {
  (void)state;
  static const struct {
    struct exchange answer;
    enum result_code read, write;
    int64_t retry_after_ms;
  } rows[] = {
      {{.code = RESULT_RETRY}, RESULT_RETRY, RESULT_RETRY, 0},
      {{.code = RESULT_UNCERTAIN}, RESULT_RETRY, RESULT_UNCERTAIN, 0},
      {{.code = RESULT_REJECTED}, RESULT_REJECTED, RESULT_REJECTED, 0},
      {{.status = 200, .body = "{\"number\":"}, RESULT_RETRY, RESULT_UNCERTAIN, 0},
      {{.status = 200, .body = "{}"}, RESULT_RETRY, RESULT_UNCERTAIN, 0},
      {{.status = 400}, RESULT_REJECTED, RESULT_REJECTED, 0},
      {{.status = 401}, RESULT_AUTH, RESULT_AUTH, 0},
      {{.status = 403, .body = "{\"message\":\"Must have admin rights\"}"}, RESULT_AUTH, RESULT_REJECTED, 0},
      {{.status = 403, .body = "{\"message\":\"Resource not accessible by integration\"}"},
       RESULT_AUTH,
       RESULT_AUTH,
       0},
      {{.status = 403, .headers = "retry-after: 7"}, RESULT_RETRY, RESULT_RETRY, 7000},
      {{.status = 429, .headers = "retry-after: 7\nx-ratelimit-remaining: 0\nx-ratelimit-reset: 9999999999"},
       RESULT_RETRY,
       RESULT_RETRY,
       7000},
      {{.status = 403, .headers = "x-ratelimit-remaining: 0\nx-ratelimit-reset: 1767226200"},
       RESULT_RETRY,
       RESULT_RETRY,
       601000},
      {{.status = 429, .headers = "x-ratelimit-remaining: 0\nx-ratelimit-reset: 1767225000"},
       RESULT_RETRY,
       RESULT_RETRY,
       1000},
      {{.status = 429, .headers = "x-ratelimit-remaining: 0\nx-ratelimit-reset: 139528943795289437"},
       RESULT_RETRY,
       RESULT_RETRY,
       60000},
      {{.status = 429}, RESULT_RETRY, RESULT_RETRY, 60000},
      {{.status = 403, .body = "{\"message\":\"You have triggered an abuse detection mechanism\"}"},
       RESULT_RETRY,
       RESULT_RETRY,
       60000},
      {{.status = 422,
        .body = "{\"message\":\"Validation Failed\",\"errors\":[{\"message\":\"was submitted too quickly\"}]}"},
       RESULT_RETRY,
       RESULT_RETRY,
       60000},
      {{.status = 422, .body = "{\"message\":\"Validation Failed\"}"}, RESULT_REJECTED, RESULT_REJECTED, 0},
      {{.status = 409}, RESULT_STALE, RESULT_STALE, 0},
      {{.status = 500}, RESULT_RETRY, RESULT_UNCERTAIN, 0},
      {{.status = 503, .headers = "retry-after: 9"}, RESULT_RETRY, RESULT_UNCERTAIN, 9000},
      {{.status = 418}, RESULT_REJECTED, RESULT_REJECTED, 0},
  };
  const struct value title = value_text(STR("title"), STR("x"));
  const struct payload payload = {.set = {&title, 1}};
  const struct intent intent = {.change = STR("update"), .kind = STR("ticket"), .external_id = STR("12")};
  const struct push push = {.intent = &intent, .payload = &payload};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct arena arena = {0};
    struct connection *c;
    struct observation seen;
    struct scripted_http http = {.script = &rows[i].answer, .count = 1},
                         second = {.script = &rows[i].answer, .count = 1};
    struct result result = fetch(&http, &c, &arena, &seen);
    if (result.code != rows[i].read || (rows[i].retry_after_ms && result.retry_after_ms != rows[i].retry_after_ms))
      fail_msg("row %zu, read: %s, %lld", i, result_code_name(result.code), (long long)result.retry_after_ms);
    end(&http, c, &arena);
    c = scripted_connect(&second);
    result = github_push(c, &arena, &push, &seen);
    if (result.code != rows[i].write)
      fail_msg("row %zu, write: %s", i, result_code_name(result.code));
    end(&second, c, &arena);
  }
}

static void calls_never_carry_the_token_to_another_host(void **state) {
  (void)state;
  static const char *const places[] = {
      "location: https://evil.example/repositories/7",
      "location: http://api.github.com/repositories/7",
      "location: https://api.github.com.evil.example/x",
      "location: https://api.github.com@evil.example/x",
      "location: https://api.github.com:8443/x",
      "location: //evil.example/x",
      "location: /relative",
      "location:",
  };
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    struct arena arena = {0};
    struct connection *c;
    struct observation seen;
    struct scripted_http http = {
        SCRIPT({"GET https://api.github.com/repos/acme/rocket/issues/12", 301, places[i], NULL, 0},
               {"GET https://api.github.com/repos/acme/rocket", 301, places[i], NULL, 0})};
    struct result result = fetch(&http, &c, &arena, &seen);
    assert_int_equal(result.code, RESULT_RETRY);
    end(&http, c, &arena);
  }
}

static void calls_redirects_in_a_circle_end(void **state) {
  (void)state;
#define CIRCLE \
  { NULL, 301, "location: https://api.github.com/repositories/7", NULL, 0 }
  struct arena arena = {0};
  struct connection *c;
  struct observation seen;
  struct scripted_http http = {SCRIPT(CIRCLE, CIRCLE, CIRCLE, CIRCLE, CIRCLE)};
  struct result result = fetch(&http, &c, &arena, &seen);
  assert_int_equal(result.code, RESULT_RETRY);
  end(&http, c, &arena);
}

static void calls_limits_block_the_credential(void **state) {
  (void)state;
  struct arena arena = {0};
  struct connection *c;
  struct observation seen;
  struct usage usage;
  struct scripted_http http = {SCRIPT({NULL, 429,
                                       "retry-after: 7\ndate: Thu, 01 Jan 2026 00:00:10 GMT\nx-ratelimit-limit: 5000\n"
                                       "x-ratelimit-remaining: 12\nx-ratelimit-reset: 1767226200",
                                       NULL, 0})};
  struct result result = fetch(&http, &c, &arena, &seen);
  assert_int_equal(result.code, RESULT_RETRY);
  github_connector.take_usage(c, &usage);
  assert_int_equal(usage.api_calls, 1);
  assert_int_equal(usage.blocked_until_ms, TEST_NOW_MS + 7000);
  assert_int_equal(usage.server_date_ms, TEST_NOW_MS + 10000);
  assert_int_equal(usage.quota_limit, 5000);
  assert_int_equal(usage.quota_remaining, 12);
  assert_int_equal(usage.quota_reset_ms, 1767226200000);
  github_connector.take_usage(c, &usage);
  assert_int_equal(usage.api_calls, 0);
  assert_int_equal(usage.blocked_until_ms, 0);
  assert_int_equal(usage.quota_remaining, 12);
  end(&http, c, &arena);
}

static void calls_messages_never_show_the_token(void **state) {
  (void)state;
  struct arena arena = {0};
  struct connection *c;
  struct observation seen;
  struct scripted_http http = {SCRIPT({NULL, 401, NULL, "{\"message\":\"Bad credentials\"}", 0})};
  struct result result = fetch(&http, &c, &arena, &seen);
  assert_true(str_is(http.authorization, "Bearer t0ken"));
  assert_null(strstr(result.message, "t0ken"));
  assert_non_null(strstr(result.message, "Bad credentials"));
  end(&http, c, &arena);
}

static void calls_link_header_rows(void **state) {
  (void)state;
  static const struct {
    const char *link, *rel, *url;
  } rows[] = {
      {"<https://a/?page=2>; rel=\"next\", <https://a/?page=9>; rel=\"last\"", "next", "https://a/?page=2"},
      {"<https://a/?page=2>; rel=\"next\", <https://a/?page=9>; rel=\"last\"", "last", "https://a/?page=9"},
      {"<https://a/?page=1>; rel=\"prev\", <https://a/?x=a,b&page=3>; rel=\"next\"", "next", "https://a/?x=a,b&page=3"},
      {"<https://a/?page=1>; rel=\"first\"", "next", NULL},
      {"", "next", NULL},
      {"<unclosed; rel=\"next\"", "next", NULL},
      {"garbage", "next", NULL},
      {">backwards<; rel=\"next\"", "next", NULL},
      {"<>; rel=\"next\"", "next", ""},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct str url = github_link(str_of(rows[i].link), rows[i].rel);
    if (rows[i].url ? !str_is(url, rows[i].url) : url.length > 0)
      fail_msg("row %zu: %.*s", i, STR_FMT(url));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(calls_outcome_rows),
      cmocka_unit_test(calls_never_carry_the_token_to_another_host),
      cmocka_unit_test(calls_redirects_in_a_circle_end),
      cmocka_unit_test(calls_limits_block_the_credential),
      cmocka_unit_test(calls_messages_never_show_the_token),
      cmocka_unit_test(calls_link_header_rows),
  };
  return cmocka_run_group_tests_name("github calls", tests, NULL, NULL);
}
