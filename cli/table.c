/* Tables by libsmartcols, or lines with tabs. */
#include "cli/table.h"

#include <libsmartcols/libsmartcols.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/heap.h"
#include "cli/format.h"
#include "cli/width.h"

enum { COLUMNS_MAX = 16, GAP = 2, CUT_NEEDS = 20 };

struct table {
  const struct output *output;
  const struct column *columns;
  size_t count, rows;
  size_t widths[COLUMNS_MAX];   /* that they need, in the terminal's columns */
  struct libscols_table *scols; /* NULL with --plain */
};

static const struct {
  const char *word;
  enum output_style style;
} states[] = {
    {"active", STYLE_GOOD},  {"open", STYLE_GOOD},    {"completed", STYLE_GOOD}, {"linked", STYLE_GOOD},
    {"ok", STYLE_GOOD},      {"running", STYLE_WARN}, {"paused", STYLE_WARN},    {"creating", STYLE_WARN},
    {"warning", STYLE_WARN}, {"decided", STYLE_WARN}, {"failed", STYLE_BAD},     {"parked", STYLE_BAD},
    {"gone", STYLE_BAD},     {"problem", STYLE_BAD},  {"removed", STYLE_DIM},    {"done", STYLE_DIM},
    {"resolved", STYLE_DIM}, {"skipped", STYLE_DIM},  {"cancelled", STYLE_DIM},  {"duplicate", STYLE_DIM},
};

enum output_style table_state_style(struct str word) {
  for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
    if (str_is(word, states[i].word))
      return states[i].style;
  return STYLE_NORMAL;
}

/* What is wrapped needs no more than its heading, and what may be cut no more than shows what it is. */
static void note_width(struct table *table, size_t column, struct str text) {
  unsigned flags = table->columns[column].flags;
  size_t width = width_of_text(text);
  if (flags & COLUMN_TRUNC && width > CUT_NEEDS)
    width = CUT_NEEDS;
  if (width > table->widths[column])
    table->widths[column] = width;
}

static int scols_flags(unsigned flags) {
  return (flags & COLUMN_RIGHT ? SCOLS_FL_RIGHT : 0) | (flags & COLUMN_TRUNC ? SCOLS_FL_TRUNC : 0) |
         (flags & COLUMN_WRAP ? SCOLS_FL_WRAP : 0);
}

static void make_columns(struct table *table) {
  table->scols = scols_new_table();
  scols_table_set_stream(table->scols, table->output->data);
  scols_table_enable_colors(table->scols, table->output->colors);
  scols_table_set_column_separator(table->scols, "  ");
  /* Into a file or a pipe everything goes whole. */
  scols_table_set_termforce(table->scols, table->output->terminal ? SCOLS_TERMFORCE_AUTO : SCOLS_TERMFORCE_NEVER);
  for (size_t i = 0; i < table->count; i++) {
    struct libscols_column *column =
        scols_table_new_column(table->scols, table->columns[i].name, 0, scols_flags(table->columns[i].flags));
    note_width(table, i, str_of(table->columns[i].name));
    if (table->columns[i].flags & COLUMN_WRAP)
      scols_column_set_wrapfunc(column, scols_wrapnl_chunksize, scols_wrapnl_nextchunk, NULL);
    if (table->columns[i].flags & COLUMN_WRAP)
      scols_column_set_safechars(column, "\n");
    if (table->output->colors)
      scols_cell_set_color(scols_column_get_header(column), "bold");
  }
}

struct table *table_new(const struct output *output, const struct column *columns, size_t count) {
  struct table *table = heap_new(sizeof *table);
  *table = (struct table){.output = output, .columns = columns, .count = count};
  if (output->format != OUTPUT_PLAIN)
    make_columns(table);
  return table;
}

static void plain_row(struct table *table, struct arena *arena, const struct str *cells) {
  for (size_t i = 0; i < table->count; i++)
    fprintf(table->output->data, "%s%s", i ? "\t" : "", output_clean_line(arena, cells[i]).at);
  fputc('\n', table->output->data);
}

static void scols_row(struct table *table, struct arena *arena, const struct str *cells) {
  struct libscols_line *line = scols_table_new_line(table->scols, NULL);
  for (size_t i = 0; i < table->count; i++) {
    bool wraps = table->columns[i].flags & COLUMN_WRAP;
    struct str cell = wraps ? output_clean(arena, cells[i]) : output_clean_line(arena, cells[i]);
    scols_line_set_data(line, i, cell.at);
    if (!wraps)
      note_width(table, i, cell);
    if (table->columns[i].flags & COLUMN_STATE && table->output->colors)
      scols_cell_set_color(scols_line_get_cell(line, i), output_escape(table_state_style(cells[i])));
  }
}

void table_row(struct table *table, const struct str *cells) {
  struct arena arena = {0};
  table->rows++;
  if (table->scols)
    scols_row(table, &arena, cells);
  else
    plain_row(table, &arena, cells);
  arena_free(&arena);
}

/* Columns with this flag, from the right, until the rest fits. */
static size_t leave_out(struct table *table, unsigned flag, size_t needed, size_t room) {
  for (size_t i = table->count; i-- > 0 && needed > room;) {
    if (!(table->columns[i].flags & flag))
      continue;
    struct libscols_column *column = scols_table_get_column(table->scols, i);
    scols_column_set_flags(column, scols_column_get_flags(column) | SCOLS_FL_HIDDEN);
    needed -= table->widths[i] + GAP;
  }
  return needed;
}

static void fit(struct table *table) {
  size_t needed = 0, room = output_width(table->output);
  for (size_t i = 0; i < table->count; i++)
    needed += table->widths[i] + (i ? GAP : 0);
  needed = leave_out(table, COLUMN_SPARE, needed, room);
  leave_out(table, COLUMN_USEFUL, needed, room);
}

void table_end(struct table *table) {
  if (table->scols && table->output->terminal)
    fit(table);
  if (table->scols && table->rows)
    scols_print_table(table->scols);
  scols_unref_table(table->scols);
  free(table);
}

struct str table_moment(const struct output *output, struct arena *arena, int64_t moment_ms, int64_t now_ms) {
  if (output->format != OUTPUT_PLAIN)
    return format_ago(arena, moment_ms, now_ms);
  return moment_ms ? clock_format_ms(arena, moment_ms) : STR("");
}
