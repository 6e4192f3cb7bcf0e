/* Which fields a project's options carry, and how those of Jira's own list are named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "opened.h"

/* A server that answers every call with this. */
static const char *answer;

static struct result answer_call(struct http *http, struct arena *arena, const struct http_request *request,
                                 struct http_response *out) {
  (void)http, (void)arena, (void)request;
  answer_json(out, 200, str_of(answer));
  return RESULT_DONE;
}

static struct connection *open_with(const char *options) {
  static struct http http = {.call = answer_call};
  return opened(&http, options);
}

static void fields_are_those_of_the_options(void **state) {
  (void)state;
  struct arena arena = {0};
  struct connection *c = open_with("{\"fields\":{\"customfield_7\":{\"kind\":\"cascading\",\"name\":\"place\","
                                   "\"label\":\"Place\"},\"customfield_8\":{\"kind\":\"number\",\"name\":\"size\"},"
                                   "\"customfield_9\":{\"kind\":\"nonsense\",\"name\":\"x\"},"
                                   "\"customfield_10\":{\"kind\":\"line\"}},\"issue_type\":\"Bug\"}");
  assert_int_equal(jira_fields_load(c, &arena).code, RESULT_OK);
  const struct jira_field *place = jira_field_named(c, STR("place")), *size = jira_field_named(c, STR("size"));
  assert_non_null(place);
  assert_true(str_is(place->id, "customfield_7") && str_is(place->label, "Place") && place->kind == KIND_CASCADING);
  assert_true(str_is(size->label, "size") && size->kind == KIND_NUMBER);
  assert_null(jira_field_named(c, STR("x")));
  assert_non_null(jira_field_named(c, STR("title")));
  assert_true(str_is(jira_default_type(c), "Bug"));
  size_t count = c->fields.count;
  assert_int_equal(jira_fields_load(c, &arena).code, RESULT_OK);
  assert_int_equal(c->fields.count, count);
  jira_connector.close(c);
  arena_free(&arena);
}

#define FIELD_OF_JIRA(id, name, custom) \
  "{\"id\":\"" id "\",\"name\":\"" name "\",\"schema\":{\"type\":\"any\",\"custom\":\"com.example:" custom "\"}}"

/* Two with one label, a label that is a word of ours, one of letters that no name has, agile's own, and what is not
 * carried. */
static void fields_of_jira_get_names_of_their_own(void **state) {
  (void)state;
  static const struct {
    const char *id, *name;
  } expected[] = {
      {"customfield_1", "customer_reference"},
      {"customfield_2", "customer_reference_2"},
      {"customfield_3", "project_3"},
      {"customfield_4", "customfield_4"},
      {"customfield_5", "sprint"},
      {"customfield_6", "estimate"},
      {"customfield_7", "place"},
      {"customfield_10", "plain_number"},
  };
  answer = "[" FIELD_OF_JIRA("customfield_1", "Customer -- reference!", "textfield") "," FIELD_OF_JIRA("customfield_2", "Customer Reference", "url") "," FIELD_OF_JIRA(
      "customfield_3", "Project",
      "textfield") "," FIELD_OF_JIRA("customfield_4", "\xd0\x9f\xd0\xbe\xd0\xbb\xd0\xb5",
                                     "textarea") "," FIELD_OF_JIRA("customfield_5", "Iteration",
                                                                   "gh-sprint") "," FIELD_OF_JIRA("customfield_6",
                                                                                                  "Story Points",
                                                                                                  "float") "," FIELD_OF_JIRA("customfield_7",
                                                                                                                             "Region",
                                                                                                                             "select") "," FIELD_OF_JIRA("customfield_8",
                                                                                                                                                         "Rank",
                                                                                                                                                         "gh-lexo-rank") "," FIELD_OF_JIRA("summary",
                                                                                                                                                                                           "Summary",
                                                                                                                                                                                           "textfield") ","
                                                                                                                                                                                                        "{\"id\":\"customfield_10\",\"name\":\"Plain number\",\"schema\":{\"type\":\"number\"}},7]";
  struct arena arena = {0};
  struct connection *c = open_with("{\"fields\":{\"customfield_7\":{\"kind\":\"option\",\"name\":\"place\"}}}");
  assert_int_equal(jira_fields_load_all(c, &arena).code, RESULT_OK);
  size_t found = 0;
  for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
    const struct jira_field *field = jira_field_named(c, str_of(expected[i].name));
    assert_non_null(field);
    assert_true(str_is(field->id, expected[i].id));
  }
  for (size_t i = 0; i < c->fields.count; i++)
    found += str_starts_with(c->fields.at[i].id, "customfield_");
  assert_int_equal(found, sizeof expected / sizeof expected[0]);
  jira_connector.close(c);
  arena_free(&arena);
}

/* What `connect` writes into the options is read again by kind_named(): every kind has a word of its own. */
static void kinds_have_words(void **state) {
  (void)state;
  for (int kind = 0; kind < KIND_UNKNOWN; kind++) {
    assert_string_not_equal(jira_kind_name((enum jira_kind)kind), "unknown");
    for (int other = 0; other < kind; other++)
      assert_string_not_equal(jira_kind_name((enum jira_kind)kind), jira_kind_name((enum jira_kind)other));
    assert_true(!jira_kind_is_set((enum jira_kind)kind) || *jira_remote_kind((enum jira_kind)kind) == 's' ||
                *jira_remote_kind((enum jira_kind)kind) == 'u');
  }
  assert_string_equal(jira_kind_name(KIND_UNKNOWN), "unknown");
  assert_string_equal(jira_remote_kind(KIND_UNKNOWN), "line");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fields_are_those_of_the_options),
      cmocka_unit_test(fields_of_jira_get_names_of_their_own),
      cmocka_unit_test(kinds_have_words),
  };
  return cmocka_run_group_tests_name("jira fields", tests, NULL, NULL);
}
