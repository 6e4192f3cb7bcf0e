/* How a value of each kind looks, and what is none of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-jira/jira.h"

enum { CLOUD = 1, DATA_CENTER = 2, BOTH = CLOUD | DATA_CENTER, NEITHER = 0 };

static void shapes_rows(void **state) {
  (void)state;
  static const struct {
    enum jira_kind kind;
    const char *json;
    int fits; /* where */
  } rows[] = {
      {KIND_LINE, "\"x\"", BOTH},
      {KIND_LINE, "7", NEITHER},
      {KIND_RICH, "\"x\"", DATA_CENTER},
      {KIND_RICH, "{\"type\":\"doc\"}", CLOUD},
      {KIND_NUMBER, "7", BOTH},
      {KIND_NUMBER, "\"7\"", NEITHER},
      {KIND_DATETIME, "\"2026-01-02T03:04:05.000+0000\"", BOTH},
      {KIND_OPTION, "{\"value\":\"x\"}", BOTH},
      {KIND_OPTION, "{\"name\":\"x\"}", NEITHER},
      {KIND_OPTIONS, "[{\"value\":\"x\"}]", BOTH},
      {KIND_OPTIONS, "{\"value\":\"x\"}", NEITHER},
      {KIND_CASCADING, "{\"value\":\"x\",\"child\":{\"value\":\"y\"}}", BOTH},
      {KIND_NAMES, "[{\"name\":\"x\"},\"y\"]", NEITHER},
      {KIND_LABELS, "[\"x\"]", BOTH},
      {KIND_LABELS, "[]", BOTH},
      {KIND_USER, "{\"accountId\":\"x\"}", CLOUD},
      {KIND_USER, "{\"name\":\"x\"}", DATA_CENTER},
      {KIND_USERS, "[{\"name\":\"x\"}]", DATA_CENTER},
      {KIND_ASSIGNEE, "{\"accountId\":\"x\"}", CLOUD},
      {KIND_SPRINT, "[\"com.atlassian.Sprint@1f[id=7]\",{\"id\":7}]", BOTH},
      {KIND_SPRINT, "[7]", NEITHER},
      {KIND_PARENT, "{\"id\":\"10007\"}", BOTH},
      {KIND_PARENT, "{\"id\":10007}", NEITHER},
      {KIND_STATUS, "{\"name\":\"Open\"}", BOTH},
      /* of what nobody knows, nothing is a value */
      {KIND_UNKNOWN, "\"x\"", NEITHER},
      {KIND_UNKNOWN, "{\"id\":\"x\",\"name\":\"x\",\"value\":\"x\",\"accountId\":\"x\"}", NEITHER},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    cJSON *node = cJSON_Parse(rows[i].json);
    assert_non_null(node);
    int fits = (jira_kind_fits(true, rows[i].kind, node) ? CLOUD : 0) |
               (jira_kind_fits(false, rows[i].kind, node) ? DATA_CENTER : 0);
    if (fits != rows[i].fits)
      fail_msg("%s %s", jira_kind_name(rows[i].kind), rows[i].json);
    cJSON_Delete(node);
  }
}

static void shapes_of_nothing_fit_every_kind(void **state) {
  (void)state;
  cJSON *null = cJSON_CreateNull();
  for (int kind = 0; kind <= KIND_UNKNOWN; kind++) {
    assert_true(jira_kind_fits(true, (enum jira_kind)kind, NULL));
    assert_true(jira_kind_fits(false, (enum jira_kind)kind, null));
  }
  cJSON_Delete(null);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shapes_rows),
      cmocka_unit_test(shapes_of_nothing_fit_every_kind),
  };
  return cmocka_run_group_tests_name("jira shapes", tests, NULL, NULL);
}
