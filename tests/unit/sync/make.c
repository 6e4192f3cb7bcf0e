/* Values from words and back. */
#include "make.h"

#include <stdlib.h>

static bool is_set(const char *name) {
  return strcmp(name, "labels") == 0 || strcmp(name, "assignees") == 0 || str_ends_with(str_of(name), "_set");
}

static struct value make_set(struct arena *arena, const char *name, const char *text) {
  struct str rest = str_of(text), *items = ARENA_ARRAY(arena, struct str, rest.length + 1);
  size_t count = 0;
  while (rest.length) {
    ptrdiff_t comma = str_find(rest, ",");
    size_t end = comma < 0 ? rest.length : (size_t)comma;
    items[count++] = str_trim(str_slice(rest, 0, end));
    rest = str_slice(rest, end + 1, rest.length);
  }
  return value_set(str_of(name), items, count);
}

struct value make_value(struct arena *arena, const char *name, const char *text) {
  return is_set(name) ? make_set(arena, name, text) : value_text(str_of(name), str_of(text));
}

struct values make_values(struct arena *arena, const char *name, const char *text) {
  if (!text)
    return (struct values){0};
  struct value *value = ARENA_NEW(arena, struct value);
  *value = make_value(arena, name, text);
  return (struct values){value, 1};
}

static int compare(const void *a, const void *b) {
  return str_compare(*(const struct str *)a, *(const struct str *)b);
}

const char *make_shown(struct arena *arena, const struct value *value) {
  if (str_is_absent(value->name))
    return "-";
  if (value->kind == VALUE_TEXT)
    return str_c(arena, value->text);
  struct str_builder out = {.arena = arena};
  struct str *items = ARENA_ARRAY(arena, struct str, value->count);
  if (value->count) {
    memcpy(items, value->items, value->count * sizeof *items);
    qsort(items, value->count, sizeof *items, compare);
  }
  for (size_t i = 0; i < value->count; i++)
    str_append_format(&out, "%s%.*s", i ? ", " : "", STR_FMT(items[i]));
  return str_built(&out).at;
}
