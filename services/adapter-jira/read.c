/* Jira's JSON of issues and comments to observations. https://developer.atlassian.com/cloud/jira/platform/rest/v3/
 * api-group-issues/#api-rest-api-3-issue-issueidorkey-get */
#include "adapter-jira/jira.h"
#include "adapter-jira/richtext/richtext.h"
#include "base/clock.h"
#include "base/shell.h"

/* -- rich text -- */

static struct result read_text(const struct connection *c, struct arena *arena, const cJSON *node, struct str known,
                               struct str *out) {
  struct str markdown = STR("");
  if (node && !cJSON_IsNull(node))
    TRY(c->cloud ? adf_to_markdown(arena, node, known, &markdown)
                 : wiki_to_markdown(arena, str_of(cJSON_GetStringValue(node)), (struct str){0}, &markdown));
  *out = str_copy(arena, markdown);
  return RESULT_DONE;
}

/* The text of a field or comment: `label` for the message. */
static struct result read_rich(const struct connection *c, struct arena *arena, const cJSON *node, struct str known,
                               struct str label, struct str *out) {
  if (!jira_kind_fits(c->cloud, KIND_RICH, node))
    return result_error(RESULT_REJECTED, "its %.*s is no text", STR_FMT(label));
  struct result result = read_text(c, arena, node, known, out);
  return result_ok(&result) ? result
                            : result_error(RESULT_REJECTED, "its %.*s cannot be read (%s): open it in Jira and save it",
                                           STR_FMT(label), result.message);
}

/* -- values -- */

static struct str number_text(struct arena *arena, const cJSON *node) {
  return cJSON_IsNumber(node) ? str_format(arena, "%.15g", node->valuedouble) : STR("");
}

static struct str datetime_text(struct arena *arena, const cJSON *object, const char *name) {
  int64_t moment_ms = jira_time_ms(object, name);
  return moment_ms ? clock_format_ms(arena, moment_ms) : STR("");
}

static struct str cascading_text(struct arena *arena, const cJSON *node) {
  struct str parent = json_text(node, "value"), child = json_text(node, "child.value");
  if (child.length == 0)
    return str_copy(arena, parent);
  return str_format(arena, "%.*s / %.*s", STR_FMT(parent), STR_FMT(child));
}

/* Data Center shows sprints as "…Sprint@1f[id=7,…,state=ACTIVE,name=Sprint 3,…]". */
static struct str legacy_member(struct str text, const char *name) {
  ptrdiff_t at = str_find(text, name);
  if (at < 0)
    return STR("");
  struct str rest = str_slice(text, (size_t)at + strlen(name), text.length);
  ptrdiff_t end = str_find(rest, ",");
  return str_slice(rest, 0, end < 0 ? rest.length : (size_t)end);
}

static struct str sprint_text(struct arena *arena, const cJSON *list) {
  const cJSON *one;
  struct str name = STR("");
  cJSON_ArrayForEach(one, list) {
    bool legacy = cJSON_IsString(one);
    struct str text = legacy ? str_of(one->valuestring) : (struct str){0};
    struct str state = legacy ? legacy_member(text, ",state=") : json_text(one, "state");
    bool closed = str_is(state, "closed") || str_is(state, "CLOSED");
    if (!closed)
      name = legacy ? legacy_member(text, ",name=") : json_text(one, "name");
  }
  return str_copy(arena, name);
}

static struct str one_text(const struct connection *c, struct arena *arena, const struct jira_field *field,
                           const cJSON *fields) {
  const char *id = field->id.at;
  const cJSON *node = json_member(fields, id);
  switch (field->kind) {
  case KIND_NUMBER:
    return number_text(arena, node);
  case KIND_DATETIME:
    return datetime_text(arena, fields, id);
  case KIND_OPTION:
    return json_copy(arena, node, "value");
  case KIND_CASCADING:
    return cascading_text(arena, node);
  case KIND_NAME:
  case KIND_STATUS:
  case KIND_TYPE:
    return json_copy(arena, node, "name");
  case KIND_USER:
    return jira_person_word(c, arena, node);
  case KIND_SPRINT:
    return sprint_text(arena, node);
  case KIND_PARENT:
    return json_copy(arena, node, "id");
  default:
    return json_copy(arena, fields, id);
  }
}

