/* One write, and the target as it is afterwards: comments here, issues in create.c and change.c. Each part may be
 * repeated without harm, except a creation. */
#include "adapter-jira/jira.h"
#include "service/connector_fetch.h"

static struct result send(struct connection *c, struct arena *arena, const char *method, struct str path, cJSON *body,
                          struct jira_answer *out) {
  struct jira_request request = {.method = method, .path = path, .body = json_print(arena, body)};
  return jira_call(c, arena, &request, out);
}

/* -- comments -- */

static struct result comment_body(struct connection *c, struct arena *arena, const struct push *push, const cJSON *seen,
                                  cJSON **out) {
  const struct payload *payload = push->payload;
  struct str markdown = values_text(&payload->set, "body");
  cJSON *text;
  if (payload->set.count != 1 || str_is_absent(markdown) || payload->add.count || payload->remove.count)
    return result_error(RESULT_REJECTED, "a Jira comment has a body and nothing else");
  TRY(jira_write_text(c, arena, markdown, seen, &text));
  cJSON *document = cJSON_CreateObject();
  cJSON_AddItemToObject(document, "body", text);
  if (payload->marker.length)
    jira_add_property(document, jira_property(arena, payload->marker, (struct str){0}));
  *out = document;
  return RESULT_DONE;
}

static struct result read_comment_back(struct connection *c, struct arena *arena, struct str issue_id, struct str key,
                                       const struct jira_answer *answer, struct observation *out) {
  struct jira_request request = {.method = "POST"};
  cJSON *comment;
  TRY(jira_json(&request, answer, &comment));
  struct result result = jira_read_comment(c, arena, issue_id, key, comment, out);
  cJSON_Delete(comment);
  return result_after_write(result);
}

static struct result create_comment(struct connection *c, struct arena *arena, const struct push *push,
                                    struct observation *out) {
  struct str issue = push->intent->parent_external_id, key;
  struct jira_answer answer = {0};
  cJSON *body;
  TRY(jira_issue_key(c, arena, issue, &key));
  TRY(comment_body(c, arena, push, NULL, &body));
  struct str path = str_format(arena, "/issue/%.*s/comment?expand=properties", STR_FMT(issue));
  TRY(send(c, arena, "POST", path, body, &answer));
  return read_comment_back(c, arena, issue, key, &answer, out);
}

/* What restricts a comment goes along with an edit: Jira does not say what becomes of a restriction that is left out.
 */
static void keep_restriction(const cJSON *now, cJSON *document) {
  const cJSON *visibility = json_member(now, "visibility"), *internal = jira_comment_property(now, JIRA_INTERNAL);
  cJSON *properties = cJSON_GetObjectItemCaseSensitive(document, "properties");
  if (cJSON_IsObject(visibility))
    cJSON_AddItemToObject(document, "visibility", cJSON_Duplicate(visibility, true));
  if (properties && internal)
    cJSON_AddItemToArray(properties, cJSON_Duplicate(internal, true));
}

static struct result update_comment(struct connection *c, struct arena *arena, const struct push *push,
                                    struct observation *out) {
  struct str issue, id, key;
  struct jira_answer answer = {0};
  cJSON *now, *body = NULL;
  jira_split_comment_id(push->intent->external_id, &issue, &id);
  struct str path = str_format(arena, "/issue/%.*s/comment/%.*s?expand=properties", STR_FMT(issue), STR_FMT(id));
  TRY(jira_issue_key(c, arena, issue, &key));
  TRY(jira_get(c, arena, path, &now));
  struct result result = comment_body(c, arena, push, json_member(now, "body"), &body);
  if (result_ok(&result))
    keep_restriction(now, body);
  cJSON_Delete(now);
  TRY(result);
  TRY(send(c, arena, "PUT", path, body, &answer));
  return read_comment_back(c, arena, issue, key, &answer, out);
}

static struct result delete_comment(struct connection *c, struct arena *arena, const struct intent *intent,
                                    struct observation *out) {
  struct jira_request request = {.method = "DELETE", .take_gone = true};
  struct jira_answer answer = {0};
  struct str issue, id;
  jira_split_comment_id(intent->external_id, &issue, &id);
  request.path = str_format(arena, "/issue/%.*s/comment/%.*s", STR_FMT(issue), STR_FMT(id));
  TRY(jira_call(c, arena, &request, &answer));
  if (answer.status == 404)
    return connector_confirm_deleted(c, arena, jira_fetch, intent, out);
  *out = connector_deleted(arena, intent);
  return RESULT_DONE;
}

static bool has_target(const struct intent *intent, bool create, bool comment) {
  struct str issue_id, id;
  if (create)
    return !comment || jira_is_number(intent->parent_external_id);
  return comment ? jira_split_comment_id(intent->external_id, &issue_id, &id) : jira_is_number(intent->external_id);
}

struct result jira_push(struct connection *c, struct arena *arena, const struct push *push, struct observation *out) {
  const struct intent *intent = push->intent;
  bool create = str_is(intent->change, "create"), comment = str_is(intent->kind, "comment");
  if (!has_target(intent, create, comment))
    return result_error(RESULT_REJECTED, "the write has no id of Jira's as its target");
  if (str_is(intent->change, "delete"))
    return comment ? delete_comment(c, arena, intent, out)
                   : result_error(RESULT_REJECTED, "issues are not deleted; close it");
  TRY(jira_self(c, arena)); /* before the write: what comes after it must not fail */
  TRY(jira_fields_load(c, arena));
  if (comment)
    return create ? create_comment(c, arena, push, out) : update_comment(c, arena, push, out);
  return create ? jira_create_issue(c, arena, push, out) : jira_change_issue(c, arena, push, out);
}
