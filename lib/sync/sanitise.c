/* Walking over a text and leaving things out; undoing it. Hosts: sanitise_hosts.c. */
#include "sync/sanitise.h"

#include <ctype.h>

#include "sync/canon.h"
#include "sync/code_places.h"
#include "sync/merge.h"

#define JOINER "\xe2\x81\xa0" /* U+2060 */
#define LOCAL_PATH "(local path)"
#define INTERNAL_LINK "(internal link)"

enum { LOOKS_MAX = 2000, WALKS_MAX = 64, SPARING_WALKS_MAX = 6, ADDRESS_MAX = 1024 };

struct walk {
  struct str text, known;
  const struct sanitise_rules *rules;
  struct str_builder out;
  size_t at;
  bool markdown;  /* mentions, references and comments count */
  size_t *places; /* where there may be some, in ascending order */
  bool *in_code;  /* of each place: there they do not */
  size_t place_count, next_place;
  bool no_comment_end; /* from here on, so that it is not looked for again and again */
  int looks;           /* into `known` */
};

static bool is_word(char c) {
  return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static char before(const struct walk *walk) {
  return walk->at ? walk->text.at[walk->at - 1] : '\n';
}

static struct str rest(const struct walk *walk) {
  return str_slice(walk->text, walk->at, walk->text.length);
}

/* So many different words in one text are no person's: beyond that nothing is taken for known. */
static bool is_known(struct walk *walk, struct str word) {
  return walk->known.length && walk->looks++ < LOOKS_MAX &&
         memmem(walk->known.at, walk->known.length, word.at, word.length) != NULL;
}

/* Copies `length` bytes as they are. */
static void keep(struct walk *walk, size_t length) {
  str_append(&walk->out, str_slice(walk->text, walk->at, walk->at + length));
  walk->at += length;
}

/* Puts `word` in place of `length` bytes, unless the other side has them. */
static void replace(struct walk *walk, size_t length, const char *word) {
  if (is_known(walk, str_slice(walk->text, walk->at, walk->at + length))) {
    keep(walk, length);
    return;
  }
  str_append_c(&walk->out, word);
  walk->at += length;
}

/* -- what leads inside -- */

static bool ends_word(char c) {
  return isspace((unsigned char)c) || strchr("<>\"`'|*", c) != NULL;
}

/* To the next blank or quote, without the punctuation of the sentence and a bracket that it did not open. */
static size_t word_length(struct str text) {
  size_t length = 0, round = 0, square = 0;
  while (length < text.length && !ends_word(text.at[length])) {
    char c = text.at[length];
    if ((c == ')' && round == 0) || (c == ']' && square == 0))
      break;
    round += (size_t)(c == '(') - (size_t)(c == ')');
    square += (size_t)(c == '[') - (size_t)(c == ']');
    length++;
  }
  while (length && strchr(".,;:!?", text.at[length - 1]))
    length--;
  return length;
}

/* "C:\Program Files\x": a blank belongs to it when a backslash follows in the next word. */
static size_t windows_length(struct str text) {
  size_t length = word_length(text);
  while (length < text.length && text.at[length] == ' ') {
    size_t next = word_length(str_slice(text, length + 1, text.length));
    if (!next || !isalnum((unsigned char)text.at[length + 1]) || !memchr(text.at + length + 1, '\\', next))
      break;
    length += 1 + next;
  }
  return length;
}

static bool is_windows_path(struct str text) {
  bool drive = text.length > 3 && isalpha((unsigned char)text.at[0]) && text.at[1] == ':' && text.at[2] == '\\' &&
               is_word(text.at[3]);
  bool share = text.length > 3 && str_starts_with(text, "\\\\") && isalnum((unsigned char)text.at[2]) &&
               memchr(text.at + 2, '\\', word_length(text) - 2);
  return drive || share;
}

static bool is_home_path(struct str text) {
  static const char *const roots[] = {"/home/", "/Users/", "/root/", "/private/var/", "/var/folders/", "~/"};
  for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++)
    if (str_starts_with(text, roots[i]) && text.length > strlen(roots[i]) && is_word(text.at[strlen(roots[i])]))
      return true;
  return false;
}

/* A path of the web ("https://x/home/y") stands behind a word. */
static bool begins_path(const struct walk *walk) {
  return !is_word(before(walk)) && !strchr("/.-~:", before(walk));
}

/* An address that begins here: the length of its scheme, or 0. */
static size_t scheme_length(struct str text) {
  size_t length = 0;
  while (length < text.length && length < 12 &&
         (isalnum((unsigned char)text.at[length]) || strchr("+-.", text.at[length])))
    length++;
  return length && isalpha((unsigned char)text.at[0]) && str_starts_with(str_slice(text, length, text.length), "://")
             ? length
             : 0;
}

/* What trackers make a link of; in any other address a mention is one. */
static bool is_link(struct str url) {
  return str_starts_with(url, "http://") || str_starts_with(url, "https://") || str_starts_with(url, "ftp://");
}

