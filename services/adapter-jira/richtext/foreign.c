/* Nodes that Markdown has no form for: visible, and easy to write around. Inline they are links with the target "adf:";
 * blocks are fenced blocks, containers are HTML tags around Markdown. */
#include "adapter-jira/richtext/node.h"
#include "base/clock.h"
#include "base/http.h"
#include "base/json.h"

#define SCHEME "adf:"
#define SMART_LINK "smart link"
enum { DAY_MS = 24 * 60 * 60 * 1000 };

/* -- percent-encoding -- */

static int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static struct str percent_decode(struct arena *arena, struct str text) {
  struct str_builder out = {.arena = arena};
  for (size_t i = 0; i < text.length; i++) {
    int high = i + 2 < text.length ? hex_value(text.at[i + 1]) : -1;
    int low = high >= 0 ? hex_value(text.at[i + 2]) : -1;
    char c = text.at[i];
    if (c == '%' && low >= 0 && (high | low) != 0) {
      c = (char)(high * 16 + low);
      i += 2;
    }
    str_append(&out, (struct str){&c, 1});
  }
  return str_built(&out);
}

/* The value of "name=" in "adf:type?a=1&b=2", decoded; absent when it is not there. */
static struct str parameter(struct arena *arena, struct str url, const char *name) {
  ptrdiff_t question = str_find(url, "?");
  struct str rest = question < 0 ? STR("") : str_slice(url, (size_t)question + 1, url.length);
  size_t length = strlen(name);
  while (rest.length) {
    ptrdiff_t end = str_find(rest, "&");
    struct str one = str_slice(rest, 0, end < 0 ? rest.length : (size_t)end);
    if (str_starts_with(one, name) && one.length > length && one.at[length] == '=')
      return percent_decode(arena, str_slice(one, length + 1, one.length));
    rest = str_slice(rest, one.length + (end >= 0), rest.length);
  }
  return (struct str){0};
}

/* -- writing inline nodes -- */

/* Text between brackets. */
static struct str label(struct arena *arena, struct str text) {
  struct str_builder out = {.arena = arena};
  for (size_t i = 0; i < text.length; i++) {
    char c = text.at[i];
    if (c == '\n' || c == '\r')
      c = ' ';
    if (strchr("\\`*_[]<>&~|!:@", c))
      str_append_c(&out, "\\");
    str_append(&out, (struct str){&c, 1});
  }
  return str_built(&out);
}

static struct str link(struct arena *arena, struct str text, struct str target) {
  return str_format(arena, "[%.*s](%.*s)", STR_FMT(label(arena, text)), STR_FMT(target));
}

struct str foreign_day(struct arena *arena, const cJSON *date) {
  int64_t moment_ms = 0;
  str_to_i64(adf_attr(date, "timestamp"), &moment_ms);
  return str_slice(clock_format_s(arena, moment_ms), 0, 10);
}

static struct str write_emoji(struct arena *arena, const cJSON *node) {
  struct str id = adf_attr(node, "id"), name = adf_attr(node, "shortName"), text = adf_attr(node, "text");
  struct str target = str_format(arena, SCHEME "emoji?shortName=%.*s", STR_FMT(http_escape(arena, name)));
  if (!str_is_absent(id))
    target = str_format(arena, "%.*s&id=%.*s", STR_FMT(target), STR_FMT(http_escape(arena, id)));
  if (str_is_absent(text))
    target = str_format(arena, "%.*s&named=1", STR_FMT(target));
  return link(arena, str_is_absent(text) ? name : text, target);
}

static struct str write_any(struct arena *arena, const cJSON *node) {
  struct str json = adf_print(arena, node), text = adf_attr(node, "text");
  if (text.length == 0)
    text = adf_attr(node, "extensionKey");
  return link(arena, text.length ? text : adf_type(node),
              str_format(arena, SCHEME "node?json=%.*s", STR_FMT(http_escape(arena, json))));
}

