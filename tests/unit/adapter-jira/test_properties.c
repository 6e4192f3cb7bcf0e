/* Properties of Jira's translation: whatever Jira sends is read the same each time, rests, and comes back as it was
 * written; rich text in its canonical form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-jira/jira.h"
#include "draw_tree.h"
#include "sync/canon.h"

enum { CASES = 4000 };

#define FIELD_ROW(id_, name_, kind_) \
  { {(id_), sizeof(id_) - 1}, {(name_), sizeof(name_) - 1}, {"", 0}, (kind_) }

static const struct jira_field fields[] = {
    FIELD_ROW("summary", "title", KIND_LINE),         FIELD_ROW("description", "body", KIND_RICH),
    FIELD_ROW("status", "status", KIND_STATUS),       FIELD_ROW("priority", "priority", KIND_NAME),
    FIELD_ROW("labels", "labels", KIND_LABELS),       FIELD_ROW("assignee", "assignees", KIND_ASSIGNEE),
    FIELD_ROW("fixVersions", "versions", KIND_NAMES), FIELD_ROW("duedate", "due_date", KIND_DATE),
    FIELD_ROW("parent", "parent", KIND_PARENT),       FIELD_ROW("c1", "estimate", KIND_NUMBER),
    FIELD_ROW("c2", "went_live", KIND_DATETIME),      FIELD_ROW("c3", "severity", KIND_OPTION),
    FIELD_ROW("c4", "platforms", KIND_OPTIONS),       FIELD_ROW("c5", "area", KIND_CASCADING),
    FIELD_ROW("c6", "reviewer", KIND_USER),           FIELD_ROW("c7", "watchers", KIND_USERS),
};
enum { FIELDS = sizeof fields / sizeof fields[0] };

static struct connection connection(bool cloud) {
  struct connection c = {.cloud = cloud, .site = STR("https://e.org"), .self = STR("me"), .fields_known = true};
  c.options = cJSON_CreateObject();
  cJSON *people = cJSON_AddObjectToObject(c.options, "people");
  cJSON_AddStringToObject(people, "id-ann", "ann");
  cJSON_AddStringToObject(people, "id-bob", "bob");
  c.fields = (struct jira_fields){fields, FIELDS};
  return c;
}

static cJSON *named(const char *member, const char *name) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddStringToObject(object, member, name);
  return object;
}

static cJSON *draw_version(struct property_case *c) {
  return named("name", draw_line(c));
}

static cJSON *draw_option(struct property_case *c) {
  return named("value", draw_line(c));
}

/* Without blanks, as all labels of Jira are. */
static cJSON *draw_label(struct property_case *c) {
  cJSON *label = cJSON_CreateString(draw_line(c));
  for (char *at = label->valuestring; (at = strpbrk(at, " \t\r\n\v\f"));)
    *at = '_';
  return label;
}

static cJSON *draw_person(struct property_case *c) {
  const char *id = property_draw(c, 2) ? "id-ann" : "id-bob";
  cJSON *person = named("accountId", id);
  cJSON_AddStringToObject(person, "name", id);
  cJSON_AddStringToObject(person, "displayName", "Somebody");
  return person;
}

static cJSON *draw_paragraph(struct property_case *c) {
  cJSON *paragraph = named("type", "paragraph"), *text = named("type", "text");
  cJSON_AddStringToObject(text, "text", draw_line(c));
  cJSON_AddItemToArray(cJSON_AddArrayToObject(paragraph, "content"), text);
  return paragraph;
}

static cJSON *draw_rich(struct property_case *c, bool cloud) {
  if (!cloud)
    return cJSON_CreateString(draw_text(c));
  cJSON *document = named("type", "doc");
  cJSON_AddNumberToObject(document, "version", 1);
  cJSON_AddItemToObject(document, "content", draw_list(c, 3, draw_paragraph));
  return document;
}

static cJSON *or_null(struct property_case *c, cJSON *node) {
  if (property_draw(c, 3))
    return node;
  cJSON_Delete(node);
  return cJSON_CreateNull();
}

static cJSON *draw_area(struct property_case *c) {
  cJSON *area = named("value", "Ground");
  if (property_draw(c, 2))
    cJSON_AddItemToObject(area, "child", named("value", "Fuel"));
  return area;
}

