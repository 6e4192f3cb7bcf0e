/* The content of a ticket or a comment as named field values: what travels in verbs, is stored as JSON objects, and is
 * what plan() compares. A value is a text ("" = nothing set) or a set of texts. A name that is missing means "this side
 * does not carry that field", which is never the same as an empty value. */
#ifndef BASE_VALUES_H
#define BASE_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum value_kind { VALUE_TEXT, VALUE_SET };

struct value {
  struct str name;
  enum value_kind kind;
  struct str text;         /* VALUE_TEXT */
  const struct str *items; /* VALUE_SET: `count` members, in any order */
  size_t count;
};

struct values {
  const struct value *at;
  size_t count;
};

struct value value_text(struct str name, struct str text);
struct value value_set(struct str name, const struct str *items, size_t count);

/* The value called `name`, or NULL. */
const struct value *values_find(const struct values *values, struct str name);

/* The text of a VALUE_TEXT field; absent when missing. */
struct str values_text(const struct values *values, const char *name);

/* Same kind and byte-equal text, or the same members in any order. */
bool value_equal(const struct value *a, const struct value *b);

/* The same names with equal values, in any order. */
bool values_equal(const struct values *a, const struct values *b);

bool value_has(const struct value *set, struct str item);

/* Of all texts and members together. */
size_t values_bytes(const struct values *values);

/* Deep copies, owned by the arena. */
struct value value_copy(struct arena *arena, const struct value *value);
struct values values_copy(struct arena *arena, const struct values *values);

/* A list under construction in an arena; setting a name again replaces its value. */
struct values_builder {
  struct arena *arena;
  struct value *at;
  size_t count, capacity;
};

void values_put(struct values_builder *builder, struct value value);
void values_put_all(struct values_builder *builder, const struct values *values);
struct values values_built(const struct values_builder *builder);

/* `values` with this one added or in the place of the one of its name. */
struct values values_with(struct arena *arena, const struct values *values, struct value value);

#endif
