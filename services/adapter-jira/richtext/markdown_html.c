/* HTML tags around Markdown: <details> is an expand, <div data-adf='…'> carries a container of ADF, <table> a table
 * whose cells hold more than a line. Each tag stands alone, between blank lines, as CommonMark wants it. */
#include "adapter-jira/richtext/markdown.h"

enum { HTML_NESTED_MAX = 12 };

/* -- GitHub's alerts and ADF's panels -- */

static const struct {
  const char *alert, *panel;
} alerts[] = {{"[!NOTE]", "info"},
              {"[!TIP]", "success"},
              {"[!IMPORTANT]", "note"},
              {"[!WARNING]", "warning"},
              {"[!CAUTION]", "error"}};

const char *markdown_panel_type(struct str alert) {
  for (size_t i = 0; i < sizeof alerts / sizeof alerts[0]; i++)
    if (str_is(alert, alerts[i].alert))
      return alerts[i].panel;
  return NULL;
}

const char *markdown_alert(struct str panel_type) {
  for (size_t i = 0; i < sizeof alerts / sizeof alerts[0]; i++)
    if (str_is(panel_type, alerts[i].panel))
      return alerts[i].alert;
  return NULL;
}

/* -- finding a container's end -- */

static struct str html_of(cmark_node *node) {
  struct str html = {0};
  if (cmark_node_get_type(node) == CMARK_NODE_HTML_BLOCK)
    html = str_trim(str_of(cmark_node_get_literal(node)));
  return html.length ? html : STR("");
}

static bool is_tag(struct str html, const char *name, bool closes) {
  struct html_tag tag;
  return html_read_tag(html, &tag) && tag.closes == closes && html_tag_is(&tag, name) &&
         (!closes || tag.length == html.length);
}

static cmark_node *closing_block(struct markdown_reader *reader, cmark_node *open, cmark_node *stop, const char *name) {
  int depth = 1;
  for (cmark_node *node = cmark_node_next(open); node && node != stop; node = cmark_node_next(node)) {
    struct str html = html_of(node);
    if (--reader->steps < 0)
      return NULL;
    depth += is_tag(html, name, false) ? 1 : is_tag(html, name, true) ? -1 : 0;
    if (depth == 0)
      return node;
  }
  return NULL;
}

/* -- <details> -- */

/* "<details><summary>Title</summary>" and nothing more. */
static bool read_summary(struct arena *arena, struct str html, struct str *title) {
  struct html_tag details, summary;
  if (!html_read_tag(html, &details) || details.closes || !html_tag_is(&details, "details"))
    return false;
  struct str rest = str_trim(str_slice(html, details.length, html.length));
  if (!html_read_tag(rest, &summary) || summary.closes || !html_tag_is(&summary, "summary") ||
      !str_ends_with(rest, "</summary>") || rest.length < summary.length + strlen("</summary>"))
    return false;
  struct str inner = str_slice(rest, summary.length, rest.length - strlen("</summary>"));
  if (str_find(inner, "<") >= 0)
    return false;
  *title = html_unescape(arena, str_trim(inner));
  return true;
}

/* -- <table> -- */

static void read_span_attr(struct arena *arena, cJSON *cell, const struct html_tag *tag, const char *name) {
  struct str text = html_attribute(arena, tag, name);
  int64_t number;
  if (!str_to_i64(text, &number) || number < 2 || number > 1000)
    return;
  cJSON *attrs = cJSON_GetObjectItemCaseSensitive(cell, "attrs");
  if (!attrs)
    attrs = cJSON_AddObjectToObject(cell, "attrs");
  cJSON_AddNumberToObject(attrs, name, (double)number);
}

/* What stands around rows and says nothing. */
static bool is_around_rows(struct str html) {
  struct html_tag tag;
  if (str_starts_with(html, "<!--"))
    return true;
  return html_read_tag(html, &tag) && tag.length == html.length &&
         (html_tag_is(&tag, "thead") || html_tag_is(&tag, "tbody") || html_tag_is(&tag, "tfoot"));
}

