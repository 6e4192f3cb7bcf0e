/* Webhooks: signatures and translation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-github/github.h"

/* https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation
 */
#define SECRET "It's a Secret to Everybody"
#define DIGEST "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"

static void webhook_verify_takes_the_published_vector_only(void **state) {
  (void)state;
  static const struct {
    const char *signature, *secret, *body;
    bool genuine;
  } rows[] = {
      {"sha256=" DIGEST, SECRET, "Hello, World!", true},
      {"sha256=" DIGEST, SECRET, "Hello, World?", false},
      {"sha256=" DIGEST, "another secret", "Hello, World!", false},
      {"sha256=" DIGEST, "", "Hello, World!", false},
      {DIGEST, SECRET, "Hello, World!", false},
      {"sha1=" DIGEST, SECRET, "Hello, World!", false},
      {"sha256=" DIGEST "0", SECRET, "Hello, World!", false},
      {"sha256=", SECRET, "Hello, World!", false},
      {"", SECRET, "Hello, World!", false},
      {"sha256=" DIGEST, SECRET, "", false},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct webhook_request request = {.signature = str_of(rows[i].signature), .body = str_of(rows[i].body)};
    assert_int_equal(github_verify(&request, str_of(rows[i].secret)) == WEBHOOK_GENUINE, rows[i].genuine);
  }
  struct webhook_request bare = {.body = STR("Hello, World!")};
  assert_int_equal(github_verify(&bare, STR(SECRET)), WEBHOOK_FORGED);
}

#define REPOSITORY "\"repository\":{\"full_name\":\"Acme/Rocket\"}"
#define ISSUE                                                                                   \
  "\"issue\":{\"number\":12,\"title\":\"T\",\"state\":\"open\",\"labels\":[],\"assignees\":[]," \
  "\"updated_at\":\"2024-05-06T07:08:09Z\",\"html_url\":\"https://github.com/acme/rocket/issues/12\"}"
#define PULL                                                                                    \
  "\"issue\":{\"number\":12,\"title\":\"T\",\"state\":\"open\",\"labels\":[],\"assignees\":[]," \
  "\"updated_at\":\"2024-05-06T07:08:09Z\",\"pull_request\":{}}"
#define COMMENT                                                                    \
  "\"comment\":{\"id\":7,\"body\":\"hi\",\"updated_at\":\"2024-05-06T07:08:09Z\"," \
  "\"issue_url\":\"https://api.github.com/repos/acme/rocket/issues/12\"}"

static void webhook_translate_rows(void **state) {
  (void)state;
  static const struct {
    const char *event, *body;
    enum result_code code;
    size_t count;
    const char *gone; /* of the last one */
  } rows[] = {
      {"issues", "{\"action\":\"opened\"," ISSUE "," REPOSITORY "}", RESULT_OK, 1, NULL},
      {"issues", "{\"action\":\"deleted\"," ISSUE "," REPOSITORY "}", RESULT_OK, 1, "deleted"},
      {"issues", "{\"action\":\"transferred\",\"changes\":{\"new_issue\":{\"url\":\"u\"}}," ISSUE "," REPOSITORY "}",
       RESULT_OK, 1, "transferred"},
      {"issue_comment", "{\"action\":\"created\"," ISSUE "," COMMENT "," REPOSITORY "}", RESULT_OK, 2, NULL},
      {"issue_comment", "{\"action\":\"deleted\"," ISSUE "," COMMENT "," REPOSITORY "}", RESULT_OK, 2, "deleted"},
      {"issues", "{\"action\":\"opened\"," PULL "," REPOSITORY "}", RESULT_OK, 0, NULL},
      {"issue_comment", "{\"action\":\"created\"," PULL "," COMMENT "," REPOSITORY "}", RESULT_OK, 0, NULL},
      {"issues", "{\"action\":\"opened\"," ISSUE ",\"repository\":{\"full_name\":\"acme/other\"}}", RESULT_OK, 0, NULL},
      {"issues", "{\"action\":\"opened\"," ISSUE "}", RESULT_OK, 0, NULL},
      {"issues", "{\"action\":\"pinned\",\"issue\":{\"number\":12}," REPOSITORY "}", RESULT_OK, 0, NULL},
      {"issues", "{\"action\":\"opened\",\"issue\":{}," REPOSITORY "}", RESULT_REJECTED, 0, NULL},
      {"issues", "{\"action\":\"opened\"," REPOSITORY "}", RESULT_REJECTED, 0, NULL},
      {"issue_comment", "{\"action\":\"created\"," ISSUE ",\"comment\":{}," REPOSITORY "}", RESULT_REJECTED, 0, NULL},
      {"issues", "nonsense", RESULT_REJECTED, 0, NULL},
      {"issues", "payload=%7B%22action%22%3A+%22opened%22%2C", RESULT_REJECTED, 0, NULL},
      {"issues", "payload=%", RESULT_REJECTED, 0, NULL},
      {"issues", "payload=%7", RESULT_REJECTED, 0, NULL},
      {"issues", "payload=", RESULT_REJECTED, 0, NULL},
      {"ping", "nonsense", RESULT_OK, 0, NULL},
      {"", "", RESULT_OK, 0, NULL},
  };
  const struct project project = {.remote = STR("acme/rocket")};
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct list list = {0};
    struct result result = github_translate(&arena, &project, str_of(rows[i].event), str_of(rows[i].body), &list);
    const struct observation *last = list.count ? (const struct observation *)list.at + list.count - 1 : NULL;
    if (result.code != rows[i].code || list.count != rows[i].count)
      fail_msg("row %zu: %s, %zu", i, result_code_name(result.code), list.count);
    if (last && !str_is(last->gone, rows[i].gone))
      fail_msg("row %zu: gone %.*s", i, STR_FMT(last->gone));
    if (last && rows[i].gone)
      assert_int_equal(last->fields.count, 0);
  }
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(webhook_verify_takes_the_published_vector_only),
      cmocka_unit_test(webhook_translate_rows),
  };
  return cmocka_run_group_tests_name("github webhook", tests, NULL, NULL);
}
