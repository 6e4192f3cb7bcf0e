/* Values to Jira's JSON: `fields` for what is set as a whole, `update` for members of sets that come and go. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "adapter-jira/jira.h"
#include "adapter-jira/richtext/richtext.h"

enum { PROPERTY_BYTES_MAX = 32000 }; /* Jira takes 32,768 characters */

struct writing {
  struct connection *c;
  struct arena *arena;
  const cJSON *issue; /* as it is now; NULL: a creation */
  cJSON *fields, *update;
};

/* -- texts and properties -- */

struct result jira_write_text(struct connection *c, struct arena *arena, struct str markdown, const cJSON *seen,
                              cJSON **out) {
  struct str wiki;
  if (c->cloud)
    return adf_from_markdown(arena, markdown, cJSON_IsObject(seen) ? seen : NULL, out);
  TRY(wiki_from_markdown(arena, markdown, cJSON_IsString(seen) ? str_of(seen->valuestring) : (struct str){0}, &wiki));
  *out = json_string(arena, wiki);
  return RESULT_DONE;
}

cJSON *jira_property(struct arena *arena, struct str marker, struct str body) {
  cJSON *value = cJSON_CreateObject();
  cJSON_AddNumberToObject(value, "v", 1);
  if (marker.length)
    cJSON_AddItemToObject(value, "marker", json_string(arena, marker));
  if (!str_is_absent(body)) {
    cJSON_AddItemToObject(value, "body", json_string(arena, body));
    struct str text = json_print(arena, cJSON_Duplicate(value, true));
    if (text.length > PROPERTY_BYTES_MAX) /* then the text comes back in the canonical form */
      cJSON_DeleteItemFromObjectCaseSensitive(value, "body");
  }
  return value;
}

void jira_add_property(cJSON *document, cJSON *value) {
  cJSON *list = cJSON_AddArrayToObject(document, "properties"), *one = cJSON_CreateObject();
  cJSON_AddStringToObject(one, "key", JIRA_PROPERTY);
  cJSON_AddItemToObject(one, "value", value);
  cJSON_AddItemToArray(list, one);
}

cJSON *jira_issue_property(const struct connection *c, struct arena *arena, const struct payload *payload,
                           const cJSON *issue) {
  struct str marker = payload->marker, body = values_text(&payload->set, "body");
  if (issue && marker.length == 0)
    marker = json_text(issue, "properties." JIRA_PROPERTY ".marker");
  return jira_property(arena, marker, c->cloud ? body : (struct str){0});
}

/* -- single values -- */

static cJSON *named(struct arena *arena, const char *name, struct str text) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddItemToObject(object, name, json_string(arena, text));
  return object;
}

static struct result write_number(const struct writing *w, struct str text, cJSON **out) {
  char *end, *at = str_c(w->arena, text);
  errno = 0;
  double number = strtod(at, &end);
  if (end == at || *end || errno || !isfinite(number))
    return result_error(RESULT_REJECTED, "\"%.*s\" is not a number", STR_FMT(text));
  *out = cJSON_CreateNumber(number);
  return RESULT_DONE;
}

static cJSON *write_cascading(const struct writing *w, struct str text) {
  ptrdiff_t slash = str_find(text, " / ");
  cJSON *node = named(w->arena, "value", slash < 0 ? text : str_slice(text, 0, (size_t)slash));
  if (slash >= 0)
    cJSON_AddItemToObject(node, "child", named(w->arena, "value", str_slice(text, (size_t)slash + 3, text.length)));
  return node;
}

/* The number of the project's sprint of this name that is not closed. */
static struct result find_sprint(struct connection *c, struct arena *arena, struct str name, const cJSON *boards,
                                 int64_t *out) {
  const cJSON *board, *sprint;
  cJSON_ArrayForEach(board, json_member(boards, "values")) {
    struct jira_request request = {.method = "GET", .absolute = true};
    struct jira_answer answer = {0};
    cJSON *sprints;
    request.path = str_format(arena, "/rest/agile/1.0/board/%lld/sprint?state=active,future&maxResults=50",
                              (long long)json_i64(board, "id"));
    request.take_gone = true;
    struct result result = jira_call(c, arena, &request, &answer);
    if (result.code == RESULT_REJECTED || answer.status == 404)
      continue; /* a board without sprints */
    TRY(result);
    TRY(jira_json(&request, &answer, &sprints));
    cJSON_ArrayForEach(sprint, json_member(sprints, "values")) {
      if (str_equal(json_text(sprint, "name"), name))
        *out = json_i64(sprint, "id");
    }
    cJSON_Delete(sprints);
  }
  return RESULT_DONE;
}