/* False when there is anything else than cells: it would be lost. */
static bool read_cells(struct markdown_reader *reader, cmark_node *first, cmark_node *stop, cJSON *row) {
  for (cmark_node *node = first; node && node != stop; node = cmark_node_next(node)) {
    struct html_tag tag;
    struct str html = html_of(node);
    bool cell = html_read_tag(html, &tag) && !tag.closes && tag.length == html.length;
    bool header = cell && html_tag_is(&tag, "th");
    if (!header && !(cell && html_tag_is(&tag, "td")))
      return false;
    cmark_node *close = closing_block(reader, node, stop, header ? "th" : "td");
    if (!close)
      return false;
    cJSON *out = adf_new(header ? "tableHeader" : "tableCell");
    read_span_attr(reader->arena, out, &tag, "colspan");
    read_span_attr(reader->arena, out, &tag, "rowspan");
    markdown_read_blocks(reader, cmark_node_next(node), close, out);
    adf_complete(out);
    adf_add(row, out);
    node = close;
  }
  return adf_first(row) != NULL;
}

/* NULL when it is no table, or holds what a table cannot. */
static cJSON *read_table(struct markdown_reader *reader, cmark_node *first, cmark_node *stop) {
  cJSON *table = adf_new("table");
  for (cmark_node *node = first; node && node != stop; node = cmark_node_next(node)) {
    struct str html = html_of(node);
    if (is_around_rows(html))
      continue;
    cmark_node *close = str_is(html, "<tr>") ? closing_block(reader, node, stop, "tr") : NULL;
    cJSON *row = adf_new("tableRow");
    adf_add(table, row);
    if (!close || !read_cells(reader, cmark_node_next(node), close, row)) {
      cJSON_Delete(table);
      return NULL;
    }
    node = close;
  }
  return table;
}

/* -- all containers -- */

static cmark_node *read_details(struct markdown_reader *reader, cmark_node *node, cmark_node *stop, struct str title,
                                cJSON *parent) {
  cmark_node *close = closing_block(reader, node, stop, "details");
  if (!close)
    return NULL;
  cJSON *expand = adf_new("expand");
  if (title.length)
    adf_set_attr(expand, "title", title);
  /* What may stand in an expand depends on where it stands itself. */
  cJSON *shape = adf_new(adf_is(parent, "doc") || adf_is(parent, "layoutColumn") ? "expand" : "nestedExpand");
  markdown_read_blocks(reader, cmark_node_next(node), close, shape);
  adf_complete(shape);
  cJSON_AddItemToObject(expand, "content", cJSON_DetachItemFromObjectCaseSensitive(shape, "content"));
  cJSON_Delete(shape);
  adf_place(parent, expand);
  return close;
}

static cmark_node *read_div(struct markdown_reader *reader, cmark_node *node, cmark_node *stop, cJSON *block,
                            cJSON *parent) {
  cmark_node *close = closing_block(reader, node, stop, "div");
  if (!close) {
    cJSON_Delete(block);
    return NULL;
  }
  markdown_read_blocks(reader, cmark_node_next(node), close, block);
  if (!adf_is(block, "layoutSection"))
    adf_complete(block);
  adf_place(parent, block);
  return close;
}

static cmark_node *read_table_tag(struct markdown_reader *reader, cmark_node *node, cmark_node *stop, cJSON *parent) {
  cmark_node *close = closing_block(reader, node, stop, "table");
  cJSON *table = close ? read_table(reader, cmark_node_next(node), close) : NULL;
  if (table && adf_first(table)) {
    adf_place(parent, table);
    return close;
  }
  cJSON_Delete(table);
  return NULL;
}

cmark_node *markdown_read_container(struct markdown_reader *reader, cmark_node *node, cmark_node *stop, cJSON *parent) {
  struct str html = html_of(node), title;
  cmark_node *close = NULL;
  if (html.length == 0 || html.at[0] != '<' || reader->html_depth >= HTML_NESTED_MAX)
    return NULL;
  reader->html_depth++;
  if (str_is(html, "<table>")) {
    close = read_table_tag(reader, node, stop, parent);
  } else if (read_summary(reader->arena, html, &title)) {
    close = read_details(reader, node, stop, title, parent);
  } else if (str_starts_with(html, "<div data-adf=")) {
    cJSON *block = foreign_container_read(html);
    close = block ? read_div(reader, node, stop, block, parent) : NULL;
  }
  reader->html_depth--;
  return close;
}
