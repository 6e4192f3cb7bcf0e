/* The tracker's JSON as observations: kinds of values, what is missing, null, deleted, or whose it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-webhook/webhook.h"
#include "base/json.h"

static const char options[] =
    "{\"self\":\"us\",\"ticket\":{\"id\":\"/id\",\"key\":\"/no\",\"author\":\"/by/name\",\"updated_at\":\"/at\","
    "\"deleted\":\"/gone\",\"restricted\":\"/internal\",\"idempotency_key\":\"/key\",\"fields\":{\"title\":\"/title\","
    "\"labels\":{\"path\":\"/labels\",\"each\":\"/name\",\"optional\":true},"
    "\"assignees\":{\"path\":\"/who\",\"members_max\":1,\"optional\":true},"
    "\"estimate\":{\"path\":\"/points\",\"optional\":true},\"severity\":\"/how/bad\"}}}";

#define WHOLE "\"id\":\"a\",\"at\":\"2026-01-01T00:00:00Z\",\"title\":\"t\",\"how\":null"

static struct result read_text(struct arena *arena, const char *schema_text, const char *json,
                               struct observation *out) {
  struct schema schema;
  cJSON *tree;
  struct result result = schema_read(arena, str_of(schema_text), &schema);
  assert_string_equal(result.message, "");
  result = json_parse(str_of(json), &tree);
  assert_string_equal(result.message, "");
  result = webhook_read(arena, &schema, &schema.ticket, tree, out);
  cJSON_Delete(tree);
  return result;
}

static void read_values_rows(void **state) {
  (void)state;
  static const struct {
    const char *json, *field, *value; /* value NULL: rejected; members of a set joined by commas */
  } rows[] = {
      {"{" WHOLE "}", "title", "t"},
      {"{" WHOLE "}", "labels", ""},
      {"{" WHOLE "}", "severity", ""},
      {"{" WHOLE ",\"labels\":[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":null}]}", "labels", "a,b"},
      {"{" WHOLE ",\"labels\":{\"name\":\"a\"}}", "labels", "a"},
      {"{" WHOLE ",\"labels\":null}", "labels", ""},
      {"{" WHOLE ",\"labels\":[\"a\"]}", "labels", NULL},
      {"{" WHOLE ",\"labels\":[{\"name\":{}}]}", "labels", NULL},
      {"{" WHOLE ",\"labels\":[{}]}", "labels", NULL},
      {"{" WHOLE ",\"who\":\"ann\"}", "assignees", "ann"},
      {"{" WHOLE ",\"who\":null}", "assignees", ""},
      {"{" WHOLE ",\"who\":\"\"}", "assignees", ""},
      {"{" WHOLE ",\"who\":[\"ann\",7]}", "assignees", "ann,7"},
      {"{" WHOLE ",\"points\":3}", "estimate", "3"},
      {"{" WHOLE ",\"points\":2.5}", "estimate", "2.5"},
      {"{" WHOLE ",\"points\":-0.1}", "estimate", "-0.1"},
      {"{" WHOLE ",\"points\":\"XL\"}", "estimate", "XL"},
      {"{" WHOLE ",\"points\":true}", "estimate", "true"},
      {"{" WHOLE ",\"points\":[]}", "estimate", NULL},
      {"{" WHOLE ",\"points\":{}}", "estimate", NULL},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct observation seen;
    struct str_builder joined = {.arena = &arena};
    struct result result = read_text(&arena, options, rows[i].json, &seen);
    if (result.code != (rows[i].value ? RESULT_OK : RESULT_REJECTED))
      fail_msg("%s: %s", rows[i].json, result.message);
    if (!rows[i].value)
      continue;
    const struct value *value = values_find(&seen.fields, str_of(rows[i].field));
    for (size_t k = 0; value->kind == VALUE_SET && k < value->count; k++)
      str_append_format(&joined, "%s%.*s", k ? "," : "", STR_FMT(value->items[k]));
    struct str text = value->kind == VALUE_SET ? str_built(&joined) : value->text;
    if (!str_is(text, rows[i].value))
      fail_msg("%s: %.*s", rows[i].json, STR_FMT(text));
    assert_int_equal(seen.fields.count, 5);
  }
  arena_free(&arena);
}

