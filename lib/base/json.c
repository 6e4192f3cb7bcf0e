/* Reading JSON: texts to cJSON trees, trees to records and values. */
#include "base/json.h"

#include <ctype.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/heap.h"

/* cJSON leaves out what it has no memory for: a request would lack a member, and a refusal its reason. So it gets what
 * never fails, before anything can use it. */
__attribute__((constructor)) static void set_hooks(void) {
  cJSON_Hooks hooks = {.malloc_fn = heap_taken, .free_fn = free};
  cJSON_InitHooks(&hooks);
}

/* -- parsing -- */

/* cJSON's own limit is 1000 levels; ours is checked on the bytes, before any tree exists. */
static bool depth_is_fine(struct str text) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.length; i++) {
    char c = text.at[i];
    if (in_string) {
      if (c == '\\')
        i++;
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > JSON_DEPTH_MAX)
        return false;
    } else if (c == ']' || c == '}') {
      depth--;
    }
  }
  return true;
}

enum { ESCAPE_LENGTH = 6, NO_ESCAPE = -1, NO_DIGITS = -2 }; /* \uXXXX */

/* The UTF-16 unit that an escape at `i` stands for. */
static long unit_at(struct str text, size_t i) {
  long unit = 0;
  if (i + ESCAPE_LENGTH > text.length || text.at[i] != '\\' || text.at[i + 1] != 'u')
    return NO_ESCAPE;
  for (size_t k = i + 2; k < i + ESCAPE_LENGTH; k++) {
    if (!isxdigit((unsigned char)text.at[k]))
      return NO_DIGITS;
    unit = unit * 16 + (text.at[k] <= '9' ? text.at[k] - '0' : (text.at[k] | 0x20) - 'a' + 10);
  }
  return unit;
}

static bool is_high(long unit) {
  return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low(long unit) {
  return unit >= 0xdc00 && unit < 0xe000;
}

/* U+FFFD stands for what no text can hold. cJSON's strings end at a NUL, so the rest behind \u0000 would be lost
 * without a word, nor could the store keep it. And half of a surrogate pair, where some program cut an emoji in two,
 * would have the whole answer refused, every time it comes (RFC 8259, 8.2). False: digits that are none, which cJSON
 * takes for 0. */
static bool replace_bad_escapes(struct arena *arena, struct str *text) {
  if (str_find(*text, "\\u") < 0)
    return true;
  struct str whole = *text;
  char *at = str_c(arena, whole);
  for (size_t i = 0; i + 1 < whole.length; i++) {
    if (at[i] != '\\')
      continue;
    long unit = unit_at(whole, i);
    bool pair = is_high(unit) && is_low(unit_at(whole, i + ESCAPE_LENGTH));
    if (unit == NO_DIGITS)
      return false;
    if (!pair && (unit == 0 || is_high(unit) || is_low(unit)))
      memcpy(at + i, "\\ufffd", ESCAPE_LENGTH);
    i += pair ? 2 * ESCAPE_LENGTH - 1 : 1;
  }
  *text = (struct str){at, whole.length};
  return true;
}

static struct result parse_whole(struct str text, cJSON **out) {
  const char *end = NULL;
  cJSON *tree = cJSON_ParseWithLengthOpts(text.at ? text.at : "", text.length, &end, false);
  if (!tree)
    return result_error(RESULT_REJECTED, "not valid JSON");
  struct str rest = str_trim(str_slice(text, (size_t)(end - text.at), text.length));
  if (rest.length) {
    cJSON_Delete(tree);
    return result_error(RESULT_REJECTED, "bytes follow the JSON text");
  }
  *out = tree;
  return RESULT_DONE;
}

struct result json_parse(struct str text, cJSON **out) {
  if (!depth_is_fine(text))
    return result_error(RESULT_REJECTED, "JSON is nested deeper than %d levels", JSON_DEPTH_MAX);
  if (text.length && memchr(text.at, '\0', text.length))
    return result_error(RESULT_REJECTED, "not valid JSON: it has a NUL byte");
  struct arena scratch = {0};
  struct result result =
      replace_bad_escapes(&scratch, &text) ? parse_whole(text, out) : result_error(RESULT_REJECTED, "not valid JSON");
  arena_free(&scratch);
  return result;
}

struct str json_str(const cJSON *object, const char *name) {
  const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);
  return cJSON_IsString(member) ? str_of(member->valuestring) : (struct str){0};
}

static bool number_to_i64(const cJSON *number, int64_t *out) {
  if (!cJSON_IsNumber(number) || !(fabs(number->valuedouble) <= 9007199254740992.0) ||
      number->valuedouble != trunc(number->valuedouble))
    return false;
  *out = (int64_t)number->valuedouble;
  return true;
}

int64_t json_i64(const cJSON *object, const char *name) {
  int64_t number = 0;
  number_to_i64(cJSON_GetObjectItemCaseSensitive(object, name), &number);
  return number;
}

