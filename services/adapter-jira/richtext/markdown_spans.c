/* The inline content of a Markdown block to ADF: texts with marks, line breaks, and the nodes that links carry. */
#include <ctype.h>
#include <strings.h>

#include "adapter-jira/richtext/markdown.h"

enum { TAGS_NESTED_MAX = 16 };

struct span {
  struct markdown_reader *reader;
  cJSON *parent;
  int tags; /* HTML tags open around this */
};

static void read_span(const struct span *span, cmark_node *first, cmark_node *stop, const cJSON *marks);

static struct str literal(cmark_node *node) {
  struct str text = str_of(cmark_node_get_literal(node));
  return str_is_absent(text) ? STR("") : text;
}

/* -- texts -- */

/* ADF allows no mark but a link beside code. */
static void add_code(const struct span *span, struct str text, const cJSON *marks) {
  cJSON *allowed = cJSON_CreateArray();
  const cJSON *mark;
  cJSON_ArrayForEach(mark, marks) {
    if (adf_is(mark, "link"))
      cJSON_AddItemToArray(allowed, cJSON_Duplicate(mark, true));
  }
  cJSON_AddItemToArray(allowed, adf_new("code"));
  adf_add_text(span->parent, text, allowed);
  cJSON_Delete(allowed);
}

static void add_text(const struct span *span, struct str text, const cJSON *marks) {
  const cJSON *mark;
  cJSON_ArrayForEach(mark, marks) {
    if (adf_is(mark, "code")) {
      add_code(span, text, marks);
      return;
    }
  }
  adf_add_text(span->parent, text, marks);
}

/* -- HTML tags that are marks -- */

static bool is_color(struct str color) {
  bool hex = color.length == 7 && color.at[0] == '#';
  for (size_t i = 1; hex && i < color.length; i++)
    hex = isxdigit((unsigned char)color.at[i]);
  return hex;
}

static cJSON *color_mark(struct arena *arena, const struct html_tag *tag, const cJSON *marks) {
  struct str style = html_attribute(arena, tag, "style");
  bool background = str_starts_with(style, "background-color:");
  if (!background && !str_starts_with(style, "color:"))
    return NULL;
  struct str color = str_trim(str_slice(style, background ? 17 : 6, style.length));
  if (color.length && color.at[color.length - 1] == ';')
    color.length--;
  if (!is_color(color))
    return NULL;
  cJSON *more = adf_with_mark(marks, background ? "backgroundColor" : "textColor");
  adf_set_attr(more->child, "color", color);
  return more;
}

/* `marks` and what the tag adds, or NULL when it means nothing here. */
static cJSON *tag_marks(struct arena *arena, const struct html_tag *tag, const cJSON *marks) {
  static const struct {
    const char *tag, *mark;
  } known[] = {{"strong", "strong"}, {"b", "strong"},   {"em", "em"},       {"i", "em"},
               {"s", "strike"},      {"del", "strike"}, {"u", "underline"}, {"ins", "underline"},
               {"code", "code"},     {"sub", "subsup"}, {"sup", "subsup"}};
  if (html_tag_is(tag, "span"))
    return color_mark(arena, tag, marks);
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    if (!html_tag_is(tag, known[i].tag) || tag->attributes.length)
      continue;
    cJSON *more = adf_with_mark(marks, known[i].mark);
    if (strcmp(known[i].mark, "subsup") == 0)
      adf_set_attr(more->child, "type", str_of(known[i].tag));
    return more;
  }
  return NULL;
}

static cmark_node *closing_tag(const struct span *span, cmark_node *open, cmark_node *stop,
                               const struct html_tag *tag) {
  for (cmark_node *node = cmark_node_next(open); node && node != stop; node = cmark_node_next(node)) {
    struct html_tag other;
    if (--span->reader->steps < 0)
      return NULL;
    if (cmark_node_get_type(node) == CMARK_NODE_HTML_INLINE && html_read_tag(literal(node), &other) && other.closes &&
        other.name.length == tag->name.length && strncasecmp(other.name.at, tag->name.at, tag->name.length) == 0)
      return node;
  }
  return NULL;
}

/* Reads what stands between a tag and its end; returns the end, or NULL when the tag is only text here. */
static cmark_node *read_tagged(const struct span *span, cmark_node *node, cmark_node *stop, const struct html_tag *tag,
                               const cJSON *marks) {
  if (tag->closes || span->tags >= TAGS_NESTED_MAX)
    return NULL;
  cJSON *more = tag_marks(span->reader->arena, tag, marks);
  cmark_node *close = more ? closing_tag(span, node, stop, tag) : NULL;
  if (close) {
    struct span inner = *span;
    inner.tags++;
    read_span(&inner, cmark_node_next(node), close, more);
  }
  cJSON_Delete(more);
  return close;
}

