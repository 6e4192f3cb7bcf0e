/* Plain text inside Markdown: what would mean something is escaped, and in the plain style nothing else.
 * https://spec.commonmark.org/0.29/#backslash-escapes */
#include <ctype.h>

#include "adapter-jira/richtext/markdown_out.h"

static char at(struct str text, size_t i) {
  return i < text.length ? text.at[i] : ' ';
}

static bool is_alnum(char c) {
  return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* -- at the start of a line -- */

static size_t run_of(struct str text, size_t i, char c) {
  size_t length = 0;
  while (i + length < text.length && text.at[i + length] == c)
    length++;
  return length;
}

/* "12." or "12)" and a blank would start a list: the place of the mark, or 0. */
static size_t ordinal(struct str text) {
  size_t digits = 0;
  while (digits < text.length && isdigit((unsigned char)text.at[digits]))
    digits++;
  char mark = at(text, digits);
  bool list = digits > 0 && digits < 10 && (mark == '.' || mark == ')') && at(text, digits + 1) == ' ';
  return list ? digits : 0;
}

static bool starts_block(struct str text) {
  char c = at(text, 0), next = at(text, 1);
  size_t hashes = run_of(text, 0, '#');
  if (c == '#')
    return hashes <= 6 && at(text, hashes) == ' ';
  if (c == '-' || c == '+')
    return next == ' ' || next == c || next == ':' || next == '|';
  return c == '>' || c == '=' || c == '|' || (c == ':' && next == '-');
}

/* -- anywhere -- */

static bool is_reference(struct str text, size_t i) {
  size_t end = i + 1;
  while (end < text.length && end - i < 40 && (isalnum((unsigned char)text.at[end]) || text.at[end] == '#'))
    end++;
  return end > i + 1 && at(text, end) == ';';
}

static bool means_something(const struct markdown_out *out, struct str text, size_t i) {
  char c = text.at[i], before = i ? text.at[i - 1] : out->last, after = at(text, i + 1);
  switch (c) {
  case '\\':
  case '`':
  case '[':
  case '~':
    return true;
  case '*':
    return !(isspace((unsigned char)before) && isspace((unsigned char)after)) || i + 1 == text.length;
  case '_':
    return !(is_alnum(before) && is_alnum(after));
  case ']':
    return out->in_link;
  case '<':
    return isalpha((unsigned char)after) || strchr("/!?", after) != NULL || i + 1 == text.length;
  case '&':
    return is_reference(text, i);
  case '!':
    return i + 1 == text.length; /* a link may follow */
  case '#':
    return out->place == IN_HEADING;
  default:
    return false;
  }
}

static bool needs_escape(const struct markdown_out *out, struct str text, size_t i) {
  if (!ispunct((unsigned char)text.at[i]) || (out->place == IN_CELL && text.at[i] == '|'))
    return false;
  return out->style == STYLE_SAFE || means_something(out, text, i);
}

/* A bare address is left alone: escapes would cut it. */
static size_t address_length(const struct markdown_out *out, struct str text, size_t i) {
  struct str rest = str_slice(text, i, text.length);
  size_t length = 0;
  if (out->style != STYLE_PLAIN || out->in_link || (i && is_alnum(text.at[i - 1])) ||
      !(str_starts_with(rest, "http://") || str_starts_with(rest, "https://")))
    return 0;
  while (length < rest.length && !isspace((unsigned char)rest.at[length]) && rest.at[length] != '<')
    length++;
  return length;
}

void markdown_out_text(struct markdown_out *out, struct str text) {
  size_t ordinal_mark = out->line_start ? ordinal(text) : 0;
  bool block = out->line_start && starts_block(text);
  for (size_t i = 0; i < text.length; i++) {
    size_t address = address_length(out, text, i);
    if (address) {
      str_append(&out->text, str_slice(text, i, i + address));
      i += address - 1;
      continue;
    }
    if (needs_escape(out, text, i) || (block && i == 0) || (ordinal_mark && i == ordinal_mark))
      str_append_c(&out->text, "\\");
    str_append(&out->text, str_slice(text, i, i + 1));
  }
  if (text.length) {
    out->last = text.at[text.length - 1];
    out->line_start = false;
  }
}

void markdown_out_code(struct markdown_out *out, struct str code) {
  size_t longest = 0, run = 0;
  bool blank = str_trim(code).length == 0;
  for (size_t i = 0; i < code.length; i++) {
    run = code.at[i] == '`' ? run + 1 : 0;
    longest = run > longest ? run : longest;
  }
  bool pad = !blank && (code.at[0] == '`' || code.at[code.length - 1] == '`' ||
                        (code.at[0] == ' ' && code.at[code.length - 1] == ' '));
  for (size_t i = 0; i <= longest; i++)
    str_append_c(&out->text, "`");
  str_append_format(&out->text, "%s%.*s%s", pad ? " " : "", STR_FMT(code), pad ? " " : "");
  for (size_t i = 0; i <= longest; i++)
    str_append_c(&out->text, "`");
  out->last = '`';
  out->line_start = false;
}

/* https://spec.commonmark.org/0.29/#link-destination */
void markdown_out_target(struct markdown_out *out, struct str url, struct str title) {
  bool pointed = url.length == 0 || url.at[0] == '<';
  for (size_t i = 0; i < url.length; i++)
    pointed |= (unsigned char)url.at[i] <= ' ' || url.at[i] == '(' || url.at[i] == ')';
  str_append_c(&out->text, pointed ? "](<" : "](");
  for (size_t i = 0; i < url.length; i++) {
    char c = url.at[i];
    bool escape = c == '\\' || c == '<' || c == '>' || (c == '&' && is_reference(url, i));
    str_append_format(&out->text, "%s%c", escape ? "\\" : "", c);
  }
  str_append_c(&out->text, pointed ? ">" : "");
  if (title.length)
    str_append_c(&out->text, " \"");
  for (size_t i = 0; i < title.length; i++) {
    char c = title.at[i] == '\n' || title.at[i] == '\r' ? ' ' : title.at[i];
    bool escape = c == '\\' || c == '"' || (c == '&' && is_reference(title, i));
    str_append_format(&out->text, "%s%c", escape ? "\\" : "", c);
  }
  str_append_c(&out->text, title.length ? "\")" : ")");
}
