/* The pull's cursor: its moves, and its text. */
#include "adapter-jira/cursor.h"

/* -- moves -- */

void cursor_start(struct cursor *cursor, bool full) {
  if (full) {
    cursor->since_ms = 0;
    cursor->known_count = 0;
  }
  cursor->walking = true;
  cursor->full = full;
  cursor->token = (struct str){0};
  cursor->start_at = 0;
  cursor->started_ms = 0;
  cursor->newest_ms = 0;
}

static void keep_known_since(struct cursor *cursor) {
  size_t kept = 0;
  for (size_t i = 0; i < cursor->known_count; i++)
    if (cursor->known[i].updated_ms >= cursor->since_ms)
      cursor->known[kept++] = cursor->known[i];
  cursor->known_count = kept;
}

/* Never by our clock: an overlap before the walk began there, where searches may still have shown less than there was;
 * what is newest, if that is older still. */
void cursor_end(struct cursor *cursor) {
  int64_t end_ms = cursor->newest_ms;
  if (cursor->started_ms == 0)
    end_ms -= CURSOR_OVERLAP_MS;
  else if (cursor->started_ms - CURSOR_OVERLAP_MS < end_ms)
    end_ms = cursor->started_ms - CURSOR_OVERLAP_MS;
  if (end_ms > cursor->since_ms)
    cursor->since_ms = end_ms;
  cursor->walking = cursor->full = false;
  cursor->token = (struct str){0};
  cursor->start_at = cursor->started_ms = cursor->newest_ms = 0;
  keep_known_since(cursor);
}

static struct known_issue *find_known(struct cursor *cursor, int64_t id) {
  for (size_t i = 0; i < cursor->known_count; i++)
    if (cursor->known[i].id == id)
      return &cursor->known[i];
  return NULL;
}

/* Issues come oldest change first, so the first ones are those to be forgotten. */
static void make_room(struct cursor *cursor) {
  if (cursor->known_count < CURSOR_KNOWN_MAX)
    return;
  size_t half = CURSOR_KNOWN_MAX / 2;
  memmove(cursor->known, cursor->known + half, half * sizeof *cursor->known);
  cursor->known_count = half;
}

bool cursor_note(struct cursor *cursor, int64_t id, int64_t updated_ms) {
  struct known_issue *known = find_known(cursor, id);
  if (updated_ms > cursor->newest_ms)
    cursor->newest_ms = updated_ms;
  if (known && known->updated_ms == updated_ms)
    return false;
  if (known) {
    *known = cursor->known[--cursor->known_count];
  }
  make_room(cursor);
  cursor->known[cursor->known_count++] = (struct known_issue){id, updated_ms};
  return true;
}

/* -- text -- */

static cJSON *known_node(const struct cursor *cursor) {
  cJSON *list = cJSON_CreateArray();
  for (size_t i = 0; i < cursor->known_count; i++) {
    const double pair[] = {(double)cursor->known[i].id, (double)cursor->known[i].updated_ms};
    cJSON_AddItemToArray(list, cJSON_CreateDoubleArray(pair, 2));
  }
  return list;
}

struct str cursor_print(const struct connection *c, struct arena *arena, const struct cursor *cursor) {
  cJSON *tree = cJSON_CreateObject();
  cJSON_AddNumberToObject(tree, "v", CURSOR_VERSION);
  cJSON_AddItemToObject(tree, "project", json_string(arena, c->project));
  cJSON_AddItemToObject(tree, "credential", json_string(arena, c->credential));
  cJSON_AddItemToObject(tree, "self", json_string(arena, c->self));
  cJSON_AddBoolToObject(tree, "walking", cursor->walking);
  cJSON_AddBoolToObject(tree, "full", cursor->full);
  cJSON_AddNumberToObject(tree, "since", (double)cursor->since_ms);
  cJSON_AddNumberToObject(tree, "started", (double)cursor->started_ms);
  cJSON_AddNumberToObject(tree, "newest", (double)cursor->newest_ms);
  cJSON_AddNumberToObject(tree, "start_at", (double)cursor->start_at);
  if (cursor->token.length)
    cJSON_AddItemToObject(tree, "token", json_string(arena, cursor->token));
  cJSON_AddItemToObject(tree, "known", known_node(cursor));
  return json_print(arena, tree);
}

static void read_known(const cJSON *tree, struct cursor *cursor) {
  const cJSON *pair;
  cJSON_ArrayForEach(pair, json_member(tree, "known")) {
    const cJSON *id = cJSON_GetArrayItem(pair, 0), *updated = cJSON_GetArrayItem(pair, 1);
    if (cursor->known_count == CURSOR_KNOWN_MAX || !cJSON_IsNumber(id) || !cJSON_IsNumber(updated))
      break;
    cursor->known[cursor->known_count++] =
        (struct known_issue){(int64_t)id->valuedouble, (int64_t)updated->valuedouble};
  }
}

static void read_tree(struct arena *arena, const cJSON *tree, struct cursor *cursor) {
  cursor->walking = json_bool(tree, "walking");
  cursor->full = json_bool(tree, "full");
  cursor->since_ms = json_i64(tree, "since");
  cursor->started_ms = json_i64(tree, "started");
  cursor->newest_ms = json_i64(tree, "newest");
  cursor->start_at = json_i64(tree, "start_at");
  cursor->token = json_copy(arena, tree, "token");
  read_known(tree, cursor);
}

/* Our own id is asked for once a credential, not once a connection. */
static void tell_connection(struct connection *c, const cJSON *tree) {
  struct str self = json_text(tree, "self");
  if (c->self.length == 0 && self.length && str_equal(json_text(tree, "credential"), c->credential))
    c->self = str_copy(&c->arena, self);
}

struct cursor *cursor_read(struct connection *c, struct arena *arena, struct str text) {
  struct cursor *cursor = ARENA_NEW(arena, struct cursor);
  cJSON *tree;
  struct result parsed = json_parse(text, &tree);
  if (!result_ok(&parsed))
    return cursor;
  if (json_i64(tree, "v") == CURSOR_VERSION && str_equal(json_text(tree, "project"), c->project)) {
    tell_connection(c, tree);
    read_tree(arena, tree, cursor);
  }
  cJSON_Delete(tree);
  return cursor;
}
