/* Properties of GitHub's translation: whatever GitHub sends is read the same each time, rests, and comes back as it was
 * written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapter-github/github.h"
#include "base/json.h"
#include "draw_tree.h"
#include "sync/canon.h"

#define MARKER "3f2504e0-4f89-41d3-9a0c-0305e82c3301:00112233445566778899"
enum { CASES = 8000 };

static cJSON *named(const char *member, const char *name) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddStringToObject(object, member, name);
  return object;
}

static cJSON *draw_label(struct property_case *c) {
  return named("name", draw_line(c));
}

static cJSON *draw_user(struct property_case *c) {
  static const char *const logins[] = {"ann", "Bob", "carl-2"};
  return named("login", logins[property_draw(c, 3)]);
}

static void add_state(struct property_case *c, cJSON *issue) {
  static const char *const reasons[] = {"completed", "not_planned", "duplicate"};
  bool open = property_draw(c, 2) == 0;
  cJSON_AddStringToObject(issue, "state", open ? "open" : "closed");
  if (open)
    cJSON_AddNullToObject(issue, "state_reason");
  else
    cJSON_AddStringToObject(issue, "state_reason", reasons[property_draw(c, 3)]);
}

static cJSON *draw_issue(struct property_case *c) {
  cJSON *issue = cJSON_CreateObject();
  cJSON_AddNumberToObject(issue, "number", 1 + property_draw(c, 9000));
  cJSON_AddStringToObject(issue, "title", draw_text(c));
  cJSON_AddItemToObject(issue, "body", property_rarely(c, 4) ? cJSON_CreateNull() : cJSON_CreateString(draw_text(c)));
  add_state(c, issue);
  cJSON_AddItemToObject(issue, "labels", draw_list(c, 4, draw_label));
  cJSON_AddItemToObject(issue, "assignees", draw_list(c, 3, draw_user));
  cJSON_AddItemToObject(issue, "milestone", property_draw(c, 2) ? named("title", draw_line(c)) : cJSON_CreateNull());
  cJSON_AddStringToObject(issue, "updated_at", "2026-01-31T12:00:00Z");
  cJSON_AddStringToObject(issue, "created_at", "2026-01-01T12:00:00Z");
  return issue;
}

/* The same again, its members in another order. */
static bool issue_is_read_alike(struct property_case *c) {
  cJSON *issue = draw_issue(c), *again = NULL;
  bool spoilt = draw_mischief(c, issue), good = true;
  struct observation first = {0}, second = {0};
  struct result result = github_read_issue(c->arena, issue, (struct str){0}, &first);
  again = cJSON_Duplicate(issue, true);
  if (!spoilt)
    draw_order(c, again);
  struct result repeated = github_read_issue(c->arena, again, (struct str){0}, &second);
  if (!spoilt && !result_ok(&result))
    good = property_broken(c, "refused: %s", result.message);
  else if (result.code != repeated.code)
    good = property_broken(c, "read once only");
  else if (result_ok(&result))
    good = first.external_id.length && first.version > 0 && first.fields.count == 6 &&
           same_fields(c, &first.fields, &second.fields) && fields_rest(c, &first.fields, &second.fields);
  cJSON_Delete(issue);
  cJSON_Delete(again);
  return good;
}

/* What GitHub shows after the request that `fields` become: lists of names are read as lists of objects are. */
static cJSON *written(struct property_case *c, const struct values *fields) {
  struct payload payload = {.set = *fields, .marker = property_draw(c, 2) ? STR(MARKER) : (struct str){0}};
  struct str body, status;
  struct result result = github_write_issue(c->arena, &payload, true, GITHUB_MILESTONE_KEEP, &body);
  if (!result_ok(&result))
    return NULL;
  cJSON *issue, *state;
  result = json_parse(body, &issue);
  struct result closing = github_write_status(c->arena, values_text(fields, "status"), &status);
  if (!result_ok(&result) || !result_ok(&closing))
    return NULL;
  result = json_parse(status, &state);
  if (!result_ok(&result))
    return NULL;
  for (cJSON *one; (one = cJSON_DetachItemFromArray(state, 0));)
    cJSON_AddItemToObject(issue, str_c(c->arena, str_of(one->string)), one);
  cJSON_Delete(state);
  cJSON_AddItemToObject(issue, "milestone", named("title", str_c(c->arena, values_text(fields, "milestone"))));
  cJSON_AddNumberToObject(issue, "number", 7);
  cJSON_AddStringToObject(issue, "updated_at", "2026-01-31T12:00:01Z");
  return issue;
}

static bool issue_comes_back_as_written(struct property_case *c) {
  cJSON *issue = draw_issue(c);
  struct observation first, second;
  unsigned char hash[CANON_HASH_BYTES];
  struct result result = github_read_issue(c->arena, issue, (struct str){0}, &first);
  cJSON_Delete(issue);
  if (!result_ok(&result))
    return property_broken(c, "refused: %s", result.message);
  struct values canonical = canonical_of(c->arena, &first.fields, hash);
  cJSON *there = written(c, &canonical);
  if (!there)
    return property_broken(c, "cannot be written");
  result = github_read_issue(c->arena, there, (struct str){0}, &second);
  cJSON_Delete(there);
  if (!result_ok(&result))
    return property_broken(c, "what was written is refused: %s", result.message);
  return same_fields(c, &canonical, &second.fields) && fields_rest(c, &canonical, &second.fields);
}

static void read_alike(void **state) {
  (void)state;
  property_check("github_issue_is_read_alike", CASES, issue_is_read_alike);
}

static void as_written(void **state) {
  (void)state;
  property_check("github_issue_comes_back_as_written", CASES, issue_comes_back_as_written);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(read_alike), cmocka_unit_test(as_written)};
  return cmocka_run_group_tests_name("properties of GitHub's translation", tests, NULL, NULL);
}
