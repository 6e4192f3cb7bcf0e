/* One exchange of an adapter, and what refusals mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/exchange.h"

static void exchange_status_says_what_to_do_next(void **state) {
  static const struct {
    int64_t status;
    enum result_code read, write;
  } rows[] = {
      {500, RESULT_RETRY, RESULT_UNCERTAIN},   {503, RESULT_RETRY, RESULT_UNCERTAIN},
      {408, RESULT_RETRY, RESULT_UNCERTAIN},   {401, RESULT_AUTH, RESULT_AUTH},
      {403, RESULT_AUTH, RESULT_REJECTED},     {404, RESULT_GONE, RESULT_GONE},
      {410, RESULT_GONE, RESULT_GONE},         {451, RESULT_GONE, RESULT_GONE},
      {409, RESULT_STALE, RESULT_STALE},       {400, RESULT_REJECTED, RESULT_REJECTED},
      {422, RESULT_REJECTED, RESULT_REJECTED}, {302, RESULT_REJECTED, RESULT_REJECTED},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct refusal refusal = {.who = "Example", .status = rows[i].status, .wait_ms = 7000, .words = STR("why")};
    struct result write = exchange_refused(&refusal);
    refusal.is_read = true;
    struct result read = exchange_refused(&refusal);
    assert_int_equal(write.code, rows[i].write);
    assert_int_equal(read.code, rows[i].read);
    if (rows[i].status == 401) /* it may be a stray one */
      assert_true(read.retry_after_ms > 0 && write.retry_after_ms > 0);
    else
      assert_int_equal(read.retry_after_ms, rows[i].read == RESULT_RETRY ? 7000 : 0);
    assert_true(str_find(str_of(read.message), "Example") == 0 && str_find(str_of(read.message), "why") > 0);
  }
}

static void exchange_limit_rests_the_credential_the_longest_asked_for(void **state) {
  (void)state;
  struct usage usage = {0}, taken;
  struct refusal refusal = {.who = "Example", .status = 429, .wait_ms = 60000};
  struct result result = exchange_limited(&usage, 1000, &refusal);
  assert_int_equal(result.code, RESULT_RETRY);
  assert_int_equal(result.retry_after_ms, 60000);
  refusal.wait_ms = 5;
  result = exchange_limited(&usage, 1000, &refusal);
  assert_int_equal(result.retry_after_ms, 5);
  assert_int_equal(usage.blocked_until_ms, 61000);
  usage.held = STR("the repository is archived");
  exchange_take_usage(&usage, &taken);
  assert_int_equal(taken.blocked_until_ms, 61000);
  assert_int_equal(usage.blocked_until_ms, 0);
  assert_true(str_is(taken.held, "the repository is archived"));
  assert_int_equal(usage.held.length, 0); /* a write that goes through later does not hold the project again */
}

/* -- a server that answers as it is told -- */

struct told {
  struct http http;
  struct result result;
  struct http_response response;
};

static struct result answer(struct http *http, struct arena *arena, const struct http_request *request,
                            struct http_response *out) {
  struct told *told = (struct told *)http;
  (void)arena, (void)request;
  *out = told->response;
  return told->result;
}

static void exchange_counts_calls_and_takes_the_servers_clock(void **state) {
  static const struct http_header date = {{"date", 4}, {"Sun, 06 Nov 1994 08:49:37 GMT", 29}};
  struct told told = {.http = {.call = answer}, .response = {.status = 200, .headers = &date, .header_count = 1}};
  struct http_request request = {.method = "GET"};
  struct http_response response;
  struct usage usage = {0};
  struct arena arena = {0};
  (void)state;
  assert_int_equal(exchange_send(&told.http, &arena, &request, true, &usage, &response).code, RESULT_OK);
  assert_int_equal(usage.api_calls, 1);
  assert_int_equal(usage.server_date_ms, 784111777000);
  told.result = result_error(RESULT_UNCERTAIN, "cut off");
  assert_int_equal(exchange_send(&told.http, &arena, &request, true, &usage, &response).code, RESULT_RETRY);
  assert_int_equal(exchange_send(&told.http, &arena, &request, false, &usage, &response).code, RESULT_UNCERTAIN);
  assert_int_equal(usage.api_calls, 3);
  arena_free(&arena);
}

/* -- secrets -- */