bool json_bool(const cJSON *object, const char *name) {
  return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* -- reading records -- */

static bool node_to_strs(struct arena *arena, const cJSON *node, struct list *out) {
  if (!cJSON_IsArray(node))
    return false;
  size_t count = (size_t)cJSON_GetArraySize(node), i = 0;
  struct str *at = ARENA_ARRAY(arena, struct str, count);
  const cJSON *child;
  cJSON_ArrayForEach(child, node) {
    if (!cJSON_IsString(child))
      return false;
    at[i++] = str_copy(arena, str_of(child->valuestring));
  }
  *out = (struct list){at, count};
  return true;
}

enum { NAMES_IN_VALUES_MAX = 4096 }; /* as in messages: each is looked for among all */

static bool node_to_values(struct arena *arena, const cJSON *node, struct values *out) {
  if (!cJSON_IsObject(node) || cJSON_GetArraySize(node) > NAMES_IN_VALUES_MAX)
    return false;
  struct values_builder builder = {.arena = arena};
  const cJSON *child;
  cJSON_ArrayForEach(child, node) {
    struct str name = str_copy(arena, str_of(child->string));
    struct list items;
    if (cJSON_IsString(child))
      values_put(&builder, value_text(name, str_copy(arena, str_of(child->valuestring))));
    else if (node_to_strs(arena, child, &items))
      values_put(&builder, value_set(name, items.at, items.count));
    else
      return false;
  }
  *out = values_built(&builder);
  return true;
}

struct result json_to_values(struct arena *arena, struct str text, struct values *out) {
  cJSON *tree;
  TRY(json_parse(text, &tree));
  bool fits = node_to_values(arena, tree, out);
  cJSON_Delete(tree);
  return fits ? RESULT_DONE
              : result_error(RESULT_REJECTED, "values: expected an object of at most %d texts and lists of texts",
                             NAMES_IN_VALUES_MAX);
}

static bool node_to_bytes(struct arena *arena, const cJSON *node, struct str *out) {
  if (!cJSON_IsString(node))
    return false;
  size_t size = strlen(node->valuestring), length;
  unsigned char *bytes = arena_alloc(arena, size + 1);
  if (sodium_base642bin(bytes, size + 1, node->valuestring, size, NULL, &length, NULL, sodium_base64_VARIANT_ORIGINAL))
    return false;
  *out = (struct str){(const char *)bytes, length};
  return true;
}

static struct result fill_record(struct arena *arena, const struct record *record, const cJSON *tree, void *out);

static struct result node_to_list(struct arena *arena, const struct field *field, const cJSON *node, struct list *out) {
  if (!cJSON_IsArray(node))
    return result_error(RESULT_REJECTED, "%s: expected a list", field->name);
  size_t count = (size_t)cJSON_GetArraySize(node), i = 0;
  char *at = arena_array(arena, count, field->of->size_bytes);
  const cJSON *child;
  cJSON_ArrayForEach(child, node) TRY(fill_record(arena, field->of, child, at + i++ * field->of->size_bytes));
  *out = (struct list){at, count};
  return RESULT_DONE;
}

static struct result node_to_field(struct arena *arena, const struct field *field, const cJSON *node, void *at) {
  bool fits = false;
  switch (field->type) {
  case FIELD_STR:
    fits = cJSON_IsString(node);
    if (fits)
      *(struct str *)at = str_copy(arena, str_of(node->valuestring));
    break;
  case FIELD_BYTES:
    fits = node_to_bytes(arena, node, at);
    break;
  case FIELD_I64:
    fits = number_to_i64(node, at);
    break;
  case FIELD_BOOL:
    fits = cJSON_IsBool(node);
    *(bool *)at = cJSON_IsTrue(node);
    break;
  case FIELD_VALUES:
    fits = node_to_values(arena, node, at);
    break;
  case FIELD_STRS:
    fits = node_to_strs(arena, node, at);
    break;
  case FIELD_LIST:
    return node_to_list(arena, field, node, at);
  case FIELD_INLINE:
    return fill_record(arena, field->of, node, at);
  case FIELD_RECORD: {
    void *inner = arena_alloc(arena, field->of->size_bytes);
    TRY(fill_record(arena, field->of, node, inner));
    *(const void **)at = inner;
    return RESULT_DONE;
  }
  }
  return fits ? RESULT_DONE : result_error(RESULT_REJECTED, "%s: not of the expected type", field->name);
}

static struct result fill_record(struct arena *arena, const struct record *record, const cJSON *tree, void *out) {
  if (!cJSON_IsObject(tree))
    return result_error(RESULT_REJECTED, "%s: expected an object", record->name);
  for (size_t i = 0; i < record->field_count; i++) {
    const struct field *field = &record->fields[i];
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(tree, field->name);
    if (!node || cJSON_IsNull(node)) {
      if (field->flags & FIELD_REQUIRED)
        return result_error(RESULT_REJECTED, "%s: %s is missing", record->name, field->name);
      continue;
    }
    struct result result = node_to_field(arena, field, node, (char *)out + field->offset);
    if (!result_ok(&result))
      return result_context(result, "%s", record->name);
  }
  return RESULT_DONE;
}

struct result json_tree_to_record(struct arena *arena, const struct record *record, const cJSON *tree, void *out) {
  void *decoded = arena_alloc(arena, record->size_bytes);
  TRY(fill_record(arena, record, tree, decoded));
  memcpy(out, decoded, record->size_bytes);
  return RESULT_DONE;
}

struct result json_to_record(struct arena *arena, const struct record *record, struct str text, void *out) {
  cJSON *tree;
  TRY(json_parse(text, &tree));
  struct result result = json_tree_to_record(arena, record, tree, out);
  cJSON_Delete(tree);
  return result;
}
