/* GitHub's JSON to observations and payloads to GitHub's JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-github/github.h"

#define UUID "0b9d7a52-3c5e-4f6a-8d1b-2e3f4a5b6c7d"
#define MARKER UUID ":0123456789abcdef"
#define COMMENT_MARKER "<!-- tandem:v1:" MARKER " -->"

static struct result read_issue(struct arena *arena, const char *json, struct observation *out) {
  cJSON *tree = cJSON_Parse(json);
  assert_non_null(tree);
  struct result result = github_read_issue(arena, tree, STR("Tandem-Bot"), out);
  cJSON_Delete(tree);
  return result;
}

#define ISSUE(members)                                                                                              \
  "{\"number\":12,\"title\":\"T\",\"state\":\"open\",\"labels\":[],\"assignees\":[],\"body\":null,"                 \
  "\"updated_at\":\"2024-05-06T07:08:09Z\",\"created_at\":\"2024-01-01T00:00:00Z\",\"user\":{\"login\":\"petra\"}," \
  "\"html_url\":\"https://github.com/acme/rocket/issues/12\"" members "}"

static void translate_issue_has_ids_and_all_fields(void **state) {
  (void)state;
  struct arena arena = {0};
  struct observation seen;
  struct result result = read_issue(&arena, ISSUE(""), &seen);
  assert_int_equal(result.code, RESULT_OK);
  assert_true(str_is(seen.kind, "ticket"));
  assert_true(str_is(seen.external_id, "12"));
  assert_true(str_is(seen.external_key, "#12"));
  assert_true(str_is(seen.author, "petra"));
  assert_false(seen.author_is_self);
  assert_int_equal(seen.version, 1714979289000);
  assert_int_equal(seen.created_at_ms, 1704067200000);
  assert_true(str_is_absent(seen.marker));
  assert_int_equal(seen.fields.count, 6);
  assert_true(str_is(values_text(&seen.fields, "body"), ""));
  assert_true(str_is(values_text(&seen.fields, "milestone"), ""));
  assert_int_equal(values_find(&seen.fields, STR("labels"))->kind, VALUE_SET);
  assert_int_equal(values_find(&seen.fields, STR("assignees"))->kind, VALUE_SET);
  arena_free(&arena);
}

static void translate_status_words(void **state) {
  (void)state;
  static const struct {
    const char *json, *status;
  } rows[] = {
      {ISSUE(""), "open"},
      {"{\"number\":1,\"title\":\"\",\"labels\":[],\"assignees\":[],\"updated_at\":\"2024-05-06T07:08:09Z\","
       "\"state\":\"open\",\"state_reason\":\"reopened\"}",
       "open"},
      {"{\"number\":1,\"title\":\"\",\"labels\":[],\"assignees\":[],\"updated_at\":\"2024-05-06T07:08:09Z\","
       "\"state\":\"closed\",\"state_reason\":null}",
       "closed:completed"},
      {"{\"number\":1,\"title\":\"\",\"labels\":[],\"assignees\":[],\"updated_at\":\"2024-05-06T07:08:09Z\","
       "\"state\":\"closed\",\"state_reason\":\"not_planned\"}",
       "closed:not_planned"},
      {"{\"number\":1,\"title\":\"\",\"labels\":[],\"assignees\":[],\"updated_at\":\"2024-05-06T07:08:09Z\","
       "\"state\":\"closed\",\"state_reason\":\"duplicate\"}",
       "closed:duplicate"},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct observation seen;
    struct result result = read_issue(&arena, rows[i].json, &seen);
    assert_int_equal(result.code, RESULT_OK);
    assert_true(str_is(values_text(&seen.fields, "status"), rows[i].status));
  }
  arena_free(&arena);
}

#define TIME "\"updated_at\":\"2024-05-06T07:08:09Z\""

static void translate_issue_that_is_not_whole_is_rejected(void **state) {
  (void)state;
  static const char *const rows[] = {
      "{}",
      "{\"number\":0}",
      "{\"number\":\"12\"}",
      "{\"number\":-3}",
      "{\"number\":1e99}",
      ("{\"number\":1,\"title\":null,\"state\":\"open\",\"labels\":[],\"assignees\":[]," TIME "}"),
      ("{\"number\":1,\"title\":\"\",\"state\":\"open\",\"assignees\":[]," TIME "}"),
      ("{\"number\":1,\"title\":\"\",\"state\":\"open\",\"labels\":[]," TIME "}"),
      ("{\"number\":1,\"title\":\"\",\"labels\":[],\"assignees\":[]," TIME "}"),
      "{\"number\":1,\"title\":\"\",\"state\":\"open\",\"labels\":[],\"assignees\":[],\"updated_at\":\"yesterday\"}",
      "{\"number\":1,\"title\":\"\",\"state\":\"open\",\"labels\":[],\"assignees\":[]}",
      "[]",
      "null",
      "7",
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct observation seen = {.version = 7};
    struct result result = read_issue(&arena, rows[i], &seen);
    assert_int_equal(result.code, RESULT_REJECTED);
    assert_int_equal(seen.version, 7);
  }
  arena_free(&arena);
}

static void translate_marker_is_taken_out_of_the_body(void **state) {
  (void)state;
  static const struct {
    const char *body, *kept, *marker;
  } rows[] = {
      {"text\n\n" COMMENT_MARKER, "text", MARKER},
      {COMMENT_MARKER, "", MARKER},
      {"text\r\n \t\r\n\n" COMMENT_MARKER "\n", "text\n", MARKER},
      {"one\n\n" COMMENT_MARKER "\n\nadded below", "one\n\nadded below", MARKER},
      {"a " COMMENT_MARKER " b", "a b", MARKER},
      {"twice " COMMENT_MARKER "\n" COMMENT_MARKER, "twice", MARKER},
      {"no marker", "no marker", NULL},
      {"", "", NULL},
      /* anything that is not exactly one stays where it is */
      {"<!-- tandem:v1: -->", "<!-- tandem:v1: -->", NULL},
      {"<!-- tandem:v1:" UUID " -->", "<!-- tandem:v1:" UUID " -->", NULL},
      {"<!-- tandem:v1:" UUID ": -->", "<!-- tandem:v1:" UUID ": -->", NULL},
      {"<!-- tandem:v1:" UUID ":ABCDEF -->", "<!-- tandem:v1:" UUID ":ABCDEF -->", NULL},
      {"<!-- tandem:v1:" UUID ":abc-->", "<!-- tandem:v1:" UUID ":abc-->", NULL},
      {"<!--tandem:v1:" UUID ":abc -->", "<!--tandem:v1:" UUID ":abc -->", NULL},
      {"<!-- tandem:v2:" UUID ":abc -->", "<!-- tandem:v2:" UUID ":abc -->", NULL},
      {"<!-- tandem:v1:0b9d7a523c5e4f6a8d1b2e3f4a5b6c7d0000:abc -->",
       "<!-- tandem:v1:0b9d7a523c5e4f6a8d1b2e3f4a5b6c7d0000:abc -->", NULL},
      {"<!-- tandem:v1:" UUID ":abc", "<!-- tandem:v1:" UUID ":abc", NULL},
      {"<!-- tandem:v1:", "<!-- tandem:v1:", NULL},
      {"x <!-- tandem:v1:<!-- tandem:v1:" MARKER " -->", "x <!-- tandem:v1:", MARKER},
      {"<!-- tandem:v1:" COMMENT_MARKER UUID ":ff -->", "", MARKER},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct str marker, kept = github_split_marker(&arena, str_of(rows[i].body), &marker);
    if (!str_is(kept, rows[i].kept) || !str_is(marker, rows[i].marker) || (!rows[i].marker && marker.at))
      fail_msg("row %zu: \"%.*s\" and \"%.*s\"", i, STR_FMT(kept), STR_FMT(marker));
  }
  arena_free(&arena);
}

