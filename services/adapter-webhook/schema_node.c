/* Members of the options, each with a message that names it when it is wrong. */
#include "adapter-webhook/schema.h"
#include "adapter-webhook/template.h"
#include "base/json.h"

struct result schema_wrong(const struct schema_node *node, const char *name, const char *message) {
  return result_error(RESULT_REJECTED, "options.%.*s%s%s: %s", STR_FMT(node->place), node->place.length ? "." : "",
                      name, message);
}

static const cJSON *member(const struct schema_node *node, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(node->object, name);
}

static bool is_one_of(const char *name, const char *const *names) {
  for (; *names; names++)
    if (strcmp(name, *names) == 0)
      return true;
  return false;
}

struct result schema_only(const struct schema_node *node, const char *const *names) {
  const cJSON *child;
  cJSON_ArrayForEach(child, node->object) {
    if (!is_one_of(child->string, names))
      return schema_wrong(node, child->string, "there is no such setting here");
    for (const cJSON *other = child->next; other; other = other->next)
      if (strcmp(other->string, child->string) == 0)
        return schema_wrong(node, child->string, "it stands there twice");
  }
  return RESULT_DONE;
}

struct result schema_get_node(const struct schema_node *node, const char *name, struct schema_node *out) {
  const cJSON *child = member(node, name);
  if (!child)
    return RESULT_DONE;
  if (!cJSON_IsObject(child))
    return schema_wrong(node, name, "it must be an object");
  struct str place = str_format(node->arena, "%.*s%s%s", STR_FMT(node->place), node->place.length ? "." : "", name);
  *out = (struct schema_node){node->arena, child, place};
  return RESULT_DONE;
}

struct result schema_get_text(const struct schema_node *node, const char *name, struct str *out) {
  const cJSON *child = member(node, name);
  if (!child)
    return RESULT_DONE;
  if (!cJSON_IsString(child))
    return schema_wrong(node, name, "it must be a text");
  *out = str_copy(node->arena, str_of(child->valuestring));
  return RESULT_DONE;
}

struct result schema_get_bool(const struct schema_node *node, const char *name, bool *out) {
  const cJSON *child = member(node, name);
  if (child && !cJSON_IsBool(child))
    return schema_wrong(node, name, "it must be true or false");
  if (child)
    *out = cJSON_IsTrue(child);
  return RESULT_DONE;
}

struct result schema_get_number(const struct schema_node *node, const char *name, int64_t min, int64_t max,
                                int64_t *out) {
  const cJSON *child = member(node, name);
  if (!child)
    return RESULT_DONE;
  int64_t number = json_i64(node->object, name);
  if (!cJSON_IsNumber(child) || child->valuedouble != (double)number || number < min || number > max)
    return schema_wrong(node, name, "it must be a whole number, and not too large");
  *out = number;
  return RESULT_DONE;
}

struct result schema_get_pointer(const struct schema_node *node, const char *name, struct pointer *out) {
  struct str text = {0};
  TRY(schema_get_text(node, name, &text));
  if (str_is_absent(text))
    return RESULT_DONE;
  struct result result = pointer_parse(node->arena, text, out);
  return result_ok(&result) ? result : schema_wrong(node, name, result.message);
}

struct result schema_get_url(const struct schema_node *node, const char *name, const char *const *variables,
                             struct str *out) {
  struct str text = {0};
  TRY(schema_get_text(node, name, &text));
  if (str_is_absent(text))
    return RESULT_DONE;
  struct result result = template_check(text, variables);
  if (!result_ok(&result))
    return schema_wrong(node, name, result.message);
  *out = text;
  return RESULT_DONE;
}
