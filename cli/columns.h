/* Texts side by side in columns that fit the terminal, with parts of them marked. */
#ifndef CLI_COLUMNS_H
#define CLI_COLUMNS_H

#include "cli/output.h"
#include "cli/spans.h"

enum { COLUMNS_MAX = 3 };

struct columns_row {
  const char *sign; /* before the row, one letter or "" */
  struct spans cells[COLUMNS_MAX];
  bool quiet; /* nothing differs: dim where there are colours */
};

/* One of the columns: what marks mean in it. */
struct columns_column {
  const char *heading;
  bool removed; /* marked parts are missing elsewhere; else they are new */
};

/* A heading, then the rows, each as many lines as its widest cell needs. Marks are colours, or [-...-] and {+...+}
 * without; then a cell that is marked whole has its row's sign alone. `width`: of the terminal; cells are clean texts.
 */
void columns_print(const struct output *output, size_t width, const struct columns_column *columns, size_t column_count,
                   const struct columns_row *rows, size_t row_count);

#endif
