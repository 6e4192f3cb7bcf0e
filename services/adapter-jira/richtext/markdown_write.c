/* ADF to canonical Markdown, block by block. What is written is read back: where a reader would see something else, the
 * safe style is tried, and then the block is carried as it is. */
#include "adapter-jira/richtext/markdown.h"
#include "adapter-jira/richtext/markdown_out.h"

struct writer {
  struct arena *arena;
  enum markdown_style style;
};

static struct str write_block(const struct writer *w, const cJSON *node, bool turn);

/* -- lines -- */

/* Every line of `text` behind a prefix; blank lines behind the prefix without its blanks. */
static struct str indent(struct arena *arena, struct str text, struct str first, struct str rest) {
  struct str_builder out = {.arena = arena};
  struct str prefix = first;
  for (size_t at = 0; at <= text.length;) {
    size_t end = at;
    while (end < text.length && text.at[end] != '\n')
      end++;
    struct str line = str_slice(text, at, end);
    str_append(&out, line.length ? prefix : str_trim(prefix));
    str_append(&out, line);
    if (end < text.length)
      str_append_c(&out, "\n");
    prefix = rest;
    at = end + 1;
  }
  return str_built(&out);
}

static struct str spaces(struct arena *arena, size_t count) {
  char *at = arena_alloc(arena, count + 1);
  memset(at, ' ', count);
  return (struct str){at, count};
}

static bool is_list(const cJSON *node) {
  return adf_is(node, "bulletList") || adf_is(node, "orderedList") || adf_is(node, "taskList");
}

static struct str write_blocks(const struct writer *w, const cJSON *first) {
  struct str_builder out = {.arena = w->arena};
  const cJSON *before = NULL;
  bool turn = false;
  for (const cJSON *node = first; node; before = node, node = node->next) {
    turn = markdown_list_turn(node, before, turn);
    if (before)
      str_append_c(&out, "\n\n");
    str_append(&out, write_block(w, node, turn));
  }
  return str_built(&out);
}

/* -- leaves -- */

static struct str write_heading(const struct writer *w, const cJSON *node) {
  const cJSON *attrs = cJSON_GetObjectItemCaseSensitive(node, "attrs");
  double level = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(attrs, "level"));
  size_t hashes = level >= 1 && level <= 6 ? (size_t)level : 1;
  struct str text = markdown_inlines(w->arena, node, w->style, IN_HEADING);
  return str_format(w->arena, "%.*s%s%.*s", (int)hashes, "######", text.length ? " " : "", STR_FMT(text));
}

static struct str write_code(const struct writer *w, const cJSON *node) {
  struct str text = adf_text(adf_first(node)), language = adf_attr(node, "language");
  size_t longest = 2, run = 0;
  for (size_t i = 0; i < text.length; i++) {
    run = text.at[i] == '`' ? run + 1 : 0;
    longest = run > longest ? run : longest;
  }
  char *fence = arena_alloc(w->arena, longest + 2);
  memset(fence, '`', longest + 1);
  return str_format(w->arena, "%s%.*s\n%.*s%s%s", fence, STR_FMT(language), STR_FMT(text), text.length ? "\n" : "",
                    fence);
}

static struct str write_media(const struct writer *w, const cJSON *node) {
  struct str_builder out = {.arena = w->arena};
  for (const cJSON *media = adf_first(node); media; media = media->next) {
    str_append_c(&out, media == adf_first(node) ? "" : "\n");
    if (!str_is_absent(adf_attr(media, "id"))) {
      str_append(&out, foreign_media(w->arena, media));
      continue;
    }
    struct markdown_out image = {.text = {.arena = w->arena}, .style = w->style, .last = ' ', .in_link = true};
    str_append_c(&image.text, "![");
    markdown_out_text(&image, adf_attr(media, "alt"));
    markdown_out_target(&image, adf_attr(media, "url"), (struct str){0});
    str_append(&out, str_built(&image.text));
  }
  return str_built(&out);
}

/* -- lists -- */

/* Neighbouring lists of one kind need different marks, or they would be one: every other one takes the second. */
bool markdown_list_turn(const cJSON *node, const cJSON *before, bool turn_before) {
  if (!before || !is_list(before) || !is_list(node))
    return false;
  return adf_is(before, "orderedList") == adf_is(node, "orderedList") && !turn_before;
}

static bool is_tight_list(const cJSON *list);

/* One line, or one line and short lists below it. */
static bool is_tight_item(const cJSON *item) {
  const cJSON *first = adf_first(item);
  if (!first)
    return true;
  if (!adf_is(first, "paragraph"))
    return is_list(first) && !first->next && is_tight_list(first);
  const cJSON *list = first->next;
  bool interrupts = adf_is(list, "bulletList") || (adf_is(list, "orderedList") && !adf_first(list)->prev->next &&
                                                   !cJSON_HasObjectItem(list, "attrs"));
  return !list || (interrupts && !list->next && adf_first(adf_first(list)) && is_tight_list(list));
}