static struct str item_text(const struct connection *c, struct arena *arena, enum jira_kind kind, const cJSON *item) {
  if (kind == KIND_USERS || kind == KIND_ASSIGNEE)
    return jira_person_word(c, arena, item);
  if (kind == KIND_LABELS)
    return cJSON_IsString(item) ? str_copy(arena, str_of(item->valuestring)) : STR("");
  return json_copy(arena, item, kind == KIND_OPTIONS ? "value" : "name");
}

static struct value set_value(const struct connection *c, struct arena *arena, const struct jira_field *field,
                              const cJSON *node) {
  bool single = field->kind == KIND_ASSIGNEE;
  size_t capacity = single ? 1 : (size_t)cJSON_GetArraySize(node), count = 0;
  struct str *items = ARENA_ARRAY(arena, struct str, capacity);
  const cJSON *item = single ? node : node ? node->child : NULL;
  for (; item && count < capacity; item = single ? NULL : item->next) {
    struct str text = item_text(c, arena, field->kind, item);
    if (text.length)
      items[count++] = text;
  }
  return value_set(field->name, items, count);
}

/* A field that was made anew there, with another type. */
static struct result other_kind(struct arena *arena, const struct jira_field *field) {
  return result_error(RESULT_REJECTED,
                      "its field \"%.*s\" is no %s any more: map it again (tandem fields map PROJECT %.*s --reset)",
                      STR_FMT(field->label), jira_kind_name(field->kind), STR_FMT(shell_word(arena, field->name)));
}

static struct result read_value(const struct connection *c, struct arena *arena, const struct jira_field *field,
                                const cJSON *fields, struct str known, struct value *out) {
  const cJSON *node = json_member(fields, field->id.at);
  struct str text = STR("");
  if (field->kind != KIND_RICH && !jira_kind_fits(c->cloud, field->kind, node))
    return other_kind(arena, field);
  if (jira_kind_is_set(field->kind)) {
    *out = set_value(c, arena, field, node);
    return RESULT_DONE;
  }
  if (field->kind == KIND_RICH)
    TRY(read_rich(c, arena, node, str_is(field->name, "body") ? known : (struct str){0}, field->label, &text));
  else
    text = one_text(c, arena, field, fields);
  *out = value_text(field->name, str_is_absent(text) ? STR("") : text);
  return RESULT_DONE;
}

static struct result read_values(const struct connection *c, struct arena *arena, const cJSON *fields, struct str known,
                                 struct values *out) {
  struct values_builder values = {.arena = arena};
  for (size_t i = 0; i < c->fields.count; i++) {
    struct value value;
    TRY(read_value(c, arena, &c->fields.at[i], fields, known, &value));
    values_put(&values, value);
  }
  *out = values_built(&values);
  return RESULT_DONE;
}

/* -- issues -- */

static void put_extra(struct values_builder *extra, const char *name, struct str text) {
  if (text.length)
    values_put(extra, value_text(str_of(name), text));
}

static struct values read_extra(const struct connection *c, struct arena *arena, const cJSON *fields) {
  struct values_builder extra = {.arena = arena};
  put_extra(&extra, "reporter", jira_person_word(c, arena, json_member(fields, "reporter")));
  put_extra(&extra, "resolution", json_copy(arena, fields, "resolution.name"));
  return values_built(&extra);
}

/* A security level (https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-security-level/), or in
 * a team-managed project of Cloud the roles that may see the issue. */
static bool is_issue_restricted(const cJSON *fields) {
  const cJSON *level = json_member(fields, "security");
  const cJSON *roles = json_at(fields, "issuerestriction.issuerestrictions");
  return cJSON_IsObject(level) || cJSON_GetArraySize(roles) > 0;
}

static struct result check_issue(const cJSON *issue) {
  if (!jira_is_number(json_text(issue, "id")) || json_text(issue, "key").length == 0)
    return result_error(RESULT_REJECTED, "an issue without id or key");
  if (json_text(issue, "fields.summary").length == 0 || json_text(issue, "fields.status.name").length == 0 ||
      jira_time_ms(issue, "fields.updated") <= 0)
    return result_error(RESULT_REJECTED, "%.*s lacks summary, status or updated", STR_FMT(json_text(issue, "key")));
  return RESULT_DONE;
}