static void read_refuses_and_names_the_member(void **state) {
  (void)state;
  static const struct {
    const char *json, *names;
  } rows[] = {
      {"{}", "ticket.id"},
      {"[]", "ticket.id"},
      {"{\"id\":\"\"}", "ticket.id"},
      {"{\"id\":true}", "ticket.id"},
      {"{\"id\":9007199254740994}", "too large"},
      {"{\"id\":\"a\"}", "ticket.updated_at"},
      {"{\"id\":\"a\",\"at\":\"yesterday\"}", "ticket.updated_at"},
      {"{\"id\":\"a\",\"at\":-5}", "ticket.updated_at"},
      {"{\"id\":\"a\",\"at\":\"2026-01-01T00:00:00Z\",\"how\":null}", "ticket.fields.title"},
      {"{\"id\":\"a\",\"at\":\"2026-01-01T00:00:00Z\",\"title\":\"t\"}", "ticket.fields.severity"},
      {"{\"id\":\"a\",\"at\":\"2026-01-01T00:00:00Z\",\"title\":[],\"how\":null}", "ticket.fields.title"},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct observation seen;
    struct result result = read_text(&arena, options, rows[i].json, &seen);
    if (result.code != RESULT_REJECTED || str_find(str_of(result.message), rows[i].names) < 0)
      fail_msg("%s: %s", rows[i].json, result.message);
  }
  arena_free(&arena);
}

/* The mapping's `version` instead of a time. */
static void read_version_is_a_number_above_0(void **state) {
  (void)state;
  static const char by_number[] = "{\"ticket\":{\"id\":\"/id\",\"version\":\"/v\",\"fields\":{\"title\":\"/title\"}}}";
  static const struct {
    const char *json;
    int64_t version; /* 0: rejected */
  } rows[] = {
      {"{\"id\":\"a\",\"title\":\"t\",\"v\":7}", 7},       {"{\"id\":\"a\",\"title\":\"t\",\"v\":\"12\"}", 12},
      {"{\"id\":\"a\",\"title\":\"t\",\"v\":0}", 0},       {"{\"id\":\"a\",\"title\":\"t\",\"v\":-3}", 0},
      {"{\"id\":\"a\",\"title\":\"t\",\"v\":\"new\"}", 0}, {"{\"id\":\"a\",\"title\":\"t\"}", 0},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct observation seen = {0};
    struct result result = read_text(&arena, by_number, rows[i].json, &seen);
    assert_int_equal(result.code, rows[i].version ? RESULT_OK : RESULT_REJECTED);
    assert_int_equal(seen.version, rows[i].version);
    assert_true(rows[i].version || str_find(str_of(result.message), "ticket.version") >= 0);
  }
  arena_free(&arena);
}

static void read_set_of_too_many_members_is_refused(void **state) {
  (void)state;
  struct arena arena = {0};
  struct str_builder json = {.arena = &arena};
  struct observation seen;
  str_append_c(&json, "{" WHOLE ",\"labels\":[{\"name\":\"a\"}");
  for (int i = 0; i < 1000; i++)
    str_append_c(&json, ",{\"name\":\"a\"}");
  str_append_c(&json, "]}");
  struct result result = read_text(&arena, options, str_c(&arena, str_built(&json)), &seen);
  assert_int_equal(result.code, RESULT_REJECTED);
  assert_true(str_find(str_of(result.message), "too many members") > 0);
  arena_free(&arena);
}

/* Names are looked up by, and told in events. */
static void read_takes_no_endless_names(void **state) {
  (void)state;
  static const struct {
    size_t id, key;           /* their lengths */
    size_t seen_id, seen_key; /* 0 = refused */
  } rows[] = {{2048, 2048, 2048, 2048}, {2049, 1, 0, 0}, {2, 2049, 2, 2}};
  static const char keyed[] = "{\"ticket\":{\"id\":\"/id\",\"key\":\"/key\",\"updated_at\":\"/at\","
                              "\"fields\":{\"title\":\"/title\"}}}";
  char endless[4096];
  memset(endless, 'x', sizeof endless);
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct str_builder json = {.arena = &arena};
    struct observation seen = {0};
    str_append_c(&json, "{\"at\":\"2026-01-01T00:00:00Z\",\"title\":\"t\",\"id\":\"");
    str_append(&json, (struct str){endless, rows[i].id});
    str_append_c(&json, "\",\"key\":\"");
    str_append(&json, (struct str){endless, rows[i].key});
    str_append_c(&json, "\"}");
    struct result result = read_text(&arena, keyed, str_c(&arena, str_built(&json)), &seen);
    assert_int_equal(result.code, rows[i].seen_id ? RESULT_OK : RESULT_REJECTED);
    if (result_ok(&result)) {
      assert_int_equal(seen.external_id.length, rows[i].seen_id);
      assert_int_equal(seen.external_key.length, rows[i].seen_key);
    }
  }
  arena_free(&arena);
}

