/* The table of a dry run. */
#include "cli/preview_view.h"

#include "cli/format.h"
#include "cli/table.h"

/* "import" -> what it means to a person. */
static const char *meaning(struct str action) {
  static const struct {
    const char *action, *text;
  } words[] = {{"import", "make here"},     {"pull", "change here"}, {"create", "make outside"},
               {"push", "change outside"},  {"add", "add outside"},  {"remove", "remove outside"},
               {"conflict", "ask a person"}};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (str_is(action, words[i].action))
      return words[i].text;
  return "";
}

static struct str first_value(struct arena *arena, const struct values *values) {
  return values->count ? format_value(arena, &values->at[0]) : STR("");
}

void preview_view_print(const struct output *output, const struct preview_line *lines, size_t count) {
  static const struct column columns[] = {{"WOULD", 0},           {"TICKET", 0},         {"OUTSIDE", 0},
                                          {"FIELD", 0},           {"NOW", COLUMN_TRUNC}, {"THEN", COLUMN_TRUNC},
                                          {"TITLE", COLUMN_TRUNC}};
  struct arena arena = {0};
  struct table *table = table_new(output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < count; i++) {
    const struct preview_line *line = &lines[i];
    table_row(table,
              (const struct str[]){str_of(meaning(line->action)), line->ticket, line->external_key,
                                   str_is(line->field, "*") ? STR("") : line->field, first_value(&arena, &line->before),
                                   first_value(&arena, &line->value), line->title});
  }
  table_end(table);
  if (count == 0)
    output_note(output, "Nothing would be changed.");
  arena_free(&arena);
}