static void translate_author_is_self_whatever_the_case(void **state) {
  (void)state;
  struct arena arena = {0};
  struct observation seen;
  const char *json = "{\"number\":1,\"title\":\"\",\"state\":\"open\",\"labels\":[],\"assignees\":[],"
                     "\"updated_at\":\"2024-05-06T07:08:09Z\",\"user\":{\"login\":\"tandem-bot\"}}";
  struct result result = read_issue(&arena, json, &seen);
  assert_int_equal(result.code, RESULT_OK);
  assert_true(seen.author_is_self);
  cJSON *tree = cJSON_Parse("{\"number\":1,\"title\":\"\",\"state\":\"open\",\"labels\":[],\"assignees\":[],"
                            "\"updated_at\":\"2024-05-06T07:08:09Z\",\"user\":null}");
  result = github_read_issue(&arena, tree, (struct str){0}, &seen);
  cJSON_Delete(tree);
  assert_int_equal(result.code, RESULT_OK);
  assert_true(str_is_absent(seen.author) && !seen.author_is_self);
  arena_free(&arena);
}

static void translate_extra_shows_reactions_that_were_given(void **state) {
  (void)state;
  struct arena arena = {0};
  struct observation seen;
  struct result result = read_issue(
      &arena,
      ISSUE(",\"locked\":true,\"comments\":4,\"reactions\":{\"url\":\"x\",\"total_count\":3,\"+1\":3,\"-1\":0}"),
      &seen);
  assert_int_equal(result.code, RESULT_OK);
  assert_int_equal(seen.extra.count, 3);
  assert_true(str_is(values_text(&seen.extra, "+1"), "3"));
  assert_true(str_is(values_text(&seen.extra, "locked"), "true"));
  assert_true(str_is(values_text(&seen.extra, "comments"), "4"));
  arena_free(&arena);
}

