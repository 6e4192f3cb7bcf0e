/* Small readers of Jira's JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-jira/jira.h"

static void members_time_has_an_offset_without_colon(void **state) {
  static const struct {
    const char *json;
    int64_t ms;
  } rows[] = {
      {"{\"t\":\"2026-01-02T03:04:05.678+0200\"}", 1767315845678},
      {"{\"t\":\"2026-01-02T01:04:05.678Z\"}", 1767315845678},
      {"{\"t\":\"2026-01-01T21:04:05.678-0400\"}", 1767315845678},
      {"{\"t\":\"2026-01-02\"}", 0},
      {"{\"t\":\"+0200\"}", 0},
      {"{\"t\":7}", 0},
      {"{}", 0},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    cJSON *tree = cJSON_Parse(rows[i].json);
    assert_int_equal(jira_time_ms(tree, "t"), rows[i].ms);
    cJSON_Delete(tree);
  }
}

static void members_comment_ids_carry_their_issue(void **state) {
  static const char *const bad[] = {"", "9", ":9", "7:", "7:x", "x:9", "7:9:1", "-7:9", "0:9"};
  struct str issue, comment;
  (void)state;
  assert_true(jira_split_comment_id(STR("10007:9"), &issue, &comment));
  assert_true(str_is(issue, "10007") && str_is(comment, "9"));
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    assert_false(jira_split_comment_id(str_of(bad[i]), &issue, &comment));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(members_time_has_an_offset_without_colon),
      cmocka_unit_test(members_comment_ids_carry_their_issue),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
