/* md4c's answers that point into the text. */
#include "sync/code_parts.h"

#include <ctype.h>
#include <md4c.h>

enum { ADDRESS_MAX = 1024 };

struct finding {
  struct arena *arena;
  struct str text;
  struct code_parts parts;
  bool *are_spans; /* of each part */
  size_t capacity;
  bool in_span, is_in_doubt; /* the latter until the end of the block */
};

static void grow(struct finding *finding) {
  size_t count = finding->parts.count, capacity = count ? 2 * count : 16;
  struct code_part *parts = ARENA_ARRAY(finding->arena, struct code_part, capacity);
  bool *are_spans = ARENA_ARRAY(finding->arena, bool, capacity);
  if (count) {
    memcpy(parts, finding->parts.at, count * sizeof *parts);
    memcpy(are_spans, finding->are_spans, count * sizeof *are_spans);
  }
  finding->parts.at = parts;
  finding->are_spans = are_spans;
  finding->capacity = capacity;
}

static void add(struct finding *finding, struct code_part part) {
  if (finding->parts.count == finding->capacity)
    grow(finding);
  finding->are_spans[finding->parts.count] = finding->in_span;
  finding->parts.at[finding->parts.count++] = part;
}

/* GitHub takes everything up to the next blank into a bare address, ticks too; a very long word may be one. */
static bool begins_in_address(struct str text, size_t at) {
  while (at && (text.at[at - 1] == ' ' || text.at[at - 1] == '\n'))
    at--;
  size_t start = at;
  while (start && at - start < ADDRESS_MAX && !isspace((unsigned char)text.at[start - 1]) && text.at[start - 1] != '<')
    start--;
  struct str word = str_slice(text, start, at);
  return word.length == ADDRESS_MAX || str_find(word, "://") >= 0 || str_find(word, "www.") >= 0;
}

/* Blanks and line ends that md4c puts in stand elsewhere. Behind an address with a tick, other ticks are pairs there.
 */
static int take_text(MD_TEXTTYPE type, const MD_CHAR *at, MD_SIZE length, void *context) {
  struct finding *finding = context;
  const char *text = finding->text.at;
  if (type != MD_TEXT_CODE || at < text || at >= text + finding->text.length)
    return 0;
  size_t start = (size_t)(at - text);
  if (finding->in_span && !finding->is_in_doubt)
    finding->is_in_doubt = begins_in_address(finding->text, start);
  if (!finding->in_span || !finding->is_in_doubt)
    add(finding, (struct code_part){start, start + length});
  return 0;
}

static int pass_block(MD_BLOCKTYPE type, void *detail, void *context) {
  struct finding *finding = context;
  (void)type, (void)detail;
  finding->is_in_doubt = false;
  return 0;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *context) {
  struct finding *finding = context;
  (void)detail;
  finding->in_span |= type == MD_SPAN_CODE;
  return 0;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *context) {
  struct finding *finding = context;
  (void)detail;
  finding->in_span &= type != MD_SPAN_CODE;
  return 0;
}

/* -- tables -- */

/* "|---|:--|": below the head of a table. */
static bool has_table(struct str text) {
  for (size_t start = 0; start < text.length;) {
    size_t end = start;
    bool rules = false, only = true;
    for (; end < text.length && text.at[end] != '\n'; end++) {
      rules |= text.at[end] == '-';
      only &= strchr("|-: \t>", text.at[end]) != NULL;
    }
    if (rules && only)
      return true;
    start = end + 1;
  }
  return false;
}

static bool has_bare_pipe(struct str text, const struct code_part *part) {
  for (size_t at = part->start; at < part->end; at++)
    if (text.at[at] == '|' && (at == 0 || text.at[at - 1] != '\\'))
      return true;
  return false;
}

static size_t line_end(struct str text, size_t at) {
  const char *newline = memchr(text.at + at, '\n', text.length - at);
  return newline ? (size_t)(newline - text.at) : text.length;
}

/* GitHub divides a row into cells before it looks for code, md4c the other way round: where it matters, nothing of the
 * row is code. */
static void drop_rows(struct finding *finding) {
  struct code_parts *parts = &finding->parts;
  size_t kept = 0;
  for (size_t i = 0; i < parts->count;) {
    size_t end = line_end(finding->text, parts->at[i].start), next = i;
    bool divides = false;
    do {
      divides |= finding->are_spans[next] && has_bare_pipe(finding->text, &parts->at[next]);
    } while (++next < parts->count && parts->at[next].start < end);
    for (; i < next; i++)
      if (!divides || !finding->are_spans[i])
        parts->at[kept++] = parts->at[i];
  }
  parts->count = kept;
}

struct code_parts code_parts_of(struct arena *arena, struct str text) {
  static const MD_PARSER parser = {.flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS,
                                   .enter_block = pass_block,
                                   .leave_block = pass_block,
                                   .enter_span = enter_span,
                                   .leave_span = leave_span,
                                   .text = take_text};
  struct finding finding = {.arena = arena, .text = text};
  if (md_parse(text.at, (MD_SIZE)text.length, &parser, &finding) != 0)
    return (struct code_parts){0};
  if (finding.parts.count && has_table(text))
    drop_rows(&finding);
  return finding.parts;
}
