/* Tables: aligned by libsmartcols for people, one tab-separated line a row without heading with --plain. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "cli/output.h"

enum column_flags {
  COLUMN_RIGHT = 1,   /* numbers */
  COLUMN_TRUNC = 2,   /* gives way when the terminal is narrow */
  COLUMN_WRAP = 4,    /* several lines rather than cut */
  COLUMN_STATE = 8,   /* words like active, failed, open: coloured by what they mean */
  COLUMN_SPARE = 16,  /* left out where the terminal has no room for all; of several the last one first */
  COLUMN_USEFUL = 32, /* left out when that is not enough */
};

struct column {
  const char *name;
  unsigned flags;
};

struct table;

/* `columns` must outlive the table. */
struct table *table_new(const struct output *output, const struct column *columns, size_t count);

/* One cell for each column, cleaned and copied. */
void table_row(struct table *table, const struct str *cells);

/* Prints and frees. An empty table prints nothing. */
void table_end(struct table *table);

/* A moment in a cell: "3 min ago" for people, RFC 3339 with --plain. */
struct str table_moment(const struct output *output, struct arena *arena, int64_t moment_ms, int64_t now_ms);

/* What a word like "active" or "failed" means to a person. */
enum output_style table_state_style(struct str word);

#endif
