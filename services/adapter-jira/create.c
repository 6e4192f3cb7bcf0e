/* Making issues, one or several in a call. Jira creates them in the first status of their workflow, and answers with
 * ids alone: they are read at once, since what others change later is no rendering of ours, and then brought to their
 * status. */
#include "adapter-jira/jira.h"
#include "service/connector_many.h"

static struct result document_of(struct connection *c, struct arena *arena, const struct push *push, cJSON **out) {
  cJSON *document = cJSON_CreateObject(), *fields, *node;
  struct str type = values_text(&push->payload->set, "type");
  bool any;
  struct result result = jira_write_fields(c, arena, push->payload, NULL, document, &any);
  if (!result_ok(&result)) {
    cJSON_Delete(document);
    return result;
  }
  if (type.length == 0)
    type = jira_default_type(c);
  fields = cJSON_GetObjectItemCaseSensitive(document, "fields");
  node = cJSON_AddObjectToObject(fields, "project");
  cJSON_AddItemToObject(node, c->id_is_given ? "id" : "key",
                        json_string(arena, c->id_is_given ? c->project_id : c->project));
  node = cJSON_AddObjectToObject(fields, "issuetype");
  cJSON_AddItemToObject(node, "name", json_string(arena, type));
  jira_add_property(document, jira_issue_property(c, arena, push->payload, NULL));
  *out = document;
  return RESULT_DONE;
}

/* -- after the write -- */

/* A status that cannot be reached is no reason to lose the issue: it is said in `refused`. */
static struct result set_first_status(struct connection *c, struct arena *arena, const cJSON *issue, struct str status,
                                      struct observation *seen) {
  bool wrote = false;
  struct result result = jira_transition_to(c, arena, issue, status, &wrote);
  if (result.code == RESULT_REJECTED) {
    struct refused_value *refused = ARENA_NEW(arena, struct refused_value);
    *refused = (struct refused_value){STR("status"), str_copy(arena, str_of(result.message))};
    seen->refused.at = refused;
    seen->refused.count = 1;
    return RESULT_DONE;
  }
  TRY(result);
  seen->fields = values_with(arena, &seen->fields, value_text(STR("status"), status));
  return RESULT_DONE;
}

/* `issue` as it was just made, NULL: it is not there. The marker tells whether it is the one that was asked for. */
static struct result finish(struct connection *c, struct arena *arena, const struct payload *payload,
                            const cJSON *issue, struct observation *out) {
  struct str status = values_text(&payload->set, "status");
  struct observation seen = {0};
  if (!issue)
    return result_error(RESULT_UNCERTAIN, "the new issue is not there yet");
  TRY(result_after_write(jira_read_issue(c, arena, issue, &seen)));
  if (!str_equal(seen.marker, payload->marker))
    return result_error(RESULT_UNCERTAIN, "%.*s is not what was asked for", STR_FMT(seen.external_key));
  if (status.length)
    TRY(result_after_write(set_first_status(c, arena, issue, status, &seen)));
  jira_tell_left_out(c, arena, payload, &seen);
  *out = seen;
  return RESULT_DONE;
}

static struct result finish_by_id(struct connection *c, struct arena *arena, const struct payload *payload,
                                  struct str id, struct observation *out) {
  cJSON *issue;
  TRY(result_after_write(jira_get_issue(c, arena, id, &issue)));
  struct result result = finish(c, arena, payload, issue, out);
  cJSON_Delete(issue);
  return result;
}

/* -- one -- */

struct result jira_create_issue(struct connection *c, struct arena *arena, const struct push *push,
                                struct observation *out) {
  struct jira_request request = {.method = "POST", .path = STR("/issue")};
  struct jira_answer answer = {0};
  cJSON *document, *made;
  TRY(document_of(c, arena, push, &document));
  request.body = json_print(arena, document);
  TRY(jira_call(c, arena, &request, &answer));
  TRY(jira_json(&request, &answer, &made));
  struct str id = json_copy(arena, made, "id");
  cJSON_Delete(made);
  if (id.length == 0)
    return result_error(RESULT_UNCERTAIN, "Jira's answer to the creation has no id");
  return finish_by_id(c, arena, push->payload, id, out);
}

/* -- several -- */

/* The creations that go into the call, and what it made of each. */
struct bulk {
  struct pushed *creations[PUSH_MANY_MAX];
  struct jira_element elements[PUSH_MANY_MAX];
  size_t count;
};

