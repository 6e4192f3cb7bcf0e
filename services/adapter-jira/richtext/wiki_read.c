/* Jira's wiki markup, block by block, into the tree that ADF is.
 * https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all */
#include <stdio.h>

#include "adapter-jira/richtext/wiki.h"

enum { NESTED_MAX = 8, STEPS_MAX = 4 * 1000 * 1000 };

struct block_reader {
  struct wiki_reader *wiki;
  struct str text;
  struct lines lines;
  int next; /* the line to read, counted from 1 */
  int end;  /* behind the last */
  int depth;
};

static void read_blocks(struct block_reader *reader, cJSON *parent, struct text_document *document);

/* -- lines -- */

static struct str line_at(const struct block_reader *reader, int number) {
  struct str line = lines_between(reader->text, &reader->lines, number, number + 1);
  while (line.length && strchr("\r\n", line.at[line.length - 1]))
    line.length--;
  return line;
}

static bool is_blank(struct str line) {
  return str_trim(line).length == 0;
}

static bool is_rule(struct str line) {
  struct str text = str_trim(line);
  size_t dashes = 0;
  while (dashes < text.length && text.at[dashes] == '-')
    dashes++;
  return dashes >= 4 && dashes <= 5 && dashes == text.length;
}

static int heading_level(struct str line) {
  bool heading = line.length >= 3 && line.at[0] == 'h' && line.at[1] >= '1' && line.at[1] <= '6' && line.at[2] == '.' &&
                 (line.length == 3 || line.at[3] == ' ');
  return heading ? line.at[1] - '0' : 0;
}

/* "** " gives 2; 0 when the line is no item. */
static size_t item_depth(struct str line) {
  size_t depth = 0;
  while (depth < line.length && strchr("*#-", line.at[depth]))
    depth++;
  bool one_dash = depth <= 1 || line.at[0] != '-';
  return depth && depth < line.length && line.at[depth] == ' ' && one_dash && depth <= NESTED_MAX ? depth : 0;
}

/* -- macros that hold blocks -- */

static const struct {
  const char *macro, *panel; /* panel NULL: not a panel of ADF */
} macros[] = {{"code", NULL},   {"noformat", NULL}, {"quote", NULL},    {"panel", NULL},
              {"info", "info"}, {"note", "note"},   {"tip", "success"}, {"warning", "warning"}};
enum { MACROS = sizeof macros / sizeof macros[0] };

/* "{name}" or "{name:parameters}" at the start of the line: the index in `macros`, or -1. */
static int macro_of(struct str line, struct str *parameters, struct str *rest) {
  struct str text = str_trim(line);
  ptrdiff_t close = str_find(text, "}");
  if (!str_starts_with(text, "{") || close < 0)
    return -1;
  struct str inner = str_slice(text, 1, (size_t)close);
  ptrdiff_t colon = str_find(inner, ":");
  struct str name = str_slice(inner, 0, colon < 0 ? inner.length : (size_t)colon);
  for (int i = 0; i < MACROS; i++)
    if (str_is(name, macros[i].macro)) {
      *parameters = colon < 0 ? STR("") : str_slice(inner, (size_t)colon + 1, inner.length);
      *rest = str_slice(text, (size_t)close + 1, text.length);
      return i;
    }
  return -1;
}

/* The text up to the macro's end, which may stand in the same line. False: there is no end. */
static bool macro_body(struct block_reader *reader, const char *name, struct str rest, struct str *body) {
  char closing[16];
  snprintf(closing, sizeof closing, "{%s}", name);
  size_t from = (size_t)(rest.at - reader->text.at);
  struct str all = str_slice(reader->text, from, reader->text.length);
  ptrdiff_t end = (reader->wiki->steps -= (long)all.length) < 0 ? -1 : str_find(all, closing);
  if (end < 0)
    return false;
  *body = str_slice(all, 0, (size_t)end);
  struct str after = str_slice(all, (size_t)end + strlen(closing), all.length);
  ptrdiff_t newline = str_find(after, "\n");
  struct str tail = str_slice(after, 0, newline < 0 ? after.length : (size_t)newline);
  if (!is_blank(tail)) /* more than the macro in its last line: not a block of its own */
    return false;
  for (size_t i = 0; i < body->length; i++)
    reader->next += body->at[i] == '\n';
  reader->next++;
  return true;
}

