/* ADF to Jira's wiki markup. What it has no form for becomes the nearest text. */
#include <ctype.h>

#include "adapter-jira/richtext/node.h"

struct wiki_writer {
  struct arena *arena;
  struct str_builder out;
  bool in_cell;
};

static void write_block(struct wiki_writer *w, const cJSON *node, struct str list);

/* -- texts -- */

static bool is_word(char c) {
  return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* A sign means something where a word may start or end. */
static bool at_edge(struct str text, size_t i) {
  char before = i ? text.at[i - 1] : ' ', after = i + 1 < text.length ? text.at[i + 1] : ' ';
  bool opens = !is_word(before) && !isspace((unsigned char)after);
  bool closes = !isspace((unsigned char)before) && !is_word(after);
  return opens || closes || i == 0 || i + 1 == text.length;
}

static bool starts_block(struct str text) {
  bool heading = text.length > 2 && text.at[0] == 'h' && isdigit((unsigned char)text.at[1]) && text.at[2] == '.';
  return heading || str_starts_with(text, "bq.") || (text.length && strchr("*#-|", text.at[0]));
}

static bool needs_escape(struct str text, size_t i) {
  char c = text.at[i];
  return c == '\\' || c == '{' || c == '}' || c == '[' || c == ']' || c == '|' ||
         (strchr("*_-+^~!?", c) && at_edge(text, i));
}

static void write_text(struct wiki_writer *w, struct str text, bool line_start) {
  bool heading = line_start && starts_block(text);
  for (size_t i = 0; i < text.length; i++) {
    bool letter = isalpha((unsigned char)text.at[i]);
    if (heading && i == 0 && letter) { /* "h1.": the dot is what counts, and letters cannot be escaped */
      size_t dot = (size_t)str_find(text, ".");
      str_append_format(&w->out, "%.*s\\.", (int)dot, text.at);
      i = dot;
      continue;
    }
    str_append_format(&w->out, "%s%c", needs_escape(text, i) || (heading && i == 0) ? "\\" : "", text.at[i]);
  }
}

/* -- marks -- */

static const char *sign_of(const cJSON *mark) {
  if (adf_is(mark, "strong"))
    return "*";
  if (adf_is(mark, "em"))
    return "_";
  if (adf_is(mark, "strike"))
    return "-";
  if (adf_is(mark, "underline"))
    return "+";
  if (adf_is(mark, "subsup"))
    return str_is(adf_attr(mark, "type"), "sub") ? "~" : "^";
  return NULL;
}

static bool touches_word(const struct wiki_writer *w, const cJSON *node) {
  struct str next = adf_is(node->next, "text") ? adf_text(node->next) : STR("");
  char before = w->out.length ? w->out.at[w->out.length - 1] : ' ';
  return is_word(before) || (next.length && is_word(next.at[0]));
}

static void write_signs(struct wiki_writer *w, const cJSON *node, bool braced, bool opening) {
  const cJSON *marks = cJSON_GetObjectItemCaseSensitive(node, "marks");
  int count = cJSON_GetArraySize(marks);
  for (int i = 0; i < count; i++) {
    const cJSON *mark = cJSON_GetArrayItem(marks, opening ? i : count - 1 - i);
    const char *sign = sign_of(mark);
    if (sign)
      str_append_format(&w->out, braced ? "{%s}" : "%s", sign);
    else if (adf_is(mark, "textColor"))
      str_append_format(&w->out, opening ? "{color:%.*s}" : "{color}", STR_FMT(adf_attr(mark, "color")));
  }
}

static void write_code(struct wiki_writer *w, struct str code) {
  str_append_c(&w->out, "{{");
  for (size_t i = 0; i < code.length; i++)
    str_append_format(&w->out, "%s%c", strchr("{}\\|", code.at[i]) ? "\\" : "", code.at[i]);
  str_append_c(&w->out, "}}");
}

static void write_target(struct wiki_writer *w, struct str url, struct str title) {
  const struct str parts[] = {url, title};
  for (size_t p = 0; p < 2 && parts[p].length; p++) {
    str_append_c(&w->out, "|");
    for (size_t i = 0; i < parts[p].length; i++)
      str_append_format(&w->out, "%s%c", strchr("|]\\", parts[p].at[i]) ? "\\" : "", parts[p].at[i]);
  }
  str_append_c(&w->out, "]");
}

static void write_marked(struct wiki_writer *w, const cJSON *node, bool line_start) {
  const cJSON *link = adf_mark(node, "link");
  bool code = adf_mark(node, "code") != NULL, braced = touches_word(w, node);
  bool plain = !cJSON_HasObjectItem(node, "marks");
  if (link)
    str_append_c(&w->out, "[");
  write_signs(w, node, braced && !link, true);
  if (code)
    write_code(w, adf_text(node));
  else
    write_text(w, adf_text(node), line_start && plain);
  write_signs(w, node, braced && !link, false);
  if (link)
    write_target(w, adf_attr(link, "href"), adf_attr(link, "title"));
}

/* -- inline nodes -- */

static void write_inline_node(struct wiki_writer *w, const cJSON *node) {
  struct str id = adf_attr(node, "id"), text = adf_attr(node, "text");
  if (adf_is(node, "mention"))
    str_append_format(&w->out, "[~%.*s]", STR_FMT(id));
  else if (adf_is(node, "mediaInline"))
    str_append_format(&w->out, str_starts_with(id, "^") ? "[%.*s]" : "!%.*s!", STR_FMT(id));
  else if (adf_is(node, "inlineCard"))
    str_append_format(&w->out, "[%.*s]", STR_FMT(adf_attr(node, "url")));
  else if (adf_is(node, "inlineExtension") && str_is(adf_attr(node, "extensionType"), "wiki"))
    str_append(&w->out, adf_attr(node, "extensionKey"));
  else if (adf_is(node, "emoji"))
    str_append(&w->out, text.length ? text : adf_attr(node, "shortName"));
  else if (adf_is(node, "date"))
    str_append_format(&w->out, "%.*s", STR_FMT(foreign_day(w->arena, node)));
  else
    write_text(w, text.length ? text : adf_type(node), false);
}

static void write_break(struct wiki_writer *w, const cJSON *node, const cJSON *first, bool one_line) {
  bool edge = node == first || !node->next || adf_is(node->next, "hardBreak") || adf_is(node->prev, "hardBreak");
  str_append_c(&w->out, edge || one_line || w->in_cell ? "\\\\ " : "\n");
}

static void write_inlines(struct wiki_writer *w, const cJSON *normal, bool one_line) {
  const cJSON *first = adf_first(normal);
  bool line_start = true;
  for (const cJSON *node = first; node; node = node->next) {
    bool is_break = adf_is(node, "hardBreak");
    if (is_break)
      write_break(w, node, first, one_line);
    else if (adf_is(node, "text"))
      write_marked(w, node, line_start);
    else
      write_inline_node(w, node);
    line_start = is_break;
  }
}

/* -- blocks -- */

static void write_blocks(struct wiki_writer *w, const cJSON *first) {
  for (const cJSON *node = first; node; node = node->next) {
    write_block(w, node, STR(""));
    if (node->next)
      str_append_c(&w->out, "\n\n");
  }
}

static void write_code_block(struct wiki_writer *w, const cJSON *node) {
  struct str text = adf_text(adf_first(node)), language = adf_attr(node, "language");
  if (str_find(text, "{code}") >= 0)
    str_append_format(&w->out, "{noformat}\n%.*s\n{noformat}", STR_FMT(text));
  else
    str_append_format(&w->out, "{code%s%.*s}\n%.*s\n{code}", language.length ? ":" : "", STR_FMT(language),
                      STR_FMT(text));
}

static void write_enclosed(struct wiki_writer *w, const char *macro, struct str parameters, const cJSON *node) {
  str_append_format(&w->out, "{%s%s%.*s}\n", macro, parameters.length ? ":" : "", STR_FMT(parameters));
  write_blocks(w, adf_first(node));
  str_append_format(&w->out, "\n{%s}", macro);
}

static void write_panel(struct wiki_writer *w, const cJSON *node) {
  static const struct {
    const char *panel, *macro;
  } macros[] = {{"info", "info"}, {"note", "note"},       {"success", "tip"},
                {"tip", "tip"},   {"warning", "warning"}, {"error", "warning"}};
  for (size_t i = 0; i < sizeof macros / sizeof macros[0]; i++)
    if (str_is(adf_attr(node, "panelType"), macros[i].panel)) {
      write_enclosed(w, macros[i].macro, STR(""), node);
      return;
    }
  write_enclosed(w, "panel", STR(""), node);
}

/* Parameters have no escapes. */
static struct str panel_title(struct arena *arena, struct str title) {
  char *at = str_c(arena, title);
  for (size_t i = 0; i < title.length; i++)
    at[i] = strchr("{}|\n\r", at[i]) ? ' ' : at[i];
  return title.length ? str_format(arena, "title=%s", at) : STR("");
}

static void write_extension(struct wiki_writer *w, const cJSON *node) {
  struct str key = adf_attr(node, "extensionKey");
  if (str_is(adf_attr(node, "extensionType"), "wiki") && str_starts_with(key, "panel:"))
    write_enclosed(w, "panel", str_slice(key, strlen("panel:"), key.length), node);
  else
    write_blocks(w, adf_first(node));
}

static void write_list(struct wiki_writer *w, const cJSON *list, struct str above) {
  struct str marks = str_format(w->arena, "%.*s%s", STR_FMT(above), adf_is(list, "orderedList") ? "#" : "*");
  for (const cJSON *item = adf_first(list); item; item = item->next) {
    const cJSON *block = adf_first(item);
    str_append_format(&w->out, "%s%.*s ", item == adf_first(list) ? "" : "\n", STR_FMT(marks));
    if (adf_is(block, "paragraph")) {
      write_inlines(w, block, false);
      block = block->next;
    }
    for (; block; block = block->next) {
      bool joined = adf_is(block, "paragraph") && adf_is(block->prev, "paragraph");
      str_append_c(&w->out, joined ? "\\\\ " : "\n");
      write_block(w, block, marks);
    }
  }
}

static void write_tasks(struct wiki_writer *w, const cJSON *list, struct str above) {
  struct str marks = str_format(w->arena, "%.*s*", STR_FMT(above));
  for (const cJSON *item = adf_first(list); item; item = item->next) {
    str_append_c(&w->out, item == adf_first(list) ? "" : "\n");
    if (adf_is(item, "taskList")) {
      write_tasks(w, item, marks);
      continue;
    }
    str_append_format(&w->out, "%.*s %s ", STR_FMT(marks), str_is(adf_attr(item, "state"), "DONE") ? "[x]" : "[ ]");
    write_inlines(w, item, false);
  }
}

static void write_media(struct wiki_writer *w, const cJSON *node) {
  for (const cJSON *media = adf_first(node); media; media = media->next) {
    struct str url = adf_attr(media, "url"), alt = adf_attr(media, "alt");
    str_append_c(&w->out, media == adf_first(node) ? "" : w->in_cell ? "\\\\ " : "\n");
    if (url.length && alt.length && !w->in_cell && str_find(alt, "!") < 0 && str_find(alt, "|") < 0)
      str_append_format(&w->out, "!%.*s|alt=%.*s!", STR_FMT(url), STR_FMT(alt));
    else
      str_append_format(&w->out, "!%.*s!", STR_FMT(url.length ? url : adf_attr(media, "id")));
  }
}

/* Line by line: a macro would end the row. */
static void write_cell_code(struct wiki_writer *w, struct str text) {
  while (text.length) {
    ptrdiff_t newline = str_find(text, "\n");
    size_t end = newline < 0 ? text.length : (size_t)newline;
    if (end)
      write_code(w, str_slice(text, 0, end));
    text = str_slice(text, end + (newline >= 0), text.length);
    str_append_c(&w->out, text.length ? "\\\\ " : "");
  }
}

static void write_cell(struct wiki_writer *w, const cJSON *cell);

/* Of lists and the like the texts. */
static void write_cell_block(struct wiki_writer *w, const cJSON *block) {
  if (adf_is(block, "codeBlock"))
    write_cell_code(w, adf_text(adf_first(block)));
  else if (adf_is(block, "mediaSingle") || adf_is(block, "mediaGroup"))
    write_media(w, block);
  else if (adf_is_inline(adf_first(block)))
    write_inlines(w, block, true);
  else if (adf_first(block))
    write_cell(w, block);
  else if (!adf_is(block, "paragraph") && !adf_is(block, "rule"))
    write_text(w, adf_print(w->arena, block), false);
}

static void write_cell(struct wiki_writer *w, const cJSON *cell) {
  size_t before = w->out.length;
  for (const cJSON *block = adf_first(cell); block; block = block->next) {
    if (block != adf_first(cell))
      str_append_c(&w->out, "\\\\ ");
    write_cell_block(w, block);
  }
  if (w->out.length == before)
    str_append_c(&w->out, " ");
}

static void write_table(struct wiki_writer *w, const cJSON *table) {
  bool outer = w->in_cell;
  w->in_cell = true;
  for (const cJSON *row = adf_first(table); row; row = row->next) {
    const char *bars = "|";
    str_append_c(&w->out, row == adf_first(table) ? "" : "\n");
    for (const cJSON *cell = adf_first(row); cell; cell = cell->next) {
      bars = adf_is(cell, "tableHeader") ? "||" : "|";
      str_append_c(&w->out, bars);
      write_cell(w, cell);
    }
    str_append_c(&w->out, bars);
  }
  w->in_cell = outer;
}

static void write_heading(struct wiki_writer *w, const cJSON *node) {
  const cJSON *attrs = cJSON_GetObjectItemCaseSensitive(node, "attrs");
  double level = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(attrs, "level"));
  str_append_format(&w->out, "h%d. ", level >= 1 && level <= 6 ? (int)level : 1);
  write_inlines(w, node, true);
}

