/* What headers and addresses say: one row a case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/http.h"

static struct http_response response_with(struct http_header *header, const char *name, const char *value) {
  *header = (struct http_header){str_of(name), str_of(value)};
  return (struct http_response){.status = 200, .headers = header, .header_count = 1};
}

static void http_date_is_read_or_0(void **state) {
  static const struct {
    const char *date;
    int64_t ms;
  } rows[] = {
      {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777000},
      {"Sun, 06 Nov 1994 08:49:37 GMT ", 0},
      {"Sunday, 06-Nov-94 08:49:37 GMT", 0},
      {"", 0},
      {"now", 0},
      {"Sun, 06 Nov 1994 08:49:37 GMT and much more that nobody asked for, beyond any date", 0},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct http_header header;
    struct http_response response = response_with(&header, "date", rows[i].date);
    assert_int_equal(http_date_ms(&response), rows[i].ms);
  }
  assert_int_equal(http_date_ms(&(struct http_response){.status = 200}), 0);
}

static void http_retry_after_is_seconds_within_a_week(void **state) {
  static const struct {
    const char *value;
    int64_t ms;
  } rows[] = {{"0", 0},   {"7", 7000}, {"604800", 604800000}, {"604801", -1},
              {"-1", -1}, {"", -1},    {"1.5", -1},           {"Sun, 06 Nov 1994 08:49:37 GMT", -1}};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct http_header header;
    struct http_response response = response_with(&header, "retry-after", rows[i].value);
    assert_int_equal(http_retry_after_ms(&response), rows[i].ms);
  }
}

static void http_retry_after_may_be_a_date_by_the_servers_clock(void **state) {
  static const struct {
    const char *until;
    int64_t ms;
  } rows[] = {{"Sun, 06 Nov 1994 08:50:00 GMT", 23000},
              {"Sun, 06 Nov 1994 08:49:37 GMT", 0},
              {"Sun, 06 Nov 1994 08:49:00 GMT", 0},
              {"Mon, 14 Nov 1994 08:49:37 GMT", -1},
              {"soon", -1}};
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct http_header headers[] = {{STR("date"), STR("Sun, 06 Nov 1994 08:49:37 GMT")},
                                    {STR("retry-after"), str_of(rows[i].until)}};
    struct http_response response = {.headers = headers, .header_count = 2};
    assert_int_equal(http_retry_after_ms(&response), rows[i].ms);
  }
}

static void http_origin_is_scheme_host_and_port(void **state) {
  static const struct {
    const char *url, *base;
    bool same;
  } rows[] = {
      {"https://a.example/x", "https://a.example/api/v3", true},
      {"https://a.example:443/x", "https://a.example", false},
      {"http://a.example/x", "https://a.example", false},
      {"https://a.example.evil/x", "https://a.example", false},
      {"https://a.example@evil/x", "https://a.example", false},
      {"https://a.example", "https://a.example", false},
      {"//a.example/x", "https://a.example", false},
      {"", "https://a.example", false},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    assert_int_equal(http_same_origin(str_of(rows[i].url), str_of(rows[i].base)), rows[i].same);
}

static void http_base_url_has_no_slash_at_its_end(void **state) {
  (void)state;
  assert_true(str_is(http_base_url(STR("https://a.example/api//")), "https://a.example/api"));
  assert_true(str_is(http_base_url(STR("https://a.example")), "https://a.example"));
  assert_int_equal(http_base_url(STR("/")).length, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(http_date_is_read_or_0),
      cmocka_unit_test(http_retry_after_is_seconds_within_a_week),
      cmocka_unit_test(http_retry_after_may_be_a_date_by_the_servers_clock),
      cmocka_unit_test(http_base_url_has_no_slash_at_its_end),
      cmocka_unit_test(http_origin_is_scheme_host_and_port),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
