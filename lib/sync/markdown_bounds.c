/* What cmark-gfm 0.29 must not be given: it fills every row of a table up to the columns of its head, whatever the row
 * has (32 KiB become gigabytes), and walks over all open images at the end of every link. Looked for line by line
 * before it parses, in a superset of what it would take for a table or an image. */
#include "sync/markdown_tree.h"

enum { CELLS_MAX = MARKDOWN_NODES_MAX, IMAGE_STEPS_MAX = 100 * 1000 * 1000 };

/* The lines since the last blank one: no table, and no paragraph, is longer. */
struct section {
  uint64_t columns; /* of the widest line that may stand below a table's head */
  uint64_t images, closings;
};

struct costs {
  uint64_t cells, image_steps;
};

/* Whatever quotes and lists stand before it. */
static bool is_blank(struct str line) {
  for (size_t i = 0; i < line.length; i++)
    if (!strchr(" \t\r\v\f>", line.at[i]))
      return false;
  return true;
}

/* "|---|:-:|" and whatever quotes and lists may stand before it: how many columns that may be, or 0. */
static uint64_t columns_of(struct str line) {
  uint64_t columns = 1;
  bool dashes = false;
  for (size_t i = 0; i < line.length; i++) {
    if (!strchr("|-: \t\r\v\f>*+.)0123456789", line.at[i]))
      return 0;
    columns += line.at[i] == '|';
    dashes |= line.at[i] == '-';
  }
  return dashes ? columns : 0;
}

static void end_section(struct section *section, struct costs *costs) {
  costs->image_steps += section->images * section->closings;
  *section = (struct section){0};
}

static void take_line(struct section *section, struct str line, struct costs *costs) {
  uint64_t columns = columns_of(line);
  for (size_t i = 0; i < line.length; i++) {
    section->closings += line.at[i] == ']';
    section->images += line.at[i] == '!' && i + 1 < line.length && line.at[i + 1] == '[';
  }
  if (columns > section->columns)
    section->columns = columns;
  costs->cells += section->columns > 1 ? section->columns : 0;
}

/* As cmark ends lines: by a newline, a carriage return, or both. */
static struct str next_line(struct str *rest) {
  size_t end = 0;
  while (end < rest->length && rest->at[end] != '\n' && rest->at[end] != '\r')
    end++;
  struct str line = str_slice(*rest, 0, end);
  bool both = end + 1 < rest->length && rest->at[end] == '\r' && rest->at[end + 1] == '\n';
  size_t next = end + 1 + both;
  *rest = str_slice(*rest, next < rest->length ? next : rest->length, rest->length);
  return line;
}

struct result markdown_tree_check_bounds(struct str markdown) {
  struct section section = {0};
  struct costs costs = {0};
  while (markdown.length) {
    struct str line = next_line(&markdown);
    if (is_blank(line))
      end_section(&section, &costs);
    else
      take_line(&section, line, &costs);
  }
  end_section(&section, &costs);
  if (costs.cells > CELLS_MAX)
    return result_error(RESULT_REJECTED, "the tables of the Markdown have more than %d cells", CELLS_MAX);
  if (costs.image_steps > IMAGE_STEPS_MAX)
    return result_error(RESULT_REJECTED, "a paragraph of the Markdown has too many images and links");
  return RESULT_DONE;
}