static struct str without_edges(struct str body) {
  if (str_starts_with(body, "\r"))
    body = str_slice(body, 1, body.length);
  if (str_starts_with(body, "\n"))
    body = str_slice(body, 1, body.length);
  if (str_ends_with(body, "\n"))
    body.length--;
  if (str_ends_with(body, "\r"))
    body.length--;
  return body;
}

/* "title=a.c|java" or "java" or "language=java". */
static struct str code_language(struct str parameters) {
  while (parameters.length) {
    ptrdiff_t bar = str_find(parameters, "|");
    struct str one = str_slice(parameters, 0, bar < 0 ? parameters.length : (size_t)bar);
    if (str_starts_with(one, "language="))
      return str_slice(one, strlen("language="), one.length);
    if (str_find(one, "=") < 0)
      return one;
    parameters = bar < 0 ? STR("") : str_slice(parameters, (size_t)bar + 1, parameters.length);
  }
  return STR("");
}

static void place_code(cJSON *parent, struct str language, struct str body) {
  cJSON *code = adf_new("codeBlock");
  if (language.length)
    adf_set_attr(code, "language", language);
  adf_add_text(code, without_edges(body), NULL);
  adf_place(parent, code);
}

/* {panel:title=x} is an expand; one with colours is carried as it is. */
static cJSON *panel_of(struct arena *arena, int macro, struct str parameters) {
  cJSON *block = adf_new(str_is(str_of(macros[macro].macro), "quote") ? "blockquote" : "panel");
  if (macros[macro].panel)
    adf_set_attr(block, "panelType", str_of(macros[macro].panel));
  if (strcmp(macros[macro].macro, "panel") != 0)
    return block;
  cJSON_Delete(block);
  bool titled = str_starts_with(parameters, "title=") && str_find(parameters, "|") < 0;
  block = adf_new(titled || parameters.length == 0 ? "expand" : "bodiedExtension");
  if (titled)
    adf_set_attr(block, "title", str_slice(parameters, strlen("title="), parameters.length));
  if (titled || parameters.length == 0)
    return block;
  adf_set_attr(block, "extensionType", STR("wiki"));
  adf_set_attr(block, "extensionKey", str_format(arena, "panel:%.*s", STR_FMT(parameters)));
  return block;
}

static bool read_macro(struct block_reader *reader, struct str line, cJSON *parent) {
  struct str parameters, rest, body;
  int macro = macro_of(line, &parameters, &rest);
  if (macro < 0 || reader->depth >= NESTED_MAX || !macro_body(reader, macros[macro].macro, rest, &body))
    return false;
  if (macro <= 1) { /* code and noformat */
    place_code(parent, macro == 0 ? code_language(parameters) : STR(""), body);
    return true;
  }
  cJSON *block = panel_of(reader->wiki->arena, macro, parameters);
  struct lines lines = lines_find(reader->wiki->arena, body);
  struct block_reader inner = {reader->wiki, body, lines, 1, (int)lines.count + 1, reader->depth + 1};
  read_blocks(&inner, block, NULL);
  adf_complete(block);
  adf_place(parent, block);
  return true;
}

/* -- lists -- */

static cJSON *add_item(struct wiki_reader *wiki, cJSON *list, struct str text) {
  cJSON *item = adf_new("listItem"), *paragraph = adf_new("paragraph");
  wiki_read_inlines(wiki, text, paragraph);
  adf_add(item, paragraph);
  adf_add(list, item);
  return item;
}

static cJSON *last_child(cJSON *node) {
  cJSON *content = cJSON_GetObjectItemCaseSensitive(node, "content");
  return content && content->child ? content->child->prev : NULL;
}

/* An item of depth n belongs below the last item of depth n - 1; missing levels are made. */
static cJSON *list_for(cJSON *top, struct str marks, size_t depth) {
  cJSON *list = top;
  for (size_t level = 1; level < depth; level++) {
    const char *type = marks.at[level] == '#' ? "orderedList" : "bulletList";
    cJSON *item = last_child(list);
    if (!item) {
      item = adf_new("listItem");
      adf_add(item, adf_new("paragraph"));
      adf_add(list, item);
    }
    cJSON *below = last_child(item);
    if (!adf_is(below, type)) {
      below = adf_new(type);
      adf_add(item, below);
    }
    list = below;
  }
  return list;
}