static bool is_tight_list(const cJSON *list) {
  for (const cJSON *item = adf_first(list); item; item = item->next)
    if (!is_tight_item(item))
      return false;
  return true;
}

static struct str write_item(const struct writer *w, const cJSON *item, struct str marker, bool tight) {
  const cJSON *first = adf_first(item);
  if (!first)
    return str_trim(marker);
  struct str content;
  if (tight && adf_is(first, "paragraph") && first->next)
    content = str_format(w->arena, "%.*s\n%.*s", STR_FMT(write_block(w, first, false)),
                         STR_FMT(write_block(w, first->next, false)));
  else
    content = write_blocks(w, first);
  return indent(w->arena, content, marker, spaces(w->arena, marker.length));
}

static struct str write_list(const struct writer *w, const cJSON *list, bool turn) {
  struct str_builder out = {.arena = w->arena};
  bool ordered = adf_is(list, "orderedList");
  bool tight = w->style == STYLE_PLAIN && is_tight_list(list);
  const cJSON *order = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(list, "attrs"), "order");
  long long number = cJSON_IsNumber(order) ? (long long)order->valuedouble : 1;
  for (const cJSON *item = adf_first(list); item; item = item->next) {
    struct str marker = turn ? STR("* ") : STR("- ");
    if (ordered)
      marker = str_format(w->arena, "%lld%s ", number++, turn ? ")" : ".");
    if (item != adf_first(list))
      str_append_c(&out, tight ? "\n" : "\n\n");
    str_append(&out, write_item(w, item, marker, tight));
  }
  return str_built(&out);
}

static struct str write_tasks(const struct writer *w, const cJSON *list, bool turn) {
  struct str_builder out = {.arena = w->arena};
  for (const cJSON *item = adf_first(list); item; item = item->next) {
    if (item != adf_first(list))
      str_append_c(&out, "\n");
    if (adf_is(item, "taskList")) {
      str_append(&out, indent(w->arena, write_tasks(w, item, false), STR("  "), STR("  ")));
      continue;
    }
    struct str box = str_is(adf_attr(item, "state"), "DONE") ? STR("[x]") : STR("[ ]");
    struct str text = markdown_inlines(w->arena, item, w->style, IN_PARAGRAPH);
    struct str line = str_format(w->arena, "%.*s %.*s", STR_FMT(box), STR_FMT(text));
    str_append(&out, indent(w->arena, line, turn ? STR("* ") : STR("- "), STR("  ")));
  }
  return str_built(&out);
}

/* -- quotes and containers -- */

static struct str write_quote(const struct writer *w, const cJSON *node) {
  struct str text = write_blocks(w, adf_first(node));
  const char *alert = adf_is(node, "panel") ? markdown_alert(adf_attr(node, "panelType")) : NULL;
  bool same_paragraph = adf_is(adf_first(node), "paragraph");
  if (alert)
    text = str_format(w->arena, "%s%s%.*s", alert, !text.length ? "" : same_paragraph ? "\n" : "\n\n", STR_FMT(text));
  return indent(w->arena, text, STR("> "), STR("> "));
}

static struct str enclosed(const struct writer *w, struct str open, const cJSON *node, const char *close) {
  struct str text = write_blocks(w, adf_first(node));
  return str_format(w->arena, "%.*s\n\n%.*s%s%s", STR_FMT(open), STR_FMT(text), text.length ? "\n\n" : "", close);
}

static struct str write_expand(const struct writer *w, const cJSON *node) {
  struct str title = html_escape(w->arena, adf_attr(node, "title"));
  struct str open = str_format(w->arena, "<details>\n<summary>%.*s</summary>", STR_FMT(title));
  return enclosed(w, open, node, "</details>");
}

/* -- tables -- */

static bool is_plain_cell(const cJSON *cell, const char *type) {
  const cJSON *block = adf_first(cell);
  return adf_is(cell, type) && !cJSON_HasObjectItem(cell, "attrs") &&
         (!block || (adf_is(block, "paragraph") && !block->next));
}

/* What GFM has: a row of headers, then rows of as many cells, a line each. */
static bool is_plain_table(const cJSON *table) {
  const cJSON *head = adf_first(table);
  size_t columns = 0, cells;
  for (const cJSON *row = head; row; row = row->next) {
    cells = 0;
    for (const cJSON *cell = adf_first(row); cell; cell = cell->next, cells++)
      if (!is_plain_cell(cell, row == head ? "tableHeader" : "tableCell"))
        return false;
    if (row == head)
      columns = cells;
    if (cells != columns || cells == 0)
      return false;
  }
  return head != NULL;
}

