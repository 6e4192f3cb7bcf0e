/* Messages in lines that fit a terminal. */
#include "cli/wrap.h"

#include "cli/width.h"

enum { HANGING = 2, COLUMNS_LEAST = 20, HANGING_OWN = -1 };

static size_t blanks_at(struct str text, size_t at) {
  size_t end = at;
  while (end < text.length && text.at[end] == ' ')
    end++;
  return end - at;
}

/* The next blank, or the text's end. */
static size_t blank_after(struct str text, size_t at) {
  while (at < text.length && text.at[at] != ' ')
    at++;
  return at;
}

/* Backticks hold blanks together. */
static size_t quoted_end(struct str text, size_t at) {
  bool quoted = false;
  size_t end = at;
  for (; end < text.length && (quoted || text.at[end] != ' '); end++)
    quoted ^= text.at[end] == '`';
  return quoted ? blank_after(text, at) : end;
}

static bool is_last_command(struct str text, size_t at) {
  return at >= 2 && text.at[at - 2] == ':' && str_starts_with(str_slice(text, at, text.length), "tandem ");
}

/* Where a line may be broken after `at`, so that what lies between has `columns` at most if it can. A command that is
 * longer than a line, in which `at` lies then, is broken anywhere. */
static size_t piece_end(struct str text, size_t at, bool within, size_t columns) {
  size_t end = within ? blank_after(text, at) : is_last_command(text, at) ? text.length : quoted_end(text, at);
  return width_of_text(str_slice(text, at, end)) <= columns ? end : blank_after(text, at);
}

static bool has_odd_backticks(struct str text) {
  bool odd = false;
  for (size_t i = 0; i < text.length; i++)
    odd ^= text.at[i] == '`';
  return odd;
}

static void append_blanks(struct str_builder *built, size_t count) {
  str_append_format(built, "%*s", (int)count, "");
}

/* `hanging`: what a further line is indented by; HANGING_OWN: by a little more than this one. */
static void append_line(struct str_builder *built, struct str line, size_t columns, int hanging) {
  size_t indent = hanging == HANGING_OWN ? blanks_at(line, 0) + HANGING : (size_t)hanging, used = 0;
  if (indent > columns / 2)
    indent = 0;
  bool within = false;
  for (size_t at = 0; at < line.length;) {
    size_t blanks = blanks_at(line, at), start = at + blanks;
    size_t end = piece_end(line, start, within, columns - indent);
    struct str piece = str_slice(line, start, end);
    size_t width = width_of_text(piece);
    bool breaks = used > 0 && used + blanks + width > columns;
    str_append_c(built, breaks ? "\n" : "");
    append_blanks(built, breaks ? indent : blanks);
    str_append(built, piece);
    within ^= has_odd_backticks(piece);
    used = (breaks ? indent : used + blanks) + width;
    at = end;
  }
}

static struct str wrap_lines(struct arena *arena, struct str text, size_t columns, int hanging) {
  struct str_builder built = {.arena = arena};
  if (columns < COLUMNS_LEAST)
    return str_copy(arena, text);
  for (size_t at = 0; at <= text.length;) {
    ptrdiff_t newline = str_find(str_slice(text, at, text.length), "\n");
    size_t end = newline < 0 ? text.length : at + (size_t)newline;
    append_line(&built, str_slice(text, at, end), columns, hanging);
    str_append_c(&built, newline < 0 ? "" : "\n");
    at = end + 1;
  }
  return str_built(&built);
}

struct str wrap_text(struct arena *arena, struct str text, size_t columns) {
  return wrap_lines(arena, text, columns, HANGING_OWN);
}

struct str wrap_hanging(struct arena *arena, struct str text, size_t columns, size_t hanging) {
  return wrap_lines(arena, text, columns, (int)hanging);
}