static void write_unknown(struct wiki_writer *w, const cJSON *node) {
  str_append_format(&w->out, "{noformat}\n%.*s\n{noformat}", STR_FMT(adf_print(w->arena, node)));
}

static void write_block(struct wiki_writer *w, const cJSON *node, struct str list) {
  if (adf_is(node, "paragraph"))
    write_inlines(w, node, list.length > 0);
  else if (adf_is(node, "heading"))
    write_heading(w, node);
  else if (adf_is(node, "codeBlock"))
    write_code_block(w, node);
  else if (adf_is(node, "rule"))
    str_append_c(&w->out, "----");
  else if (adf_is(node, "bulletList") || adf_is(node, "orderedList"))
    write_list(w, node, list);
  else if (adf_is(node, "taskList"))
    write_tasks(w, node, list);
  else if (adf_is(node, "blockquote"))
    write_enclosed(w, "quote", STR(""), node);
  else if (adf_is(node, "panel"))
    write_panel(w, node);
  else if (adf_is(node, "expand") || adf_is(node, "nestedExpand"))
    write_enclosed(w, "panel", panel_title(w->arena, adf_attr(node, "title")), node);
  else if (adf_is(node, "table"))
    write_table(w, node);
  else if (adf_is(node, "mediaSingle") || adf_is(node, "mediaGroup"))
    write_media(w, node);
  else if (adf_is(node, "bodiedExtension"))
    write_extension(w, node);
  else if (adf_is(node, "layoutSection") || adf_is(node, "layoutColumn"))
    write_blocks(w, adf_first(node));
  else
    write_unknown(w, node);
}

struct str wiki_write_block(struct arena *arena, const cJSON *block, bool turn, const cJSON *seen) {
  struct wiki_writer writer = {.arena = arena, .out = {.arena = arena}};
  (void)turn;
  (void)seen;
  cJSON *normal = adf_normal(block);
  write_block(&writer, normal, STR(""));
  cJSON_Delete(normal);
  return str_built(&writer.out);
}
