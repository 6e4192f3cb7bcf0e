/* Pure translation of what Linear shows: issues and comments as observations. Its own words (issue, cycle, workflow
 * state) end here. */
#include "adapter-linear/linear.h"

bool linear_is_uuid(struct str text) {
  if (text.length != LINEAR_UUID_LENGTH)
    return false;
  for (size_t i = 0; i < text.length; i++) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    bool digit = text.at[i] && strchr("0123456789abcdefABCDEF", text.at[i]);
    if (dash ? text.at[i] != '-' : !digit)
      return false;
  }
  return true;
}

/* -- words -- */

static const char *const priorities[] = {"No priority", "Urgent", "High", "Medium", "Low"};
enum { PRIORITIES = sizeof priorities / sizeof priorities[0] };

struct str linear_priority_name(int64_t priority) {
  return priority > 0 && priority < PRIORITIES ? str_of(priorities[priority]) : STR("");
}

bool linear_priority_number(struct str word, int64_t *out) {
  for (int64_t i = 0; i < PRIORITIES; i++)
    if (str_equal_caseless(word, str_of(priorities[i])) || (i == 0 && word.length == 0)) {
      *out = i;
      return true;
    }
  return false;
}

struct str linear_cycle_name(struct arena *arena, const cJSON *cycle) {
  struct str name = json_str(cycle, "name");
  if (!cJSON_IsNumber(json_member(cycle, "number")))
    return STR("");
  return name.length ? str_copy(arena, name) : str_format(arena, "Cycle %lld", (long long)json_i64(cycle, "number"));
}

struct str linear_number(struct arena *arena, double number) {
  return str_format(arena, "%g", number);
}

static struct str estimate_of(struct arena *arena, const cJSON *issue) {
  const cJSON *estimate = json_member(issue, "estimate");
  return cJSON_IsNumber(estimate) ? linear_number(arena, estimate->valuedouble) : STR("");
}

/* -- sets -- */

struct value linear_labels(struct arena *arena, const cJSON *nodes) {
  struct str *items = ARENA_ARRAY(arena, struct str, (size_t)cJSON_GetArraySize(nodes));
  size_t count = 0;
  const cJSON *node;
  cJSON_ArrayForEach(node, nodes) {
    if (json_str(node, "name").length)
      items[count++] = str_copy(arena, json_str(node, "name"));
  }
  return value_set(STR("labels"), items, count);
}

static struct value assignees_of(struct arena *arena, const cJSON *issue) {
  struct str *item = ARENA_NEW(arena, struct str);
  *item = json_copy_or_empty(arena, json_member(issue, "assignee"), "displayName");
  return value_set(STR("assignees"), item, item->length > 0);
}

/* Shown, never synchronised: links, and that an issue is in the archive. */
static struct values extra_of(struct arena *arena, const cJSON *issue) {
  struct values_builder extra = {.arena = arena};
  const cJSON *nodes = json_member(json_member(issue, "attachments"), "nodes"), *node;
  struct str *links = ARENA_ARRAY(arena, struct str, (size_t)cJSON_GetArraySize(nodes));
  size_t count = 0;
  cJSON_ArrayForEach(node, nodes) {
    struct str title = json_str(node, "title"), url = json_str(node, "url");
    if (url.length)
      links[count++] = str_format(arena, "%.*s%s%.*s", STR_FMT(title), title.length ? " " : "", STR_FMT(url));
  }
  if (count)
    values_put(&extra, value_set(STR("attachments"), links, count));
  if (json_str(issue, "archivedAt").length)
    values_put(&extra, value_text(STR("archived"), str_copy(arena, json_str(issue, "archivedAt"))));
  return values_built(&extra);
}

/* -- observations -- */

static void read_author(struct arena *arena, const cJSON *item, const char *by, struct observation *out) {
  const cJSON *user = json_member(item, by);
  struct str name = json_str(user, "displayName"), bot = json_str(json_member(item, "botActor"), "name");
  out->author = str_copy(arena, name.length ? name : bot);
  out->author_is_self = json_bool(user, "isMe");
}

