/* Texts side by side: cells become graphemes with a width, which are broken into lines that fit. */
#include "cli/columns.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum { SIGN_WIDTH = 3, GAP = 2, COLUMN_MIN = 8 };

/* What is shown as one letter. A break is allowed after a blank. */
struct glyph {
  struct str text;
  unsigned width;
  bool marked, blank;
};

struct glyphs {
  struct glyph *at;
  size_t count;
};

struct line {
  const struct glyph *at;
  size_t count;
  unsigned width;
};

/* -- graphemes -- */

static struct glyph next_glyph(struct str text, size_t at, size_t *out_next) {
  const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text.at;
  utf8proc_int32_t letter, before = 0, state = 0;
  unsigned width = 0;
  size_t end = at;
  while (end < text.length) {
    utf8proc_ssize_t length = utf8proc_iterate(bytes + end, (utf8proc_ssize_t)(text.length - end), &letter);
    if (length <= 0)
      length = 1;
    else if (end > at && utf8proc_grapheme_break_stateful(before, letter, &state))
      break;
    int own = utf8proc_charwidth(letter);
    width = own > (int)width ? (unsigned)own : width;
    before = letter;
    end += (size_t)length;
  }
  *out_next = end;
  return (struct glyph){.text = str_slice(text, at, end), .width = width};
}

static void put(struct glyphs *glyphs, struct glyph glyph) {
  glyphs->at[glyphs->count++] = glyph;
}

static void put_text(struct glyphs *glyphs, struct str text, bool marked) {
  for (size_t at = 0; at < text.length;) {
    struct glyph glyph = next_glyph(text, at, &at);
    glyph.marked = marked;
    glyph.blank = str_is(glyph.text, " ");
    if (str_is(glyph.text, "\t"))
      glyph = (struct glyph){.text = STR("    "), .width = 4, .marked = marked, .blank = true};
    put(glyphs, glyph);
  }
}

static struct glyphs glyphs_of(struct arena *arena, const struct output *output, const struct columns_column *column,
                               struct spans spans) {
  size_t most = 0;
  for (size_t i = 0; i < spans.count; i++)
    most += spans.at[i].text.length + 2;
  struct glyphs glyphs = {ARENA_ARRAY(arena, struct glyph, most + 1), 0};
  bool signs = !output->colors && !spans_all_marked(spans);
  for (size_t i = 0; i < spans.count; i++) {
    bool brackets = signs && spans.at[i].marked;
    if (brackets)
      put(&glyphs, (struct glyph){.text = column->removed ? STR("[-") : STR("{+"), .width = 2});
    put_text(&glyphs, spans.at[i].text, spans.at[i].marked);
    if (brackets)
      put(&glyphs, (struct glyph){.text = column->removed ? STR("-]") : STR("+}"), .width = 2});
  }
  return glyphs;
}

/* -- lines -- */

/* As many glyphs as fit, up to the last blank when there is one, which is left out. At least one. */
static struct line take_line(struct glyphs *rest, unsigned width) {
  struct line line = {.at = rest->at};
  size_t fits = 0, after_blank = 0;
  unsigned used = 0;
  while (fits < rest->count && (fits == 0 || used + rest->at[fits].width <= width)) {
    used += rest->at[fits].width;
    after_blank = rest->at[fits++].blank ? fits : after_blank;
  }
  line.count = fits < rest->count && after_blank ? after_blank : fits;
  rest->at += line.count;
  rest->count -= line.count;
  line.count -= rest->count && line.count > 1 && line.at[line.count - 1].blank;
  for (size_t i = 0; i < line.count; i++)
    line.width += line.at[i].width;
  return line;
}

static unsigned width_of(struct glyphs glyphs) {
  unsigned width = 0;
  for (size_t i = 0; i < glyphs.count; i++)
    width += glyphs.at[i].width;
  return width;
}