struct str foreign_inline(struct arena *arena, const cJSON *node) {
  struct str id = http_escape(arena, adf_attr(node, "id")), url = adf_attr(node, "url");
  if (adf_is(node, "mention") && id.length)
    return link(arena, adf_attr(node, "text"), str_format(arena, SCHEME "mention?id=%.*s", STR_FMT(id)));
  if (adf_is(node, "status") && adf_attr(node, "text").length)
    return link(arena, adf_attr(node, "text"),
                str_format(arena, SCHEME "status?color=%.*s", STR_FMT(http_escape(arena, adf_attr(node, "color")))));
  if (adf_is(node, "date"))
    return link(arena, foreign_day(arena, node), STR(SCHEME "date"));
  if (adf_is(node, "emoji") && adf_attr(node, "shortName").length)
    return write_emoji(arena, node);
  if (adf_is(node, "mediaInline") && id.length)
    return foreign_media(arena, node);
  if (adf_is(node, "inlineCard") && url.length && str_find(url, " ") < 0 && str_find(url, ")") < 0 &&
      str_find(url, "(") < 0)
    return str_format(arena, "[%.*s](%.*s \"" SMART_LINK "\")", STR_FMT(label(arena, url)), STR_FMT(url));
  return write_any(arena, node);
}

/* -- reading inline nodes -- */

static cJSON *read_date(struct arena *arena, struct str text) {
  int64_t moment_ms;
  if (text.length != 10 || !clock_parse(str_format(arena, "%.*sT00:00:00Z", STR_FMT(text)), &moment_ms))
    return NULL;
  cJSON *node = adf_new("date");
  adf_set_attr(node, "timestamp", str_format(arena, "%lld", (long long)moment_ms));
  return node;
}

static cJSON *read_emoji(struct arena *arena, struct str url, struct str text) {
  struct str name = parameter(arena, url, "shortName"), id = parameter(arena, url, "id");
  if (name.length == 0)
    return NULL;
  cJSON *node = adf_new("emoji");
  adf_set_attr(node, "shortName", name);
  if (!str_is_absent(id))
    adf_set_attr(node, "id", id);
  if (str_is_absent(parameter(arena, url, "named")))
    adf_set_attr(node, "text", text);
  return node;
}

static cJSON *read_status(struct arena *arena, struct str url, struct str text) {
  static const char *const colors[] = {"neutral", "purple", "blue", "red", "yellow", "green"};
  struct str color = parameter(arena, url, "color");
  for (size_t i = 0; text.length && i < sizeof colors / sizeof colors[0]; i++)
    if (str_is(color, colors[i])) {
      cJSON *node = adf_new("status");
      adf_set_attr(node, "text", text);
      adf_set_attr(node, "color", color);
      return node;
    }
  return NULL;
}

static cJSON *read_mention(struct arena *arena, struct str url, struct str text) {
  struct str id = parameter(arena, url, "id");
  if (id.length == 0)
    return NULL;
  cJSON *node = adf_new("mention");
  adf_set_attr(node, "id", id);
  adf_set_attr(node, "text", text);
  return node;
}

/* A node from outside is walked like a document: as deep and as large as one may be. */
static cJSON *parse_node(struct str json) {
  cJSON *tree = NULL, *doc = adf_new_doc();
  struct result result = json_parse(json, &tree);
  if (result.code == RESULT_OK) {
    adf_add(doc, tree);
    result = adf_check(doc);
    cJSON_DetachItemViaPointer(cJSON_GetObjectItemCaseSensitive(doc, "content"), tree);
  }
  cJSON_Delete(doc);
  if (result.code == RESULT_OK)
    return tree;
  cJSON_Delete(tree);
  return NULL;
}

static cJSON *read_any(struct arena *arena, struct str url) {
  cJSON *node = parse_node(parameter(arena, url, "json"));
  if (node && adf_is_inline(node) && !adf_is(node, "text") && !adf_is(node, "mediaInline") && !adf_first(node))
    return node;
  cJSON_Delete(node);
  return NULL;
}

cJSON *foreign_inline_read(struct str url, struct str title, struct str text) {
  struct arena scratch = {0};
  cJSON *node = NULL;
  if (str_is(title, SMART_LINK) && str_equal(url, text)) {
    node = adf_new("inlineCard");
    adf_set_attr(node, "url", url);
  } else if (str_starts_with(url, SCHEME "mention?")) {
    node = read_mention(&scratch, url, text);
  } else if (str_starts_with(url, SCHEME "status?")) {
    node = read_status(&scratch, url, text);
  } else if (str_is(url, SCHEME "date")) {
    node = read_date(&scratch, text);
  } else if (str_starts_with(url, SCHEME "emoji?")) {
    node = read_emoji(&scratch, url, text);
  } else if (str_starts_with(url, SCHEME "node?")) {
    node = read_any(&scratch, url);
  }
  arena_free(&scratch);
  return node;
}

