/* The line below a comment of somebody else. */
#include "sync/attribution.h"

#define DASH "\xe2\x80\x94 " /* an em dash and a space */

/* Whether it would end the link, or is not a link. */
static bool is_linkable(struct str url) {
  if (!str_starts_with(url, "https://") && !str_starts_with(url, "http://"))
    return false;
  for (size_t i = 0; i < url.length; i++)
    if ((unsigned char)url.at[i] <= ' ' || url.at[i] == '(' || url.at[i] == ')' || url.at[i] == '<' || url.at[i] == '>')
      return false;
  return true;
}

/* A name that cannot be taken for Markdown, nor mention anybody. */
static struct str plain_name(struct arena *arena, struct str name) {
  char *plain = str_c(arena, name);
  for (size_t i = 0; i < name.length; i++)
    if ((unsigned char)plain[i] < ' ' || strchr("[]()<>@#*_`\\!|~", plain[i]))
      plain[i] = '.';
  return (struct str){plain, name.length};
}

struct str attribution_add(struct arena *arena, struct str body, struct str author, struct str system, struct str url) {
  struct str name = plain_name(arena, author.length ? author : STR("somebody"));
  if (is_linkable(url))
    return str_format(arena, "%.*s\n\n" DASH "[%.*s on %.*s](%.*s)", STR_FMT(body), STR_FMT(name), STR_FMT(system),
                      STR_FMT(url));
  return str_format(arena, "%.*s\n\n" DASH "%.*s on %.*s", STR_FMT(body), STR_FMT(name), STR_FMT(system));
}

struct str attribution_strip(struct str body) {
  struct str text = body;
  while (text.length && strchr(" \t\r\n", text.at[text.length - 1]))
    text.length--;
  size_t line = text.length;
  while (line > 0 && text.at[line - 1] != '\n')
    line--;
  struct str last = str_slice(text, line, text.length);
  bool stands_alone =
      line == 0 || (line >= 2 && text.at[line - 2] == '\n') || str_ends_with(str_slice(text, 0, line), "\r\n\r\n");
  if (!str_starts_with(last, DASH) || str_find(last, " on ") < 0 || !stands_alone)
    return body;
  text = str_slice(text, 0, line);
  while (text.length && strchr(" \t\r\n", text.at[text.length - 1]))
    text.length--;
  return text;
}
