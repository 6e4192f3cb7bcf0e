/* The words for accounts, and the accounts for words where nobody needs to be asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "opened.h"

static struct result refuse_calls(struct http *http, struct arena *arena, const struct http_request *request,
                                  struct http_response *out) {
  (void)http, (void)arena, (void)out;
  fail_msg("%s %.*s", request->method, STR_FMT(request->url));
  return RESULT_DONE;
}

/* What is read of an account leads to it again when it is written. */
static void people_words_lead_back_to_their_accounts(void **state) {
  (void)state;
  static const struct {
    const char *user, *word, *ref;
  } rows[] = {
      {"{\"accountId\":\"5b10\",\"displayName\":\"Ann\"}", "ann", "{\"accountId\":\"5b10\"}"},
      {"{\"accountId\":\"70121:ab\"}", "accountid:70121:ab", "{\"accountId\":\"70121:ab\"}"},
      {"{\"accountId\":\"9\",\"displayName\":\"\"}", "accountid:9", "{\"accountId\":\"9\"}"},
      {"{}", "", "null"},
  };
  static struct http http = {.call = refuse_calls};
  struct arena arena = {0};
  struct connection *c = opened(&http, "{\"people\":{\"5b10\":\"ann\"}}");
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    cJSON *user = cJSON_Parse(rows[i].user), *ref;
    struct str word = jira_person_word(c, &arena, user);
    assert_string_equal(str_c(&arena, word), rows[i].word);
    assert_int_equal(jira_person_ref(c, &arena, word, &ref).code, RESULT_OK);
    assert_string_equal(str_c(&arena, json_print(&arena, ref)), rows[i].ref);
    cJSON_Delete(user);
  }
  jira_connector.close(c);
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(people_words_lead_back_to_their_accounts)};
  return cmocka_run_group_tests_name("jira people", tests, NULL, NULL);
}
