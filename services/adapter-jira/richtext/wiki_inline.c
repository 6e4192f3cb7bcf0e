/* The inline part of wiki markup: marks, links, images, macros. What is not closed is only text. */
#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#include "adapter-jira/richtext/wiki.h"

enum { MARKS_NESTED_MAX = 12 };

struct scan {
  struct wiki_reader *reader;
  cJSON *parent;
  struct str text;
  size_t at;
  size_t plain; /* where the plain text starts that is not written yet */
  const cJSON *marks;
};

static void read_text(struct wiki_reader *reader, struct str text, cJSON *parent, const cJSON *marks);

static char char_at(struct str text, size_t i) {
  return i < text.length ? text.at[i] : ' ';
}

static bool is_word(char c) {
  return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

static bool is_space(char c) {
  return isspace((unsigned char)c);
}

/* Plain text up to `at`; what follows starts at `next`. */
static void flush(struct scan *scan, size_t next) {
  adf_add_text(scan->parent, str_slice(scan->text, scan->plain, scan->at), scan->marks);
  scan->at = scan->plain = next;
}

/* The place of `needle` in the same line from `from` on, or the text's length. */
static size_t find_in_line(struct scan *scan, size_t from, const char *needle) {
  size_t length = strlen(needle), end = from;
  while (end + length <= scan->text.length && scan->text.at[end] != '\n' && scan->reader->steps-- > 0) {
    if (memcmp(scan->text.at + end, needle, length) == 0)
      return end;
    end += scan->text.at[end] == '\\' ? 2 : 1;
  }
  return scan->text.length;
}

/* -- marks -- */

static const struct {
  const char *sign, *mark, *subsup;
} signs[] = {{"*", "strong", NULL},    {"_", "em", NULL},      {"??", "em", NULL},    {"-", "strike", NULL},
             {"+", "underline", NULL}, {"^", "subsup", "sup"}, {"~", "subsup", "sub"}};
enum { SIGNS = sizeof signs / sizeof signs[0] };

static void read_marked(struct scan *scan, int sign, struct str inner) {
  cJSON *more = adf_with_mark(scan->marks, signs[sign].mark);
  if (signs[sign].subsup)
    adf_set_attr(more->child, "type", str_of(signs[sign].subsup));
  read_text(scan->reader, inner, scan->parent, more);
  cJSON_Delete(more);
}

/* The sign closes where no blank is before it and no letter behind. */
static size_t find_closing(struct scan *scan, size_t from, const char *sign) {
  size_t length = strlen(sign), at = from;
  while ((at = find_in_line(scan, at, sign)) < scan->text.length) {
    if (at > from && !is_space(scan->text.at[at - 1]) && !is_word(char_at(scan->text, at + length)))
      return at;
    at++;
  }
  return scan->text.length;
}

static bool try_sign(struct scan *scan, int sign) {
  size_t length = strlen(signs[sign].sign), from = scan->at + length;
  bool opens = (scan->at == 0 || !is_word(scan->text.at[scan->at - 1])) && !is_space(char_at(scan->text, from)) &&
               from < scan->text.length;
  size_t close = opens ? find_closing(scan, from, signs[sign].sign) : scan->text.length;
  if (close >= scan->text.length)
    return false;
  flush(scan, close + length);
  read_marked(scan, sign, str_slice(scan->text, from, close));
  return true;
}

/* {*}within{*}words */
static bool try_braced(struct scan *scan, struct str inner, size_t after) {
  char braced[8];
  for (int i = 0; i < SIGNS; i++) {
    if (!str_is(inner, signs[i].sign))
      continue;
    snprintf(braced, sizeof braced, "{%s}", signs[i].sign);
    size_t close = find_in_line(scan, after, braced);
    if (close >= scan->text.length || close == after)
      return false;
    flush(scan, close + strlen(braced));
    read_marked(scan, i, str_slice(scan->text, after, close));
    return true;
  }
  return false;
}

/* -- macros -- */

static const struct {
  const char *name, *hex;
} colors[] = {{"red", "#ff0000"},    {"green", "#008000"},  {"blue", "#0000ff"},   {"yellow", "#ffff00"},
              {"orange", "#ffa500"}, {"purple", "#800080"}, {"gray", "#808080"},   {"grey", "#808080"},
              {"black", "#000000"},  {"white", "#ffffff"},  {"maroon", "#800000"}, {"navy", "#000080"},
              {"teal", "#008080"},   {"olive", "#808000"},  {"lime", "#00ff00"},   {"silver", "#c0c0c0"}};

static struct str hex_color(struct str color) {
  for (size_t i = 0; i < sizeof colors / sizeof colors[0]; i++)
    if (str_is(color, colors[i].name))
      return str_of(colors[i].hex);
  bool hex = color.length == 7 && color.at[0] == '#';
  for (size_t i = 1; hex && i < color.length; i++)
    hex = isxdigit((unsigned char)color.at[i]);
  return hex ? color : (struct str){0};
}

static bool try_color(struct scan *scan, struct str inner, size_t after) {
  struct str color = str_starts_with(inner, "color:") ? hex_color(str_slice(inner, 6, inner.length)) : (struct str){0};
  size_t close = str_is_absent(color) ? scan->text.length : find_in_line(scan, after, "{color}");
  if (close >= scan->text.length)
    return false;
  flush(scan, close + strlen("{color}"));
  cJSON *more = adf_with_mark(scan->marks, "textColor");
  adf_set_attr(more->child, "color", color);
  read_text(scan->reader, str_slice(scan->text, after, close), scan->parent, more);
  cJSON_Delete(more);
  return true;
}

static struct str unescape(struct arena *arena, struct str text) {
  struct str_builder out = {.arena = arena};
  for (size_t i = 0; i < text.length; i++) {
    i += text.at[i] == '\\' && i + 1 < text.length && ispunct((unsigned char)text.at[i + 1]);
    str_append(&out, str_slice(text, i, i + 1));
  }
  return str_built(&out);
}

static bool try_code(struct scan *scan) {
  size_t from = scan->at + 2, close = find_in_line(scan, from, "}}");
  if (!str_starts_with(str_slice(scan->text, scan->at, scan->text.length), "{{") || close >= scan->text.length ||
      close == from)
    return false;
  flush(scan, close + 2);
  const cJSON *mark;
  cJSON *marks = cJSON_CreateArray();
  cJSON_ArrayForEach(mark, scan->marks) {
    if (adf_is(mark, "link"))
      cJSON_AddItemToArray(marks, cJSON_Duplicate(mark, true));
  }
  cJSON_AddItemToArray(marks, adf_new("code"));
  adf_add_text(scan->parent, unescape(scan->reader->arena, str_slice(scan->text, from, close)), marks);
  cJSON_Delete(marks);
  return true;
}

/* A macro that is not known here is carried as it is. */
static bool try_macro(struct scan *scan) {
  size_t from = scan->at + 1, close = find_in_line(scan, from, "}");
  struct str inner = str_slice(scan->text, from, close < scan->text.length ? close : from);
  if (try_code(scan))
    return true;
  if (inner.length == 0)
    return false;
  if (try_braced(scan, inner, close + 1) || try_color(scan, inner, close + 1))
    return true;
  if (!isalpha((unsigned char)inner.at[0]) || str_find(inner, "{") >= 0)
    return false;
  cJSON *node = adf_new("inlineExtension");
  adf_set_attr(node, "extensionType", STR("wiki"));
  adf_set_attr(node, "extensionKey", str_slice(scan->text, scan->at, close + 1));
  flush(scan, close + 1);
  adf_add(scan->parent, node);
  return true;
}

/* -- links -- */

static bool is_target(struct str url) {
  return str_find(url, "://") > 0 || str_starts_with(url, "mailto:") || str_starts_with(url, "#") ||
         str_starts_with(url, "/") || str_starts_with(url, "//");
}

static void add_mention(struct scan *scan, struct str name) {
  cJSON *node = adf_new("mention");
  adf_set_attr(node, "id", name);
  adf_set_attr(node, "text", str_format(scan->reader->arena, "@%.*s", STR_FMT(name)));
  adf_add(scan->parent, node);
}

static void add_file(struct scan *scan, struct str id, struct str name) {
  cJSON *node = adf_new("mediaInline");
  adf_set_attr(node, "type", STR("file"));
  adf_set_attr(node, "id", id);
  adf_set_attr(node, "collection", STR(""));
  adf_set_attr(node, "alt", name);
  adf_add(scan->parent, node);
}

static void add_link(struct scan *scan, struct str label, struct str url, struct str title) {
  cJSON *more = adf_with_mark(scan->marks, "link");
  adf_set_attr(more->child, "href", url);
  if (title.length)
    adf_set_attr(more->child, "title", title);
  if (label.length)
    read_text(scan->reader, label, scan->parent, more);
  else
    adf_add_text(scan->parent, url, more);
  cJSON_Delete(more);
}

static size_t bar_in(struct str text, size_t from) {
  while (from < text.length && text.at[from] != '|')
    from += text.at[from] == '\\' ? 2 : 1;
  return from < text.length ? from : text.length;
}

/* [label|target|tip], [target], [~user], [^file] */
static bool try_link(struct scan *scan) {
  size_t from = scan->at + 1, close = find_in_line(scan, from, "]");
  if (close >= scan->text.length || close == from)
    return false;
  struct str inner = str_slice(scan->text, from, close);
  size_t bar = bar_in(inner, 0), second = bar < inner.length ? bar_in(inner, bar + 1) : inner.length;
  struct str label = bar < inner.length ? str_slice(inner, 0, bar) : STR("");
  struct str target = bar < inner.length ? str_slice(inner, bar + 1, second) : inner;
  struct str title = second < inner.length ? str_slice(inner, second + 1, inner.length) : STR("");
  target = unescape(scan->reader->arena, target);
  bool user = str_starts_with(target, "~") && target.length > 1,
       file = str_starts_with(target, "^") && target.length > 1;
  if (!user && !file && !is_target(target))
    return false;
  flush(scan, close + 1);
  if (user)
    add_mention(scan, str_slice(target, 1, target.length));
  else if (file)
    add_file(scan, target, str_slice(target, 1, target.length));
  else
    add_link(scan, label, target, unescape(scan->reader->arena, title));
  return true;
}

/* -- images -- */

static bool is_web(struct str url) {
  return str_starts_with(url, "https://") || str_starts_with(url, "http://");
}

/* "!source|options!": a source has a dot and no blank at its edges. */
static bool read_image(struct str inner, struct str *source, struct str *options) {
  size_t bar = bar_in(inner, 0);
  *source = str_slice(inner, 0, bar);
  *options = bar < inner.length ? str_slice(inner, bar + 1, inner.length) : STR("");
  return source->length > 2 && !is_space(source->at[0]) && !is_space(source->at[source->length - 1]) &&
         str_find(*source, ".") > 0;
}

static struct str alt_of(struct str options) {
  ptrdiff_t at = str_find(options, "alt=");
  if (at < 0)
    return STR("");
  struct str alt = str_slice(options, (size_t)at + 4, options.length);
  ptrdiff_t comma = str_find(alt, ",");
  return comma < 0 ? alt : str_slice(alt, 0, (size_t)comma);
}

static bool try_image(struct scan *scan) {
  size_t from = scan->at + 1, close = find_in_line(scan, from, "!");
  struct str source, options;
  if (close >= scan->text.length || (scan->at && is_word(scan->text.at[scan->at - 1])) ||
      !read_image(str_slice(scan->text, from, close), &source, &options))
    return false;
  struct str whole = str_slice(scan->text, from, close);
  flush(scan, close + 1);
  if (is_web(source))
    add_link(scan, alt_of(options), source, STR(""));
  else
    add_file(scan, whole, source);
  return true;
}

bool wiki_read_single_image(struct str text, cJSON *parent) {
  struct str source, options;
  if (text.length < 3 || text.at[0] != '!' || text.at[text.length - 1] != '!')
    return false;
  struct str inner = str_slice(text, 1, text.length - 1);
  if (str_find(inner, "!") >= 0 || str_find(inner, "\n") >= 0 || !read_image(inner, &source, &options) ||
      !is_web(source))
    return false;
  cJSON *single = adf_new("mediaSingle"), *media = adf_new("media");
  adf_set_attr(single, "layout", STR("center"));
  adf_set_attr(media, "type", STR("external"));
  adf_set_attr(media, "url", source);
  if (alt_of(options).length)
    adf_set_attr(media, "alt", alt_of(options));
  adf_add(single, media);
  adf_place(parent, single);
  return true;
}

/* -- all of it -- */

static void read_break(struct scan *scan, size_t length) {
  flush(scan, scan->at + length);
  adf_add(scan->parent, adf_new("hardBreak"));
}

/* True when something was taken, and the scan stands behind it. */
static bool read_special(struct scan *scan) {
  char c = scan->text.at[scan->at], next = char_at(scan->text, scan->at + 1);
  if (c == '\n')
    return read_break(scan, 1), true;
  if (c == '\r')
    return flush(scan, scan->at + 1), true;
  if (c == '\\' && next == '\\')
    return read_break(scan, 2), true;
  if (c == '\\' && ispunct((unsigned char)next)) {
    flush(scan, scan->at + 1);
    scan->at++; /* what is escaped starts the next plain text */
    return true;
  }
  if (c == '{')
    return try_macro(scan);
  if (c == '[')
    return try_link(scan);
  if (c == '!')
    return try_image(scan);
  for (int i = 0; i < SIGNS; i++)
    if (c == signs[i].sign[0] && (!signs[i].sign[1] || next == signs[i].sign[1]))
      return try_sign(scan, i);
  return false;
}

static void read_text(struct wiki_reader *reader, struct str text, cJSON *parent, const cJSON *marks) {
  struct scan scan = {.reader = reader, .parent = parent, .text = text, .marks = marks};
  bool deep = ++reader->depth > MARKS_NESTED_MAX;
  while (scan.at < text.length)
    if (deep || !read_special(&scan))
      scan.at++;
  flush(&scan, scan.at);
  reader->depth--;
}

void wiki_read_inlines(struct wiki_reader *reader, struct str text, cJSON *parent) {
  read_text(reader, text, parent, NULL);
  adf_join_texts(parent);
}
