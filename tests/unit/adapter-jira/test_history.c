/* What the changelog tells exactly of a replaced value, and what is left out because it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-jira/jira.h"

#define FIELD_ROW(id_, name_, label_, kind_) \
  { {(id_), sizeof(id_) - 1}, {(name_), sizeof(name_) - 1}, {(label_), sizeof(label_) - 1}, (kind_) }

static const struct jira_field fields[] = {
    FIELD_ROW("c1", "estimate", "Points", KIND_NUMBER),   FIELD_ROW("duedate", "due_date", "Due date", KIND_DATE),
    FIELD_ROW("parent", "parent", "Parent", KIND_PARENT), FIELD_ROW("c2", "runbook", "Runbook", KIND_LINE),
    FIELD_ROW("c3", "reference", "Reference", KIND_LINE), FIELD_ROW("c4", "reference_4", "Reference", KIND_LINE),
};

/* `field` as our write of `sent` found it, by the one entry of the changelog; NULL: it is not told. */
static const char *told(struct arena *arena, bool cloud, const char *item, const char *field, const char *sent) {
  struct connection c = {.cloud = cloud, .self = STR("me"), .fields = {fields, sizeof fields / sizeof fields[0]}};
  struct value value = value_text(str_of(field), str_of(sent));
  struct payload payload = {.set = {&value, 1}};
  struct str entry = str_format(arena,
                                "{\"changelog\":{\"histories\":[{\"id\":\"1\",\"author\":{\"%s\":\"me\"},\"created\":"
                                "\"2026-01-01T00:00:01.000+0000\",\"items\":[%s]}]}}",
                                cloud ? "accountId" : "name", item);
  cJSON *before = cJSON_Parse("{\"fields\":{\"updated\":\"2026-01-01T00:00:00.000+0000\"}}");
  cJSON *after = cJSON_Parse(str_c(arena, entry));
  assert_non_null(after);
  struct values replaced = jira_replaced(&c, arena, &payload, before, after);
  cJSON_Delete(before);
  cJSON_Delete(after);
  return replaced.count ? str_c(arena, replaced.at[0].text) : NULL;
}

#define CLOUD_ITEM(id, from, from_text, to, to_text)                                            \
  "{\"fieldId\":\"" id "\",\"from\":\"" from "\",\"fromString\":\"" from_text "\",\"to\":\"" to \
  "\",\"toString\":\"" to_text "\"}"

#define CUSTOM_ITEM(label, from, to) \
  "{\"field\":\"" label "\",\"fieldtype\":\"custom\",\"fromString\":\"" from "\",\"toString\":\"" to "\"}"

static void history_tells_only_what_it_shows_exactly(void **state) {
  (void)state;
  static const struct {
    bool cloud;
    const char *field, *sent, *item, *was; /* `was` NULL: not told */
  } rows[] = {
      {true, "estimate", "5", CLOUD_ITEM("c1", "", "3", "", "5"), "3"},
      {true, "estimate", "5", CLOUD_ITEM("c1", "", "", "", "5.0"), ""},
      {true, "estimate", "5", CLOUD_ITEM("c1", "", "3,5", "", "5"), NULL},
      {true, "estimate", "5", CLOUD_ITEM("c1", "", "three", "", "5"), NULL},
      {true, "due_date", "2026-01-03", CLOUD_ITEM("duedate", "2026-01-02", "2/1/26", "2026-01-03", ""), "2026-01-02"},
      {true, "due_date", "2026-01-03", CLOUD_ITEM("duedate", "02/Jan/26", "", "2026-01-03", ""), NULL},
      {true, "due_date", "2026-01-03", CLOUD_ITEM("duedate", "2026/01/02", "", "2026-01-03", ""), NULL},
      {true, "due_date", "2026-01-03", CLOUD_ITEM("duedate", "2026-Jan-2", "", "2026-01-03", ""), NULL},
      {true, "parent", "10009", CLOUD_ITEM("parent", "10008", "R-8", "10009", "R-9"), "10008"},
      {true, "parent", "10009", CLOUD_ITEM("parent", "R-8", "R-8", "10009", "R-9"), NULL},
      {true, "reference", "b", CLOUD_ITEM("c3", "", "a", "", "b"), "a"},
      /* by their labels */
      {false, "runbook", "b", CUSTOM_ITEM("Runbook", "a", "b"), "a"},
      {false, "reference", "b", CUSTOM_ITEM("Reference", "a", "b"), NULL},
      {false, "reference_4", "b", CUSTOM_ITEM("Reference", "a", "b"), NULL},
  };
  struct arena arena = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const char *was = told(&arena, rows[i].cloud, rows[i].item, rows[i].field, rows[i].sent);
    if (!was != !rows[i].was || (was && strcmp(was, rows[i].was) != 0))
      fail_msg("%s: told %s", rows[i].item, was ? was : "nothing");
  }
  arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(history_tells_only_what_it_shows_exactly)};
  return cmocka_run_group_tests_name("jira history", tests, NULL, NULL);
}