static void translate_pull_requests_are_told_by_their_mark_or_address(void **state) {
  (void)state;
  static const struct {
    const char *json;
    bool pull;
  } rows[] = {
      {"{\"pull_request\":{\"url\":\"x\"}}", true},
      {"{\"pull_request\":null}", false},
      {"{\"html_url\":\"https://github.com/a/b/pull/12#issuecomment-3\"}", true},
      {"{\"html_url\":\"https://github.com/a/b/pull/12\"}", true},
      {"{\"html_url\":\"https://github.com/a/b/issues/12#issuecomment-3\"}", false},
      {"{\"html_url\":\"https://github.com/acme/pull/issues/12\"}", false},
      {"{\"html_url\":\"https://github.com/pull/12/issues/12\"}", false},
      {"{}", false},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    cJSON *tree = cJSON_Parse(rows[i].json);
    assert_int_equal(github_is_pull(tree), rows[i].pull);
    cJSON_Delete(tree);
  }
}

static void translate_comment_names_its_parent(void **state) {
  (void)state;
  struct arena arena = {0};
  struct observation seen;
  cJSON *tree = cJSON_Parse("{\"id\":4294967297,\"issue_url\":\"https://api.github.com/repos/a/b/issues/12\","
                            "\"body\":\"hi\\n\\n" COMMENT_MARKER "\",\"updated_at\":\"2024-05-06T07:08:09Z\"}");
  struct result result = github_read_comment(&arena, tree, (struct str){0}, &seen);
  cJSON_Delete(tree);
  assert_int_equal(result.code, RESULT_OK);
  assert_true(str_is(seen.external_id, "4294967297"));
  assert_true(str_is(seen.parent_external_id, "12"));
  assert_true(str_is(seen.external_key, "#12 (comment 4294967297)"));
  assert_true(str_is(values_text(&seen.fields, "body"), "hi"));
  assert_true(str_is(seen.marker, MARKER));
  assert_int_equal(seen.fields.count, 1);
  arena_free(&arena);
}

/* -- writing -- */

static const struct str two_labels[] = {{"bug", 3}, {"a\"b", 3}};