static void read_common(struct arena *arena, const cJSON *item, struct observation *out) {
  out->external_id = str_copy(arena, json_str(item, "id"));
  out->url = str_copy(arena, json_str(item, "url"));
  out->version = json_time_ms(item, "updatedAt");
  out->created_at_ms = json_time_ms(item, "createdAt");
  /* What we create carries our op_id as its id, so the id itself says whose it is; the store knows its own. */
  out->marker = out->external_id;
}

static struct result check_issue(const cJSON *issue) {
  if (json_str(issue, "id").length == 0 || json_str(issue, "identifier").length == 0)
    return result_error(RESULT_REJECTED, "an issue without id or identifier");
  if (!cJSON_IsString(json_member(issue, "title")) || json_str(json_member(issue, "state"), "name").length == 0 ||
      !cJSON_IsArray(json_member(json_member(issue, "labels"), "nodes")) ||
      !cJSON_IsNumber(json_member(issue, "priority")) || json_time_ms(issue, "updatedAt") <= 0)
    return result_error(RESULT_REJECTED, "issue %.*s lacks title, state, labels, priority or updatedAt",
                        STR_FMT(json_str(issue, "identifier")));
  return RESULT_DONE;
}

struct result linear_read_issue(struct arena *arena, const cJSON *issue, struct observation *out) {
  TRY(check_issue(issue));
  struct values_builder fields = {.arena = arena};
  struct observation seen = {.kind = STR("ticket")};
  read_common(arena, issue, &seen);
  read_author(arena, issue, "creator", &seen);
  seen.external_key = str_copy(arena, json_str(issue, "identifier"));
  seen.extra = extra_of(arena, issue);
  values_put(&fields, value_text(STR("title"), json_copy_or_empty(arena, issue, "title")));
  values_put(&fields, value_text(STR("body"), json_copy_or_empty(arena, issue, "description")));
  values_put(&fields, value_text(STR("status"), json_copy_or_empty(arena, json_member(issue, "state"), "name")));
  values_put(&fields, linear_labels(arena, json_member(json_member(issue, "labels"), "nodes")));
  values_put(&fields, assignees_of(arena, issue));
  values_put(&fields, value_text(STR("priority"), linear_priority_name(json_i64(issue, "priority"))));
  values_put(&fields, value_text(STR("estimate"), estimate_of(arena, issue)));
  values_put(&fields, value_text(STR("parent"), json_copy_or_empty(arena, json_member(issue, "parent"), "id")));
  values_put(&fields, value_text(STR("due_date"), json_copy_or_empty(arena, issue, "dueDate")));
  values_put(&fields, value_text(STR("project"), json_copy_or_empty(arena, json_member(issue, "project"), "name")));
  values_put(&fields, value_text(STR("sprint"), linear_cycle_name(arena, json_member(issue, "cycle"))));
  seen.fields = values_built(&fields);
  *out = seen;
  return RESULT_DONE;
}

struct result linear_read_comment(struct arena *arena, const cJSON *comment, struct observation *out) {
  const cJSON *issue = json_member(comment, "issue");
  struct observation seen = {.kind = STR("comment")};
  read_common(arena, comment, &seen);
  read_author(arena, comment, "user", &seen);
  seen.parent_external_id = str_copy(arena, json_str(issue, "id"));
  if (seen.external_id.length == 0 || seen.parent_external_id.length == 0 || seen.version <= 0 ||
      !cJSON_IsString(json_member(comment, "body")))
    return result_error(RESULT_REJECTED, "comment %.*s lacks id, issue, body or updatedAt", STR_FMT(seen.external_id));
  seen.external_key =
      str_format(arena, "%.*s (comment %.8s)", STR_FMT(json_str(issue, "identifier")), str_c(arena, seen.external_id));
  struct value *body = ARENA_NEW(arena, struct value);
  *body = value_text(STR("body"), json_copy_or_empty(arena, comment, "body"));
  seen.fields = (struct values){body, 1};
  struct str parent = json_str(json_member(comment, "parent"), "id");
  if (parent.length) {
    struct value *answers = ARENA_NEW(arena, struct value);
    *answers = value_text(STR("answers"), str_copy(arena, parent));
    seen.extra = (struct values){answers, 1};
  }
  *out = seen;
  return RESULT_DONE;
}
