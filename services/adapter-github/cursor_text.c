/* The cursor as JSON and back. */
#include "adapter-github/cursor.h"

enum { CURSOR_VERSION = 1 };

static const char *const phase_names[] = {
    [PHASE_IDLE] = "idle", [PHASE_ISSUES] = "issues", [PHASE_COMMENTS] = "comments"};

/* -- writing -- */

static void put_str(struct arena *arena, cJSON *object, const char *name, struct str text) {
  if (text.length)
    cJSON_AddStringToObject(object, name, str_c(arena, text));
}

static void put_number(cJSON *object, const char *name, int64_t number) {
  if (number)
    cJSON_AddNumberToObject(object, name, (double)number);
}

static void put_ids(cJSON *object, const char *name, const struct id_list *list) {
  if (list->count == 0)
    return;
  cJSON *array = cJSON_AddArrayToObject(object, name);
  for (size_t i = 0; i < list->count; i++)
    cJSON_AddItemToArray(array, cJSON_CreateNumber((double)list->at[i]));
}

static void put_issues(cJSON *object, const char *name, const struct known_issues *issues) {
  if (issues->count == 0)
    return;
  cJSON *array = cJSON_AddArrayToObject(object, name);
  for (size_t i = 0; i < issues->count; i++) {
    const struct known_issue *issue = &issues->at[i];
    const double numbers[] = {(double)issue->number, (double)issue->updated_s, (double)issue->comments};
    cJSON_AddItemToArray(array, cJSON_CreateDoubleArray(numbers, 3));
  }
}

static cJSON *walk_node(struct arena *arena, const struct walk *walk) {
  cJSON *object = cJSON_CreateObject();
  put_number(object, "anchor", walk->anchor_s);
  put_number(object, "newest", walk->newest_s);
  put_number(object, "tie", walk->tie_s);
  put_number(object, "tied_at", walk->tied_s);
  put_str(arena, object, "next", walk->next);
  put_ids(object, "seen", &walk->seen);
  put_ids(object, "tied", &walk->tied);
  cJSON_AddBoolToObject(object, "shifted", walk->shifted);
  return object;
}

struct str cursor_print(const struct connection *c, struct arena *arena, const struct cursor *cursor) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddNumberToObject(object, "v", CURSOR_VERSION);
  put_str(arena, object, "remote", c->remote);
  put_str(arena, object, "credential", c->credential);
  put_str(arena, object, "self", c->self);
  if (!c->repository_id && !str_starts_with(c->repo_path, "/repos/"))
    put_str(arena, object, "path", c->repo_path);
  cJSON_AddStringToObject(object, "phase", phase_names[cursor->phase]);
  cJSON_AddBoolToObject(object, "full", cursor->full);
  put_number(object, "since", cursor->since_s);
  put_number(object, "comments_since", cursor->comments_since_s);
  put_str(arena, object, "etag", cursor->etag);
  put_issues(object, "known", &cursor->known);
  if (cursor->phase != PHASE_IDLE) {
    put_number(object, "started", cursor->started_s);
    cJSON_AddBoolToObject(object, "has_comments", cursor->has_comments);
    put_issues(object, "recent", &cursor->recent);
    cJSON_AddItemToObject(object, "walk", walk_node(arena, &cursor->walk));
  }
  return json_print(arena, object);
}

/* -- reading -- */

static struct id_list read_ids(struct arena *arena, const cJSON *object, const char *name) {
  const cJSON *array = cJSON_GetObjectItemCaseSensitive(object, name), *item;
  struct id_list list = {.capacity = (size_t)cJSON_GetArraySize(array)};
  list.at = ARENA_ARRAY(arena, int64_t, list.capacity);
  cJSON_ArrayForEach(item, array) {
    if (list.count < list.capacity)
      list.at[list.count++] = (int64_t)cJSON_GetNumberValue(item);
  }
  return list;
}

static void read_issues(const cJSON *object, const char *name, struct known_issues *out) {
  const cJSON *item;
  cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(object, name)) {
    if (out->count == CURSOR_ISSUES_MAX || cJSON_GetArraySize(item) != 3)
      break;
    out->at[out->count++] = (struct known_issue){(int64_t)cJSON_GetNumberValue(cJSON_GetArrayItem(item, 0)),
                                                 (int64_t)cJSON_GetNumberValue(cJSON_GetArrayItem(item, 1)),
                                                 (int64_t)cJSON_GetNumberValue(cJSON_GetArrayItem(item, 2))};
  }
}

static struct walk read_walk(struct arena *arena, const cJSON *object) {
  return (struct walk){
      .anchor_s = json_i64(object, "anchor"),
      .newest_s = json_i64(object, "newest"),
      .tie_s = json_i64(object, "tie"),
      .tied_s = json_i64(object, "tied_at"),
      .next = str_copy(arena, json_str(object, "next")),
      .seen = read_ids(arena, object, "seen"),
      .tied = read_ids(arena, object, "tied"),
      .shifted = json_bool(object, "shifted"),
  };
}

static enum cursor_phase phase_named(struct str name) {
  for (unsigned i = 0; i < sizeof phase_names / sizeof phase_names[0]; i++)
    if (str_is(name, phase_names[i]))
      return (enum cursor_phase)i;
  return PHASE_IDLE;
}

static void tell_connection(struct connection *c, const cJSON *tree) {
  struct str path = json_str(tree, "path"), self = json_str(tree, "self");
  if (str_is_absent(c->self) && self.length && str_equal(json_str(tree, "credential"), c->credential))
    c->self = str_copy(&c->arena, self);
  if (!c->repository_id && str_starts_with(path, "/repositories/") && !str_equal(path, c->repo_path))
    c->repo_path = str_copy(&c->arena, path);
}

static void read_tree(struct arena *arena, const cJSON *tree, struct cursor *cursor) {
  cursor->phase = phase_named(json_str(tree, "phase"));
  cursor->full = json_bool(tree, "full");
  cursor->since_s = json_i64(tree, "since");
  cursor->comments_since_s = json_i64(tree, "comments_since");
  cursor->etag = str_copy(arena, json_str(tree, "etag"));
  cursor->started_s = json_i64(tree, "started");
  cursor->has_comments = json_bool(tree, "has_comments");
  cursor->walk = read_walk(arena, cJSON_GetObjectItemCaseSensitive(tree, "walk"));
  read_issues(tree, "known", &cursor->known);
  read_issues(tree, "recent", &cursor->recent);
}

struct cursor *cursor_read(struct connection *c, struct arena *arena, struct str text) {
  struct cursor *cursor = ARENA_NEW(arena, struct cursor);
  cJSON *tree;
  struct result parsed = json_parse(text, &tree);
  if (!result_ok(&parsed))
    return cursor;
  if (json_i64(tree, "v") == CURSOR_VERSION && str_equal_caseless(json_str(tree, "remote"), c->remote)) {
    tell_connection(c, tree);
    read_tree(arena, tree, cursor);
  }
  cJSON_Delete(tree);
  return cursor;
}