static void read_times_rows(void **state) {
  (void)state;
  static const struct {
    const char *at;
    int64_t version;
  } rows[] = {
      {"\"2026-01-01T00:00:00.250Z\"", 1767225600250},
      {"\"2026-01-01T01:00:00+01:00\"", 1767225600000},
      {"1767225600", 1767225600000},
      {"\"1767225600\"", 1767225600000},
      {"1767225600250", 1767225600250},
      {"\"1767225600250\"", 1767225600250},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct observation seen;
    struct str json = str_format(&arena, "{\"id\":7,\"title\":\"t\",\"how\":{\"bad\":\"very\"},\"at\":%s}", rows[i].at);
    struct result result = read_text(&arena, options, json.at, &seen);
    assert_string_equal(result.message, "");
    assert_int_equal(seen.version, rows[i].version);
    assert_true(str_is(seen.external_id, "7") && str_is(seen.external_key, "7"));
  }
  arena_free(&arena);
}

static void read_tells_whose_it_is(void **state) {
  (void)state;
  static const char without_author[] =
      "{\"ticket\":{\"id\":\"/id\",\"updated_at\":\"/at\",\"idempotency_key\":\"/key\","
      "\"fields\":{\"title\":\"/title\"}}}";
  static const struct {
    const char *options, *json;
    bool is_self;
  } rows[] = {
      {options, "{" WHOLE ",\"by\":{\"name\":\"us\"}}", true},
      {options, "{" WHOLE ",\"by\":{\"name\":\"ann\"},\"key\":\"k\"}", false},
      {options, "{" WHOLE "}", false},
      {without_author, "{" WHOLE ",\"key\":\"k\"}", true},
      {without_author, "{" WHOLE ",\"key\":null}", false},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct observation seen;
    struct result result = read_text(&arena, rows[i].options, rows[i].json, &seen);
    assert_string_equal(result.message, "");
    if (seen.author_is_self != rows[i].is_self)
      fail_msg("row %zu", i);
  }
  arena_free(&arena);
}

/* Places that say that something is so: deleted, or for some people only. */
static const struct {
  const char *value;
  bool so;
} sayings[] = {
    {"true", true}, {"\"2026-01-01T00:00:00Z\"", true}, {"1", true}, {"false", false}, {"null", false}, {"\"\"", false},
    {"0", false}};

static struct observation read_saying(struct arena *arena, const char *member, const char *value) {
  struct observation seen;
  struct str json = str_format(arena, "{" WHOLE ",\"%s\":%s}", member, value);
  struct result result = read_text(arena, options, json.at, &seen);
  assert_string_equal(result.message, "");
  return seen;
}

static void read_deleted_rows(void **state) {
  (void)state;
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof sayings / sizeof sayings[0]; i++) {
    struct observation seen = read_saying(&arena, "gone", sayings[i].value);
    if ((seen.gone.length > 0) != sayings[i].so || (seen.fields.count == 0) != sayings[i].so)
      fail_msg("%s", sayings[i].value);
  }
  arena_free(&arena);
}

static void read_restricted_rows(void **state) {
  (void)state;
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof sayings / sizeof sayings[0]; i++)
    if (read_saying(&arena, "internal", sayings[i].value).restricted != sayings[i].so)
      fail_msg("%s", sayings[i].value);
  assert_false(read_saying(&arena, "else", "true").restricted);
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(read_values_rows),
      cmocka_unit_test(read_refuses_and_names_the_member),
      cmocka_unit_test(read_version_is_a_number_above_0),
      cmocka_unit_test(read_set_of_too_many_members_is_refused),
      cmocka_unit_test(read_takes_no_endless_names),
      cmocka_unit_test(read_times_rows),
      cmocka_unit_test(read_tells_whose_it_is),
      cmocka_unit_test(read_deleted_rows),
      cmocka_unit_test(read_restricted_rows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
