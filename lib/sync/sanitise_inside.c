/* Paths and addresses: where they begin, where they end, and whether they lead inside. Hosts: sanitise_hosts.c. */
#include "sync/sanitise_inside.h"

#include <ctype.h>
#include <strings.h>

#define LOCAL_PATH "(local path)"
#define INTERNAL_LINK "(internal link)"

enum { SCHEME_MAX = 12, BACKSLASHES_MAX = 4, ESCAPES_DEPTH = 2 };

static bool is_word(char c) {
  return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_letter_or_digit(char c) {
  return isalnum((unsigned char)c);
}

static bool is_slash(char c) {
  return c == '/' || c == '\\';
}

static bool starts_with_any_case(struct str text, const char *prefix) {
  return text.length >= strlen(prefix) && strncasecmp(text.at, prefix, strlen(prefix)) == 0;
}

static char at_or_blank(struct str text, size_t at) {
  return at < text.length ? text.at[at] : ' ';
}

static char before(struct str text, size_t at) {
  return at ? text.at[at - 1] : '\n';
}

static struct str from(struct str text, size_t at) {
  return str_slice(text, at, text.length);
}

/* -- where it ends -- */

/* Blanks and quotes outside ASCII, and what ends a sentence where there are no blanks. */
static bool ends_word_wide(struct str text) {
  unsigned char a = (unsigned char)text.at[0], b = (unsigned char)at_or_blank(text, 1),
                c = (unsigned char)at_or_blank(text, 2);
  if (a == 0xc2) /* no-break space, guillemets */
    return b == 0xa0 || b == 0xab || b == 0xbb;
  if (a == 0xe2 && b == 0x80) /* blanks, quotes */
    return (c >= 0x80 && c <= 0x8b) || (c >= 0x98 && c <= 0x9f) || c == 0xa8 || c == 0xa9 || c == 0xaf || c == 0xb9 ||
           c == 0xba;
  if (a == 0xe3 && b == 0x80) /* ideographic blanks, stops and brackets */
    return c >= 0x80 && c <= 0x9f;
  return a == 0xef && b == 0xbc && c >= 0x81 &&
         strchr("\x81\x88\x89\x8c\x9a\x9b\x9f", c); /* full-width: ! ( ) , : ; ? */
}

static bool ends_word(struct str text, size_t at) {
  char c = text.at[at];
  return isspace((unsigned char)c) || strchr("<>\"`'|*", c) ||
         ((unsigned char)c >= 0xc2 && ends_word_wide(from(text, at)));
}

/* Of the sentence, not of the word; an underscore is emphasis. */
static bool is_punctuation(char c) {
  return c && strchr(".,;:!?_", c);
}

/* To the next blank or quote, without the punctuation of the sentence and a bracket that it did not open. */
static size_t word_length(struct str text) {
  size_t length = 0, round = 0, square = 0;
  while (length < text.length && !ends_word(text, length)) {
    char c = text.at[length];
    if ((c == ')' && round == 0) || (c == ']' && square == 0))
      break;
    round += (size_t)(c == '(') - (size_t)(c == ')');
    square += (size_t)(c == '[') - (size_t)(c == ']');
    length++;
  }
  while (length && is_punctuation(text.at[length - 1]))
    length--;
  return length;
}

bool sanitise_inside_ends(struct str text, size_t at) {
  while (at < text.length && is_punctuation(text.at[at]))
    at++;
  return at >= text.length || ends_word(text, at) || text.at[at] == ')' || text.at[at] == ']';
}

/* -- paths -- */

/* "-I/home/ann" */
static bool follows_option(struct str text, size_t at) {
  return at >= 2 && isalpha((unsigned char)text.at[at - 1]) && text.at[at - 2] == '-' &&
         !is_letter_or_digit(before(text, at - 2)) && !strchr("-_./~", before(text, at - 2));
}

static bool begins_path(struct str text, size_t at) {
  char c = before(text, at);
  return is_letter_or_digit(c) ? follows_option(text, at) : !strchr("/.-~", c);
}

static bool is_home_path(struct str text) {
  static const char *const roots[] = {"/home/", "/Users/", "/root/", "/private/var/", "/var/folders/", "~/"};
  while (text.length > 1 && text.at[0] == '/' && text.at[1] == '/')
    text = from(text, 1);
  for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++)
    if (str_starts_with(text, roots[i])) {
      size_t next = strlen(roots[i]);
      while (next < text.length && strchr("./-", text.at[next]))
        next++;
      return is_word(at_or_blank(text, next));
    }
  return false;
}