/* -- files -- */

struct str foreign_media(struct arena *arena, const cJSON *media) {
  struct str id = adf_attr(media, "id"), alt = adf_attr(media, "alt");
  return str_format(arena, "![%.*s](" SCHEME "media/%.*s)", STR_FMT(label(arena, alt)),
                    STR_FMT(http_escape(arena, id)));
}

struct str foreign_media_id(struct arena *arena, struct str url) {
  if (!str_starts_with(url, SCHEME "media/"))
    return (struct str){0};
  return percent_decode(arena, str_slice(url, strlen(SCHEME "media/"), url.length));
}

const cJSON *foreign_media_find(const cJSON *seen, struct str id, const char *container) {
  for (const cJSON *node = adf_first(seen); node; node = node->next) {
    bool holds = adf_is(node, container);
    if (holds && adf_is(node, "mediaInline") && str_equal(adf_attr(node, "id"), id))
      return node;
    for (const cJSON *media = holds ? adf_first(node) : NULL; media; media = media->next)
      if (adf_is(media, "media") && str_equal(adf_attr(media, "id"), id))
        return node;
    const cJSON *below = foreign_media_find(node, id, container);
    if (below)
      return below;
  }
  return NULL;
}

/* Files belong to one ticket: those of another are refused by Jira, with the whole text. */
static bool files_are_seen(const cJSON *node, const cJSON *seen) {
  struct str id = adf_attr(node, "id");
  bool file = (adf_is(node, "media") || adf_is(node, "mediaInline")) && !str_is_absent(id);
  if (file && !foreign_media_find(seen, id, "mediaSingle") && !foreign_media_find(seen, id, "mediaGroup") &&
      !foreign_media_find(seen, id, "mediaInline"))
    return false;
  for (const cJSON *child = adf_first(node); child; child = child->next)
    if (!files_are_seen(child, seen))
      return false;
  return true;
}

/* -- blocks -- */

struct str foreign_block(struct arena *arena, const cJSON *node) {
  struct str json = adf_print(arena, node);
  size_t longest = 2, run = 0;
  for (size_t i = 0; i < json.length; i++) {
    run = json.at[i] == '`' ? run + 1 : 0;
    longest = run > longest ? run : longest;
  }
  char *fence = arena_alloc(arena, longest + 2);
  memset(fence, '`', longest + 1);
  return str_format(arena, "%sadf\n%.*s\n%s", fence, STR_FMT(json), fence);
}

cJSON *foreign_block_read(struct str json, const cJSON *seen) {
  cJSON *node = parse_node(json);
  if (node && !adf_is_inline(node) && !adf_is(node, "doc") && files_are_seen(node, seen))
    return node;
  cJSON_Delete(node);
  return NULL;
}

/* -- containers -- */

static bool is_container(const cJSON *node) {
  static const char *const types[] = {"panel", "layoutSection", "layoutColumn", "bodiedExtension"};
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
    if (adf_is(node, types[i]))
      return true;
  return false;
}

struct str foreign_container(struct arena *arena, const cJSON *node) {
  cJSON *bare = cJSON_Duplicate(node, true);
  cJSON_DeleteItemFromObjectCaseSensitive(bare, "content");
  struct str json = adf_print(arena, bare);
  cJSON_Delete(bare);
  return str_format(arena, "<div data-adf='%.*s'>", STR_FMT(html_escape(arena, json)));
}

cJSON *foreign_container_read(struct str html) {
  struct arena scratch = {0};
  struct html_tag tag;
  cJSON *node = NULL;
  if (html_read_tag(html, &tag) && html_tag_is(&tag, "div") && tag.length == html.length)
    node = parse_node(html_attribute(&scratch, &tag, "data-adf"));
  arena_free(&scratch);
  if (node && is_container(node) && !adf_first(node))
    return node;
  cJSON_Delete(node);
  return NULL;
}
