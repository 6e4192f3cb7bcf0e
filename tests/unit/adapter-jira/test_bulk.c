/* Which issues the answer to a creation of several tells of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-jira/jira.h"

enum { ASKED = 3 };

#define ISSUE(id) "{\"id\":\"" id "\",\"key\":\"K-" id "\"}"
#define FAILED(number) "{\"status\":400,\"elementErrors\":{},\"failedElementNumber\":" number "}"

static void bulk_places_ids_around_what_failed(void **state) {
  static const struct {
    const char *json;
    const char *ids[ASKED]; /* NULL: it failed */
  } rows[] = {
      {"{\"issues\":[" ISSUE("7") "," ISSUE("8") "," ISSUE("9") "],\"errors\":[]}", {"7", "8", "9"}},
      {"{\"issues\":[" ISSUE("7") "," ISSUE("8") "," ISSUE("9") "]}", {"7", "8", "9"}},
      {"{\"issues\":[" ISSUE("7") "," ISSUE("8") "],\"errors\":[" FAILED("0") "]}", {NULL, "7", "8"}},
      {"{\"issues\":[" ISSUE("7") "," ISSUE("8") "],\"errors\":[" FAILED("1") "]}", {"7", NULL, "8"}},
      {"{\"issues\":[" ISSUE("7") "],\"errors\":[" FAILED("2") "," FAILED("0") "]}", {NULL, "7", NULL}},
      {"{\"issues\":[],\"errors\":[" FAILED("0") "," FAILED("1") "," FAILED("2") "]}", {NULL, NULL, NULL}},
      {"{\"errors\":[" FAILED("0") "," FAILED("1") "," FAILED("2") "]}", {NULL, NULL, NULL}},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct jira_element out[ASKED];
    cJSON *tree = cJSON_Parse(rows[i].json);
    assert_true(jira_match_bulk(tree, ASKED, out));
    for (size_t n = 0; n < ASKED; n++) {
      assert_int_equal(out[n].failure != NULL, rows[i].ids[n] == NULL);
      assert_true(rows[i].ids[n] ? str_is(out[n].id, rows[i].ids[n]) : str_is_absent(out[n].id));
    }
    cJSON_Delete(tree);
  }
}

static void bulk_does_not_guess(void **state) {
  static const char *const rows[] = {
      "{}",
      "[]",
      "null",
      "{\"issues\":{}}",
      "{\"issues\":[" ISSUE("7") "," ISSUE("8") "]}",                                             /* too few */
      "{\"issues\":[" ISSUE("7") "," ISSUE("8") "," ISSUE("9") "," ISSUE("10") "]}",              /* too many */
      "{\"issues\":[" ISSUE("7") "," ISSUE("8") "," ISSUE("9") "],\"errors\":[" FAILED("1") "]}", /* too many */
      "{\"issues\":[" ISSUE("7") "," ISSUE("8") "],\"errors\":[" FAILED("3") "]}",                /* of none */
      "{\"issues\":[" ISSUE("7") "," ISSUE("8") "],\"errors\":[" FAILED("-1") "]}",               /* of none */
      "{\"issues\":[" ISSUE("7") "," ISSUE("8") "],\"errors\":[" FAILED("1e99") "]}",             /* of none */
      "{\"issues\":[" ISSUE("7") "," ISSUE("8") "],\"errors\":[" FAILED("\"1\"") "]}",            /* of none */
      "{\"issues\":[" ISSUE("7") "," ISSUE("8") "],\"errors\":[{\"status\":400}]}",               /* of none */
      "{\"issues\":[" ISSUE("7") "],\"errors\":[" FAILED("1") "," FAILED("1") "]}",               /* twice */
      "{\"issues\":[" ISSUE("7") "," ISSUE("8") "],\"errors\":{\"one\":" FAILED("1") "}}",        /* no list */
      "{\"issues\":[" ISSUE("7") "," ISSUE("x") "," ISSUE("9") "]}",                              /* no id */
      "{\"issues\":[" ISSUE("7") ",{}," ISSUE("9") "]}",                                          /* no id */
      "{\"issues\":[" ISSUE("7") ",null," ISSUE("9") "]}",                                        /* no id */
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct jira_element out[ASKED];
    cJSON *tree = cJSON_Parse(rows[i]);
    assert_non_null(tree);
    assert_false(jira_match_bulk(tree, ASKED, out));
    cJSON_Delete(tree);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bulk_places_ids_around_what_failed),
      cmocka_unit_test(bulk_does_not_guess),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
