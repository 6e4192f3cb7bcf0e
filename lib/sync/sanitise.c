/* Walking over a text and leaving things out; undoing it. What leads inside: sanitise_inside.c. */
#include "sync/sanitise.h"

#include <ctype.h>

#include "sync/canon.h"
#include "sync/code_places.h"
#include "sync/merge.h"
#include "sync/sanitise_inside.h"

#define JOINER "\xe2\x81\xa0" /* U+2060 */

enum { LOOKS_MAX = 500, WALKS_MAX = 64, SPARING_WALKS_MAX = 6, ADDRESS_MAX = 1024 };

/* What is looked for in `known`. */
enum token { TOKEN_NAME, TOKEN_NUMBER, TOKEN_PLACE, TOKEN_HIDDEN };

struct walk {
  struct str text, known;
  struct sanitise_inside inside;
  struct str_builder out;
  size_t at;
  bool markdown;  /* mentions, references and comments count */
  size_t *places; /* where there may be some, in ascending order */
  bool *in_code;  /* of each place: there they do not */
  size_t place_count, next_place;
  bool no_comment_end; /* from here on, so that it is not looked for again and again */
  size_t looked;       /* bytes of `known` that were looked at */
  size_t known_at;     /* where the last word was found in it: the next one mostly stands behind */
};

