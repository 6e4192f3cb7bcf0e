/* Pure translation: GitHub's JSON to observations, and payloads to GitHub's JSON. Its own words (issue, state_reason,
 * login) end here. https://docs.github.com/en/rest/issues/issues?apiVersion=2022-11-28#get-an-issue */
#include "adapter-github/github.h"
#include "base/clock.h"

#define MARKER_OPENS "<!-- tandem:v1:"
#define MARKER_CLOSES " -->"
enum { UUID_LENGTH = 36, MARKER_HMAC_MAX = 128 };

/* -- members -- */

/* ".../pull/12" or ".../pull/12#issuecomment-345"; a repository may well be called "pull". */
static bool is_pull_url(struct str url) {
  ptrdiff_t hit = str_find(url, "/pull/");
  if (hit < 0)
    return false;
  size_t at = (size_t)hit + sizeof "/pull/" - 1, digits = at;
  while (at < url.length && url.at[at] >= '0' && url.at[at] <= '9')
    at++;
  return at > digits && (at == url.length || url.at[at] == '#');
}

bool github_is_pull(const cJSON *item) {
  return cJSON_IsObject(json_member(item, "pull_request")) || is_pull_url(json_str(item, "html_url"));
}

static bool is_self(struct str author, struct str self) {
  return self.length && str_equal_caseless(author, self);
}

/* -- markers -- */

static bool is_lower_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool is_uuid(const char *text) {
  for (int i = 0; i < UUID_LENGTH; i++) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_lower_hex(text[i]))
      return false;
  }
  return true;
}

/* The length of the HTML comment that starts `text`, 0 when it is not exactly a marker. */
static size_t marker_length(struct str text, struct str *marker) {
  size_t start = sizeof MARKER_OPENS - 1, end = start + UUID_LENGTH + 1;
  if (!str_starts_with(text, MARKER_OPENS) || text.length <= end || !is_uuid(text.at + start) ||
      text.at[end - 1] != ':')
    return 0;
  size_t hmac = end;
  while (end < text.length && is_lower_hex(text.at[end]))
    end++;
  if (end == hmac || end - hmac > MARKER_HMAC_MAX || !str_starts_with(str_slice(text, end, text.length), MARKER_CLOSES))
    return 0;
  *marker = str_slice(text, start, end);
  return end + sizeof MARKER_CLOSES - 1;
}

static size_t without_blanks_at_end(struct str text) {
  while (text.length && strchr(" \t\r\n", text.at[text.length - 1]))
    text.length--;
  return text.length;
}

static struct str take_out_markers(struct arena *arena, struct str body, struct str *last) {
  struct str_builder kept = {.arena = arena};
  size_t from = 0;
  for (ptrdiff_t hit; (hit = str_find(str_slice(body, from, body.length), MARKER_OPENS)) >= 0;) {
    size_t at = from + (size_t)hit, length = marker_length(str_slice(body, at, body.length), last);
    size_t keep_to = length ? from + without_blanks_at_end(str_slice(body, from, at)) : at + 1;
    str_append(&kept, str_slice(body, from, keep_to));
    from = length ? at + length : keep_to;
  }
  str_append(&kept, str_slice(body, from, body.length));
  return str_built(&kept);
}

/* Ours is the last one, since it is appended; quoted ones of others are taken out all the same. Taking one out of
 * another's middle may make a third, so it is done until none is left. */
struct str github_split_marker(struct arena *arena, struct str body, struct str *marker) {
  struct str last = {0}, inner = {0}, kept = take_out_markers(arena, body, &last);
  for (size_t before = body.length; kept.length < before;) {
    before = kept.length;
    kept = take_out_markers(arena, kept, &inner);
  }
  *marker = str_copy(arena, last);
  return kept;
}

static struct str with_marker(struct arena *arena, struct str body, struct str marker) {
  if (marker.length == 0)
    return str_is_absent(body) ? STR("") : body;
  return str_format(arena, "%.*s%s" MARKER_OPENS "%.*s" MARKER_CLOSES, STR_FMT(body), body.length ? "\n\n" : "",
                    STR_FMT(marker));
}

/* -- reading -- */

/* Names of a list of objects (or, in old payloads, of texts). */
static struct value names_of(struct arena *arena, const char *field, const cJSON *list, const char *name) {
  struct str *items = ARENA_ARRAY(arena, struct str, (size_t)cJSON_GetArraySize(list));
  size_t count = 0;
  const cJSON *item;
  cJSON_ArrayForEach(item, list) {
    struct str text = cJSON_IsString(item) ? str_of(item->valuestring) : json_str(item, name);
    if (text.length)
      items[count++] = str_copy(arena, text);
  }
  return value_set(str_of(field), items, count);
}

