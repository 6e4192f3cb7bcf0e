/* Writing JSON: records and values as text, in one walk over the descriptor table, without a tree. */
#include <sodium.h>
#include <stdlib.h>

#include "base/json.h"

void json_append_quoted(struct str_builder *builder, struct str text) {
  str_append_c(builder, "\"");
  size_t from = 0;
  for (size_t i = 0; i < text.length; i++) {
    unsigned char c = (unsigned char)text.at[i];
    if (c >= 0x20 && c != '"' && c != '\\')
      continue;
    str_append(builder, str_slice(text, from, i));
    from = i + 1;
    if (c == '\n')
      str_append_c(builder, "\\n");
    else if (c == '"' || c == '\\')
      str_append(builder, (struct str){(const char[]){'\\', (char)c}, 2});
    else
      str_append_format(builder, "\\u%04x", c);
  }
  str_append(builder, str_slice(text, from, text.length));
  str_append_c(builder, "\"");
}

static void append_value(struct str_builder *builder, const struct value *value) {
  json_append_quoted(builder, value->name);
  str_append_c(builder, ":");
  if (value->kind == VALUE_TEXT) {
    json_append_quoted(builder, value->text);
    return;
  }
  str_append_c(builder, "[");
  for (size_t i = 0; i < value->count; i++) {
    str_append_c(builder, i ? "," : "");
    json_append_quoted(builder, value->items[i]);
  }
  str_append_c(builder, "]");
}

static void append_values(struct str_builder *builder, const struct values *values) {
  str_append_c(builder, "{");
  for (size_t i = 0; i < values->count; i++) {
    str_append_c(builder, i ? "," : "");
    append_value(builder, &values->at[i]);
  }
  str_append_c(builder, "}");
}

struct str json_values_text(struct arena *arena, const struct values *values) {
  struct str_builder builder = {.arena = arena};
  append_values(&builder, values);
  return str_built(&builder);
}

static void append_base64(struct str_builder *builder, struct str bytes) {
  size_t size = sodium_base64_encoded_len(bytes.length, sodium_base64_VARIANT_ORIGINAL);
  char *text = arena_alloc(builder->arena, size);
  sodium_bin2base64(text, size, (const unsigned char *)bytes.at, bytes.length, sodium_base64_VARIANT_ORIGINAL);
  json_append_quoted(builder, str_of(text));
}

static void append_record(struct str_builder *builder, const struct record *record, const void *object,
                          bool hide_secrets);

static void append_list(struct str_builder *builder, const struct field *field, const struct list *list,
                        bool hide_secrets) {
  str_append_c(builder, "[");
  for (size_t i = 0; i < list->count; i++) {
    str_append_c(builder, i ? "," : "");
    if (field->type == FIELD_STRS)
      json_append_quoted(builder, ((const struct str *)list->at)[i]);
    else
      append_record(builder, field->of, (const char *)list->at + i * field->of->size_bytes, hide_secrets);
  }
  str_append_c(builder, "]");
}

static void append_field(struct str_builder *builder, const struct field *field, const void *at, bool hide_secrets) {
  switch (field->type) {
  case FIELD_STR:
  case FIELD_BYTES:
    if (hide_secrets && (field->flags & FIELD_SECRET) && !str_is_absent(*(const struct str *)at))
      str_append_c(builder, "\"***\"");
    else if (field->type == FIELD_STR)
      json_append_quoted(builder, *(const struct str *)at);
    else
      append_base64(builder, *(const struct str *)at);
    break;
  case FIELD_I64:
    str_append_format(builder, "%lld", (long long)*(const int64_t *)at);
    break;
  case FIELD_BOOL:
    str_append_c(builder, *(const bool *)at ? "true" : "false");
    break;
  case FIELD_VALUES:
    append_values(builder, at);
    break;
  case FIELD_INLINE:
    append_record(builder, field->of, at, hide_secrets);
    break;
  case FIELD_RECORD:
    append_record(builder, field->of, *(const void *const *)at, hide_secrets);
    break;
  case FIELD_STRS:
  case FIELD_LIST:
    append_list(builder, field, at, hide_secrets);
    break;
  }
}

/* As on the bus, what is required is always there. */
static bool is_absent(const struct field *field, const void *at) {
  if (field->type == FIELD_RECORD)
    return *(const void *const *)at == NULL;
  bool text = field->type == FIELD_STR || field->type == FIELD_BYTES;
  return text && !(field->flags & FIELD_REQUIRED) && str_is_absent(*(const struct str *)at);
}

static void append_record(struct str_builder *builder, const struct record *record, const void *object,
                          bool hide_secrets) {
  const char *comma = "\"";
  str_append_c(builder, "{");
  for (size_t i = 0; i < record->field_count; i++) {
    const struct field *field = &record->fields[i];
    const void *at = (const char *)object + field->offset;
    if (is_absent(field, at))
      continue;
    str_append_c(builder, comma);
    str_append_c(builder, field->name);
    str_append_c(builder, "\":");
    append_field(builder, field, at, hide_secrets);
    comma = ",\"";
  }
  str_append_c(builder, "}");
}

struct str json_record_text(struct arena *arena, const struct record *record, const void *object, bool hide_secrets) {
  struct str_builder builder = {.arena = arena};
  append_record(&builder, record, object, hide_secrets);
  return str_built(&builder);
}

/* -- trees -- */

struct str json_print(struct arena *arena, cJSON *tree) {
  char *text = cJSON_PrintUnformatted(tree);
  cJSON_Delete(tree);
  struct str copy = str_copy(arena, str_of(text));
  cJSON_free(text);
  return copy;
}

/* Our own text always is valid. */
static cJSON *tree_of(struct str text) {
  cJSON *tree = cJSON_ParseWithLength(text.at, text.length);
  return tree ? tree : cJSON_CreateObject();
}

cJSON *json_from_record(const struct record *record, const void *object, bool hide_secrets) {
  struct arena scratch = {0};
  cJSON *tree = tree_of(json_record_text(&scratch, record, object, hide_secrets));
  arena_free(&scratch);
  return tree;
}