static void take_address(struct walk *walk) {
  struct str url = str_slice(rest(walk), 0, word_length(rest(walk)));
  if (str_starts_with(url, "file://"))
    replace(walk, url.length, LOCAL_PATH);
  else if (sanitise_is_internal(url, walk->rules))
    replace(walk, url.length, INTERNAL_LINK);
  else
    keep(walk, is_link(url) ? url.length : 1); /* what looks like a mention in a link is none */
}

/* Whether something was taken at this place. Lengths are looked for only where something begins. */
static bool take_inside(struct walk *walk) {
  struct str text = rest(walk);
  if (!is_word(before(walk)) && scheme_length(text))
    return take_address(walk), true;
  if (begins_path(walk) && is_home_path(text))
    return replace(walk, word_length(text), LOCAL_PATH), true;
  if (begins_path(walk) && is_windows_path(text))
    return replace(walk, windows_length(text), LOCAL_PATH), true;
  return false;
}

/* -- what calls and links -- */

static bool is_name(char c) {
  return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* "www.example.org/@ann" is an address to trackers, too. */
static bool is_in_address(const struct walk *walk) {
  size_t start = walk->at;
  while (start && walk->at - start < ADDRESS_MAX && !isspace((unsigned char)walk->text.at[start - 1]) &&
         walk->text.at[start - 1] != '<')
    start--;
  return str_starts_with(str_slice(walk->text, start, walk->at), "www.");
}

/* As in "ann@b". What is read as a sign, as the underscore in "_@ann_", is no part of a word. */
static bool is_inside_word(const struct walk *walk) {
  return isalnum((unsigned char)before(walk)) || (before(walk) == '/' && is_in_address(walk));
}

/* The word that would call or link, 0 when there is none; `*out_at`: behind which byte the joiner goes. */
static size_t calling_length(const struct walk *walk, size_t *out_at) {
  struct str text = rest(walk);
  bool is_reference = text.at[0] == '#' || str_starts_with(text, "GH-");
  size_t prefix = text.at[0] == '@' || text.at[0] == '#' ? 1 : is_reference ? 3 : 0, length = prefix;
  if (!prefix || (text.at[0] != '#' && is_inside_word(walk)))
    return 0;
  while (length < text.length && (is_reference ? isdigit((unsigned char)text.at[length]) : is_name(text.at[length])))
    length++;
  *out_at = prefix == 3 ? 2 : 1;
  return length > prefix ? length : 0;
}

/* What has been through here before, 0 when this has not. */
static size_t silenced_length(struct str text) {
  size_t length = sizeof("@" JOINER) - 1;
  if (!str_starts_with(text, "@" JOINER))
    return 0;
  while (length < text.length && is_name(text.at[length]))
    length++;
  return length;
}

static bool take_call(struct walk *walk) {
  size_t silenced = silenced_length(rest(walk));
  if (silenced)
    return keep(walk, silenced), true;
  size_t at = 0, length = calling_length(walk, &at);
  if (!length)
    return false;
  struct str word = str_slice(walk->text, walk->at, walk->at + length);
  if (is_known(walk, word)) {
    keep(walk, length);
    return true;
  }
  str_append(&walk->out, str_slice(word, 0, at));
  str_append_c(&walk->out, JOINER);
  str_append(&walk->out, str_slice(word, at, word.length));
  walk->at += length;
  return true;
}

/* Nothing but blanks before it: without the comment, what follows would begin the line. */
static bool begins_line(const struct walk *walk) {
  size_t at = walk->at;
  while (at && walk->text.at[at - 1] == ' ')
    at--;
  return at == 0 || walk->text.at[at - 1] == '\n';
}

/* What a comment leaves behind, so that what stands around it is read as it was: a joiner between blanks, so that it
 * does not become one word, one path with a blank, or a line of code; the end of a paragraph, so that no span of code
 * goes across it. */
static const char *left_of_comment(const struct walk *walk, struct str comment, char next) {
  if (str_find(comment, "\n\n") >= 0)
    return next == '\n' ? "\n\n" : "\n\n" JOINER " ";
  bool word_ends = isspace((unsigned char)next) && !begins_line(walk);
  if (next == '\n' || (word_ends && before(walk) == ' '))
    return "";
  return word_ends ? " " JOINER : " " JOINER " ";
}

static bool take_comment(struct walk *walk) {
  struct str text = rest(walk);
  if (walk->no_comment_end || !str_starts_with(text, "<!--"))
    return false;
  const char *end = memmem(text.at, text.length, "-->", 3);
  walk->no_comment_end = !end;
  if (!end)
    return false;
  size_t length = (size_t)(end - text.at) + 3;
  char next = length < text.length ? text.at[length] : '\n';
  replace(walk, length, left_of_comment(walk, str_slice(text, 0, length), next));
  return true;
}

/* -- code -- */

static bool may_call(struct walk *walk) {
  size_t at;
  return str_starts_with(rest(walk), "<!--") || (!silenced_length(rest(walk)) && calling_length(walk, &at));
}

/* Which of all places that may call somebody or hide something are in code. */
static void find_code(struct arena *arena, struct walk *walk) {
  size_t count = 0, capacity = 0;
  for (walk->at = 0; walk->at < walk->text.length; walk->at++)
    capacity += strchr("@#G<", walk->text.at[walk->at]) != NULL;
  walk->places = ARENA_ARRAY(arena, size_t, capacity);
  walk->in_code = ARENA_ARRAY(arena, bool, capacity);
  for (walk->at = 0; walk->at < walk->text.length; walk->at++)
    if (strchr("@#G<", walk->text.at[walk->at]) && may_call(walk))
      walk->places[count++] = walk->at;
  walk->at = 0;
  walk->place_count = count;
  code_places(arena, walk->text, walk->places, count, walk->in_code);
}

static bool is_in_code(struct walk *walk) {
  while (walk->next_place < walk->place_count && walk->places[walk->next_place] < walk->at)
    walk->next_place++;
  return walk->next_place < walk->place_count && walk->places[walk->next_place] == walk->at &&
         walk->in_code[walk->next_place];
}

/* -- walking -- */

/* Code calls nobody, but paths in it are paths. */
static void take_next(struct walk *walk) {
  bool reads = walk->markdown && !is_in_code(walk);
  if (!take_inside(walk) && !(reads && (take_comment(walk) || take_call(walk))))
    keep(walk, 1);
}

/* Most texts have nothing to look at. */
static bool is_plain(struct str text) {
  for (size_t i = 0; i < text.length; i++)
    if (strchr("@#<\\~", text.at[i]) || (text.at[i] == '/' && i + 1 < text.length) ||
        (text.at[i] == '-' && i >= 2 && text.at[i - 1] == 'H'))
      return false;
  return true;
}

static struct str walk_once(struct arena *arena, enum content_kind kind, struct str text, struct str known,
                            const struct sanitise_rules *rules, bool spares_code) {
  struct walk walk = {
      .text = text, .known = known, .rules = rules, .out = {.arena = arena}, .markdown = kind == CONTENT_TEXT};
  if (walk.markdown && spares_code)
    find_code(arena, &walk);
  while (walk.at < text.length)
    take_next(&walk);
  return str_built(&walk.out);
}

/* What was left out may have kept something else from being code, or made it code: until there is nothing more to leave
 * out. A text in which that takes long is nobody's, and its code is not spared. */
struct str sanitise_out(struct arena *arena, enum content_kind kind, struct str text, struct str known,
                        const struct sanitise_rules *rules) {
  if (kind != CONTENT_TEXT && kind != CONTENT_LINE)
    return text;
  for (int walks = 0; walks < WALKS_MAX && !is_plain(text); walks++) {
    struct str left = walk_once(arena, kind, text, known, rules, walks < SPARING_WALKS_MAX);
    if (str_equal(left, text))
      break;
    text = left;
  }
  return text;
}

/* -- back -- */

/* Without the joiners that sanitise_out() puts in. */
static struct str without_joiners(struct arena *arena, struct str text) {
  struct str_builder out = {.arena = arena};
  if (str_find(text, JOINER) < 0)
    return text;
  for (size_t at = 0; at < text.length;) {
    struct str here = str_slice(text, at, text.length);
    bool called =
        at && (text.at[at - 1] == '@' || text.at[at - 1] == '#' || (at >= 2 && memcmp(text.at + at - 2, "GH", 2) == 0));
    if (called && str_starts_with(here, JOINER)) {
      at += sizeof JOINER - 1;
      continue;
    }
    str_append(&out, str_slice(text, at, at + 1));
    at++;
  }
  return str_built(&out);
}

struct str sanitise_in(struct arena *arena, enum content_kind kind, struct str local, struct str seen,
                       const struct sanitise_rules *rules) {
  if ((kind != CONTENT_TEXT && kind != CONTENT_LINE) || str_equal(local, seen))
    return seen;
  struct str own = without_joiners(arena, seen), known[] = {{0}, seen}, left = {0};
  if (is_plain(local))
    return own;
  for (size_t i = 0; i < 2; i++) { /* sent when nothing was there, or to what was */
    left = without_joiners(arena, sanitise_out(arena, kind, local, known[i], rules));
    if (canon_equal_text(kind, left, own))
      return local;
  }
  if (canon_equal_text(kind, left, local))
    return own;
  struct str merged;
  struct str base = canon_clean_text(arena, kind, left), here = canon_clean_text(arena, kind, local);
  bool mergeable = kind == CONTENT_TEXT && merge_text(arena, base, here, canon_clean_text(arena, kind, own), &merged);
  return mergeable ? merged : own;
}
