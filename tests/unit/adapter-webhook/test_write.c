/* Payloads as bodies: where each field goes, what unsets it, and sets as a whole or by their changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-webhook/webhook.h"
#include "base/json.h"

static const char options[] =
    "{\"ticket\":{\"id\":\"/id\",\"updated_at\":\"/at\",\"fields\":{\"title\":\"/title\",\"body\":\"/text/md\","
    "\"labels\":{\"path\":\"/labels\",\"each\":\"/name\"},\"assignees\":{\"path\":\"/who/id\",\"members_max\":1},"
    "\"tags\":{\"path\":\"/tags\",\"kind\":\"set\"},\"estimate\":\"/points\",\"due_date\":\"/due\"}},"
    "\"out\":{\"ticket\":{\"create\":{\"url\":\"/t\"},\"fields\":{\"title\":\"/title\",\"body\":\"/text/md\","
    "\"labels\":\"/labels\",\"assignees\":\"/who/id\",\"estimate\":\"/points\",\"due_date\":\"/due\","
    "\"tags\":{\"path\":\"/tags\",\"add\":\"/tags_add\",\"remove\":\"/tags_remove\"}}}}}";

static struct str const a_b[] = {{"a", 1}, {"b", 1}};

static struct result written(struct arena *arena, const struct payload *payload, bool create,
                             const struct values *fresh, struct str *out) {
  struct schema schema;
  cJSON *body;
  struct result result = schema_read(arena, STR(options), &schema);
  assert_string_equal(result.message, "");
  result = webhook_write(arena, &schema.ticket, payload, create, fresh, &body);
  if (result_ok(&result))
    *out = json_print(arena, body);
  return result;
}

static void write_texts_rows(void **state) {
  (void)state;
  static const struct {
    const char *field, *value, *json; /* json NULL: rejected */
  } rows[] = {
      {"title", "a \"b\"", "{\"title\":\"a \\\"b\\\"\"}"},
      {"body", "x", "{\"text\":{\"md\":\"x\"}}"},
      {"body", "", "{\"text\":{\"md\":\"\"}}"},
      {"due_date", "2026-01-31", "{\"due\":\"2026-01-31\"}"},
      {"due_date", "", "{\"due\":null}"},
      {"estimate", "3", "{\"points\":3}"},
      {"estimate", "-2.5", "{\"points\":-2.5}"},
      {"estimate", "", "{\"points\":null}"},
      {"estimate", "many", NULL},
      {"estimate", "0x10", NULL},
      {"estimate", "nan", NULL},
      {"estimate", "1e999", NULL},
      {"estimate", "1 ", NULL},
      {"flavour", "x", NULL},
      {"labels", "x", NULL},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    for (int create = 0; create < 2; create++) {
      struct value value = value_text(str_of(rows[i].field), str_of(rows[i].value));
      struct payload payload = {.set = {&value, 1}};
      struct str json = {0};
      struct result result = written(&arena, &payload, create, NULL, &json);
      if (result.code != (rows[i].json ? RESULT_OK : RESULT_REJECTED) || (rows[i].json && !str_is(json, rows[i].json)))
        fail_msg("%s %s: %.*s %s", rows[i].field, rows[i].value, STR_FMT(json), result.message);
    }
  arena_free(&arena);
}

static void write_sets_of_a_creation(void **state) {
  (void)state;
  struct arena arena = {0};
  struct str json;
  const struct value sets[] = {value_set(STR("labels"), a_b, 2), value_set(STR("assignees"), a_b, 1),
                               value_set(STR("tags"), a_b, 2)};
  struct payload payload = {.set = {sets, 3}};
  struct result result = written(&arena, &payload, true, NULL, &json);
  assert_string_equal(result.message, "");
  assert_string_equal(json.at,
                      "{\"labels\":[{\"name\":\"a\"},{\"name\":\"b\"}],\"who\":{\"id\":\"a\"},\"tags\":[\"a\",\"b\"]}");
  const struct value two = value_set(STR("assignees"), a_b, 2);
  payload.set = (struct values){&two, 1};
  assert_int_equal(written(&arena, &payload, true, NULL, &json).code, RESULT_REJECTED);
  arena_free(&arena);
}

static void write_changes_of_sets(void **state) {
  (void)state;
  static const struct str c = {"c", 1};
  static const struct {
    const char *field;
    size_t add, remove; /* of c, and of a (and b) */
    bool is_known;
    const char *json; /* NULL: rejected */
  } rows[] = {
      {"labels", 1, 0, true, "{\"labels\":[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"c\"}]}"},
      {"labels", 1, 1, true, "{\"labels\":[{\"name\":\"b\"},{\"name\":\"c\"}]}"},
      {"labels", 0, 2, true, "{\"labels\":[]}"},
      {"labels", 1, 0, false, NULL},
      {"tags", 1, 1, false, "{\"tags_add\":[\"c\"],\"tags_remove\":[\"a\"]}"},
      {"tags", 0, 1, true, "{\"tags_add\":[],\"tags_remove\":[\"a\"]}"},
      {"assignees", 1, 2, true, "{\"who\":{\"id\":\"c\"}}"},
      {"assignees", 0, 2, true, "{\"who\":{\"id\":null}}"},
      {"assignees", 1, 1, true, NULL}, /* two of them */
      {"title", 1, 0, true, NULL},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct str name = str_of(rows[i].field), json = {0};
    struct value now = value_set(name, a_b, 2), add = value_set(name, &c, rows[i].add),
                 remove = value_set(name, a_b, rows[i].remove);
    struct payload payload = {.add = {&add, 1}, .remove = {&remove, 1}};
    struct values fresh = {&now, 1};
    struct result result = written(&arena, &payload, false, rows[i].is_known ? &fresh : NULL, &json);
    if (result.code != (rows[i].json ? RESULT_OK : RESULT_REJECTED) || (rows[i].json && !str_is(json, rows[i].json)))
      fail_msg("row %zu: %.*s %s", i, STR_FMT(json), result.message);
  }
  arena_free(&arena);
}

static void write_needs_fresh_rows(void **state) {
  (void)state;
  static const struct {
    const char *field;
    bool needs;
  } rows[] = {{"labels", true}, {"tags", false}, {"title", false}, {"flavour", false}};
  struct arena arena = {0};
  struct schema schema;
  assert_true(schema_read(&arena, STR(options), &schema).code == RESULT_OK);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct value add = value_set(str_of(rows[i].field), a_b, 1);
    struct payload payload = {.add = {&add, 1}};
    if (webhook_needs_fresh(&schema.ticket, &payload) != rows[i].needs)
      fail_msg("%s", rows[i].field);
  }
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(write_texts_rows),
      cmocka_unit_test(write_sets_of_a_creation),
      cmocka_unit_test(write_changes_of_sets),
      cmocka_unit_test(write_needs_fresh_rows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
