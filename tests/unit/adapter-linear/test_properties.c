/* Properties of Linear's translation: whatever Linear sends is read the same each time, rests, and comes back as it was
 * written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-linear/linear.h"
#include "draw_tree.h"
#include "sync/canon.h"

#define ISSUE_ID "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
#define PARENT_ID "3f2504e0-4f89-41d3-9a0c-0305e82c3302"
enum { CASES = 8000 };

static cJSON *named(const char *member, const char *name) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddStringToObject(object, member, name);
  return object;
}

static cJSON *named_or_null(struct property_case *c, const char *member, const char *name) {
  return property_draw(c, 2) ? named(member, name) : cJSON_CreateNull();
}

static cJSON *draw_label(struct property_case *c) {
  return named("name", draw_line(c));
}

static cJSON *nodes(cJSON *list) {
  cJSON *connection = cJSON_CreateObject();
  cJSON_AddItemToObject(connection, "nodes", list);
  return connection;
}

static cJSON *draw_cycle(struct property_case *c) {
  cJSON *cycle = named_or_null(c, "name", draw_line(c));
  if (cJSON_IsObject(cycle))
    cJSON_AddNumberToObject(cycle, "number", 1 + property_draw(c, 30));
  return cycle;
}

static cJSON *draw_issue(struct property_case *c) {
  cJSON *issue = cJSON_CreateObject();
  cJSON_AddStringToObject(issue, "id", ISSUE_ID);
  cJSON_AddStringToObject(issue, "identifier", "ENG-7");
  cJSON_AddStringToObject(issue, "title", draw_text(c));
  cJSON_AddItemToObject(issue, "description",
                        property_rarely(c, 4) ? cJSON_CreateNull() : cJSON_CreateString(draw_text(c)));
  cJSON_AddItemToObject(issue, "state", named("name", draw_line(c)));
  cJSON_AddItemToObject(issue, "labels", nodes(draw_list(c, 4, draw_label)));
  cJSON_AddItemToObject(issue, "assignee", named_or_null(c, "displayName", "ann"));
  cJSON_AddNumberToObject(issue, "priority", property_draw(c, 5));
  cJSON_AddItemToObject(issue, "estimate",
                        property_draw(c, 2) ? cJSON_CreateNumber(property_draw(c, 100)) : cJSON_CreateNull());
  cJSON_AddItemToObject(issue, "parent", named_or_null(c, "id", PARENT_ID));
  cJSON_AddItemToObject(issue, "dueDate", property_draw(c, 2) ? cJSON_CreateString("2026-01-31") : cJSON_CreateNull());
  cJSON_AddItemToObject(issue, "project", named_or_null(c, "name", draw_line(c)));
  cJSON_AddItemToObject(issue, "cycle", draw_cycle(c));
  cJSON_AddStringToObject(issue, "updatedAt", "2026-01-31T12:00:00.123Z");
  cJSON_AddStringToObject(issue, "createdAt", "2026-01-01T12:00:00.000Z");
  return issue;
}

static bool issue_is_read_alike(struct property_case *c) {
  cJSON *issue = draw_issue(c);
  bool spoilt = draw_mischief(c, issue), good = true;
  struct observation first = {0}, second = {0};
  struct result result = linear_read_issue(c->arena, issue, &first);
  cJSON *again = cJSON_Duplicate(issue, true);
  if (!spoilt)
    draw_order(c, again);
  struct result repeated = linear_read_issue(c->arena, again, &second);
  if (!spoilt && !result_ok(&result))
    good = property_broken(c, "refused: %s", result.message);
  else if (result.code != repeated.code)
    good = property_broken(c, "read once only");
  else if (result_ok(&result))
    good = first.external_id.length && first.version > 0 && first.fields.count == 11 &&
           same_fields(c, &first.fields, &second.fields) && fields_rest(c, &first.fields, &second.fields);
  cJSON_Delete(issue);
  cJSON_Delete(again);
  return good;
}

/* Names stand for ids here. */
static struct result same_id(void *context, enum linear_names_kind kind, struct str name, bool make, struct str *out) {
  (void)context, (void)kind, (void)make;
  *out = name;
  return RESULT_DONE;
}

