/* The few tags of HTML that have a meaning in Markdown here: one tag's name and attributes, and character references.
 */
#include <ctype.h>
#include <strings.h>

#include "adapter-jira/richtext/node.h"

static size_t name_end(struct str html, size_t at) {
  while (at < html.length && (isalnum((unsigned char)html.at[at]) || html.at[at] == '-'))
    at++;
  return at;
}

/* The ">" that ends the tag, quotes taken into account; html.length if there is none. */
static size_t tag_end(struct str html, size_t at) {
  char quote = 0;
  for (; at < html.length; at++) {
    char c = html.at[at];
    if (quote)
      quote = c == quote ? 0 : quote;
    else if (c == '"' || c == '\'')
      quote = c;
    else if (c == '>')
      return at;
  }
  return html.length;
}

bool html_read_tag(struct str html, struct html_tag *out) {
  bool closes = str_starts_with(html, "</");
  size_t start = closes ? 2 : 1;
  if (html.length < 3 || html.at[0] != '<')
    return false;
  size_t end_of_name = name_end(html, start), end = tag_end(html, end_of_name);
  if (end_of_name == start || end == html.length)
    return false;
  *out = (struct html_tag){.name = str_slice(html, start, end_of_name),
                           .closes = closes,
                           .attributes = str_trim(str_slice(html, end_of_name, end)),
                           .length = end + 1};
  return true;
}

bool html_tag_is(const struct html_tag *tag, const char *name) {
  return tag->name.length == strlen(name) && strncasecmp(tag->name.at, name, tag->name.length) == 0;
}

/* One attribute from `at` on: name, then perhaps = and a quoted or bare value. Returns where the next one starts. */
static size_t read_attribute(struct str text, size_t at, struct str *name, struct str *value) {
  while (at < text.length && (isspace((unsigned char)text.at[at]) || text.at[at] == '/'))
    at++;
  size_t end = at;
  while (end < text.length && !isspace((unsigned char)text.at[end]) && text.at[end] != '=')
    end++;
  *name = str_slice(text, at, end);
  *value = STR("");
  if (end >= text.length || text.at[end] != '=')
    return end + (end == at);
  size_t from = end + 1, to;
  char quote = from < text.length && (text.at[from] == '"' || text.at[from] == '\'') ? text.at[from] : 0;
  from += quote != 0;
  for (to = from; to < text.length; to++)
    if (quote ? text.at[to] == quote : isspace((unsigned char)text.at[to]))
      break;
  *value = str_slice(text, from, to);
  return to + 1;
}

struct str html_attribute(struct arena *arena, const struct html_tag *tag, const char *name) {
  struct str found, value;
  for (size_t at = 0; at < tag->attributes.length;) {
    at = read_attribute(tag->attributes, at, &found, &value);
    if (found.length == strlen(name) && strncasecmp(found.at, name, found.length) == 0)
      return html_unescape(arena, value);
  }
  return (struct str){0};
}

static const struct {
  char c;
  const char *reference;
} references[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
enum { REFERENCES = sizeof references / sizeof references[0] };

struct str html_escape(struct arena *arena, struct str text) {
  struct str_builder out = {.arena = arena};
  for (size_t i = 0; i < text.length; i++) {
    size_t r = 0;
    while (r < REFERENCES && references[r].c != text.at[i])
      r++;
    str_append(&out, r < REFERENCES ? str_of(references[r].reference) : str_slice(text, i, i + 1));
  }
  return str_built(&out);
}

struct str html_unescape(struct arena *arena, struct str text) {
  struct str_builder out = {.arena = arena};
  for (size_t i = 0; i < text.length;) {
    size_t r = 0;
    struct str rest = str_slice(text, i, text.length);
    while (r < REFERENCES && !str_starts_with(rest, references[r].reference))
      r++;
    str_append(&out, r < REFERENCES ? (struct str){&references[r].c, 1} : str_slice(text, i, i + 1));
    i += r < REFERENCES ? strlen(references[r].reference) : 1;
  }
  return str_built(&out);
}