static struct result write_sprint(const struct writing *w, struct str name, cJSON **out) {
  struct jira_request request = {.method = "GET", .absolute = true};
  struct jira_answer answer = {0};
  cJSON *boards;
  int64_t id = 0;
  request.path = str_format(w->arena, "/rest/agile/1.0/board?projectKeyOrId=%.*s", STR_FMT(w->c->project));
  TRY(jira_call(w->c, w->arena, &request, &answer));
  TRY(jira_json(&request, &answer, &boards));
  struct result result = find_sprint(w->c, w->arena, name, boards, &id);
  cJSON_Delete(boards);
  TRY(result);
  if (id == 0)
    return result_error(RESULT_REJECTED, "no active or future sprint is called \"%.*s\"", STR_FMT(name));
  *out = cJSON_CreateNumber((double)id);
  return RESULT_DONE;
}

static struct result write_value(const struct writing *w, const struct jira_field *field, struct str text,
                                 cJSON **out) {
  const cJSON *seen = json_member(json_member(w->issue, "fields"), field->id.at);
  *out = NULL;
  if (field->kind == KIND_RICH && text.length)
    return jira_write_text(w->c, w->arena, text, seen, out);
  if (text.length == 0)
    *out = field->kind == KIND_LINE && str_is(field->name, "title") ? cJSON_CreateString("") : cJSON_CreateNull();
  else if (field->kind == KIND_NUMBER)
    return write_number(w, text, out);
  else if (field->kind == KIND_USER)
    return jira_person_ref(w->c, w->arena, text, out);
  else if (field->kind == KIND_SPRINT)
    return write_sprint(w, text, out);
  else if (field->kind == KIND_OPTION)
    *out = named(w->arena, "value", text);
  else if (field->kind == KIND_CASCADING)
    *out = write_cascading(w, text);
  else if (field->kind == KIND_NAME || field->kind == KIND_TYPE)
    *out = named(w->arena, "name", text);
  else if (field->kind == KIND_PARENT)
    *out = named(w->arena, "id", text);
  else if (field->kind == KIND_DATETIME && str_ends_with(text, "Z"))
    *out = json_string(w->arena, str_format(w->arena, "%.*s+0000", (int)(text.length - 1), text.at));
  else
    *out = json_string(w->arena, text);
  return RESULT_DONE;
}

/* -- members of sets -- */

static struct result write_member(const struct writing *w, enum jira_kind kind, struct str text, cJSON **out) {
  if (kind == KIND_USERS || kind == KIND_ASSIGNEE)
    return jira_person_ref(w->c, w->arena, text, out);
  if (kind == KIND_LABELS)
    *out = json_string(w->arena, text);
  else
    *out = named(w->arena, kind == KIND_OPTIONS ? "value" : "name", text);
  return RESULT_DONE;
}

static bool is_left_out(const struct jira_field *field, struct str member) {
  return field->kind == KIND_LABELS && !jira_is_label(member);
}

static struct result set_whole(const struct writing *w, const struct jira_field *field, const struct value *set) {
  cJSON *list = cJSON_CreateArray();
  struct result result = RESULT_DONE;
  for (size_t i = 0; i < set->count && result_ok(&result); i++) {
    cJSON *member = NULL;
    if (is_left_out(field, set->items[i]))
      continue;
    result = write_member(w, field->kind, set->items[i], &member);
    cJSON_AddItemToArray(list, member);
  }
  if (result_ok(&result))
    cJSON_AddItemToObject(w->fields, field->id.at, list);
  else
    cJSON_Delete(list);
  return result;
}

/* Jira has one assignee. */
static struct result set_assignee(const struct writing *w, const struct jira_field *field, const struct value *set) {
  cJSON *ref;
  if (set->count > 1)
    return result_error(RESULT_REJECTED, "an issue of Jira has one assignee, not %zu", set->count);
  TRY(jira_person_ref(w->c, w->arena, set->count ? set->items[0] : STR(""), &ref));
  cJSON_DeleteItemFromObjectCaseSensitive(w->fields, field->id.at);
  cJSON_AddItemToObject(w->fields, field->id.at, ref);
  return RESULT_DONE;
}

