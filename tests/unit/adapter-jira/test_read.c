/* Issues and comments that are not whole are refused by name, and what a Data Center calls a sprint. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-jira/jira.h"

static const struct jira_field sprint = {{"c6", 2}, {"sprint", 6}, {"", 0}, KIND_SPRINT};

static struct result read_issue(struct arena *arena, const char *json, struct observation *out) {
  struct connection c = {.site = STR("https://e.org"), .self = STR("me"), .fields = {&sprint, 1}};
  cJSON *tree = cJSON_Parse(json);
  c.options = cJSON_CreateObject();
  assert_non_null(tree);
  struct result result = jira_read_issue(&c, arena, tree, out);
  cJSON_Delete(tree);
  cJSON_Delete(c.options);
  return result;
}

#define FIELDS(more) \
  "\"fields\":{\"summary\":\"S\",\"status\":{\"name\":\"Open\"},\"updated\":\"2024-01-02T03:04:05.000+0000\"" more "}"

static void read_issue_that_is_not_whole_is_refused(void **state) {
  (void)state;
  static const char *const rows[] = {
      "{}",
      "{\"id\":\"x\",\"key\":\"R-1\"," FIELDS("") "}",
      "{\"id\":\"7\"," FIELDS("") "}",
      "{\"id\":\"7\",\"key\":\"R-1\"}",
      "{\"id\":\"7\",\"key\":\"R-1\",\"fields\":{\"summary\":\"S\",\"status\":{\"name\":\"Open\"}}}",
      ("{\"id\":\"7\",\"key\":\"R-1\",\"fields\":{\"summary\":\"\",\"status\":{\"name\":\"Open\"},"
       "\"updated\":\"2024-01-02T03:04:05.000+0000\"}}"),
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct observation seen;
    struct result result = read_issue(&arena, rows[i], &seen);
    assert_int_equal(result.code, RESULT_REJECTED);
    assert_string_not_equal(result.message, "");
  }
  arena_free(&arena);
}

static void read_comment_that_is_not_whole_is_refused(void **state) {
  (void)state;
  static const char *const rows[] = {"{}", "{\"id\":\"9\"}",
                                     "{\"id\":\"x\",\"updated\":\"2024-01-02T03:04:05.000+0000\"}"};
  struct connection c = {.site = STR("https://e.org"), .self = STR("me")};
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct observation seen;
    cJSON *tree = cJSON_Parse(rows[i]);
    struct result result = jira_read_comment(&c, &arena, STR("7"), STR("R-7"), tree, &seen);
    assert_int_equal(result.code, RESULT_REJECTED);
    assert_true(str_find(str_of(result.message), "R-7") > 0);
    cJSON_Delete(tree);
  }
  arena_free(&arena);
}

#define SPRINT(text) "{\"id\":\"7\",\"key\":\"R-1\"," FIELDS(",\"c6\":[\"" text "\"]") "}"

static void read_sprints_of_data_center(void **state) {
  (void)state;
  static const struct {
    const char *json, *sprint;
  } rows[] = {
      {SPRINT("com.atlassian.Sprint@1f[id=7,state=ACTIVE,name=Sprint 3,goal=]"), "Sprint 3"},
      {SPRINT("com.atlassian.Sprint@1f[id=7,state=CLOSED,name=Sprint 2,goal=]"), ""},
      {SPRINT("nothing of the kind"), ""},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct observation seen = {0};
    struct result result = read_issue(&arena, rows[i].json, &seen);
    assert_string_equal(result.message, "");
    assert_string_equal(str_c(&arena, values_text(&seen.fields, "sprint")), rows[i].sprint);
  }
  arena_free(&arena);
}

static void read_issue_that_some_may_see_is_restricted(void **state) {
  (void)state;
  static const struct {
    const char *json;
    bool restricted;
  } rows[] = {
      {"{\"id\":\"7\",\"key\":\"R-1\"," FIELDS("") "}", false},
      {"{\"id\":\"7\",\"key\":\"R-1\"," FIELDS(",\"security\":null") "}", false},
      {"{\"id\":\"7\",\"key\":\"R-1\"," FIELDS(",\"security\":{\"id\":\"1\",\"name\":\"Staff\"}") "}", true},
      {("{\"id\":\"7\",\"key\":\"R-1\"," FIELDS(
           ",\"issuerestriction\":{\"issuerestrictions\":{},\"shouldDisplay\":true}") "}"),
       false},
      {("{\"id\":\"7\",\"key\":\"R-1\"," FIELDS(
           ",\"issuerestriction\":{\"issuerestrictions\":{\"projectrole\":[{\"id\":\"2\"}]}}") "}"),
       true},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct observation seen = {0};
    struct result result = read_issue(&arena, rows[i].json, &seen);
    if (!result_ok(&result) || seen.restricted != rows[i].restricted)
      fail_msg("%s: %s", rows[i].json, result.message);
  }
  arena_free(&arena);
}

#define COMMENT(more) "{\"id\":\"9\",\"updated\":\"2024-01-02T03:04:05.000+0000\",\"body\":\"x\"" more "}"
#define INTERNAL(value) ",\"properties\":[{\"key\":\"p\"},{\"key\":\"sd.public.comment\",\"value\":" value "}]"

static void read_comment_that_some_may_see_is_restricted(void **state) {
  (void)state;
  static const struct {
    const char *json;
    bool restricted;
  } rows[] = {
      {COMMENT(""), false},
      {COMMENT(",\"visibility\":null,\"jsdPublic\":true"), false},
      {COMMENT(",\"visibility\":{\"type\":\"role\",\"value\":\"Staff\"}"), true},
      {COMMENT(",\"visibility\":{\"type\":\"group\",\"identifier\":\"g-1\"},\"jsdPublic\":true"), true},
      {COMMENT(",\"jsdPublic\":false"), true},
      {COMMENT(INTERNAL("{\"internal\":true}")), true},
      {COMMENT(INTERNAL("{\"internal\":\"true\"}")), true},
      {COMMENT(INTERNAL("{\"internal\":false}")), false},
      {COMMENT(INTERNAL("null")), false},
  };
  struct connection c = {.site = STR("https://e.org"), .self = STR("me"), .options = cJSON_CreateObject()};
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct observation seen = {0};
    cJSON *tree = cJSON_Parse(rows[i].json);
    struct result result = jira_read_comment(&c, &arena, STR("7"), STR("R-7"), tree, &seen);
    if (!result_ok(&result) || seen.restricted != rows[i].restricted)
      fail_msg("%s: %s", rows[i].json, result.message);
    cJSON_Delete(tree);
  }
  cJSON_Delete(c.options);
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(read_issue_that_is_not_whole_is_refused),
      cmocka_unit_test(read_comment_that_is_not_whole_is_refused),
      cmocka_unit_test(read_sprints_of_data_center),
      cmocka_unit_test(read_issue_that_some_may_see_is_restricted),
      cmocka_unit_test(read_comment_that_some_may_see_is_restricted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
