/* Three versions of a text side by side. */
#include "cli/align.h"

#include "sync/diff.h"

struct lines {
  const struct str *at;
  size_t count;
};

static struct lines split(struct arena *arena, struct str text) {
  size_t capacity = 1;
  for (size_t i = 0; i < text.length; i++)
    capacity += text.at[i] == '\n';
  struct str *lines = ARENA_ARRAY(arena, struct str, capacity);
  size_t count = 0;
  while (text.length) {
    ptrdiff_t newline = str_find(text, "\n");
    size_t end = newline < 0 ? text.length : (size_t)newline;
    lines[count++] = str_slice(text, 0, end);
    text = str_slice(text, newline < 0 ? end : end + 1, text.length);
  }
  return (struct lines){lines, count};
}

static bool same_line(struct str a, struct str b) {
  return (a.at == NULL) == (b.at == NULL) && str_equal(a, b);
}

static enum align_mark mark_of(const struct align_row *row) {
  bool local = !same_line(row->base, row->local), external = !same_line(row->base, row->external);
  if (local && external)
    return same_line(row->local, row->external) ? ALIGN_ALIKE : ALIGN_BOTH;
  return local ? ALIGN_LOCAL : external ? ALIGN_EXTERNAL : ALIGN_SAME;
}

struct rows {
  struct align_row *at;
  size_t count;
};

static struct str line_or_absent(struct lines lines, size_t index, size_t end) {
  return index < end ? (struct str){lines.at[index].at ? lines.at[index].at : "", lines.at[index].length}
                     : (struct str){0};
}

static void add_row(struct rows *rows, const struct lines *texts, const size_t *at, const size_t *to) {
  struct align_row row = {.base = line_or_absent(texts[0], at[0], to[0]),
                          .local = line_or_absent(texts[1], at[1], to[1]),
                          .external = line_or_absent(texts[2], at[2], to[2])};
  row.mark = mark_of(&row);
  rows->at[rows->count++] = row;
}

/* The lines from..to of each text, which stand between two lines that all three share: what both sides have alike goes
 * beside each other, all else in its order. */
static void add_between(struct arena *arena, struct rows *rows, const struct lines *texts, const size_t *from,
                        const size_t *to) {
  size_t at[3] = {from[0], from[1], from[2]}, locals = to[1] - from[1], externals = to[2] - from[2];
  const int *partners = diff_partners(arena, texts[1].at + from[1], locals, texts[2].at + from[2], externals);
  for (size_t i = 0; i <= locals; i++) {
    if (i < locals && partners[i] < 0)
      continue;
    const size_t until[3] = {to[0], from[1] + i, i < locals ? from[2] + (size_t)partners[i] : to[2]};
    bool is_end = i == locals;
    for (; at[1] < until[1] || at[2] < until[2] || (is_end && at[0] < until[0]); at[0]++) {
      add_row(rows, texts, at, until);
      at[1] += at[1] < until[1];
      at[2] += at[2] < until[2];
    }
    if (is_end)
      return;
    add_row(rows, texts, at, to);
    for (int side = 0; side < 3; side++)
      at[side]++;
  }
}

size_t align_texts(struct arena *arena, struct str base, struct str local, struct str external,
                   const struct align_row **out) {
  const struct lines texts[3] = {split(arena, base), split(arena, local), split(arena, external)};
  struct rows rows = {ARENA_ARRAY(arena, struct align_row, texts[0].count + texts[1].count + texts[2].count + 1), 0};
  size_t from[3] = {0, 0, 0};
  const int *in_local = diff_partners(arena, texts[0].at, texts[0].count, texts[1].at, texts[1].count);
  const int *in_external = diff_partners(arena, texts[0].at, texts[0].count, texts[2].at, texts[2].count);
  for (size_t i = 0; i < texts[0].count; i++) {
    if (in_local[i] < 0 || in_external[i] < 0)
      continue;
    const size_t to[3] = {i, (size_t)in_local[i], (size_t)in_external[i]};
    add_between(arena, &rows, texts, from, to);
    rows.at[rows.count++] = (struct align_row){texts[0].at[i], texts[1].at[to[1]], texts[2].at[to[2]], ALIGN_SAME};
    for (size_t side = 0; side < 3; side++)
      from[side] = to[side] + 1;
  }
  const size_t ends[3] = {texts[0].count, texts[1].count, texts[2].count};
  add_between(arena, &rows, texts, from, ends);
  *out = rows.at;
  return rows.count;
}

const char *align_mark_sign(enum align_mark mark) {
  static const char *const signs[] = {"", "<", ">", "!", "="};
  return signs[mark];
}