static bool starts_macro(struct str line) {
  struct str parameters, rest;
  return macro_of(line, &parameters, &rest) >= 0;
}

/* A line that belongs to the text before it: not blank, and nothing that starts a block. */
static bool goes_on(const struct block_reader *reader) {
  if (reader->next >= reader->end)
    return false;
  struct str line = line_at(reader, reader->next);
  return !is_blank(line) && !item_depth(line) && !heading_level(line) && !is_rule(line) && !starts_macro(line) &&
         !str_starts_with(line, "|") && !str_starts_with(line, "bq. ");
}

static struct str read_text(struct block_reader *reader, struct str first) {
  struct str_builder text = {.arena = reader->wiki->arena};
  str_append(&text, first);
  for (; goes_on(reader); reader->next++) {
    struct str line = line_at(reader, reader->next);
    str_append_format(&text, "\n%.*s", STR_FMT(line));
  }
  return str_built(&text);
}

/* Macros and text in the lines behind an item's text, up to a blank line, are in the item. */
static void read_item_rest(struct block_reader *reader, cJSON *item) {
  while (reader->next < reader->end) {
    struct str line = line_at(reader, reader->next);
    if (starts_macro(line) && read_macro(reader, line, item))
      continue;
    if (!goes_on(reader))
      return;
    cJSON *paragraph = adf_new("paragraph");
    reader->next++;
    wiki_read_inlines(reader->wiki, read_text(reader, line), paragraph);
    adf_add(item, paragraph);
  }
}

/* "[x] done": how a task is written, since wiki markup has none. */
static bool take_box(cJSON *item, cJSON *task) {
  const cJSON *paragraph = adf_first(item), *text = adf_first(paragraph);
  struct str start = adf_text(text);
  bool done = str_starts_with(start, "[x] "), open = str_starts_with(start, "[ ] ");
  if ((!done && !open) || paragraph->next)
    return false;
  adf_set_attr(task, "localId", STR("task"));
  adf_set_attr(task, "state", done ? STR("DONE") : STR("TODO"));
  adf_add_text(task, str_slice(start, 4, start.length), cJSON_GetObjectItemCaseSensitive(text, "marks"));
  for (text = text->next; text; text = text->next)
    adf_add(task, cJSON_Duplicate(text, true));
  return true;
}

static cJSON *as_tasks(cJSON *list) {
  cJSON *tasks = adf_new("taskList");
  adf_set_attr(tasks, "localId", STR("task"));
  for (const cJSON *item = adf_first(list); item; item = item->next) {
    cJSON *task = adf_new("taskItem");
    adf_add(tasks, task);
    if (!take_box((cJSON *)item, task)) {
      cJSON_Delete(tasks);
      return list;
    }
  }
  cJSON_Delete(list);
  return tasks;
}

static void read_list(struct block_reader *reader, cJSON *parent) {
  char kind = line_at(reader, reader->next).at[0];
  cJSON *top = adf_new(kind == '#' ? "orderedList" : "bulletList");
  while (reader->next < reader->end) {
    struct str line = line_at(reader, reader->next);
    size_t depth = item_depth(line);
    if (depth == 0 || (line.at[0] == '#') != (kind == '#'))
      break;
    reader->next++;
    struct str text = read_text(reader, str_trim(str_slice(line, depth, line.length)));
    read_item_rest(reader, add_item(reader->wiki, list_for(top, line, depth), text));
  }
  adf_place(parent, kind == '#' ? top : as_tasks(top));
}

/* -- tables -- */

static void add_cell(struct wiki_reader *wiki, cJSON *row, bool header, struct str text) {
  cJSON *cell = adf_new(header ? "tableHeader" : "tableCell"), *paragraph = adf_new("paragraph");
  wiki_read_inlines(wiki, str_trim(text), paragraph);
  adf_add(cell, paragraph);
  adf_add(row, cell);
}

/* Where the cell ends: a bar that is not escaped nor inside a link, an image or a macro. */
static size_t cell_end(struct str line, size_t at) {
  char inside = 0;
  for (; at < line.length; at++) {
    char c = line.at[at];
    if (c == '\\')
      at++;
    else if (inside)
      inside = c == inside ? 0 : inside;
    else if (c == '[')
      inside = ']';
    else if (c == '{')
      inside = '}';
    else if (c == '|')
      return at;
  }
  return line.length;
}

