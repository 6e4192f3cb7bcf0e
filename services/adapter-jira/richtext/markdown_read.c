/* Markdown to ADF, block by block, on the tree of cmark-gfm. */
#include <stdlib.h>

#include "adapter-jira/richtext/markdown.h"

enum { SCAN_STEPS_MAX = 1000 * 1000, CMARK_DEPTH_MAX = 100 };

/* -- bounds -- */

/* Counted without recursion: what is deeper is never walked. */
static struct result check_tree(cmark_node *root) {
  cmark_iter *iter = cmark_iter_new(root);
  int depth = 0, deepest = 0;
  long nodes = 0;
  for (cmark_event_type event; (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE;) {
    cmark_node *node = cmark_iter_get_node(iter);
    nodes += event == CMARK_EVENT_ENTER;
    if (cmark_node_first_child(node) == NULL)
      continue;
    depth += event == CMARK_EVENT_ENTER ? 1 : -1;
    deepest = depth > deepest ? depth : deepest;
  }
  cmark_iter_free(iter);
  if (deepest > CMARK_DEPTH_MAX)
    return result_error(RESULT_REJECTED, "the Markdown is nested more than %d deep", CMARK_DEPTH_MAX);
  if (nodes > MARKDOWN_NODES_MAX)
    return result_error(RESULT_REJECTED, "the Markdown has more than %d parts", MARKDOWN_NODES_MAX);
  return RESULT_DONE;
}

/* -- leaves -- */

static struct str literal(cmark_node *node) {
  struct str text = str_of(cmark_node_get_literal(node));
  return str_is_absent(text) ? STR("") : text;
}

static struct str without_newline(struct str text) {
  return text.length && text.at[text.length - 1] == '\n' ? str_slice(text, 0, text.length - 1) : text;
}

static void place_code(cJSON *parent, struct str language, struct str text) {
  cJSON *block = adf_new("codeBlock");
  if (language.length)
    adf_set_attr(block, "language", language);
  adf_add_text(block, text, NULL);
  adf_place(parent, block);
}

/* "js title=x" names a language in its first word. */
static struct str first_word(struct str info) {
  size_t end = 0;
  while (end < info.length && !strchr(" \t\n`", info.at[end]))
    end++;
  return str_slice(info, 0, end);
}

static void read_code(struct markdown_reader *reader, cmark_node *node, cJSON *parent) {
  struct str info = str_of(cmark_node_get_fence_info(node)), text = without_newline(literal(node));
  cJSON *foreign = str_is(info, "adf") ? foreign_block_read(text, reader->seen) : NULL;
  if (foreign && adf_is(parent, "doc"))
    adf_add(parent, foreign);
  else if (foreign)
    adf_place(parent, foreign);
  else
    place_code(parent, first_word(info), text);
}

static void read_heading(struct markdown_reader *reader, cmark_node *node, cJSON *parent) {
  cJSON *block = adf_new("heading");
  cJSON_AddNumberToObject(cJSON_AddObjectToObject(block, "attrs"), "level", cmark_node_get_heading_level(node));
  markdown_read_inlines(reader, node, block);
  adf_place(parent, block);
}

static void read_paragraph(struct markdown_reader *reader, cmark_node *node, cJSON *parent) {
  if (markdown_read_files(reader, node, parent))
    return;
  cJSON *block = adf_new("paragraph");
  markdown_read_inlines(reader, node, block);
  adf_place(parent, block);
}

/* -- tables -- */

static void read_row(struct markdown_reader *reader, cmark_node *row, cJSON *table) {
  const char *type = cmark_gfm_extensions_get_table_row_is_header(row) ? "tableHeader" : "tableCell";
  cJSON *node = adf_new("tableRow");
  cJSON_AddArrayToObject(node, "content");
  for (cmark_node *cell = cmark_node_first_child(row); cell; cell = cmark_node_next(cell)) {
    cJSON *out = adf_new(type), *paragraph = adf_new("paragraph");
    markdown_read_inlines(reader, cell, paragraph);
    adf_add(out, paragraph);
    adf_add(node, out);
  }
  adf_add(table, node);
}

static void read_table(struct markdown_reader *reader, cmark_node *node, cJSON *parent) {
  cJSON *table = adf_new("table");
  for (cmark_node *row = cmark_node_first_child(node); row; row = cmark_node_next(row))
    read_row(reader, row, table);
  adf_place(parent, table);
}

/* -- lists -- */

static bool is_task(cmark_node *item) {
  return strcmp(cmark_node_get_type_string(item), "tasklist") == 0;
}

/* cmark-gfm takes "[x]" anywhere in the line for a ticked box, so the box itself is looked at. */
static bool is_done(const struct markdown_reader *reader, cmark_node *item) {
  int number = cmark_node_get_start_line(item);
  struct str line = lines_between(reader->source, &reader->lines, number, number + 1);
  size_t at = (size_t)cmark_node_get_start_column(item);
  while (at < line.length && line.at[at - 1] != '[')
    at++;
  return at > 0 && at < line.length && (line.at[at] == 'x' || line.at[at] == 'X');
}

/* A task of ADF is one line, perhaps with more tasks below. */
static bool is_plain_tasks(cmark_node *list) {
  if (cmark_node_get_list_type(list) != CMARK_BULLET_LIST)
    return false;
  for (cmark_node *item = cmark_node_first_child(list); item; item = cmark_node_next(item)) {
    cmark_node *child = cmark_node_first_child(item);
    if (!is_task(item) || (child && cmark_node_get_type(child) != CMARK_NODE_PARAGRAPH))
      return false;
    while (child && (child = cmark_node_next(child)))
      if (cmark_node_get_type(child) != CMARK_NODE_LIST || !is_plain_tasks(child))
        return false;
  }
  return true;
}

static struct str next_local_id(struct markdown_reader *reader) {
  return str_format(reader->arena, "task-%d", ++reader->local_ids);
}

static cJSON *read_tasks(struct markdown_reader *reader, cmark_node *list) {
  cJSON *tasks = adf_new("taskList");
  adf_set_attr(tasks, "localId", next_local_id(reader));
  for (cmark_node *item = cmark_node_first_child(list); item; item = cmark_node_next(item)) {
    cJSON *task = adf_new("taskItem");
    cmark_node *child = cmark_node_first_child(item);
    adf_set_attr(task, "localId", next_local_id(reader));
    adf_set_attr(task, "state", is_done(reader, item) ? STR("DONE") : STR("TODO"));
    if (child)
      markdown_read_inlines(reader, child, task);
    adf_add(tasks, task);
    while (child && (child = cmark_node_next(child)))
      adf_add(tasks, read_tasks(reader, child));
  }
  return tasks;
}

static void read_item(struct markdown_reader *reader, cmark_node *item, cJSON *list) {
  cJSON *node = adf_new("listItem");
  cmark_node *child = cmark_node_first_child(item);
  if (is_task(item)) { /* in a list that is not all tasks: the box as text */
    cJSON *paragraph = adf_new("paragraph");
    adf_add_text(paragraph, is_done(reader, item) ? STR("[x] ") : STR("[ ] "), NULL);
    if (child && cmark_node_get_type(child) == CMARK_NODE_PARAGRAPH) {
      markdown_read_inlines(reader, child, paragraph);
      child = cmark_node_next(child);
    }
    adf_add(node, paragraph);
  }
  markdown_read_blocks(reader, child, NULL, node);
  adf_complete(node);
  adf_add(list, node);
}

static void read_list(struct markdown_reader *reader, cmark_node *node, cJSON *parent) {
  if (is_plain_tasks(node)) {
    adf_place(parent, read_tasks(reader, node));
    return;
  }
  bool ordered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
  cJSON *list = adf_new(ordered ? "orderedList" : "bulletList");
  if (ordered)
    cJSON_AddNumberToObject(cJSON_AddObjectToObject(list, "attrs"), "order", cmark_node_get_list_start(node));
  for (cmark_node *item = cmark_node_first_child(node); item; item = cmark_node_next(item))
    read_item(reader, item, list);
  adf_place(parent, list);
}

/* -- quotes and panels -- */

/* "[!NOTE]" alone in the first line of a quote, as GitHub has it. */
static const char *alert_type(cmark_node *quote, cmark_node **after) {
  cmark_node *paragraph = cmark_node_first_child(quote);
  char line[32] = "";
  size_t length = 0;
  if (!paragraph || cmark_node_get_type(paragraph) != CMARK_NODE_PARAGRAPH)
    return NULL;
  cmark_node *node = cmark_node_first_child(paragraph);
  for (; node && cmark_node_get_type(node) == CMARK_NODE_TEXT; node = cmark_node_next(node)) {
    struct str text = literal(node);
    if (length + text.length >= sizeof line)
      return NULL;
    memcpy(line + length, text.at, text.length);
    length += text.length;
  }
  if (node && cmark_node_get_type(node) != CMARK_NODE_SOFTBREAK)
    return NULL;
  *after = node ? cmark_node_next(node) : NULL;
  return markdown_panel_type(str_of(line));
}

static void read_quote(struct markdown_reader *reader, cmark_node *node, cJSON *parent) {
  cmark_node *after = NULL, *first = cmark_node_first_child(node);
  const char *panel = alert_type(node, &after);
  cJSON *block = adf_new(panel ? "panel" : "blockquote");
  if (panel) {
    adf_set_attr(block, "panelType", str_of(panel));
    if (after) {
      cJSON *paragraph = adf_new("paragraph");
      markdown_read_inlines_from(reader, after, paragraph);
      adf_add(block, paragraph);
    }
    first = cmark_node_next(first);
  }
  markdown_read_blocks(reader, first, NULL, block);
  adf_complete(block);
  adf_place(parent, block);
}

/* -- all blocks -- */

static void place_break(cJSON *parent) {
  cJSON *paragraph = adf_new("paragraph");
  adf_add(paragraph, adf_new("hardBreak"));
  adf_place(parent, paragraph);
}

static void read_html(struct markdown_reader *reader, cmark_node *node, cJSON *parent) {
  struct str html = str_trim(literal(node));
  if (str_starts_with(html, "<!--") && str_ends_with(html, "-->"))
    return; /* not for readers */
  struct html_tag tag;
  if (html_read_tag(html, &tag) && html_tag_is(&tag, "br") && tag.length == html.length)
    place_break(parent);
  else if (!markdown_read_html_image(reader, html, parent))
    place_code(parent, STR("html"), without_newline(literal(node)));
}

static void read_block(struct markdown_reader *reader, cmark_node *node, cJSON *parent) {
  cmark_node_type type = cmark_node_get_type(node);
  if (type == CMARK_NODE_PARAGRAPH)
    read_paragraph(reader, node, parent);
  else if (type == CMARK_NODE_HEADING)
    read_heading(reader, node, parent);
  else if (type == CMARK_NODE_LIST)
    read_list(reader, node, parent);
  else if (type == CMARK_NODE_BLOCK_QUOTE)
    read_quote(reader, node, parent);
  else if (type == CMARK_NODE_CODE_BLOCK)
    read_code(reader, node, parent);
  else if (type == CMARK_NODE_THEMATIC_BREAK)
    adf_place(parent, adf_new("rule"));
  else if (strcmp(cmark_node_get_type_string(node), "table") == 0)
    read_table(reader, node, parent);
  else if (type == CMARK_NODE_HTML_BLOCK)
    read_html(reader, node, parent);
}

void markdown_read_blocks(struct markdown_reader *reader, cmark_node *first, cmark_node *stop, cJSON *parent) {
  for (cmark_node *node = first; node && node != stop; node = cmark_node_next(node)) {
    cmark_node *closing = markdown_read_container(reader, node, stop, parent);
    if (closing)
      node = closing;
    else
      read_block(reader, node, parent);
  }
}

static void read_document(struct markdown_reader *reader, cmark_node *root, struct text_document *document) {
  for (cmark_node *node = cmark_node_first_child(root); node; node = cmark_node_next(node)) {
    int line = cmark_node_get_start_line(node);
    cmark_node *closing = markdown_read_container(reader, node, NULL, document->adf);
    if (closing)
      node = closing;
    else
      read_block(reader, node, document->adf);
    lines_note(reader->arena, document, line);
  }
}

struct result markdown_read(struct arena *arena, struct str markdown, const cJSON *seen, struct text_document *out) {
  if (str_is_absent(markdown))
    markdown = STR("");
  struct markdown_reader reader = {
      .arena = arena, .source = markdown, .lines = lines_find(arena, markdown), .seen = seen, .steps = SCAN_STEPS_MAX};
  if (markdown.length > RICHTEXT_BYTES_MAX)
    return result_error(RESULT_REJECTED, "the Markdown has more than %d bytes", RICHTEXT_BYTES_MAX);
  cmark_node *root;
  TRY(markdown_tree_parse(markdown, &root));
  struct result result = check_tree(root);
  if (result.code == RESULT_OK) {
    struct text_document document = {.adf = adf_new_doc()};
    read_document(&reader, root, &document);
    result = adf_check(document.adf);
    if (result.code == RESULT_OK)
      *out = document;
    else
      cJSON_Delete(document.adf);
  }
  cmark_node_free(root);
  return result;
}
