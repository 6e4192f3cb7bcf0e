/* Where two versions of a line differ: words are compared by the diff of lib/sync. */
#include "cli/spans.h"

#include <utf8proc.h>

#include "sync/diff.h"

struct words {
  const struct str *at;
  size_t count;
};

enum letter_class { LETTER_BLANK, LETTER_OF_WORD, LETTER_ALONE };

/* Scripts without blanks between words are compared letter by letter. */
static enum letter_class class_of(utf8proc_int32_t letter) {
  switch (utf8proc_category(letter)) {
  case UTF8PROC_CATEGORY_ZS:
    return LETTER_BLANK;
  case UTF8PROC_CATEGORY_LO:
    return letter >= 0x2E80 ? LETTER_ALONE : LETTER_OF_WORD;
  case UTF8PROC_CATEGORY_LU:
  case UTF8PROC_CATEGORY_LL:
  case UTF8PROC_CATEGORY_LT:
  case UTF8PROC_CATEGORY_LM:
  case UTF8PROC_CATEGORY_MN:
  case UTF8PROC_CATEGORY_MC:
  case UTF8PROC_CATEGORY_ND:
    return LETTER_OF_WORD;
  default:
    return LETTER_ALONE;
  }
}

static size_t letter_at(struct str text, size_t at, utf8proc_int32_t *letter) {
  utf8proc_ssize_t length =
      utf8proc_iterate((const utf8proc_uint8_t *)text.at + at, (utf8proc_ssize_t)(text.length - at), letter);
  return length > 0 ? (size_t)length : 1;
}

static struct words split(struct arena *arena, struct str line) {
  struct str *words = ARENA_ARRAY(arena, struct str, line.length + 1);
  size_t count = 0;
  for (size_t at = 0, next; at < line.length; at = next) {
    utf8proc_int32_t letter;
    next = at + letter_at(line, at, &letter);
    enum letter_class class = class_of(letter);
    while (class != LETTER_ALONE && next < line.length) {
      size_t length = letter_at(line, next, &letter);
      if (class_of(letter) != class)
        break;
      next += length;
    }
    words[count++] = str_slice(line, at, next);
  }
  return (struct words){words, count};
}

struct spans spans_whole(struct arena *arena, struct str line, bool marked) {
  struct span *span = ARENA_NEW(arena, struct span);
  *span = (struct span){line, marked};
  return (struct spans){.at = span, .count = 1, .absent = str_is_absent(line)};
}

static bool is_blank(struct str word) {
  return str_trim(word).length == 0;
}

static size_t letters_in(struct words words) {
  size_t length = 0;
  for (size_t i = 0; i < words.count; i++)
    length += is_blank(words.at[i]) ? 0 : words.at[i].length;
  return length;
}

/* Marks the words that `other` does not have; all of them when less than a third of the shorter line is common. */
static void mark(struct arena *arena, struct words words, struct str other, bool *marked) {
  enum { THIRD = 3 };
  struct words theirs = split(arena, other);
  const int *partners = diff_partners(arena, words.at, words.count, theirs.at, theirs.count);
  size_t common = 0, ours = letters_in(words), shorter = letters_in(theirs);
  shorter = ours < shorter ? ours : shorter;
  for (size_t i = 0; i < words.count; i++)
    common += partners[i] >= 0 && !is_blank(words.at[i]) ? words.at[i].length : 0;
  bool related = common && common * THIRD >= shorter;
  for (size_t i = 0; i < words.count; i++)
    marked[i] |= !related || partners[i] < 0;
}

/* A blank between two marked words is marked with them. */
static void mark_blanks(struct words words, bool *marked) {
  for (size_t i = 1; i + 1 < words.count; i++)
    marked[i] |= is_blank(words.at[i]) && marked[i - 1] && marked[i + 1];
}

static struct spans join(struct arena *arena, struct words words, const bool *marked) {
  struct span *spans = ARENA_ARRAY(arena, struct span, words.count + 1);
  size_t count = 0;
  for (size_t i = 0; i < words.count; i++) {
    bool continues = count && spans[count - 1].marked == marked[i];
    if (continues)
      spans[count - 1].text.length += words.at[i].length;
    else
      spans[count++] = (struct span){words.at[i], marked[i]};
  }
  return (struct spans){.at = spans, .count = count};
}

struct spans spans_compare(struct arena *arena, struct str line, const struct str *others, size_t count) {
  if (str_is_absent(line))
    return spans_whole(arena, line, false);
  struct words words = split(arena, line);
  bool *marked = ARENA_ARRAY(arena, bool, words.count + 1);
  for (size_t i = 0; i < count; i++)
    if (!str_is_absent(others[i]) && !str_equal(line, others[i]))
      mark(arena, words, others[i], marked);
  mark_blanks(words, marked);
  return join(arena, words, marked);
}

/* The nearest start of a letter at or before `at`. */
static size_t letter_start(struct str text, size_t at) {
  while (at > 0 && ((unsigned char)text.at[at] & 0xC0) == 0x80)
    at--;
  return at;
}

struct spans spans_shorten(struct arena *arena, struct spans spans) {
  enum { KEPT = 150, MARKED_MAX = 2000 };
  struct span *shorter = ARENA_ARRAY(arena, struct span, spans.count + 1);
  for (size_t i = 0; i < spans.count; i++) {
    struct str text = spans.at[i].text;
    shorter[i] = spans.at[i];
    if (spans.at[i].marked && text.length > MARKED_MAX)
      shorter[i].text = str_format(arena, "%.*s …", STR_FMT(str_slice(text, 0, letter_start(text, MARKED_MAX))));
    else if (!spans.at[i].marked && text.length > 3 * KEPT)
      shorter[i].text = str_format(arena, "%.*s … %.*s", STR_FMT(str_slice(text, 0, letter_start(text, KEPT))),
                                   STR_FMT(str_slice(text, letter_start(text, text.length - KEPT), text.length)));
  }
  return (struct spans){.at = shorter, .count = spans.count, .absent = spans.absent};
}

bool spans_all_marked(struct spans spans) {
  for (size_t i = 0; i < spans.count; i++)
    if (!spans.at[i].marked)
      return false;
  return true;
}
