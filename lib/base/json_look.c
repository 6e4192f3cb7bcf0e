/* Looking into JSON trees by names and paths. */
#include "base/clock.h"
#include "base/json.h"

const cJSON *json_member(const cJSON *object, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(object, name);
}

const cJSON *json_at(const cJSON *object, const char *path) {
  char name[64];
  while (object && *path) {
    size_t length = strcspn(path, ".");
    if (length >= sizeof name)
      return NULL;
    memcpy(name, path, length);
    name[length] = '\0';
    object = json_member(object, name);
    path += length + (path[length] == '.');
  }
  return object;
}

struct str json_text(const cJSON *object, const char *path) {
  const cJSON *found = json_at(object, path);
  return cJSON_IsString(found) ? str_of(found->valuestring) : (struct str){0};
}

struct str json_copy(struct arena *arena, const cJSON *object, const char *path) {
  return str_copy(arena, json_text(object, path));
}

struct str json_copy_or_empty(struct arena *arena, const cJSON *object, const char *name) {
  struct str text = json_str(object, name);
  return text.length ? str_copy(arena, text) : STR("");
}

int64_t json_time_ms(const cJSON *object, const char *name) {
  int64_t moment_ms = 0;
  clock_parse(json_str(object, name), &moment_ms);
  return moment_ms;
}

cJSON *json_string(struct arena *scratch, struct str text) {
  return cJSON_CreateString(str_c(scratch, text));
}
