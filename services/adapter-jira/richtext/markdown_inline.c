/* Inline content of ADF, whose texts carry flat sets of marks, as Markdown, where marks nest. */
#include <assert.h>
#include <ctype.h>

#include "adapter-jira/richtext/markdown_out.h"

enum { MARKS_MAX = 16, AHEAD_MAX = 32 };

struct open_mark {
  const cJSON *mark;
  const char *close; /* what ends it; NULL: a link */
};

struct nest {
  struct markdown_out *out;
  struct open_mark open[MARKS_MAX];
  size_t count;
};

/* -- what a mark looks like -- */

static bool is_word(char c) {
  return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool has_mark(const cJSON *node, const cJSON *mark) {
  const cJSON *other;
  cJSON_ArrayForEach(other, cJSON_GetObjectItemCaseSensitive(node, "marks")) {
    if (cJSON_Compare(mark, other, true))
      return true;
  }
  return false;
}

/* The first item from `from` on that does not have the mark. Line breaks have all marks of what is around them. It is
 * looked for among the next AHEAD_MAX: marks that go on for longer are equally long. */
static const cJSON *end_of(const cJSON *from, const cJSON *mark, int *length) {
  const cJSON *node = from;
  *length = 0;
  while (node && *length < AHEAD_MAX && (has_mark(node, mark) || (adf_is(node, "hardBreak") && node->next))) {
    (*length)++;
    node = node->next;
  }
  return node;
}

/* "_" is no emphasis inside a word, and "*" gets into the way of "**". */
static const char *emphasis(const struct nest *nest, const cJSON *item, const cJSON *mark) {
  int length;
  struct str after = adf_text(end_of(item, mark, &length));
  bool in_word = is_word(nest->out->last) || (after.length && is_word(after.at[0]));
  return in_word ? "*" : "_";
}

static const char *tag_of(const cJSON *mark, const char **close) {
  static const struct {
    const char *mark, *value, *open, *close;
  } tags[] = {{"strong", NULL, "<strong>", "</strong>"}, {"em", NULL, "<em>", "</em>"},
              {"strike", NULL, "<s>", "</s>"},           {"underline", NULL, "<u>", "</u>"},
              {"subsup", "sub", "<sub>", "</sub>"},      {"subsup", "sup", "<sup>", "</sup>"}};
  for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
    if (adf_is(mark, tags[i].mark) && (!tags[i].value || str_is(adf_attr(mark, "type"), tags[i].value))) {
      *close = tags[i].close;
      return tags[i].open;
    }
  *close = "";
  return "";
}

static void append_color(struct nest *nest, const cJSON *mark) {
  struct str color = html_escape(nest->out->text.arena, adf_attr(mark, "color"));
  str_append_format(&nest->out->text, "<span style=\"%scolor: %.*s\">",
                    adf_is(mark, "backgroundColor") ? "background-" : "", STR_FMT(color));
}

/* -- opening and closing -- */

static void open_mark(struct nest *nest, const cJSON *item, const cJSON *mark) {
  struct markdown_out *out = nest->out;
  bool plain = out->style == STYLE_PLAIN;
  const char *open, *close = NULL;
  assert(nest->count < MARKS_MAX); /* adf_normal() leaves one of each kind */
  if (adf_is(mark, "link")) {
    open = "[";
    out->in_link = true;
  } else if (adf_is(mark, "textColor") || adf_is(mark, "backgroundColor")) {
    append_color(nest, mark);
    open = "";
    close = "</span>";
  } else if (plain && adf_is(mark, "strong")) {
    open = close = "**";
  } else if (plain && adf_is(mark, "strike")) {
    open = close = "~~";
  } else if (plain && adf_is(mark, "em")) {
    open = close = emphasis(nest, item, mark);
  } else {
    open = tag_of(mark, &close);
  }
  str_append_c(&out->text, open);
  nest->open[nest->count++] = (struct open_mark){mark, close};
  if (open[0])
    out->line_start = false;
  out->last = '*';
}

static void close_last(struct nest *nest) {
  struct open_mark *open = &nest->open[--nest->count];
  if (open->close) {
    str_append_c(&nest->out->text, open->close);
  } else {
    markdown_out_target(nest->out, adf_attr(open->mark, "href"), adf_attr(open->mark, "title"));
    nest->out->in_link = false;
  }
  nest->out->last = '*';
}

/* Marks that `item` does not have end here, with all that was opened inside them. */
static void close_others(struct nest *nest, const cJSON *item) {
  size_t keep = 0;
  while (keep < nest->count && item && has_mark(item, nest->open[keep].mark))
    keep++;
  while (nest->count > keep)
    close_last(nest);
}

static bool is_open(const struct nest *nest, const cJSON *mark) {
  for (size_t i = 0; i < nest->count; i++)
    if (cJSON_Compare(nest->open[i].mark, mark, true))
      return true;
  return false;
}

/* Those that go on for longest are opened first. */
static void open_missing(struct nest *nest, const cJSON *item) {
  for (;;) {
    const cJSON *mark, *best = NULL;
    int longest = 0, length;
    cJSON_ArrayForEach(mark, cJSON_GetObjectItemCaseSensitive(item, "marks")) {
      if (adf_is(mark, "code") || is_open(nest, mark))
        continue;
      end_of(item, mark, &length);
      if (length > longest) {
        longest = length;
        best = mark;
      }
    }
    if (!best)
      return;
    open_mark(nest, item, best);
  }
}

/* -- items -- */

static void write_break(struct nest *nest, const cJSON *item, const cJSON *first) {
  struct markdown_out *out = nest->out;
  bool edge = item == first || !item->next;
  bool doubled = adf_is(item->next, "hardBreak") || (item != first && adf_is(item->prev, "hardBreak"));
  if (item->next && !adf_is(item->next, "hardBreak"))
    close_others(nest, item->next);
  else
    close_others(nest, NULL);
  if (out->place != IN_PARAGRAPH || edge || doubled) {
    str_append_c(&out->text, "<br>");
    out->line_start = false;
  } else {
    str_append_c(&out->text, "\n");
    out->line_start = true;
  }
  out->last = ' ';
}

static void write_item(struct nest *nest, const cJSON *item, const cJSON *first) {
  if (adf_is(item, "hardBreak")) {
    write_break(nest, item, first);
    return;
  }
  close_others(nest, item);
  open_missing(nest, item);
  if (!adf_is(item, "text")) {
    str_append(&nest->out->text, foreign_inline(nest->out->text.arena, item));
    nest->out->last = ')';
    nest->out->line_start = false;
  } else if (adf_mark(item, "code")) {
    markdown_out_code(nest->out, adf_text(item));
  } else {
    markdown_out_text(nest->out, adf_text(item));
  }
}

/* In a cell every "|" is escaped, in code too: GFM takes the escapes away before it reads the cell. */
static struct str escape_pipes(struct arena *arena, struct str text) {
  struct str_builder out = {.arena = arena};
  for (size_t i = 0; i < text.length; i++)
    str_append_format(&out, "%s%c", text.at[i] == '|' ? "\\" : "", text.at[i]);
  return str_built(&out);
}

struct str markdown_inlines(struct arena *arena, const cJSON *parent, enum markdown_style style,
                            enum inline_place place) {
  struct markdown_out out = {.text = {.arena = arena}, .style = style, .place = place, .last = ' ', .line_start = true};
  struct nest nest = {.out = &out};
  const cJSON *first = adf_first(parent);
  for (const cJSON *item = first; item; item = item->next)
    write_item(&nest, item, first);
  close_others(&nest, NULL);
  struct str text = str_built(&out.text);
  return place == IN_CELL ? escape_pipes(arena, text) : text;
}