static cJSON *taken(cJSON *input, const char *name) {
  cJSON *node = cJSON_DetachItemFromObjectCaseSensitive(input, name);
  return node ? node : cJSON_CreateNull();
}

static cJSON *as_object(cJSON *name, const char *member) {
  if (cJSON_IsNull(name))
    return name;
  cJSON *object = cJSON_CreateObject();
  cJSON_AddItemToObject(object, member, name);
  return object;
}

/* What Linear shows after the mutation with `input`, which it takes over. */
static cJSON *shown(cJSON *input) {
  cJSON *issue = cJSON_CreateObject(), *list = cJSON_CreateArray(), *cycle;
  cJSON *labels = taken(input, "labelIds");
  cJSON_AddStringToObject(issue, "id", ISSUE_ID);
  cJSON_AddStringToObject(issue, "identifier", "ENG-7");
  cJSON_AddStringToObject(issue, "updatedAt", "2026-01-31T12:00:01.000Z");
  static const char *const plain[] = {"title", "description", "priority", "estimate", "dueDate"};
  for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
    cJSON_AddItemToObject(issue, plain[i], taken(input, plain[i]));
  for (cJSON *one; (one = cJSON_DetachItemFromArray(labels, 0));)
    cJSON_AddItemToArray(list, as_object(one, "name"));
  cJSON_Delete(labels);
  cJSON_AddItemToObject(issue, "labels", nodes(list));
  cJSON_AddItemToObject(issue, "state", as_object(taken(input, "stateId"), "name"));
  cJSON_AddItemToObject(issue, "assignee", as_object(taken(input, "assigneeId"), "displayName"));
  cJSON_AddItemToObject(issue, "parent", as_object(taken(input, "parentId"), "id"));
  cJSON_AddItemToObject(issue, "project", as_object(taken(input, "projectId"), "name"));
  cycle = as_object(taken(input, "cycleId"), "name");
  if (cJSON_IsObject(cycle))
    cJSON_AddNumberToObject(cycle, "number", 1);
  cJSON_AddItemToObject(issue, "cycle", cycle);
  cJSON_Delete(input);
  return issue;
}

static bool issue_comes_back_as_written(struct property_case *c) {
  static const struct linear_lookup lookup = {NULL, same_id};
  cJSON *issue = draw_issue(c), *input;
  struct observation first, second;
  unsigned char hash[CANON_HASH_BYTES];
  struct result result = linear_read_issue(c->arena, issue, &first);
  cJSON_Delete(issue);
  if (!result_ok(&result))
    return property_broken(c, "refused: %s", result.message);
  struct values canonical = canonical_of(c->arena, &first.fields, hash);
  struct payload payload = {.set = canonical};
  result = linear_write_issue(c->arena, &payload, true, STR(""), &lookup, &input);
  if (!result_ok(&result))
    return property_broken(c, "cannot be written: %s", result.message);
  cJSON *there = shown(input);
  result = linear_read_issue(c->arena, there, &second);
  cJSON_Delete(there);
  if (!result_ok(&result))
    return property_broken(c, "what was written is refused: %s", result.message);
  return same_fields(c, &canonical, &second.fields) && fields_rest(c, &canonical, &second.fields);
}

static void read_alike(void **state) {
  (void)state;
  property_check("linear_issue_is_read_alike", CASES, issue_is_read_alike);
}

static void as_written(void **state) {
  (void)state;
  property_check("linear_issue_comes_back_as_written", CASES, issue_comes_back_as_written);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(read_alike), cmocka_unit_test(as_written)};
  return cmocka_run_group_tests_name("properties of Linear's translation", tests, NULL, NULL);
}
