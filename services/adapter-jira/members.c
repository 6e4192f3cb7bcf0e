/* Small readers of Jira's JSON. */
#include "adapter-jira/jira.h"
#include "base/clock.h"

const cJSON *jira_member(const cJSON *object, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(object, name);
}

const cJSON *jira_at(const cJSON *object, const char *path) {
  char name[64];
  while (object && *path) {
    size_t length = strcspn(path, ".");
    if (length >= sizeof name)
      return NULL;
    memcpy(name, path, length);
    name[length] = '\0';
    object = jira_member(object, name);
    path += length + (path[length] == '.');
  }
  return object;
}

struct str jira_text(const cJSON *object, const char *path) {
  const cJSON *found = jira_at(object, path);
  return cJSON_IsString(found) ? str_of(found->valuestring) : (struct str){0};
}

struct str jira_copy(struct arena *arena, const cJSON *object, const char *path) {
  return str_copy(arena, jira_text(object, path));
}

/* The offset of RFC 3339 has a colon, Jira's has none. */
int64_t jira_time_ms(const cJSON *object, const char *path) {
  struct str text = jira_text(object, path);
  struct arena scratch = {0};
  int64_t moment_ms = 0;
  char sign = text.length > 5 ? text.at[text.length - 5] : 0;
  if (sign == '+' || sign == '-')
    text = str_format(&scratch, "%.*s:%.*s", (int)(text.length - 2), text.at, 2, text.at + text.length - 2);
  clock_parse(text, &moment_ms);
  arena_free(&scratch);
  return moment_ms;
}

cJSON *jira_string(struct arena *arena, struct str text) {
  return cJSON_CreateString(str_c(arena, text));
}

bool jira_is_number(struct str text) {
  int64_t number;
  return str_to_i64(text, &number) && number > 0;
}

bool jira_split_comment_id(struct str external_id, struct str *issue_id, struct str *comment_id) {
  ptrdiff_t colon = str_find(external_id, ":");
  if (colon <= 0)
    return false;
  *issue_id = str_slice(external_id, 0, (size_t)colon);
  *comment_id = str_slice(external_id, (size_t)colon + 1, external_id.length);
  return jira_is_number(*issue_id) && jira_is_number(*comment_id);
}
