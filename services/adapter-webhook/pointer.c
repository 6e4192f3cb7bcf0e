/* Parsing and following JSON Pointers. */
#include "adapter-webhook/pointer.h"

static bool is_set(const struct pointer *pointer) {
  return !str_is_absent(pointer->text);
}

/* -- parsing -- */

/* "~1" is a slash, "~0" a tilde (section 4). NULL when another character follows a tilde. */
static const char *unescape(struct arena *arena, struct str token) {
  char *plain = str_c(arena, token);
  size_t length = 0;
  for (size_t i = 0; i < token.length; i++) {
    char c = token.at[i];
    if (c == '~' && (i + 1 == token.length || (token.at[i + 1] != '0' && token.at[i + 1] != '1')))
      return NULL;
    plain[length++] = c != '~' ? c : token.at[++i] == '0' ? '~' : '/';
  }
  plain[length] = '\0';
  return plain;
}

struct result pointer_parse(struct arena *arena, struct str text, struct pointer *out) {
  const char **tokens = ARENA_ARRAY(arena, const char *, POINTER_TOKENS_MAX);
  size_t count = 0;
  if (text.length > POINTER_BYTES_MAX || memchr(text.at, '\0', text.length))
    return result_error(RESULT_REJECTED, "a JSON Pointer has at most %d bytes", POINTER_BYTES_MAX);
  if (text.length && text.at[0] != '/')
    return result_error(RESULT_REJECTED, "a JSON Pointer starts with a slash: \"/%.*s\"", STR_FMT(text));
  for (struct str rest = text; rest.length;) {
    rest = str_slice(rest, 1, rest.length);
    ptrdiff_t slash = str_find(rest, "/");
    size_t end = slash < 0 ? rest.length : (size_t)slash;
    if (count == POINTER_TOKENS_MAX)
      return result_error(RESULT_REJECTED, "\"%.*s\" leads deeper than %d levels", STR_FMT(text), POINTER_TOKENS_MAX);
    tokens[count] = unescape(arena, str_slice(rest, 0, end));
    if (!tokens[count++])
      return result_error(RESULT_REJECTED, "in \"%.*s\" a tilde is written ~0 and a slash ~1", STR_FMT(text));
    rest = str_slice(rest, end, rest.length);
    if (slash < 0)
      break;
  }
  *out = (struct pointer){str_copy(arena, text), tokens, count};
  return RESULT_DONE;
}

/* -- following -- */

/* Digits without a leading zero (section 4), within the array. */
static const cJSON *array_item(const cJSON *array, const char *token) {
  int64_t index;
  bool plain = token[0] != '-' && token[0] != '+' && (token[0] != '0' || token[1] == '\0');
  if (!plain || !str_to_i64(str_of(token), &index) || index > INT32_MAX)
    return NULL;
  return cJSON_GetArrayItem(array, (int)index);
}

enum pointer_found pointer_find(const struct pointer *pointer, const cJSON *tree, const cJSON **out) {
  const cJSON *node = tree;
  if (!is_set(pointer))
    return POINTER_MISSING;
  for (size_t i = 0; i < pointer->count && node && !cJSON_IsNull(node); i++)
    node = cJSON_IsArray(node)    ? array_item(node, pointer->tokens[i])
           : cJSON_IsObject(node) ? cJSON_GetObjectItemCaseSensitive(node, pointer->tokens[i])
                                  : NULL;
  if (!node || cJSON_IsNull(node))
    return node ? POINTER_NULL : POINTER_MISSING;
  *out = node;
  return POINTER_FOUND;
}

bool pointer_put(const struct pointer *pointer, cJSON *tree, cJSON *value) {
  cJSON *node = cJSON_IsObject(tree) ? tree : NULL;
  for (size_t i = 0; i + 1 < pointer->count && node; i++) {
    cJSON *next = cJSON_GetObjectItemCaseSensitive(node, pointer->tokens[i]);
    if (!next)
      next = cJSON_AddObjectToObject(node, pointer->tokens[i]);
    node = cJSON_IsObject(next) ? next : NULL;
  }
  const char *last = pointer->count ? pointer->tokens[pointer->count - 1] : NULL;
  if (!node || !last || cJSON_GetObjectItemCaseSensitive(node, last)) {
    cJSON_Delete(value);
    return false;
  }
  return cJSON_AddItemToObject(node, last, value);
}
