/* Field values: finding, comparing, building. */
#include "base/values.h"

#include "base/sets.h"

struct value value_text(struct str name, struct str text) {
  return (struct value){.name = name, .kind = VALUE_TEXT, .text = text};
}

struct value value_set(struct str name, const struct str *items, size_t count) {
  return (struct value){.name = name, .kind = VALUE_SET, .items = items, .count = count};
}

const struct value *values_find(const struct values *values, struct str name) {
  for (size_t i = 0; i < values->count; i++)
    if (str_equal(values->at[i].name, name))
      return &values->at[i];
  return NULL;
}

struct str values_text(const struct values *values, const char *name) {
  const struct value *value = values_find(values, str_of(name));
  return value && value->kind == VALUE_TEXT ? value->text : (struct str){0};
}

bool value_has(const struct value *set, struct str item) {
  for (size_t i = 0; i < set->count; i++)
    if (str_equal(set->items[i], item))
      return true;
  return false;
}

size_t values_bytes(const struct values *values) {
  size_t bytes = 0;
  for (size_t i = 0; i < values->count; i++) {
    bytes += values->at[i].text.length;
    for (size_t item = 0; item < values->at[i].count; item++)
      bytes += values->at[i].items[item].length;
  }
  return bytes;
}

bool value_equal(const struct value *a, const struct value *b) {
  if (a->kind != b->kind)
    return false;
  if (a->kind == VALUE_TEXT)
    return str_equal(a->text, b->text);
  return sets_equal(a, b);
}

bool values_equal(const struct values *a, const struct values *b) {
  for (size_t i = 0; i < a->count; i++) {
    const struct value *other = values_find(b, a->at[i].name);
    if (!other || !value_equal(&a->at[i], other))
      return false;
  }
  return a->count == b->count;
}

struct value value_copy(struct arena *arena, const struct value *value) {
  struct value copy = *value;
  copy.name = str_copy(arena, value->name);
  copy.text = str_copy(arena, value->text);
  if (value->count) {
    struct str *items = ARENA_ARRAY(arena, struct str, value->count);
    for (size_t i = 0; i < value->count; i++)
      items[i] = str_copy(arena, value->items[i]);
    copy.items = items;
  }
  return copy;
}

struct values values_copy(struct arena *arena, const struct values *values) {
  struct value *at = ARENA_ARRAY(arena, struct value, values->count);
  for (size_t i = 0; i < values->count; i++)
    at[i] = value_copy(arena, &values->at[i]);
  return (struct values){at, values->count};
}

static void grow(struct values_builder *builder) {
  size_t capacity = builder->capacity ? builder->capacity * 2 : 8;
  struct value *at = ARENA_ARRAY(builder->arena, struct value, capacity);
  if (builder->count)
    memcpy(at, builder->at, builder->count * sizeof *at);
  builder->at = at;
  builder->capacity = capacity;
}

void values_put(struct values_builder *builder, struct value value) {
  for (size_t i = 0; i < builder->count; i++)
    if (str_equal(builder->at[i].name, value.name)) {
      builder->at[i] = value;
      return;
    }
  if (builder->count == builder->capacity)
    grow(builder);
  builder->at[builder->count++] = value;
}

void values_put_all(struct values_builder *builder, const struct values *values) {
  for (size_t i = 0; i < values->count; i++)
    values_put(builder, values->at[i]);
}

struct values values_built(const struct values_builder *builder) {
  return (struct values){builder->at, builder->count};
}

struct values values_with(struct arena *arena, const struct values *values, struct value value) {
  struct values_builder builder = {.arena = arena};
  values_put_all(&builder, values);
  values_put(&builder, value);
  return values_built(&builder);
}
