/* The table of a dry run. */
#include "cli/preview_view.h"

#include "cli/format.h"
#include "cli/table.h"

/* "import" -> what it means to a person. */
static const char *meaning(struct str action) {
  static const struct {
    const char *action, *text;
  } words[] = {{"import", "make here"},
               {"pull", "change here"},
               {"create", "make outside"},
               {"push", "change outside"},
               {"conflict", "ask a person"}};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (str_is(action, words[i].action))
      return words[i].text;
  return "";
}

void preview_view_print(const struct output *output, const struct session_preview *preview) {
  static const struct column columns[] = {{"WOULD", 0}, {"TICKET", 0},           {"OUTSIDE", 0},
                                          {"FIELD", 0}, {"VALUE", COLUMN_TRUNC}, {"TITLE", COLUMN_TRUNC}};
  struct arena arena = {0};
  struct table *table = table_new(output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < preview->lines.count; i++) {
    const struct preview_line *line = &preview->lines.at[i];
    struct str value = line->value.count ? format_value(&arena, &line->value.at[0]) : STR("");
    table_row(table, (const struct str[]){str_of(meaning(line->action)), line->ticket, line->external_key,
                                          str_is(line->field, "*") ? STR("") : line->field, value, line->title});
  }
  table_end(table);
  if (preview->more)
    output_note(output, "There is more than these %zu lines.", preview->lines.count);
  if (preview->lines.count == 0)
    output_note(output, "Nothing would be changed.");
  arena_free(&arena);
}
