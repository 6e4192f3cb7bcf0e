/* The cursor's text and its two ends. */
#include "adapter-linear/cursor.h"

enum { CURSOR_VERSION = 1, PHASES = 4 };

static const char *const phase_names[PHASES] = {"idle", "both", "issues", "comments"};

static bool read_phase(struct str name, enum linear_phase *out) {
  for (int i = 0; i < PHASES; i++)
    if (str_is(name, phase_names[i])) {
      *out = (enum linear_phase)i;
      return true;
    }
  return false;
}

static bool read_tree(const struct connection *c, struct arena *arena, const cJSON *tree, struct cursor *out) {
  struct cursor cursor = {0};
  if (json_i64(tree, "v") != CURSOR_VERSION || !str_equal(json_str(tree, "team"), c->team_id) ||
      !read_phase(json_str(tree, "phase"), &cursor.phase))
    return false;
  cursor.full = json_bool(tree, "full");
  cursor.since_ms = json_i64(tree, "since_ms");
  cursor.started_ms = json_i64(tree, "started_ms");
  cursor.newest_ms = json_i64(tree, "newest_ms");
  cursor.restarts = json_i64(tree, "restarts");
  if (json_str(tree, "before").length)
    cursor.before = str_copy(arena, json_str(tree, "before"));
  *out = cursor;
  return cursor.since_ms >= 0 && cursor.newest_ms >= 0;
}

struct cursor cursor_read(const struct connection *c, struct arena *arena, struct str text) {
  struct cursor cursor = {0};
  cJSON *tree = NULL;
  struct result parsed = json_parse(text, &tree);
  bool fits = text.length && result_ok(&parsed) && read_tree(c, arena, tree, &cursor);
  cJSON_Delete(tree);
  return fits ? cursor : (struct cursor){0};
}

struct str cursor_print(const struct connection *c, struct arena *arena, const struct cursor *cursor) {
  cJSON *tree = cJSON_CreateObject();
  cJSON_AddNumberToObject(tree, "v", CURSOR_VERSION);
  cJSON_AddStringToObject(tree, "team", str_c(arena, c->team_id));
  cJSON_AddStringToObject(tree, "phase", phase_names[cursor->phase]);
  cJSON_AddBoolToObject(tree, "full", cursor->full);
  cJSON_AddNumberToObject(tree, "since_ms", (double)cursor->since_ms);
  cJSON_AddNumberToObject(tree, "started_ms", (double)cursor->started_ms);
  cJSON_AddNumberToObject(tree, "newest_ms", (double)cursor->newest_ms);
  cJSON_AddNumberToObject(tree, "restarts", (double)cursor->restarts);
  if (cursor->before.length)
    cJSON_AddStringToObject(tree, "before", str_c(arena, cursor->before));
  return json_print(arena, tree);
}

void cursor_start(struct cursor *cursor, bool full) {
  int64_t since_ms = full || cursor->newest_ms <= LINEAR_OVERLAP_MS ? 0 : cursor->newest_ms - LINEAR_OVERLAP_MS;
  *cursor = (struct cursor){.phase = since_ms ? PHASE_BOTH : PHASE_ISSUES,
                            .full = full,
                            .since_ms = since_ms,
                            .newest_ms = cursor->newest_ms};
}

void cursor_end(struct cursor *cursor) {
  int64_t newest_ms = cursor->newest_ms;
  if (cursor->started_ms && newest_ms > cursor->started_ms)
    newest_ms = cursor->started_ms;
  *cursor = (struct cursor){.phase = PHASE_IDLE, .newest_ms = newest_ms};
}