static cJSON *draw_fields(struct property_case *c, bool cloud) {
  cJSON *all = cJSON_CreateObject();
  cJSON_AddStringToObject(all, "summary", str_c(c->arena, str_format(c->arena, "S %s", draw_text(c))));
  cJSON_AddItemToObject(all, "description", or_null(c, draw_rich(c, cloud)));
  cJSON_AddItemToObject(all, "status", named("name", draw_line(c)));
  cJSON_AddItemToObject(all, "priority", or_null(c, named("name", draw_line(c))));
  cJSON_AddItemToObject(all, "labels", draw_list(c, 4, draw_label));
  cJSON_AddItemToObject(all, "assignee", or_null(c, draw_person(c)));
  cJSON_AddItemToObject(all, "fixVersions", draw_list(c, 3, draw_version));
  cJSON_AddItemToObject(all, "duedate", or_null(c, cJSON_CreateString("2026-01-31")));
  cJSON_AddItemToObject(all, "parent", or_null(c, named("id", "10007")));
  cJSON_AddItemToObject(all, "c1", or_null(c, cJSON_CreateNumber(property_draw(c, 100) / 4.0)));
  cJSON_AddItemToObject(all, "c2", or_null(c, cJSON_CreateString("2026-01-31T12:00:00.000+0100")));
  cJSON_AddItemToObject(all, "c3", or_null(c, draw_option(c)));
  cJSON_AddItemToObject(all, "c4", or_null(c, draw_list(c, 3, draw_option)));
  cJSON_AddItemToObject(all, "c5", or_null(c, draw_area(c)));
  cJSON_AddItemToObject(all, "c6", or_null(c, draw_person(c)));
  cJSON_AddItemToObject(all, "c7", or_null(c, draw_list(c, 3, draw_person)));
  cJSON_AddStringToObject(all, "updated", "2026-01-31T12:00:00.123+0100");
  cJSON_AddStringToObject(all, "created", "2026-01-01T12:00:00.000+0100");
  return all;
}

static cJSON *as_issue(cJSON *all) {
  cJSON *issue = named("id", "10012");
  cJSON_AddStringToObject(issue, "key", "ROCKET-12");
  cJSON_AddItemToObject(issue, "fields", all);
  return issue;
}

static void close_connection(struct connection *c) {
  cJSON_Delete(c->options);
  arena_free(&c->arena);
}

static bool issue_is_read_alike(struct property_case *c) {
  struct connection jira = connection(property_draw(c, 2) == 1);
  cJSON *all = draw_fields(c, jira.cloud);
  bool spoilt = draw_mischief(c, all), good = true;
  cJSON *issue = as_issue(all), *again = cJSON_Duplicate(issue, true);
  struct observation first = {0}, second = {0};
  struct result result = jira_read_issue(&jira, c->arena, issue, &first);
  if (!spoilt)
    draw_order(c, cJSON_GetObjectItem(again, "fields"));
  struct result repeated = jira_read_issue(&jira, c->arena, again, &second);
  if (!spoilt && !result_ok(&result))
    good = property_broken(c, "refused: %s", result.message);
  else if (result.code != repeated.code)
    good = property_broken(c, "read once only");
  else if (result_ok(&result))
    good = first.external_id.length && first.version > 0 && first.fields.count == FIELDS &&
           same_fields(c, &first.fields, &second.fields) && fields_rest(c, &first.fields, &second.fields);
  cJSON_Delete(issue);
  cJSON_Delete(again);
  close_connection(&jira);
  return good;
}

/* What Jira shows after a creation of `canonical`; status goes by transitions. NULL: it cannot be written. */
static cJSON *written(struct property_case *c, struct connection *jira, const struct values *canonical) {
  struct payload payload = {.set = *canonical};
  cJSON *document = cJSON_CreateObject();
  bool any;
  struct result result = jira_write_fields(jira, c->arena, &payload, NULL, document, &any);
  cJSON *all = cJSON_DetachItemFromObjectCaseSensitive(document, "fields");
  cJSON_Delete(document);
  if (!result_ok(&result)) {
    property_note(c, "%s", result.message);
    cJSON_Delete(all);
    return NULL;
  }
  cJSON_AddItemToObject(all, "status", named("name", str_c(c->arena, values_text(canonical, "status"))));
  cJSON_AddStringToObject(all, "updated", "2026-01-31T12:00:01.000+0100");
  return as_issue(all);
}

static bool issue_comes_back_as_written(struct property_case *c) {
  struct connection jira = connection(true);
  cJSON *issue = as_issue(draw_fields(c, true));
  struct observation first, second;
  unsigned char hash[CANON_HASH_BYTES];
  bool good = false;
  struct result result = jira_read_issue(&jira, c->arena, issue, &first);
  cJSON_Delete(issue);
  if (result_ok(&result)) {
    struct values canonical = canonical_of(c->arena, &first.fields, hash);
    cJSON *there = written(c, &jira, &canonical);
    if (there)
      result = jira_read_issue(&jira, c->arena, there, &second);
    good = there && result_ok(&result) && same_fields(c, &canonical, &second.fields) &&
           fields_rest(c, &canonical, &second.fields);
    cJSON_Delete(there);
  }
  if (!good)
    property_note(c, "%s", result.message);
  close_connection(&jira);
  return good;
}

static void read_alike(void **state) {
  (void)state;
  property_check("jira_issue_is_read_alike", CASES, issue_is_read_alike);
}

static void as_written(void **state) {
  (void)state;
  property_check("jira_issue_comes_back_as_written", CASES, issue_comes_back_as_written);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(read_alike), cmocka_unit_test(as_written)};
  return cmocka_run_group_tests_name("properties of Jira's translation", tests, NULL, NULL);
}
