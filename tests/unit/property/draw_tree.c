/* Drawing JSON, and what all adapters' translations have in common. */
#include "draw_tree.h"

#include "base/json.h"
#include "sync/canon.h"
#include "sync/map_fields.h"
#include "sync/plan.h"

static const char *const pieces[] = {
    "a",
    "word",
    " ",
    "B",
    "\n",
    "\r\n",
    "\n\n",
    "\t",
    "*x*",
    "_x_",
    "- item",
    "`code`",
    "<!-- note -->",
    "@ann",
    "#12",
    "e\xCC\x81",
    "\xC3\xA9",
    "\xC3\x9F",
    "\xF0\x9F\x98\x80",
    "\xE1\x84\x80\xE1\x85\xA1",
    "\\",
    "\"",
    "</b>",
    "{\"a\":1}",
    "<!-- tandem:v1:3f2504e0-4f89-41d3-9a0c-0305e82c3301:0123456789abcdef -->",
    "<!-- tandem:v1:",
};
enum { PIECES = sizeof pieces / sizeof pieces[0], LINE_PIECES = 4, LONG = 20000 };

const char *draw_text(struct property_case *c) {
  struct str_builder out = {.arena = c->arena};
  for (uint32_t left = property_draw(c, 8); left > 0; left--)
    str_append_c(&out, pieces[property_draw(c, PIECES)]);
  if (property_rarely(c, 500))
    for (int i = 0; i < LONG; i++)
      str_append_c(&out, i % 80 ? "x" : "\n");
  return str_c(c->arena, str_built(&out));
}

const char *draw_line(struct property_case *c) {
  static const char *const words[] = {"bug", "Docs", "UI", "a b", "\xC3\x89t\xC3\xA9", "ui", "x/y", "\xF0\x9F\x98\x80",
                                      "1.0", "z"};
  return words[property_draw(c, sizeof words / sizeof words[0])];
}

cJSON *draw_list(struct property_case *c, uint32_t most, cJSON *(*draw)(struct property_case *c)) {
  cJSON *list = cJSON_CreateArray();
  for (uint32_t left = property_draw(c, most + 1); left > 0; left--)
    cJSON_AddItemToArray(list, draw(c));
  return list;
}

cJSON *draw_junk(struct property_case *c, uint32_t depth) {
  switch (property_draw(c, depth ? 8 : 6)) {
  case 0:
    return cJSON_CreateNull();
  case 1:
    return cJSON_CreateBool(property_draw(c, 2) == 1);
  case 2:
    return cJSON_CreateNumber((double)property_draw(c, 1000) - 500);
  case 3:
    return cJSON_CreateNumber(1e300);
  case 4:
  case 5:
    return cJSON_CreateString(draw_text(c));
  case 6: {
    cJSON *list = cJSON_CreateArray();
    for (uint32_t left = property_draw(c, 3); left > 0; left--)
      cJSON_AddItemToArray(list, draw_junk(c, depth - 1));
    return list;
  }
  default: {
    cJSON *object = cJSON_CreateObject();
    for (uint32_t left = property_draw(c, 3); left > 0; left--)
      cJSON_AddItemToObject(object, draw_line(c), draw_junk(c, depth - 1));
    return object;
  }
  }
}

bool draw_mischief(struct property_case *c, cJSON *object) {
  if (property_rarely(c, 4))
    cJSON_AddItemToObject(object, "what_nobody_knows", draw_junk(c, 6));
  if (!property_rarely(c, 3))
    return false;
  int at = (int)property_draw(c, (uint32_t)cJSON_GetArraySize(object));
  switch (property_draw(c, 3)) {
  case 0:
    cJSON_DeleteItemFromArray(object, at);
    break;
  case 1: {
    const char *name = str_c(c->arena, str_of(cJSON_GetArrayItem(object, at)->string));
    cJSON_ReplaceItemInObjectCaseSensitive(object, name, draw_junk(c, 6));
    break;
  }
  default:
    cJSON_AddItemToObject(object, str_c(c->arena, str_of(cJSON_GetArrayItem(object, at)->string)), draw_junk(c, 2));
  }
  return true;
}

void draw_order(struct property_case *c, cJSON *object) {
  for (int left = cJSON_GetArraySize(object); left > 1; left--) {
    cJSON *one = cJSON_DetachItemFromArray(object, (int)property_draw(c, (uint32_t)left));
    cJSON_AddItemToArray(object, one);
  }
}

struct values canonical_of(struct arena *arena, const struct values *fields, unsigned char *out_hash) {
  struct value *clean = ARENA_ARRAY(arena, struct value, fields->count);
  for (size_t i = 0; i < fields->count; i++)
    clean[i] = canon_clean(arena, catalogue_kind(fields->at[i].name, fields->at[i].kind), &fields->at[i]);
  struct values canonical = {clean, fields->count};
  canon_hash(&canonical, out_hash);
  return canonical;
}

bool same_fields(struct property_case *c, const struct values *read, const struct values *again) {
  if (read->count != again->count)
    return property_broken(c, "%zu fields, then %zu", read->count, again->count);
  for (size_t i = 0; i < read->count; i++) {
    const struct value *one = &read->at[i], *other = values_find(again, one->name);
    if (!other)
      return property_broken(c, "%.*s is gone", STR_FMT(one->name));
    enum content_kind kind = catalogue_kind(one->name, one->kind);
    if (one->kind != other->kind || !canon_equal(kind, one, other))
      return property_broken(c, "%.*s: '%.*s' (%zu), then '%.*s' (%zu)", STR_FMT(one->name), STR_FMT(one->text),
                             one->count, STR_FMT(other->text), other->count);
  }
  return true;
}

static struct values here_of(struct arena *arena, const struct values *fields) {
  static const struct field_rule no_rule;
  struct value *here = ARENA_ARRAY(arena, struct value, fields->count);
  for (size_t i = 0; i < fields->count; i++)
    here[i] = map_fields_to_local(arena, &no_rule, &fields->at[i]).value;
  return (struct values){here, fields->count};
}

bool fields_rest(struct property_case *c, const struct values *fields, const struct values *again) {
  unsigned char before[CANON_HASH_BYTES], after[CANON_HASH_BYTES];
  struct values canonical = canonical_of(c->arena, fields, before);
  canonical_of(c->arena, &canonical, after);
  if (memcmp(before, after, CANON_HASH_BYTES) != 0)
    return property_broken(c, "what is canonical has another hash");
  struct plan_input input = {.local = here_of(c->arena, &canonical), .external = *again, .external_fresh = true};
  input.shadow_local = input.local;
  input.shadow_external = canonical;
  struct plan plan = plan_make(c->arena, &input);
  for (size_t i = 0; i < plan.count; i++) {
    const struct plan_field *field = &plan.fields[i];
    if (field->writes_external || field->changes_local || field->action == PLAN_CONFLICT)
      return property_broken(c, "%.*s: %s, though nobody touched it", STR_FMT(field->field),
                             plan_action_name(field->action));
  }
  return true;
}