static struct str write_plain_table(const struct writer *w, const cJSON *table) {
  struct str_builder out = {.arena = w->arena};
  for (const cJSON *row = adf_first(table); row; row = row->next) {
    if (row != adf_first(table))
      str_append_c(&out, "\n");
    for (const cJSON *cell = adf_first(row); cell; cell = cell->next) {
      struct str text = adf_first(cell) ? markdown_inlines(w->arena, adf_first(cell), w->style, IN_CELL) : STR("");
      str_append_format(&out, "| %.*s%s", STR_FMT(text), text.length ? " " : "");
    }
    str_append_c(&out, "|");
    for (const cJSON *cell = row == adf_first(table) ? adf_first(row) : NULL; cell; cell = cell->next)
      str_append_format(&out, "%s| --- %s", cell == adf_first(row) ? "\n" : "", cell->next ? "" : "|");
  }
  return str_built(&out);
}

static void append_span(struct str_builder *out, const cJSON *cell, const char *name) {
  const cJSON *attrs = cJSON_GetObjectItemCaseSensitive(cell, "attrs");
  const cJSON *span = cJSON_GetObjectItemCaseSensitive(attrs, name);
  if (cJSON_IsNumber(span))
    str_append_format(out, " %s=\"%d\"", name, span->valueint);
}

static struct str write_cell_tags(const struct writer *w, const cJSON *cell) {
  const char *tag = adf_is(cell, "tableHeader") ? "th" : "td";
  struct str_builder open = {.arena = w->arena};
  str_append_format(&open, "<%s", tag);
  append_span(&open, cell, "colspan");
  append_span(&open, cell, "rowspan");
  str_append_c(&open, ">");
  return enclosed(w, str_built(&open), cell, tag[1] == 'h' ? "</th>" : "</td>");
}

static struct str write_table_tags(const struct writer *w, const cJSON *table) {
  struct str_builder out = {.arena = w->arena};
  str_append_c(&out, "<table>\n\n");
  for (const cJSON *row = adf_first(table); row; row = row->next) {
    str_append_c(&out, "<tr>\n\n");
    for (const cJSON *cell = adf_first(row); cell; cell = cell->next)
      str_append_format(&out, "%.*s\n\n", STR_FMT(write_cell_tags(w, cell)));
    str_append_c(&out, "</tr>\n\n");
  }
  str_append_c(&out, "</table>");
  return str_built(&out);
}

/* -- all blocks -- */

static bool is_alert(const cJSON *node) {
  return adf_is(node, "panel") && markdown_alert(adf_attr(node, "panelType")) &&
         cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(node, "attrs")) == 1;
}

static struct str write_block(const struct writer *w, const cJSON *node, bool turn) {
  if (adf_is(node, "paragraph"))
    return markdown_inlines(w->arena, node, w->style, IN_PARAGRAPH);
  if (adf_is(node, "heading"))
    return write_heading(w, node);
  if (adf_is(node, "codeBlock"))
    return write_code(w, node);
  if (adf_is(node, "rule"))
    return STR("---");
  if (adf_is(node, "bulletList") || adf_is(node, "orderedList"))
    return write_list(w, node, turn);
  if (adf_is(node, "taskList"))
    return write_tasks(w, node, turn);
  if (adf_is(node, "blockquote") || is_alert(node))
    return write_quote(w, node);
  if (adf_is(node, "expand") || adf_is(node, "nestedExpand"))
    return write_expand(w, node);
  if (adf_is(node, "table"))
    return is_plain_table(node) ? write_plain_table(w, node) : write_table_tags(w, node);
  if (adf_is(node, "mediaSingle") || adf_is(node, "mediaGroup"))
    return write_media(w, node);
  if (adf_is(node, "panel") || adf_is(node, "layoutSection") || adf_is(node, "layoutColumn") ||
      adf_is(node, "bodiedExtension"))
    return enclosed(w, foreign_container(w->arena, node), node, "</div>");
  return foreign_block(w->arena, node);
}

/* Whether a reader of `markdown` sees one block, and that one. */
static bool reads_as(struct arena *arena, struct str markdown, struct str fingerprint, const cJSON *seen) {
  struct text_document document = {0};
  struct result result = markdown_read(arena, markdown, seen, &document);
  if (result.code != RESULT_OK)
    return false; /* unreached: a block of a megabyte, once escaped */
  bool same = document.count == 1 && str_equal(adf_fingerprint(arena, adf_first(document.adf)), fingerprint);
  cJSON_Delete(document.adf);
  return same;
}

struct str markdown_write_block(struct arena *arena, const cJSON *block, bool turn, const cJSON *seen) {
  struct str fingerprint = adf_fingerprint(arena, block);
  cJSON *normal = adf_normal(block);
  struct str markdown = {0};
  for (int style = STYLE_PLAIN; style <= STYLE_SAFE && str_is_absent(markdown); style++) {
    struct writer writer = {arena, (enum markdown_style)style};
    struct str tried = write_block(&writer, normal, turn);
    if (reads_as(arena, tried, fingerprint, seen))
      markdown = tried;
  }
  cJSON_Delete(normal);
  return str_is_absent(markdown) ? foreign_block(arena, block) : markdown;
}