static struct result change_assignee(const struct writing *w, const struct jira_field *field, const struct value *set,
                                     bool add) {
  struct str now = jira_person_word(w->c, w->arena, json_at(w->issue, "fields.assignee"));
  const struct value none = value_set(field->name, NULL, 0);
  if (add && set->count)
    return set_assignee(w, field, set);
  if (!add && now.length && value_has(set, now) && !cJSON_HasObjectItem(w->fields, field->id.at))
    return set_assignee(w, field, &none);
  return RESULT_DONE;
}

static struct result change_members(const struct writing *w, const struct jira_field *field, const struct value *set,
                                    const char *verb) {
  cJSON *operations = cJSON_GetObjectItemCaseSensitive(w->update, field->id.at);
  for (size_t i = 0; i < set->count; i++) {
    if (is_left_out(field, set->items[i]))
      continue;
    if (!operations)
      operations = cJSON_AddArrayToObject(w->update, field->id.at);
    cJSON *member = NULL, *operation = cJSON_CreateObject();
    cJSON_AddItemToArray(operations, operation);
    TRY(write_member(w, field->kind, set->items[i], &member));
    cJSON_AddItemToObject(operation, verb, member);
  }
  return RESULT_DONE;
}

/* -- all of a payload -- */

static struct result field_for(const struct writing *w, const struct value *value, const struct jira_field **out) {
  const struct jira_field *field = jira_field_named(w->c, value->name);
  if (!field || jira_kind_is_set(field->kind) != (value->kind == VALUE_SET))
    return result_error(RESULT_REJECTED, "a Jira issue's field \"%.*s\" cannot be set", STR_FMT(value->name));
  *out = field;
  return RESULT_DONE;
}

static bool is_empty(const struct value *value) {
  return value->kind == VALUE_SET ? value->count == 0 : value->text.length == 0;
}

static struct result put_value(const struct writing *w, const struct value *value) {
  const struct jira_field *field;
  cJSON *node;
  TRY(field_for(w, value, &field));
  if (field->kind == KIND_STATUS || (!w->issue && (is_empty(value) || field->kind == KIND_TYPE)))
    return RESULT_DONE; /* by transitions; nothing to say; by who creates it */
  if (field->kind == KIND_ASSIGNEE)
    return set_assignee(w, field, value);
  if (value->kind == VALUE_SET)
    return set_whole(w, field, value);
  TRY(write_value(w, field, value->text, &node));
  cJSON_AddItemToObject(w->fields, field->id.at, node);
  return RESULT_DONE;
}

static struct result put_change(const struct writing *w, const struct value *set, bool add) {
  const struct jira_field *field;
  TRY(field_for(w, set, &field));
  if (field->kind == KIND_ASSIGNEE)
    return change_assignee(w, field, set, add);
  return change_members(w, field, set, add ? "add" : "remove");
}

static struct result of_field(const struct value *value, struct result result) {
  return result_of_field(result, value->name.at, value->name.length);
}

static struct result put_all(const struct writing *w, const struct payload *payload) {
  for (size_t i = 0; i < payload->set.count; i++)
    TRY(of_field(&payload->set.at[i], put_value(w, &payload->set.at[i])));
  for (size_t i = 0; i < payload->add.count; i++)
    TRY(of_field(&payload->add.at[i], put_change(w, &payload->add.at[i], true)));
  for (size_t i = 0; i < payload->remove.count; i++)
    TRY(of_field(&payload->remove.at[i], put_change(w, &payload->remove.at[i], false)));
  return RESULT_DONE;
}

struct result jira_write_fields(struct connection *c, struct arena *arena, const struct payload *payload,
                                const cJSON *issue, cJSON *document, bool *out_any) {
  struct writing w = {.c = c, .arena = arena, .issue = issue};
  w.fields = cJSON_AddObjectToObject(document, "fields");
  w.update = cJSON_AddObjectToObject(document, "update");
  TRY(put_all(&w, payload));
  *out_any = w.fields->child || w.update->child;
  return RESULT_DONE;
}