/* What cannot be written is refused here, and does not go into the call. */
static struct str bulk_body(struct connection *c, struct arena *arena, struct pushed *creations, size_t count,
                            struct bulk *bulk) {
  cJSON *body = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(body, "issueUpdates"), *document;
  for (size_t i = 0; i < count; i++) {
    if (creations[i].done)
      continue;
    struct result result = document_of(c, arena, &creations[i].push, &document);
    if (result_ok(&result)) {
      cJSON_AddItemToArray(list, document);
      bulk->creations[bulk->count++] = &creations[i];
      continue;
    }
    pushed_end(&creations[i], result);
    if (pushed_stops(&result))
      pushed_end_all(creations, count, result);
  }
  return json_print(arena, body);
}

/* One that Jira refused, as if it had been sent by itself. */
static struct result refused_element(struct connection *c, struct arena *arena, const struct jira_request *request,
                                     const cJSON *failure) {
  struct http_response response = {.status = json_i64(failure, "status")};
  const cJSON *errors = json_member(failure, "elementErrors");
  if (response.status < 400 || response.status > 599)
    return result_error(RESULT_UNCERTAIN, "Jira names an issue as failed without a reason");
  response.body = errors ? json_print(arena, cJSON_Duplicate(errors, true)) : STR("");
  return jira_error(c, request, &response);
}

/* On Cloud one call; what it does not show is asked for by itself. */
static struct result read_made(struct connection *c, struct arena *arena, const struct bulk *bulk, cJSON **out) {
  struct str ids[PUSH_MANY_MAX];
  size_t count = 0;
  for (size_t i = 0; i < bulk->count; i++)
    if (!bulk->elements[i].failure)
      ids[count++] = bulk->elements[i].id;
  *out = NULL;
  return c->cloud && count > 1 ? jira_ask_issues(c, arena, ids, count, NULL, out) : RESULT_DONE;
}

static void finish_all(struct connection *c, struct arena *arena, const struct jira_request *request,
                       const struct bulk *bulk) {
  cJSON *found;
  struct result read = result_after_write(read_made(c, arena, bulk, &found));
  for (size_t i = 0; i < bulk->count; i++) {
    const struct jira_element *element = &bulk->elements[i];
    struct pushed *creation = bulk->creations[i];
    const struct payload *payload = creation->push.payload;
    const cJSON *issue = jira_issue_of(found, element->id);
    if (element->failure)
      pushed_end(creation, refused_element(c, arena, request, element->failure));
    else if (!result_ok(&read))
      pushed_end(creation, read);
    else if (issue)
      pushed_end(creation, finish(c, arena, payload, issue, &creation->seen));
    else
      pushed_end(creation, finish_by_id(c, arena, payload, element->id, &creation->seen));
  }
  cJSON_Delete(found);
}

/* Sends the call. GONE, STALE or REJECTED when Jira takes nothing of it; else it may have been carried out in part, as
 * `*out` tells. 400 is also what a call gets all of whose issues were refused, each by itself. */
static struct result call_bulk(struct connection *c, struct arena *arena, const struct jira_request *request,
                               cJSON **out) {
  struct jira_answer answer = {0};
  TRY(jira_call(c, arena, request, &answer));
  struct result result = jira_json(request, &answer, out);
  if (answer.status != 400)
    return result;
  if (result_ok(&result) && cJSON_IsArray(json_member(*out, "errors")))
    return RESULT_DONE;
  if (result_ok(&result))
    cJSON_Delete(*out);
  return result_error(RESULT_REJECTED, "Jira takes nothing of the call");
}

static struct result create_bulk(struct connection *c, struct arena *arena, const struct jira_request *request,
                                 struct bulk *bulk) {
  cJSON *answer;
  TRY(call_bulk(c, arena, request, &answer));
  bool told = jira_match_bulk(answer, bulk->count, bulk->elements);
  if (told)
    finish_all(c, arena, request, bulk);
  cJSON_Delete(answer);
  return told ? RESULT_DONE : result_error(RESULT_UNCERTAIN, "Jira's answer does not tell which issues were made");
}

/* A call that is refused as a whole says little of each: then they are made one by one. */
void jira_create_many(struct connection *c, struct arena *arena, struct pushed *creations, size_t count) {
  struct jira_request request = {.method = "POST", .path = STR("/issue/bulk"), .take_refused = true};
  struct bulk bulk = {.count = 0};
  struct result result = jira_self(c, arena); /* before the write: what comes after it must not fail */
  if (result_ok(&result))
    result = jira_fields_load(c, arena);
  if (!result_ok(&result)) {
    pushed_end_all(creations, count, result);
    return;
  }
  request.body = bulk_body(c, arena, creations, count, &bulk);
  if (pushed_open(creations, count) > 1)
    result = create_bulk(c, arena, &request, &bulk);
  if (!result_ok(&result) && !pushed_nothing(&result))
    pushed_end_all(creations, count, result);
  pushed_singly(c, arena, jira_push, creations, count);
}