/* More than two backslashes: those of "\\server" or "C:\\x" with one before each, as in a string of a program. */
static size_t backslashes(struct str text, size_t at) {
  size_t count = 0;
  while (count < BACKSLASHES_MAX && at_or_blank(text, at + count) == '\\')
    count++;
  return count;
}

static bool is_drive_path(struct str text) {
  if (text.length < 4 || !isalpha((unsigned char)text.at[0]) || text.at[1] != ':')
    return false;
  size_t separator = text.at[2] == '/' ? 1 : backslashes(text, 2);
  char next = at_or_blank(text, 2 + separator);
  return separator && (is_word(next) || strchr(".$", next));
}

static bool is_share(struct str text) {
  size_t count = backslashes(text, 0);
  return count >= 2 && is_letter_or_digit(at_or_blank(text, count)) &&
         memchr(text.at + count, '\\', word_length(text) - count);
}

/* "C:\Program Files\x": a blank belongs to it when a backslash follows in the next word. */
static size_t windows_length(struct str text) {
  size_t length = word_length(text);
  while (length < text.length && text.at[length] == ' ') {
    size_t next = word_length(from(text, length + 1));
    if (!next || !is_letter_or_digit(text.at[length + 1]) || !memchr(text.at + length + 1, '\\', next))
      break;
    length += 1 + next;
  }
  return length;
}

static bool is_file_address(struct str text) {
  return starts_with_any_case(text, "file:") && is_slash(at_or_blank(text, 5));
}

/* -- hosts without a scheme -- */

static size_t name_length(struct str text) {
  size_t length = 0;
  while (length < text.length && (is_letter_or_digit(text.at[length]) || strchr("-_.", text.at[length])))
    length++;
  return length;
}

/* A port or a path makes an address of it; "10.0.0.0/8" is none. */
static bool is_place_on_host(struct str rest, bool has_user, bool is_number) {
  char mark = at_or_blank(rest, 0), next = at_or_blank(rest, 1);
  if (mark == ':')
    return isdigit((unsigned char)next) || (has_user && (is_word(next) || strchr("/~.", next)));
  return mark == '/' && (!is_number || isalpha((unsigned char)next));
}

static bool is_number_host(struct str host) {
  for (size_t i = 0; i < host.length; i++)
    if (!isdigit((unsigned char)host.at[i]) && host.at[i] != '.')
      return false;
  return true;
}

/* "ci.corp:80/x", "git@ci.corp:x.git": where its host is, where what follows it begins; false when it is none. */
static bool find_host(struct str text, struct str *out_host, size_t *out_end) {
  size_t start = 0, end = name_length(text);
  bool has_user = at_or_blank(text, end) == '@';
  if (has_user) {
    start = end + 1;
    end = start + name_length(from(text, start));
  }
  *out_host = str_slice(text, start, end);
  *out_end = end;
  return start < end && is_place_on_host(from(text, end), has_user, is_number_host(*out_host));
}

static bool is_bare_internal(struct str text, const struct sanitise_rules *rules) {
  struct str host;
  size_t end;
  return find_host(text, &host, &end) && sanitise_host_is_internal(host, false, rules);
}

/* -- addresses -- */