/* What is wider than its share gives way to what is narrower. */
static void fit(unsigned *widths, size_t count, size_t available) {
  bool settled[COLUMNS_MAX] = {false};
  size_t left = count;
  for (size_t round = 0; round < count && left; round++) {
    size_t share = available / left;
    for (size_t i = 0; i < count; i++)
      if (!settled[i] && widths[i] <= share) {
        settled[i] = true;
        available -= widths[i];
        left--;
      }
  }
  for (size_t i = 0; i < count; i++)
    if (!settled[i])
      widths[i] = (unsigned)(available / left > COLUMN_MIN ? available / left : COLUMN_MIN);
}

static void print_blanks(const struct output *output, size_t count) {
  fprintf(output->data, "%*s", (int)count, "");
}

static const char *style_of(const struct output *output, const struct columns_column *column, bool marked, bool quiet) {
  if (!output->colors || (!marked && !quiet))
    return "";
  return output_escape(quiet ? STYLE_DIM : column->removed ? STYLE_BAD : STYLE_GOOD);
}

static void print_line(const struct output *output, const struct columns_column *column, struct line line, bool quiet) {
  const char *style = "";
  for (size_t i = 0; i < line.count; i++) {
    const char *wanted = style_of(output, column, line.at[i].marked, quiet);
    if (strcmp(wanted, style) != 0)
      fprintf(output->data, "%s%s", *style ? "\033[0m" : "", wanted);
    style = wanted;
    fwrite(line.at[i].text.at, 1, line.at[i].text.length, output->data);
  }
  fputs(*style ? "\033[0m" : "", output->data);
}

struct layout {
  const struct output *output;
  const struct columns_column *columns;
  unsigned widths[COLUMNS_MAX];
  size_t count;
};

/* Blanks are printed before something only, so that no line ends with them. */
static void print_row(const struct layout *layout, struct glyphs *cells, const char *sign, bool quiet) {
  bool more = true;
  for (bool first = true; more || first; first = false) {
    size_t due = SIGN_WIDTH;
    if (first && *sign)
      due -= (size_t)fprintf(layout->output->data, "%s", sign);
    more = false;
    for (size_t i = 0; i < layout->count; i++) {
      struct line line = cells[i].count ? take_line(&cells[i], layout->widths[i]) : (struct line){0};
      if (line.count) {
        print_blanks(layout->output, due);
        due = 0;
        print_line(layout->output, &layout->columns[i], line, quiet);
      }
      due += (layout->widths[i] > line.width ? layout->widths[i] - line.width : 0) + GAP;
      more |= cells[i].count > 0;
    }
    fputc('\n', layout->output->data);
  }
}

static void print_headings(const struct layout *layout) {
  size_t due = SIGN_WIDTH;
  for (size_t i = 0; i < layout->count; i++) {
    struct str heading = str_of(layout->columns[i].heading);
    print_blanks(layout->output, due);
    output_styled(layout->output, STYLE_BOLD, heading);
    due = (layout->widths[i] > heading.length ? layout->widths[i] - heading.length : 0) + GAP;
  }
  fputc('\n', layout->output->data);
}

void columns_print(const struct output *output, size_t width, const struct columns_column *columns, size_t column_count,
                   const struct columns_row *rows, size_t row_count) {
  struct arena arena = {0};
  struct layout layout = {.output = output, .columns = columns, .count = column_count};
  struct glyphs *cells = ARENA_ARRAY(&arena, struct glyphs, row_count * COLUMNS_MAX + 1);
  for (size_t i = 0; i < column_count; i++)
    layout.widths[i] = (unsigned)strlen(columns[i].heading);
  for (size_t row = 0; row < row_count; row++)
    for (size_t i = 0; i < column_count; i++) {
      struct glyphs *cell = &cells[row * COLUMNS_MAX + i];
      *cell = glyphs_of(&arena, output, &columns[i], rows[row].cells[i]);
      unsigned own = width_of(*cell);
      layout.widths[i] = own > layout.widths[i] ? own : layout.widths[i];
    }
  size_t borders = SIGN_WIDTH + GAP * (column_count - 1);
  fit(layout.widths, column_count, width > borders ? width - borders : 0);
  print_headings(&layout);
  for (size_t row = 0; row < row_count; row++)
    print_row(&layout, &cells[row * COLUMNS_MAX], rows[row].sign, rows[row].quiet);
  arena_free(&arena);
}