static struct str status_of(struct arena *arena, const cJSON *issue) {
  struct str reason = json_str(issue, "state_reason");
  if (!str_is(json_str(issue, "state"), "closed"))
    return STR("open");
  return str_format(arena, "closed:%.*s", STR_FMT(reason.length ? reason : STR("completed")));
}

static void put_reactions(struct arena *arena, const cJSON *reactions, struct values_builder *extra) {
  const cJSON *reaction;
  cJSON_ArrayForEach(reaction, reactions) {
    if (cJSON_IsNumber(reaction) && reaction->valuedouble > 0 && strcmp(reaction->string, "total_count") != 0)
      values_put(extra, value_text(str_copy(arena, str_of(reaction->string)),
                                   str_format(arena, "%.0f", reaction->valuedouble)));
  }
}

static struct values extra_of(struct arena *arena, const cJSON *item) {
  struct values_builder extra = {.arena = arena};
  put_reactions(arena, json_member(item, "reactions"), &extra);
  if (cJSON_IsBool(json_member(item, "locked")))
    values_put(&extra, value_text(STR("locked"), json_bool(item, "locked") ? STR("true") : STR("false")));
  if (cJSON_IsNumber(json_member(item, "comments")))
    values_put(&extra, value_text(STR("comments"), str_format(arena, "%lld", (long long)json_i64(item, "comments"))));
  return values_built(&extra);
}

static struct result check_issue(const cJSON *issue) {
  if (json_i64(issue, "number") <= 0)
    return result_error(RESULT_REJECTED, "an issue without a number");
  if (!cJSON_IsString(json_member(issue, "title")) || !cJSON_IsString(json_member(issue, "state")) ||
      !cJSON_IsArray(json_member(issue, "labels")) || !cJSON_IsArray(json_member(issue, "assignees")) ||
      json_time_ms(issue, "updated_at") <= 0)
    return result_error(RESULT_REJECTED, "issue #%lld lacks title, state, labels, assignees or updated_at",
                        (long long)json_i64(issue, "number"));
  return RESULT_DONE;
}

static void read_common(struct arena *arena, const cJSON *item, struct str self, struct observation *out) {
  out->url = json_copy(arena, item, "html_url");
  out->author = json_copy(arena, json_member(item, "user"), "login");
  out->author_is_self = is_self(out->author, self);
  out->version = json_time_ms(item, "updated_at");
  out->created_at_ms = json_time_ms(item, "created_at");
  out->extra = extra_of(arena, item);
}

struct result github_read_issue(struct arena *arena, const cJSON *issue, struct str self, struct observation *out) {
  TRY(check_issue(issue));
  struct values_builder fields = {.arena = arena};
  struct observation seen = {.kind = STR("ticket")};
  struct str body = github_split_marker(arena, json_str(issue, "body"), &seen.marker);
  seen.external_id = str_format(arena, "%lld", (long long)json_i64(issue, "number"));
  seen.external_key = str_format(arena, "#%.*s", STR_FMT(seen.external_id));
  read_common(arena, issue, self, &seen);
  values_put(&fields, value_text(STR("title"), json_copy(arena, issue, "title")));
  values_put(&fields, value_text(STR("body"), body));
  values_put(&fields, value_text(STR("status"), status_of(arena, issue)));
  values_put(&fields, names_of(arena, "labels", json_member(issue, "labels"), "name"));
  values_put(&fields, names_of(arena, "assignees", json_member(issue, "assignees"), "login"));
  values_put(&fields,
             value_text(STR("milestone"), json_copy_or_empty(arena, json_member(issue, "milestone"), "title")));
  seen.fields = values_built(&fields);
  *out = seen;
  return RESULT_DONE;
}

/* The number at the end of ".../issues/12". */
static struct str parent_of(struct arena *arena, const cJSON *comment) {
  struct str url = json_str(comment, "issue_url");
  size_t start = url.length;
  while (start && url.at[start - 1] >= '0' && url.at[start - 1] <= '9')
    start--;
  return str_copy(arena, str_slice(url, start, url.length));
}

struct result github_read_comment(struct arena *arena, const cJSON *comment, struct str self, struct observation *out) {
  int64_t id = json_i64(comment, "id");
  struct observation seen = {.kind = STR("comment"), .parent_external_id = parent_of(arena, comment)};
  if (id <= 0 || seen.parent_external_id.length == 0 || json_time_ms(comment, "updated_at") <= 0)
    return result_error(RESULT_REJECTED, "comment %lld lacks id, issue_url or updated_at", (long long)id);
  struct value *field = ARENA_NEW(arena, struct value);
  struct str body = github_split_marker(arena, json_str(comment, "body"), &seen.marker);
  *field = value_text(STR("body"), body);
  seen.external_id = str_format(arena, "%lld", (long long)id);
  seen.external_key = str_format(arena, "#%.*s (comment %lld)", STR_FMT(seen.parent_external_id), (long long)id);
  read_common(arena, comment, self, &seen);
  seen.fields = (struct values){field, 1};
  *out = seen;
  return RESULT_DONE;
}