static bool is_name(char c) {
  return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* "acme/rocket.js" of "acme/rocket.js#12" */
static bool is_repository(char c) {
  return is_name(c) || c == '.' || c == '/';
}

static char before(struct str text, size_t at) {
  return at ? text.at[at - 1] : '\n';
}

static struct str rest(const struct walk *walk) {
  return str_slice(walk->text, walk->at, walk->text.length);
}

/* -- what the other side has -- */

static int side_of(char c) {
  return isalnum((unsigned char)c) ? 1 : c == '/' ? 2 : 0;
}

/* Whether what begins at `found` and ends at `end` is the word from here, and not a part of a longer one. What stands
 * in the text that is looked into is a word of it in any case. */
static bool is_whole(const struct walk *walk, enum token token, struct str word, size_t found) {
  char ahead = before(walk->known, found), behind = '\n', own_behind = '\n';
  size_t end = found + word.length, own_end = (size_t)(word.at - walk->text.at) + word.length;
  bool alike = side_of(ahead) == side_of(before(walk->text, own_end - word.length));
  if (end < walk->known.length)
    behind = walk->known.at[end];
  if (own_end < walk->text.length)
    own_behind = walk->text.at[own_end];
  switch (token) {
  case TOKEN_NAME:
    return alike && !is_name(behind);
  case TOKEN_NUMBER:
    return !is_repository(ahead) && !isdigit((unsigned char)behind) && side_of(behind) == side_of(own_behind);
  case TOKEN_PLACE:
    return alike && sanitise_inside_ends(walk->known, end);
  case TOKEN_HIDDEN:
    break;
  }
  return true;
}

/* So many different words in one text that the other side does not have are no person's: beyond that nothing is taken
 * for known. */
static bool is_found(struct walk *walk, enum token token, struct str word, size_t at, size_t end) {
  while (walk->looked < walk->known.length * LOOKS_MAX) {
    struct str left = str_slice(walk->known, at, end);
    const char *hit = memmem(left.at, left.length, word.at, word.length);
    walk->looked += (hit ? (size_t)(hit - left.at) : left.length) + word.length;
    if (!hit)
      return false;
    walk->known_at = (size_t)(hit - walk->known.at);
    if (is_whole(walk, token, word, walk->known_at))
      return true;
    at = walk->known_at + 1;
  }
  return false;
}

/* Whether the other side has the next `length` bytes. */
static bool is_known(struct walk *walk, enum token token, size_t length) {
  size_t start = walk->at, known_at = walk->known_at;
  while (token == TOKEN_NUMBER && start && is_repository(walk->text.at[start - 1]))
    start--;
  struct str word = str_slice(walk->text, start, walk->at + length);
  return is_found(walk, token, word, known_at, walk->known.length) ||
         is_found(walk, token, word, 0, known_at + word.length);
}

/* Copies `length` bytes as they are. */
static void keep(struct walk *walk, size_t length) {
  str_append(&walk->out, str_slice(walk->text, walk->at, walk->at + length));
  walk->at += length;
}

/* Puts `word` in place of `length` bytes, unless the other side has them. */
static void replace(struct walk *walk, enum token token, size_t length, const char *word) {
  if (is_known(walk, token, length)) {
    keep(walk, length);
    return;
  }
  str_append_c(&walk->out, word);
  walk->at += length;
}

/* Whether something was taken at this place. */
static bool take_inside(struct walk *walk) {
  const char *word;
  size_t length = sanitise_inside_at(&walk->inside, walk->at, &word);
  if (length && word)
    replace(walk, TOKEN_PLACE, length, word);
  else
    keep(walk, length);
  return length > 0;
}

/* -- what calls and links -- */

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
  return isalnum((unsigned char)before(walk->text, walk->at)) ||
         (before(walk->text, walk->at) == '/' && is_in_address(walk));
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
  if (is_known(walk, word.at[0] == '@' ? TOKEN_NAME : TOKEN_NUMBER, length)) {
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
  if (next == '\n' || (word_ends && before(walk->text, walk->at) == ' '))
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
  replace(walk, TOKEN_HIDDEN, length, left_of_comment(walk, str_slice(text, 0, length), next));
  return true;
}

/* "[//]: # (hidden)", a reference that nothing refers to: the length of its line. One that goes on in the next line
 * stays. */
static size_t hidden_line_length(const struct walk *walk) {
  struct str text = rest(walk);
  if (!str_starts_with(text, "[//]:") || !begins_line(walk))
    return 0;
  const char *end = memchr(text.at, '\n', text.length);
  struct str line = str_trim(str_slice(text, 0, end ? (size_t)(end - text.at) : text.length));
  return strchr(")\"'", line.at[line.length - 1]) ? line.length : 0;
}

static bool take_hidden_line(struct walk *walk) {
  size_t length = hidden_line_length(walk);
  if (length)
    replace(walk, TOKEN_HIDDEN, length, "");
  return length > 0;
}

/* -- code -- */

static bool may_call(struct walk *walk) {
  size_t at;
  return str_starts_with(rest(walk), "<!--") || hidden_line_length(walk) ||
         (!silenced_length(rest(walk)) && calling_length(walk, &at));
}

/* Which of all places that may call somebody or hide something are in code. */
static void find_code(struct arena *arena, struct walk *walk) {
  size_t count = 0, capacity = 0;
  for (walk->at = 0; walk->at < walk->text.length; walk->at++)
    capacity += strchr("@#G<[", walk->text.at[walk->at]) != NULL;
  walk->places = ARENA_ARRAY(arena, size_t, capacity);
  walk->in_code = ARENA_ARRAY(arena, bool, capacity);
  for (walk->at = 0; walk->at < walk->text.length; walk->at++)
    if (strchr("@#G<[", walk->text.at[walk->at]) && may_call(walk))
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
  if (!take_inside(walk) && !(reads && (take_comment(walk) || take_hidden_line(walk) || take_call(walk))))
    keep(walk, 1);
}

/* Most texts have nothing to look at. A host has a path, or a port behind a colon. */
static bool is_plain(struct str text) {
  for (size_t i = 0; i < text.length; i++)
    if (strchr("@#<\\~/", text.at[i]) || (text.at[i] == '-' && i >= 2 && text.at[i - 1] == 'H') ||
        (text.at[i] == ':' && i + 1 < text.length && isdigit((unsigned char)text.at[i + 1])))
      return false;
  return true;
}

static struct str walk_once(struct arena *arena, enum content_kind kind, struct str text, struct str known,
                            const struct sanitise_rules *rules, bool spares_code) {
  struct walk walk = {.text = text,
                      .known = known,
                      .inside = {.arena = arena, .rules = rules, .text = text},
                      .out = {.arena = arena},
                      .markdown = kind == CONTENT_TEXT};
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
  if (kind == CONTENT_SET)
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
  if (kind == CONTENT_SET || str_equal(local, seen))
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