static int digit_of(char c) {
  return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

static struct str without_escapes(struct arena *arena, struct str text) {
  char *out = str_c(arena, text);
  size_t length = 0;
  for (size_t i = 0; i < text.length; i++) {
    bool escaped =
        text.at[i] == '%' && digit_of(at_or_blank(text, i + 1)) >= 0 && digit_of(at_or_blank(text, i + 2)) >= 0;
    out[length++] = escaped ? (char)(digit_of(text.at[i + 1]) * 16 + digit_of(text.at[i + 2])) : text.at[i];
    i += escaped ? 2 : 0;
  }
  return (struct str){out, length};
}

/* "http://ci.corp" and "//ci.corp" anywhere, "ci.corp:80/x" as a value. `tail`: what follows a host. */
static bool tail_leads_inside(struct str tail, const struct sanitise_rules *rules) {
  for (size_t at = 0; at + 1 < tail.length; at++) {
    size_t start = at;
    while (start < tail.length && is_slash(tail.at[start]))
      start++;
    if (start - at >= 2) {
      size_t end = start;
      while (end < tail.length && !strchr("/\\?#&;", tail.at[end]))
        end++;
      struct str ahead = str_slice(tail, at > 6 ? at - 6 : 0, at);
      bool is_web = ahead.length > 4 && (starts_with_any_case(from(ahead, ahead.length - 5), "http:") ||
                                         starts_with_any_case(ahead, "https:"));
      if (sanitise_host_is_internal(str_slice(tail, start, end), is_web, rules))
        return true;
      at = start - 1;
    } else if (strchr("=&?;,|", tail.at[at]) && is_bare_internal(from(tail, at + 1), rules)) {
      return true;
    }
  }
  return false;
}

/* What it hides may be escaped, or escaped within something escaped. */
static bool hides_inside(const struct sanitise_inside *inside, struct str url, size_t host) {
  while (host < url.length && !strchr("/\\?#", url.at[host]))
    host++;
  struct str tail = from(url, host);
  for (int depth = 0; depth <= ESCAPES_DEPTH; depth++) {
    if (tail_leads_inside(tail, inside->rules))
      return true;
    if (str_find(tail, "%") < 0)
      break;
    tail = without_escapes(inside->arena, tail);
  }
  return false;
}

/* An address that begins here: the length of its scheme, or 0. "http:\\x" is one to browsers. */
static size_t scheme_length(struct str text) {
  size_t length = 0;
  if (text.length == 0 || !isalpha((unsigned char)text.at[0]))
    return 0;
  while (length < text.length && length < SCHEME_MAX &&
         (is_letter_or_digit(text.at[length]) || strchr("+-.", text.at[length])))
    length++;
  struct str end = from(text, length);
  bool is_other =
      length > 1 && at_or_blank(end, 0) == ':' && is_slash(at_or_blank(end, 1)) && is_slash(at_or_blank(end, 2));
  return str_starts_with(end, "://") || is_other ? length : 0;
}

/* What trackers make a link of; in any other address a mention is one. */
static bool is_link(struct str url) {
  return str_starts_with(url, "http://") || str_starts_with(url, "https://") || str_starts_with(url, "ftp://");
}

static size_t take_address(struct sanitise_inside *inside, size_t at, struct str text, const char **out_word) {
  struct str url = str_slice(text, 0, word_length(text));
  if (sanitise_is_internal(url, inside->rules) || hides_inside(inside, url, sanitise_authority(url))) {
    *out_word = INTERNAL_LINK;
    return url.length;
  }
  inside->settled = at + url.length;
  return is_link(url) ? url.length : 1; /* what looks like a mention in a link is none */
}

/* "src/ci.corp/x" is a path of some source. */
static bool begins_host(const struct sanitise_inside *inside, size_t at) {
  char c = before(inside->text, at);
  return at >= inside->hosts_settled && is_letter_or_digit(inside->text.at[at]) && !is_letter_or_digit(c) &&
         !strchr("/\\.-", c);
}

static bool takes_bare(struct sanitise_inside *inside, size_t at, struct str text) {
  struct str host;
  size_t end;
  inside->hosts_settled = at + name_length(text);
  if (!find_host(text, &host, &end))
    return false;
  if (sanitise_host_is_internal(host, false, inside->rules))
    return true;
  if (!starts_with_any_case(text, "www."))
    return false;
  struct str url = str_slice(text, 0, word_length(text));
  if (hides_inside(inside, url, end))
    return true;
  inside->settled = at + url.length;
  return false;
}

/* "//ci.corp/x" */
static bool is_slashed_internal(const struct sanitise_inside *inside, size_t at, struct str text) {
  size_t host = 0;
  if (strchr("/.-~", before(inside->text, at)))
    return false;
  while (host < text.length && text.at[host] == '/')
    host++;
  if (host < 2)
    return false;
  size_t end = host;
  while (end < text.length && !is_slash(text.at[end]) && !ends_word(text, end))
    end++;
  return sanitise_host_is_internal(str_slice(text, host, end), false, inside->rules);
}

size_t sanitise_inside_at(struct sanitise_inside *inside, size_t at, const char **out_word) {
  struct str text = from(inside->text, at);
  bool begins = !is_letter_or_digit(before(inside->text, at));
  *out_word = NULL;
  if (at < inside->settled || (!begins && !follows_option(inside->text, at)))
    return 0;
  if (begins && scheme_length(text) && !is_file_address(text))
    return take_address(inside, at, text, out_word);
  bool is_path = begins_path(inside->text, at);
  *out_word = LOCAL_PATH;
  if ((begins && is_file_address(text)) || (is_path && is_home_path(text)))
    return word_length(text);
  if (is_path && (is_drive_path(text) || is_share(text)))
    return windows_length(text);
  *out_word = INTERNAL_LINK;
  if (begins && (is_slashed_internal(inside, at, text) || (begins_host(inside, at) && takes_bare(inside, at, text))))
    return word_length(text);
  return 0;
}