struct result jira_read_issue(struct connection *c, struct arena *arena, const cJSON *issue, struct observation *out) {
  TRY(check_issue(issue));
  const cJSON *fields = json_member(issue, "fields"), *creator = json_member(fields, "creator");
  const cJSON *property = json_at(issue, "properties." JIRA_PROPERTY);
  struct observation seen = {.kind = STR("ticket")};
  seen.external_id = json_copy(arena, issue, "id");
  seen.external_key = json_copy(arena, issue, "key");
  seen.url = str_format(arena, "%.*s/browse/%.*s", STR_FMT(c->site), STR_FMT(seen.external_key));
  seen.author = jira_person_word(c, arena, creator);
  seen.author_is_self = c->self.length && str_equal(jira_person_id(c, creator), c->self);
  seen.version = jira_time_ms(fields, "updated");
  seen.created_at_ms = jira_time_ms(fields, "created");
  seen.restricted = is_issue_restricted(fields);
  seen.marker = json_copy(arena, property, "marker");
  struct result result = read_values(c, arena, fields, json_text(property, "body"), &seen.fields);
  if (!result_ok(&result))
    return result_context(result, "%.*s", STR_FMT(seen.external_key));
  seen.extra = read_extra(c, arena, fields);
  *out = seen;
  return RESULT_DONE;
}

/* -- comments -- */

const cJSON *jira_comment_property(const cJSON *comment, const char *key) {
  const cJSON *one;
  cJSON_ArrayForEach(one, json_member(comment, "properties")) {
    if (str_is(json_text(one, "key"), key))
      return one;
  }
  return NULL;
}

/* For one role or group, or, in Jira Service Management, internal: Cloud tells that by `jsdPublic`, Data Center by the
 * property alone; there are clients that write it as a text. */
static bool is_comment_restricted(const cJSON *comment) {
  const cJSON *shown = json_member(comment, "jsdPublic");
  const cJSON *internal = json_at(jira_comment_property(comment, JIRA_INTERNAL), "value.internal");
  return cJSON_IsObject(json_member(comment, "visibility")) || cJSON_IsFalse(shown) || cJSON_IsTrue(internal) ||
         str_is(str_of(cJSON_GetStringValue(internal)), "true");
}

struct result jira_read_comment(struct connection *c, struct arena *arena, struct str issue_id, struct str issue_key,
                                const cJSON *comment, struct observation *out) {
  struct str id = json_text(comment, "id");
  const cJSON *author = json_member(comment, "author");
  if (!jira_is_number(id) || jira_time_ms(comment, "updated") <= 0)
    return result_error(RESULT_REJECTED, "a comment on %.*s lacks id or updated", STR_FMT(issue_key));
  struct observation seen = {.kind = STR("comment"), .parent_external_id = str_copy(arena, issue_id)};
  struct str text;
  seen.external_id = str_format(arena, "%.*s:%.*s", STR_FMT(issue_id), STR_FMT(id));
  seen.external_key = str_format(arena, "%.*s (comment %.*s)", STR_FMT(issue_key), STR_FMT(id));
  seen.url =
      str_format(arena, "%.*s/browse/%.*s?focusedCommentId=%.*s", STR_FMT(c->site), STR_FMT(issue_key), STR_FMT(id));
  seen.author = jira_person_word(c, arena, author);
  seen.author_is_self = c->self.length && str_equal(jira_person_id(c, author), c->self);
  seen.version = jira_time_ms(comment, "updated");
  seen.created_at_ms = jira_time_ms(comment, "created");
  seen.marker = json_copy(arena, jira_comment_property(comment, JIRA_PROPERTY), "value.marker");
  seen.restricted = is_comment_restricted(comment);
  struct result result = read_rich(c, arena, json_member(comment, "body"), (struct str){0}, STR("text"), &text);
  if (!result_ok(&result))
    return result_context(result, "%.*s", STR_FMT(seen.external_key));
  struct value *body = ARENA_NEW(arena, struct value);
  *body = value_text(STR("body"), text);
  seen.fields = (struct values){body, 1};
  *out = seen;
  return RESULT_DONE;
}