static cmark_node *read_html(const struct span *span, cmark_node *node, cmark_node *stop, const cJSON *marks) {
  struct str html = literal(node);
  struct html_tag tag;
  if (str_starts_with(html, "<!--"))
    return node; /* not for readers */
  bool is_tag = html_read_tag(html, &tag);
  cmark_node *close = is_tag ? read_tagged(span, node, stop, &tag, marks) : NULL;
  if (close)
    return close;
  if (is_tag && html_tag_is(&tag, "br"))
    adf_add(span->parent, adf_new("hardBreak"));
  else if (is_tag && html_tag_is(&tag, "img") && !str_is_absent(html_attribute(span->reader->arena, &tag, "src")))
    markdown_read_image(span->reader, html_attribute(span->reader->arena, &tag, "src"),
                        html_attribute(span->reader->arena, &tag, "alt"), marks, span->parent);
  else
    add_text(span, html, marks);
  return node;
}

/* -- links -- */

static void collect_text(cmark_node *node, struct str_builder *out) {
  cmark_iter *iter = cmark_iter_new(node);
  for (cmark_event_type event; (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE;) {
    cmark_node *at = cmark_iter_get_node(iter);
    cmark_node_type type = cmark_node_get_type(at);
    if (event == CMARK_EVENT_ENTER && (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE))
      str_append(out, literal(at));
    else if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK)
      str_append_c(out, " ");
  }
  cmark_iter_free(iter);
}

static struct str text_of(struct arena *arena, cmark_node *node) {
  struct str_builder text = {.arena = arena};
  collect_text(node, &text);
  return str_built(&text);
}

/* Targets that run something are not passed on. */
static bool is_harmless(struct str url) {
  static const char *const schemes[] = {"javascript:", "vbscript:", "data:", "file:"};
  for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
    if (url.length >= strlen(schemes[i]) && strncasecmp(url.at, schemes[i], strlen(schemes[i])) == 0)
      return false;
  return url.length > 0;
}

static struct str one_line(struct arena *arena, struct str text) {
  char *at = str_c(arena, text);
  for (size_t i = 0; i < text.length; i++)
    at[i] = at[i] == '\n' || at[i] == '\r' ? ' ' : at[i];
  return str_trim((struct str){at, text.length});
}

static void read_link(const struct span *span, cmark_node *node, const cJSON *marks) {
  struct str url = str_of(cmark_node_get_url(node)),
             title = one_line(span->reader->arena, str_of(cmark_node_get_title(node)));
  struct str text = text_of(span->reader->arena, node);
  cJSON *foreign = foreign_inline_read(url, title, text);
  if (foreign) {
    adf_add(span->parent, foreign);
    return;
  }
  if (!is_harmless(url)) {
    read_span(span, cmark_node_first_child(node), NULL, marks);
    return;
  }
  cJSON *more = adf_with_mark(marks, "link");
  adf_set_attr(more->child, "href", url);
  if (title.length)
    adf_set_attr(more->child, "title", title);
  if (cmark_node_first_child(node))
    read_span(span, cmark_node_first_child(node), NULL, more);
  else
    add_text(span, url, more);
  cJSON_Delete(more);
}

static void read_marked(const struct span *span, cmark_node *node, const char *mark, const cJSON *marks) {
  cJSON *more = adf_with_mark(marks, mark);
  read_span(span, cmark_node_first_child(node), NULL, more);
  cJSON_Delete(more);
}

/* -- all of it -- */

/* A line's end is a line's end: issues are shown so by GitHub, whatever CommonMark says of documents. */
static void read_inline(const struct span *span, cmark_node *node, const cJSON *marks) {
  cmark_node_type type = cmark_node_get_type(node);
  if (type == CMARK_NODE_TEXT)
    add_text(span, literal(node), marks);
  else if (type == CMARK_NODE_CODE)
    add_code(span, literal(node), marks);
  else if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK)
    adf_add(span->parent, adf_new("hardBreak"));
  else if (type == CMARK_NODE_EMPH)
    read_marked(span, node, "em", marks);
  else if (type == CMARK_NODE_STRONG)
    read_marked(span, node, "strong", marks);
  else if (strcmp(cmark_node_get_type_string(node), "strikethrough") == 0)
    read_marked(span, node, "strike", marks);
  else if (type == CMARK_NODE_LINK)
    read_link(span, node, marks);
  else if (type == CMARK_NODE_IMAGE)
    markdown_read_image(span->reader, str_of(cmark_node_get_url(node)), text_of(span->reader->arena, node), marks,
                        span->parent);
}

static void read_span(const struct span *span, cmark_node *first, cmark_node *stop, const cJSON *marks) {
  for (cmark_node *node = first; node && node != stop; node = cmark_node_next(node)) {
    if (cmark_node_get_type(node) == CMARK_NODE_HTML_INLINE)
      node = read_html(span, node, stop, marks);
    else
      read_inline(span, node, marks);
  }
}

void markdown_read_inlines_from(struct markdown_reader *reader, cmark_node *first, cJSON *parent) {
  struct span span = {.reader = reader, .parent = parent};
  read_span(&span, first, NULL, NULL);
  adf_join_texts(parent);
}

void markdown_read_inlines(struct markdown_reader *reader, cmark_node *block, cJSON *parent) {
  markdown_read_inlines_from(reader, cmark_node_first_child(block), parent);
}
