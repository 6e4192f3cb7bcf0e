/* ADF nodes as cJSON: building, reading, printing. */
#include "adapter-jira/richtext/node.h"

#include <stdlib.h>

#include "base/json.h"

static const cJSON *member(const cJSON *node, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(node, name);
}

/* cJSON wants NUL-terminated text. */
static cJSON *string_node(struct str text) {
  struct arena scratch = {0};
  cJSON *node = cJSON_CreateString(str_c(&scratch, text));
  arena_free(&scratch);
  return node;
}

cJSON *adf_new(const char *type) {
  cJSON *node = cJSON_CreateObject();
  cJSON_AddStringToObject(node, "type", type);
  return node;
}

cJSON *adf_new_doc(void) {
  cJSON *doc = cJSON_CreateObject();
  cJSON_AddNumberToObject(doc, "version", 1);
  cJSON_AddStringToObject(doc, "type", "doc");
  cJSON_AddArrayToObject(doc, "content");
  return doc;
}

cJSON *adf_new_text(struct str text) {
  cJSON *node = adf_new("text");
  cJSON_AddItemToObject(node, "text", string_node(text));
  return node;
}

void adf_add(cJSON *parent, cJSON *child) {
  cJSON *content = cJSON_GetObjectItemCaseSensitive(parent, "content");
  if (!content)
    content = cJSON_AddArrayToObject(parent, "content");
  cJSON_AddItemToArray(content, child);
}

void adf_set_attr(cJSON *node, const char *name, struct str value) {
  cJSON *attrs = cJSON_GetObjectItemCaseSensitive(node, "attrs");
  if (!attrs)
    attrs = cJSON_AddObjectToObject(node, "attrs");
  cJSON_DeleteItemFromObjectCaseSensitive(attrs, name);
  cJSON_AddItemToObject(attrs, name, string_node(value));
}

struct str adf_type(const cJSON *node) {
  return json_str(node, "type");
}

bool adf_is(const cJSON *node, const char *type) {
  return node && str_is(adf_type(node), type);
}

struct str adf_text(const cJSON *node) {
  return json_str(node, "text");
}

struct str adf_attr(const cJSON *node, const char *name) {
  return json_str(member(node, "attrs"), name);
}

const cJSON *adf_first(const cJSON *node) {
  const cJSON *content = node ? member(node, "content") : NULL;
  return content ? content->child : NULL;
}

bool adf_is_inline(const cJSON *node) {
  static const char *const types[] = {"text", "hardBreak",  "mention",     "emoji",           "status",
                                      "date", "inlineCard", "placeholder", "inlineExtension", "mediaInline"};
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
    if (adf_is(node, types[i]))
      return true;
  return false;
}

bool adf_is_empty_paragraph(const cJSON *node) {
  return adf_is(node, "paragraph") && !adf_first(node);
}

const cJSON *adf_mark(const cJSON *node, const char *type) {
  const cJSON *mark;
  cJSON_ArrayForEach(mark, member(node, "marks")) {
    if (adf_is(mark, type))
      return mark;
  }
  return NULL;
}

static bool same_marks(const cJSON *a, const cJSON *b) {
  return (!a && !b) || (a && b && cJSON_Compare(a, b, true));
}

void adf_add_text(cJSON *parent, struct str text, const cJSON *marks) {
  if (text.length == 0)
    return;
  cJSON *node = adf_new_text(text);
  if (marks && marks->child)
    cJSON_AddItemToObject(node, "marks", cJSON_Duplicate(marks, true));
  adf_add(parent, node);
}

static bool joins(const cJSON *a, const cJSON *b) {
  return adf_is(a, "text") && adf_is(b, "text") && same_marks(member(a, "marks"), member(b, "marks"));
}

void adf_join_texts(cJSON *parent) {
  struct arena scratch = {0};
  cJSON *content = cJSON_GetObjectItemCaseSensitive(parent, "content");
  for (cJSON *node = content ? content->child : NULL; node; node = node->next) {
    if (!node->next || !joins(node, node->next))
      continue;
    struct str_builder text = {.arena = &scratch};
    str_append(&text, adf_text(node));
    while (node->next && joins(node, node->next)) {
      str_append(&text, adf_text(node->next));
      cJSON_Delete(cJSON_DetachItemViaPointer(content, node->next));
    }
    cJSON_ReplaceItemInObjectCaseSensitive(node, "text", cJSON_CreateString(str_c(&scratch, str_built(&text))));
  }
  arena_free(&scratch);
}

cJSON *adf_with_mark(const cJSON *marks, const char *type) {
  cJSON *more = cJSON_CreateArray();
  const cJSON *mark;
  cJSON_AddItemToArray(more, adf_new(type));
  cJSON_ArrayForEach(mark, marks) {
    if (!adf_is(mark, type))
      cJSON_AddItemToArray(more, cJSON_Duplicate(mark, true));
  }
  return more;
}

struct str adf_print(struct arena *arena, const cJSON *node) {
  char *text = cJSON_PrintUnformatted(node);
  struct str copy = str_copy(arena, str_of(text));
  free(text);
  return copy;
}