/* -- writing -- */

static cJSON *text_node(struct arena *arena, struct str text) {
  return cJSON_CreateString(str_c(arena, text));
}

static cJSON *set_node(struct arena *arena, const struct value *set) {
  cJSON *list = cJSON_CreateArray();
  for (size_t i = 0; i < set->count; i++)
    cJSON_AddItemToArray(list, text_node(arena, set->items[i]));
  return list;
}

struct str github_write_set(struct arena *arena, const struct value *set) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddItemToObject(object, str_c(arena, set->name), set_node(arena, set));
  return json_print(arena, object);
}

static struct result put_status(cJSON *object, struct str status) {
  static const char *const reasons[] = {"completed", "not_planned", "duplicate"};
  if (str_is(status, "open") || str_is(status, "closed")) {
    cJSON_AddStringToObject(object, "state", str_is(status, "open") ? "open" : "closed");
    return RESULT_DONE;
  }
  for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
    if (str_starts_with(status, "closed:") && str_is(str_slice(status, 7, status.length), reasons[i])) {
      cJSON_AddStringToObject(object, "state", "closed");
      cJSON_AddStringToObject(object, "state_reason", reasons[i]);
      return RESULT_DONE;
    }
  return result_error(RESULT_REJECTED,
                      "GitHub has no status \"%.*s\": it is open, closed:completed, closed:not_planned or "
                      "closed:duplicate",
                      STR_FMT(status));
}

struct result github_write_status(struct arena *arena, struct str status, struct str *out) {
  cJSON *object = cJSON_CreateObject();
  struct result result = put_status(object, status);
  struct str text = json_print(arena, object);
  if (result_ok(&result))
    *out = text;
  return result;
}

struct writing {
  struct arena *arena;
  bool create;
  int64_t milestone;
  struct str marker;
  cJSON *object;
};

static void put_milestone(const struct writing *w) {
  if (w->milestone > 0)
    cJSON_AddNumberToObject(w->object, "milestone", (double)w->milestone);
  else if (w->milestone == GITHUB_MILESTONE_NONE && !w->create)
    cJSON_AddNullToObject(w->object, "milestone");
}

static struct result put_field(const struct writing *w, const struct value *value) {
  bool is_text = value->kind == VALUE_TEXT;
  if (str_is(value->name, "title") && is_text)
    cJSON_AddItemToObject(w->object, "title", text_node(w->arena, value->text));
  else if (str_is(value->name, "body") && is_text)
    cJSON_AddItemToObject(w->object, "body", text_node(w->arena, with_marker(w->arena, value->text, w->marker)));
  else if (str_is(value->name, "milestone") && is_text)
    put_milestone(w);
  else if (str_is(value->name, "status") && is_text)
    return w->create ? RESULT_DONE : put_status(w->object, value->text); /* GitHub creates open issues only */
  else if ((str_is(value->name, "labels") || str_is(value->name, "assignees")) && !is_text && w->create)
    cJSON_AddItemToObject(w->object, str_c(w->arena, value->name), set_node(w->arena, value));
  else
    return result_error(RESULT_REJECTED, "a GitHub issue's field \"%.*s\" cannot be set", STR_FMT(value->name));
  return RESULT_DONE;
}

struct result github_write_issue(struct arena *arena, const struct payload *payload, bool create, int64_t milestone,
                                 struct str *out) {
  struct writing w = {arena, create, milestone, payload->marker, cJSON_CreateObject()};
  struct result result = RESULT_DONE;
  for (size_t i = 0; i < payload->set.count && result_ok(&result); i++)
    result = put_field(&w, &payload->set.at[i]);
  if (create && !values_find(&payload->set, STR("body")) && payload->marker.length)
    cJSON_AddItemToObject(w.object, "body", text_node(arena, with_marker(arena, STR(""), payload->marker)));
  bool empty = cJSON_GetArraySize(w.object) == 0;
  struct str text = json_print(arena, w.object);
  if (result_ok(&result))
    *out = empty ? (struct str){0} : text;
  return result;
}

struct result github_write_comment(struct arena *arena, const struct payload *payload, struct str *out) {
  struct str body = values_text(&payload->set, "body");
  if (payload->set.count != 1 || str_is_absent(body) || payload->add.count || payload->remove.count)
    return result_error(RESULT_REJECTED, "a GitHub comment has a body and nothing else");
  cJSON *object = cJSON_CreateObject();
  cJSON_AddItemToObject(object, "body", text_node(arena, with_marker(arena, body, payload->marker)));
  *out = json_print(arena, object);
  return RESULT_DONE;
}