#define TOKEN "ghp_canary-0123"
#define PAIR_64 "bWVAZS5vcmc6cGEvc3MgIndvcmQ=" /* me@e.org:pa/ss "word */

static const struct quoting {
  int64_t status;
  const char *authorization, *sent, *answer, *shown;
} quotings[] = {
    {401, "Bearer " TOKEN, NULL, "{\"message\":\"Bearer " TOKEN " is bad\"}",
     "{\"message\":\"Bearer (secret) is bad\"}"},
    {500, TOKEN, NULL, "<p>" TOKEN "</p>", "<p>(secret)</p>"},
    {403, "token " TOKEN, NULL, "{\"" TOKEN "\":[\"" TOKEN "," TOKEN "\"]}", "{\"(secret)\":[\"(secret),(secret)\"]}"},
    {400, "Basic " PAIR_64, NULL, "Basic " PAIR_64, "Basic (secret)="},
    {400, "Basic " PAIR_64, NULL, "me@e.org:pa/ss \"word", "(secret)"},
    {400, "Basic " PAIR_64, NULL, "{\"m\": \"not pa\\/ss \\\"word\"}", "{\"m\":\"not (secret)\"}"},
    {400, "Basic " PAIR_64, NULL, "?p=pa%2Fss%20%22word", "?p=(secret)"},
    {400, "Basic bTpzaG9ydA==", NULL, "short is short", "short is short"},
    {422, "Bearer x", "{\"config\":{\"secret\":\"of-the-hook\",\"url\":\"https://e.org\"}}",
     "{\"errors\":[\"of-the-hook at https://e.org\"]}", "{\"errors\":[\"(secret) at https://e.org\"]}"},
    {400, NULL, "grant_type=refresh_token&refresh_token=rt%2Fcanary%2501&client_id=public-client",
     "rt/canary%01 rt%2Fcanary%2501 refresh_token public-client", "(secret) (secret) refresh_token public-client"},
    {200, "Bearer " TOKEN, NULL, "{\"data\":\"" TOKEN "\",\"errors\":[{\"message\":\"" TOKEN "\"}]}",
     "{\"data\":\"" TOKEN "\",\"errors\":[{\"message\":\"(secret)\"}]}"},
    {200, NULL, "{\"refresh_token\":\"" TOKEN "\"}",
     "{\"error\":\"bad\",\"error_description\":\"" TOKEN " has ended\",\"refresh_token\":\"" TOKEN "\"}",
     "{\"error\":\"bad\",\"error_description\":\"(secret) has ended\",\"refresh_token\":\"" TOKEN "\"}"},
    {200, "Bearer " TOKEN, NULL, "{ \"body\": \"" TOKEN " \\\"error\\\"\" }",
     "{ \"body\": \"" TOKEN " \\\"error\\\"\" }"},
    {404, "Bearer " TOKEN, NULL, "{ \"message\": \"Not Found\" }", "{ \"message\": \"Not Found\" }"},
};

static void exchange_hides_the_secrets_that_an_answer_quotes(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof quotings / sizeof quotings[0]; i++) {
    const struct quoting *row = &quotings[i];
    struct arena arena = {0};
    struct usage usage = {0};
    struct http_header headers[] = {{STR("Accept"), STR("application/json")},
                                    {STR("authorization"), str_of(row->authorization)}};
    struct http_header told_headers[] = {{STR("location"), str_of(row->answer)}};
    struct http_request request = {
        .method = "POST", .headers = headers, .header_count = row->authorization ? 2 : 1, .body = str_of(row->sent)};
    struct told told = {
        .http = {.call = answer},
        .response = {.status = row->status, .body = str_of(row->answer), .headers = told_headers, .header_count = 1}};
    struct http_response response;
    assert_int_equal(exchange_send(&told.http, &arena, &request, false, &usage, &response).code, RESULT_OK);
    assert_string_equal(str_c(&arena, response.body), row->shown);
    if (row->status >= 300)
      assert_int_equal(str_find(http_header_value(&response, "location"), "canary"), -1);
    arena_free(&arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exchange_status_says_what_to_do_next),
      cmocka_unit_test(exchange_limit_rests_the_credential_the_longest_asked_for),
      cmocka_unit_test(exchange_counts_calls_and_takes_the_servers_clock),
      cmocka_unit_test(exchange_hides_the_secrets_that_an_answer_quotes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