static void translate_payload_to_json(void **state) {
  (void)state;
  const struct value title = value_text(STR("title"), STR("T")), body = value_text(STR("body"), STR("B")),
                     closed = value_text(STR("status"), STR("closed:not_planned")),
                     milestone = value_text(STR("milestone"), STR("v1")),
                     labels = value_set(STR("labels"), two_labels, 2);
  const struct {
    struct value set;
    bool create;
    int64_t milestone;
    struct str marker;
    const char *json; /* NULL = nothing to send */
  } rows[] = {
      {title, false, GITHUB_MILESTONE_KEEP, {0}, "{\"title\":\"T\"}"},
      {body, false, GITHUB_MILESTONE_KEEP, STR(MARKER), "{\"body\":\"B\\n\\n" COMMENT_MARKER "\"}"},
      {body, false, GITHUB_MILESTONE_KEEP, {0}, "{\"body\":\"B\"}"},
      {title, true, GITHUB_MILESTONE_KEEP, STR(MARKER), "{\"title\":\"T\",\"body\":\"" COMMENT_MARKER "\"}"},
      {title, false, GITHUB_MILESTONE_KEEP, STR(MARKER), "{\"title\":\"T\"}"},
      {closed, false, GITHUB_MILESTONE_KEEP, {0}, "{\"state\":\"closed\",\"state_reason\":\"not_planned\"}"},
      {closed, true, GITHUB_MILESTONE_KEEP, {0}, NULL},
      {milestone, false, 4, {0}, "{\"milestone\":4}"},
      {milestone, false, GITHUB_MILESTONE_NONE, {0}, "{\"milestone\":null}"},
      {milestone, true, GITHUB_MILESTONE_NONE, {0}, NULL},
      {labels, true, GITHUB_MILESTONE_KEEP, {0}, "{\"labels\":[\"bug\",\"a\\\"b\"]}"},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct payload payload = {.set = {&rows[i].set, 1}, .marker = rows[i].marker};
    struct str json = {0};
    struct result result = github_write_issue(&arena, &payload, rows[i].create, rows[i].milestone, &json);
    assert_int_equal(result.code, RESULT_OK);
    if (rows[i].json ? !str_is(json, rows[i].json) : !str_is_absent(json))
      fail_msg("row %zu: %.*s", i, STR_FMT(json));
  }
  arena_free(&arena);
}

static void translate_payload_that_github_cannot_take_is_rejected(void **state) {
  (void)state;
  const struct value rows[] = {
      value_text(STR("priority"), STR("high")), value_set(STR("labels"), two_labels, 2),
      value_text(STR("labels"), STR("bug")),    value_set(STR("title"), two_labels, 2),
      value_text(STR("status"), STR("done")),   value_text(STR("status"), STR("closed:")),
      value_text(STR("status"), STR("")),
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct payload payload = {.set = {&rows[i], 1}};
    struct str json;
    struct result result = github_write_issue(&arena, &payload, false, GITHUB_MILESTONE_KEEP, &json);
    assert_int_equal(result.code, RESULT_REJECTED);
  }
  arena_free(&arena);
}

static void translate_comment_that_github_cannot_take_is_rejected(void **state) {
  (void)state;
  const struct value body = value_text(STR("body"), STR("B")), both[] = {body, value_text(STR("title"), STR("T"))},
                     title = value_text(STR("title"), STR("T")), labels = value_set(STR("labels"), two_labels, 2);
  const struct payload rows[] = {
      {.set = {0}},
      {.set = {&title, 1}},
      {.set = {both, 2}},
      {.set = {&body, 1}, .add = {&labels, 1}},
      {.set = {&body, 1}, .remove = {&labels, 1}},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct str json;
    struct result result = github_write_comment(&arena, &rows[i], &json);
    assert_int_equal(result.code, RESULT_REJECTED);
    assert_true(str_find(str_of(result.message), "body and nothing else") > 0);
  }
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(translate_issue_has_ids_and_all_fields),
      cmocka_unit_test(translate_status_words),
      cmocka_unit_test(translate_issue_that_is_not_whole_is_rejected),
      cmocka_unit_test(translate_marker_is_taken_out_of_the_body),
      cmocka_unit_test(translate_author_is_self_whatever_the_case),
      cmocka_unit_test(translate_extra_shows_reactions_that_were_given),
      cmocka_unit_test(translate_pull_requests_are_told_by_their_mark_or_address),
      cmocka_unit_test(translate_comment_names_its_parent),
      cmocka_unit_test(translate_payload_to_json),
      cmocka_unit_test(translate_comment_that_github_cannot_take_is_rejected),
      cmocka_unit_test(translate_payload_that_github_cannot_take_is_rejected),
  };
  return cmocka_run_group_tests_name("github translate", tests, NULL, NULL);
}
