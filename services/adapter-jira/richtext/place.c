/* Which block may stand where (the content of each node in ADF's JSON schema), and what becomes of one that may not. */
#include <stdio.h>

#include "adapter-jira/richtext/node.h"

static const struct {
  const char *parent, *children;
} rules[] = {
    {"blockquote", " paragraph bulletList orderedList codeBlock mediaSingle mediaGroup extension "},
    {"listItem", " paragraph bulletList orderedList taskList codeBlock mediaSingle extension "},
    {"panel", " paragraph heading bulletList orderedList taskList codeBlock mediaSingle mediaGroup rule decisionList"
              " blockCard extension "},
    {"expand", " paragraph heading bulletList orderedList taskList codeBlock blockquote panel rule table mediaSingle"
               " mediaGroup decisionList blockCard embedCard extension nestedExpand "},
    {"nestedExpand", " paragraph heading bulletList orderedList taskList codeBlock blockquote panel rule mediaSingle"
                     " mediaGroup decisionList extension "},
    {"tableCell", " paragraph heading bulletList orderedList taskList codeBlock blockquote panel rule mediaSingle"
                  " mediaGroup decisionList blockCard embedCard extension nestedExpand "},
    {"layoutColumn", " paragraph heading bulletList orderedList taskList codeBlock blockquote panel rule table"
                     " mediaSingle mediaGroup decisionList blockCard embedCard extension expand bodiedExtension "},
    {"layoutSection", " layoutColumn "},
    {"bodiedExtension", " paragraph heading bulletList orderedList taskList codeBlock blockquote panel rule table"
                        " mediaSingle mediaGroup decisionList blockCard embedCard extension "},
    {"doc", " paragraph heading bulletList orderedList taskList codeBlock blockquote panel rule table mediaSingle"
            " mediaGroup decisionList blockCard embedCard extension expand bodiedExtension layoutSection syncBlock"
            " bodiedSyncBlock "},
};

static bool may_hold(const cJSON *parent, const char *type) {
  char padded[64];
  struct str name = adf_is(parent, "tableHeader") ? STR("tableCell") : adf_type(parent);
  snprintf(padded, sizeof padded, " %s ", type);
  for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
    if (str_is(name, rules[i].parent))
      return strstr(rules[i].children, padded) != NULL;
  return false; /* unreached: all that blocks are placed in stands in the table */
}

/* -- the nearest form -- */

static void add_inlines(cJSON *to, const cJSON *from, bool strong) {
  for (const cJSON *node = adf_first(from); node; node = node->next) {
    cJSON *copy = cJSON_Duplicate(node, true);
    if (strong && adf_is(copy, "text") && !adf_mark(copy, "code")) {
      cJSON *marks = adf_with_mark(cJSON_GetObjectItemCaseSensitive(copy, "marks"), "strong");
      cJSON_DeleteItemFromObjectCaseSensitive(copy, "marks");
      cJSON_AddItemToObject(copy, "marks", marks);
    }
    adf_add(to, copy);
  }
}

static void place_children(cJSON *parent, cJSON *block) {
  for (const cJSON *node = adf_first(block); node; node = node->next)
    adf_place(parent, cJSON_Duplicate(node, true));
}

/* A row as a paragraph: "first | second". Cells made of Markdown hold one paragraph. */
static void place_table(cJSON *parent, cJSON *table) {
  for (const cJSON *row = adf_first(table); row; row = row->next) {
    cJSON *paragraph = adf_new("paragraph");
    for (const cJSON *cell = adf_first(row); cell; cell = cell->next) {
      if (cell != adf_first(row))
        adf_add_text(paragraph, STR(" | "), NULL);
      for (const cJSON *block = adf_first(cell); block; block = block->next)
        add_inlines(paragraph, block, adf_is(cell, "tableHeader"));
    }
    adf_place(parent, paragraph);
  }
}