static void read_row(struct wiki_reader *wiki, struct str line, cJSON *table) {
  cJSON *row = adf_new("tableRow");
  cJSON_AddArrayToObject(row, "content");
  struct str text = str_trim(line);
  for (size_t at = 0; at < text.length;) {
    bool header = str_starts_with(str_slice(text, at, text.length), "||");
    size_t from = at + (header ? 2 : 1), to = cell_end(text, from);
    if (from >= text.length)
      break;
    add_cell(wiki, row, header, str_slice(text, from, to));
    at = to;
  }
  adf_add(table, row);
}

static void read_table(struct block_reader *reader, cJSON *parent) {
  cJSON *table = adf_new("table");
  while (reader->next < reader->end && str_starts_with(line_at(reader, reader->next), "|"))
    read_row(reader->wiki, line_at(reader, reader->next++), table);
  adf_place(parent, table);
}

/* -- paragraphs and lines -- */

static void place_inlines(struct block_reader *reader, cJSON *parent, const char *type, struct str text) {
  cJSON *block = adf_new(type);
  wiki_read_inlines(reader->wiki, text, block);
  adf_place(parent, block);
}

static void read_paragraph(struct block_reader *reader, cJSON *parent) {
  struct str first = line_at(reader, reader->next++);
  struct str text = read_text(reader, first);
  struct str trimmed = str_trim(text);
  if (wiki_read_single_image(trimmed, parent))
    return;
  place_inlines(reader, parent, "paragraph", trimmed);
}

static void read_heading(struct block_reader *reader, cJSON *parent, struct str line) {
  cJSON *heading = adf_new("heading");
  cJSON_AddNumberToObject(cJSON_AddObjectToObject(heading, "attrs"), "level", heading_level(line));
  wiki_read_inlines(reader->wiki, str_trim(str_slice(line, 3, line.length)), heading);
  adf_place(parent, heading);
  reader->next++;
}

static void read_rule(struct block_reader *reader, cJSON *parent) {
  adf_place(parent, adf_new("rule"));
  reader->next++;
}

static void read_quoted_line(struct block_reader *reader, cJSON *parent, struct str line) {
  cJSON *quote = adf_new("blockquote");
  place_inlines(reader, quote, "paragraph", str_trim(str_slice(line, 4, line.length)));
  adf_place(parent, quote);
  reader->next++;
}

static void read_block(struct block_reader *reader, cJSON *parent) {
  struct str line = line_at(reader, reader->next);
  if (is_blank(line))
    reader->next++;
  else if (read_macro(reader, line, parent))
    return;
  else if (heading_level(line))
    read_heading(reader, parent, line);
  else if (is_rule(line))
    read_rule(reader, parent);
  else if (item_depth(line))
    read_list(reader, parent);
  else if (str_starts_with(line, "|"))
    read_table(reader, parent);
  else if (str_starts_with(line, "bq. "))
    read_quoted_line(reader, parent, line);
  else
    read_paragraph(reader, parent);
}

static void read_blocks(struct block_reader *reader, cJSON *parent, struct text_document *document) {
  while (reader->next < reader->end) {
    int line = reader->next;
    read_block(reader, parent);
    if (document)
      lines_note(reader->wiki->arena, document, line);
  }
}

struct result wiki_read(struct arena *arena, struct str text, const cJSON *seen, struct text_document *out) {
  (void)seen;
  if (text.length > RICHTEXT_BYTES_MAX)
    return result_error(RESULT_REJECTED, "the wiki markup has more than %d bytes", RICHTEXT_BYTES_MAX);
  if (str_is_absent(text))
    text = STR("");
  struct wiki_reader wiki = {arena, STEPS_MAX, 0};
  struct text_document document = {.adf = adf_new_doc()};
  struct lines lines = lines_find(arena, text);
  struct block_reader reader = {&wiki, text, lines, 1, (int)lines.count + 1, 0};
  read_blocks(&reader, document.adf, &document);
  struct result result = adf_check(document.adf);
  if (result.code == RESULT_OK)
    *out = document;
  else
    cJSON_Delete(document.adf);
  return result;
}
