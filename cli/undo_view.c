/* The table of an undo. */
#include "cli/undo_view.h"

#include "cli/format.h"
#include "cli/table.h"

/* "cancel" -> what it means to a person, while it is only planned and when it is done. */
static struct str meaning(struct str action, bool preview) {
  static const struct {
    const char *action, *planned, *done;
  } words[] = {{"restore", "restore", "restored"},           {"cancel", "cancel here", "cancelled here"},
               {"delete", "delete here", "deleted here"},    {"return", "bring back", "brought back"},
               {"close", "close outside", "closed outside"}, {"reopen", "open outside again", "opened outside again"}};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (str_is(action, words[i].action))
      return str_of(preview ? words[i].planned : words[i].done);
  return action;
}

/* "kept" stands for whatever was not done: then the action is what it would have been. */
static struct str what(const struct undone_line *line, bool preview) {
  if (str_is(line->outcome, "kept") || str_is(line->outcome, "conflict"))
    return line->outcome;
  return str_is(line->outcome, "waiting") ? STR("on its way") : meaning(line->action, preview);
}

static struct str first_value(struct arena *arena, const struct values *values) {
  return values->count ? format_value(arena, &values->at[0]) : STR("");
}

/* Of what was not done: why. */
static struct str note(struct arena *arena, const struct undone_line *line) {
  bool is_kept = str_is(line->outcome, "kept");
  if (is_kept && !str_is(line->action, "restore"))
    return str_format(arena, "not %.*s: %.*s", STR_FMT(meaning(line->action, false)), STR_FMT(line->reason));
  return line->reason.length ? line->reason : line->title;
}

static size_t count_of(const struct session_undone *undone, const char *outcome) {
  size_t count = 0;
  for (size_t i = 0; i < undone->lines.count; i++)
    count += str_is(undone->lines.at[i].outcome, outcome);
  return count;
}

static void print_lines(const struct output *output, struct arena *arena, const struct session_undone *undone,
                        bool preview) {
  static const struct column columns[] = {{"WHAT", 0},          {"TICKET", 0},          {"OUTSIDE", 0},
                                          {"FIELD", 0},         {"FROM", COLUMN_TRUNC}, {"TO", COLUMN_TRUNC},
                                          {"NOTE", COLUMN_WRAP}};
  struct table *table = table_new(output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < undone->lines.count; i++) {
    const struct undone_line *line = &undone->lines.at[i];
    table_row(table, (const struct str[]){what(line, preview), line->comment.length ? line->comment : line->ticket,
                                          line->external_key, line->field, first_value(arena, &line->before),
                                          first_value(arena, &line->after), note(arena, line)});
  }
  table_end(table);
}

void undo_view_print(const struct output *output, const struct session_undone *undone, bool preview) {
  struct arena arena = {0};
  size_t waiting = count_of(undone, "waiting");
  print_lines(output, &arena, undone, preview);
  if (undone->lines.count == 0)
    output_note(output,
                preview ? "Nothing would be done: everything is as it was before." : "Nothing was left to undo.");
  if (waiting)
    output_note(output, "What is on its way outside: tandem sessions show %lld, later.", (long long)undone->session.id);
  arena_free(&arena);
}