static void list_tasks(cJSON *list, const cJSON *tasks) {
  for (const cJSON *task = adf_first(tasks); task; task = task->next) {
    if (adf_is(task, "taskList")) {
      list_tasks(list, task);
      continue;
    }
    cJSON *item = adf_new("listItem"), *paragraph = adf_new("paragraph");
    adf_add_text(paragraph, str_is(adf_attr(task, "state"), "DONE") ? STR("[x] ") : STR("[ ] "), NULL);
    add_inlines(paragraph, task, false);
    adf_add(item, paragraph);
    adf_add(list, item);
  }
}

static void place_tasks(cJSON *parent, const cJSON *tasks) {
  cJSON *list = adf_new("bulletList");
  list_tasks(list, tasks);
  adf_place(parent, list);
}

static void place_paragraph(cJSON *parent, const cJSON *block, bool strong) {
  cJSON *paragraph = adf_new("paragraph");
  add_inlines(paragraph, block, strong);
  adf_add(parent, paragraph);
}

static void place_line(cJSON *parent, struct str text) {
  cJSON *paragraph = adf_new("paragraph");
  adf_add_text(paragraph, text, NULL);
  adf_add(parent, paragraph);
}

static void place_opened(cJSON *parent, cJSON *expand) {
  if (adf_attr(expand, "title").length)
    place_line(parent, adf_attr(expand, "title"));
  place_children(parent, expand);
}

/* Between the columns of a layout stands nothing: it goes to the end of the one before. */
static void place_in_column(cJSON *section, cJSON *block) {
  const cJSON *first = adf_first(section);
  cJSON *column = first ? first->prev : NULL;
  if (!column) {
    column = adf_new("layoutColumn");
    cJSON_AddNumberToObject(cJSON_AddObjectToObject(column, "attrs"), "width", 100);
    adf_add(section, column);
  }
  adf_place(column, cJSON_Duplicate(block, true));
}

static void place_nearest(cJSON *parent, cJSON *block) {
  struct arena scratch = {0};
  if (adf_is(parent, "layoutSection"))
    place_in_column(parent, block);
  else if (adf_is(block, "heading"))
    place_paragraph(parent, block, true);
  else if (adf_is(block, "rule"))
    place_line(parent, STR("---"));
  else if (adf_is(block, "table"))
    place_table(parent, block);
  else if (adf_is(block, "taskList"))
    place_tasks(parent, block);
  else if (adf_is(block, "blockquote") || adf_is(block, "panel") || adf_is(block, "mediaGroup") ||
           adf_is(block, "layoutSection") || adf_is(block, "layoutColumn"))
    place_children(parent, block);
  else if (adf_is(block, "expand") || adf_is(block, "nestedExpand"))
    place_opened(parent, block);
  else
    place_line(parent, adf_print(&scratch, block));
  arena_free(&scratch);
}

static void rename_type(cJSON *block, const char *type) {
  cJSON_ReplaceItemInObjectCaseSensitive(block, "type", cJSON_CreateString(type));
}

void adf_place(cJSON *parent, cJSON *block) {
  struct arena scratch = {0};
  bool expand = adf_is(block, "expand") || adf_is(block, "nestedExpand");
  if (expand && may_hold(parent, "nestedExpand"))
    rename_type(block, "nestedExpand");
  else if (expand && may_hold(parent, "expand"))
    rename_type(block, "expand");
  if (may_hold(parent, str_c(&scratch, adf_type(block)))) {
    adf_add(parent, block);
  } else {
    place_nearest(parent, block);
    cJSON_Delete(block);
  }
  arena_free(&scratch);
}

void adf_complete(cJSON *node) {
  bool item = adf_is(node, "listItem");
  const cJSON *first = adf_first(node);
  /* Older Jira wants a paragraph before a list in a list item. */
  bool bare = item && (adf_is(first, "bulletList") || adf_is(first, "orderedList") || adf_is(first, "taskList"));
  if (!first)
    adf_add(node, adf_new("paragraph"));
  else if (bare)
    cJSON_InsertItemInArray(cJSON_GetObjectItemCaseSensitive(node, "content"), 0, adf_new("paragraph"));
}
