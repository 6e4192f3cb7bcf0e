/* Payloads as bodies of writes, by the mapping. Pure. */
#include <stdlib.h>

#include "adapter-webhook/webhook.h"
#include "base/sets.h"

/* -- single values -- */

static bool is_kind(const struct schema_out_field *out, const char *kind) {
  return str_is(out->field->known.kind, kind);
}

/* A decimal number and nothing else, as JSON writes them. */
static bool read_number(struct arena *arena, struct str text, double *out) {
  char *end, *start = str_c(arena, text);
  bool plain = strspn(start, "+-.0123456789") == text.length && text.length > 0 && text.length < 24;
  *out = plain ? strtod(start, &end) : 0.0;
  return plain && *end == '\0';
}

/* "" unsets: null, but for titles and bodies, which are always texts. */
static struct result text_node(struct arena *arena, const struct schema_out_field *out, struct str text, cJSON **node) {
  double number;
  if (text.length == 0 && !is_kind(out, "line") && !is_kind(out, "text")) {
    *node = cJSON_CreateNull();
    return RESULT_DONE;
  }
  if (!is_kind(out, "number")) {
    *node = cJSON_CreateString(str_c(arena, text));
    return RESULT_DONE;
  }
  if (!read_number(arena, text, &number))
    return result_error(RESULT_REJECTED, "the field %.*s takes numbers, not \"%.*s\"", STR_FMT(out->field->known.name),
                        STR_FMT(text));
  *node = cJSON_CreateNumber(number);
  return RESULT_DONE;
}

/* -- sets -- */

static cJSON *member_node(struct arena *arena, const struct schema_out_field *out, struct str text) {
  cJSON *word = cJSON_CreateString(str_c(arena, text));
  if (out->each.count == 0)
    return word;
  cJSON *object = cJSON_CreateObject();
  pointer_put(&out->each, object, word); /* fits: nothing is in its way */
  return object;
}

/* A tracker that takes one member takes it bare. */
static struct result set_node(struct arena *arena, const struct schema_out_field *out, const struct value *set,
                              cJSON **node) {
  const struct remote_field *known = &out->field->known;
  if (known->members_max && (int64_t)set->count > known->members_max)
    return result_error(RESULT_REJECTED, "the field %.*s takes at most %lld, not %zu", STR_FMT(known->name),
                        (long long)known->members_max, set->count);
  if (known->members_max == 1) {
    *node = set->count ? member_node(arena, out, set->items[0]) : cJSON_CreateNull();
    return RESULT_DONE;
  }
  *node = cJSON_CreateArray();
  for (size_t i = 0; i < set->count; i++)
    cJSON_AddItemToArray(*node, member_node(arena, out, set->items[i]));
  return RESULT_DONE;
}

static struct value set_of(const struct values *values, struct str name) {
  const struct value *found = values_find(values, name);
  return found && found->kind == VALUE_SET ? *found : value_set(name, NULL, 0);
}

/* -- the body -- */

struct writing {
  struct arena *arena;
  const struct schema_item *item;
  const struct payload *payload;
  const struct values *fresh;
  bool create;
  cJSON *body;
};

static const struct schema_out_field *out_named(const struct schema_item *item, struct str name) {
  for (size_t i = 0; i < item->out_fields.count; i++)
    if (str_equal(item->out_fields.at[i].field->known.name, name))
      return &item->out_fields.at[i];
  return NULL;
}

static bool has_deltas(const struct schema_out_field *out) {
  return !str_is_absent(out->add.text);
}

/* The places of a body do not exclude each other: the mapping was checked. */
static void put(const struct writing *w, const struct pointer *pointer, cJSON *node) {
  pointer_put(pointer, w->body, node);
}

static struct result put_value(const struct writing *w, const struct schema_out_field *out, const struct value *value) {
  cJSON *node = NULL;
  if (value->kind == VALUE_SET)
    TRY(set_node(w->arena, out, value, &node));
  else
    TRY(text_node(w->arena, out, value->text, &node));
  put(w, &out->path, node);
  return RESULT_DONE;
}

static struct result put_deltas(const struct writing *w, const struct schema_out_field *out, const struct value *add,
                                const struct value *remove) {
  const struct value *sides[] = {add, remove};
  const struct pointer *places[] = {&out->add, &out->remove};
  for (size_t side = 0; side < 2; side++) {
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < sides[side]->count; i++)
      cJSON_AddItemToArray(list, member_node(w->arena, out, sides[side]->items[i]));
    put(w, places[side], list);
  }
  return RESULT_DONE;
}

static struct result put_change(const struct writing *w, const struct schema_out_field *out) {
  struct str name = out->field->known.name;
  struct value add = set_of(&w->payload->add, name), remove = set_of(&w->payload->remove, name);
  if (add.count + remove.count == 0)
    return RESULT_DONE;
  if (!w->create && has_deltas(out))
    return put_deltas(w, out, &add, &remove);
  if (!w->create && !w->fresh)
    return result_error(RESULT_REJECTED,
                        "the set %.*s is sent whole, and what is in it now cannot be read: map `get`, or `add` and "
                        "`remove` of the field",
                        STR_FMT(name));
  struct value now = w->create ? value_set(name, NULL, 0) : set_of(w->fresh, name);
  struct value kept = sets_without(w->arena, &now, &remove), then = sets_join(w->arena, &kept, &add);
  return put_value(w, out, &then);
}

/* -- checks -- */

static struct result check_values(const struct writing *w, const struct values *values, bool deltas) {
  for (size_t i = 0; i < values->count; i++) {
    const struct value *value = &values->at[i];
    const struct schema_out_field *out = out_named(w->item, value->name);
    bool is_set = value->kind == VALUE_SET;
    if (!out)
      return result_error(RESULT_REJECTED,
                          "the field \"%.*s\" of a %s cannot be written: options.out.%s does not map it",
                          STR_FMT(value->name), w->item->kind, w->item->kind);
    if (is_set != out->field->is_set || (deltas && !is_set) || (!deltas && is_set && !w->create))
      return result_error(RESULT_REJECTED, "the field \"%.*s\" of a %s is %sa set", STR_FMT(value->name), w->item->kind,
                          out->field->is_set ? "" : "not ");
  }
  return RESULT_DONE;
}

static struct result put_all(const struct writing *w) {
  for (size_t i = 0; i < w->payload->set.count; i++)
    TRY(put_value(w, out_named(w->item, w->payload->set.at[i].name), &w->payload->set.at[i]));
  for (size_t i = 0; i < w->item->out_fields.count; i++)
    TRY(put_change(w, &w->item->out_fields.at[i]));
  return RESULT_DONE;
}

struct result webhook_write(struct arena *arena, const struct schema_item *item, const struct payload *payload,
                            bool create, const struct values *fresh, cJSON **out) {
  struct writing w = {arena, item, payload, fresh, create, NULL};
  TRY(check_values(&w, &payload->set, false));
  TRY(check_values(&w, &payload->add, true));
  TRY(check_values(&w, &payload->remove, true));
  w.body = cJSON_CreateObject();
  struct result result = put_all(&w);
  if (result_ok(&result))
    *out = w.body;
  else
    cJSON_Delete(w.body);
  return result;
}

bool webhook_needs_fresh(const struct schema_item *item, const struct payload *payload) {
  const struct values *sides[] = {&payload->add, &payload->remove};
  for (size_t side = 0; side < 2; side++)
    for (size_t i = 0; i < sides[side]->count; i++) {
      const struct schema_out_field *out = out_named(item, sides[side]->at[i].name);
      if (out && out->field->is_set && !has_deltas(out))
        return true;
    }
  return false;
}
