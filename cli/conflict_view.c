/* A conflict as people compare it. */
#include "cli/conflict_view.h"

#include "cli/conflict_choices.h"
#include "cli/conflict_sides.h"
#include "cli/format.h"
#include "cli/table.h"

const struct conflict *conflict_named(struct arena *arena, const struct conflict *conflicts, size_t count) {
  struct conflict *named = ARENA_ARRAY(arena, struct conflict, count);
  for (size_t i = 0; i < count; i++) {
    named[i] = conflicts[i];
    if (conflicts[i].external_name.length == 0 || conflicts[i].external.count == 0)
      continue;
    struct value *value = ARENA_NEW(arena, struct value);
    *value = conflicts[i].external.at[0];
    value->text = conflicts[i].external_name;
    named[i].external = (struct values){value, 1};
  }
  return named;
}

static struct str side_text(struct arena *arena, const struct conflict *conflict, const struct values *side) {
  const struct value *value = conflict_value(conflict, side);
  return value ? format_value(arena, value) : (struct str){0};
}

/* -- list -- */

/* For scripts: every column, whatever there is to show. */
static void list_plain(const struct output *output, struct arena *arena, const struct conflict *conflicts, size_t count,
                       int64_t now_ms) {
  static const struct column columns[] = {{"ID", 0},       {"TICKET", 0}, {"PROJECT", 0}, {"OUTSIDE", 0},
                                          {"FIELD", 0},    {"KIND", 0},   {"STATE", 0},   {"LOCAL", 0},
                                          {"EXTERNAL", 0}, {"SINCE", 0},  {"REASON", 0}};
  struct table *table = table_new(output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < count; i++) {
    const struct conflict *conflict = &conflicts[i];
    const struct str cells[] = {str_format(arena, "%lld", (long long)conflict->id),
                                conflict->ticket,
                                conflict->project,
                                conflict->external_key,
                                conflict->field,
                                conflict->kind,
                                conflict->state,
                                side_text(arena, conflict, &conflict->local),
                                side_text(arena, conflict, &conflict->external),
                                table_moment(output, arena, conflict->created_at_ms, now_ms),
                                conflict->reason};
    table_row(table, cells);
  }
  table_end(table);
}

/* Room for people: a state only where it says more than that it is open, in place of the kind. */
static struct str what(struct arena *arena, const struct conflict *conflict) {
  if (str_is(conflict->state, "open"))
    return conflict->kind;
  return conflict->winner.length ? str_format(arena, "%.*s: %.*s", STR_FMT(conflict->state), STR_FMT(conflict->winner))
                                 : conflict->state;
}

static bool of_one_project(const struct conflict *conflicts, size_t count) {
  for (size_t i = 1; i < count; i++)
    if (!str_equal(conflicts[i].project, conflicts[0].project))
      return false;
  return true;
}

/* A project is named where there are several. */
static void list_text(const struct output *output, struct arena *arena, const struct conflict *conflicts, size_t count,
                      int64_t now_ms) {
  static const struct column columns[] = {{"PROJECT", COLUMN_TRUNC},
                                          {"ID", COLUMN_RIGHT},
                                          {"TICKET", 0},
                                          {"OUTSIDE", COLUMN_USEFUL},
                                          {"FIELD", 0},
                                          {"WHAT", COLUMN_SPARE},
                                          {"LOCAL", COLUMN_TRUNC},
                                          {"EXTERNAL", COLUMN_TRUNC},
                                          {"SINCE", COLUMN_RIGHT | COLUMN_USEFUL}};
  size_t first = of_one_project(conflicts, count) ? 1 : 0;
  struct table *table = table_new(output, columns + first, sizeof columns / sizeof columns[0] - first);
  for (size_t i = 0; i < count; i++) {
    const struct conflict *conflict = &conflicts[i];
    const struct str cells[] = {conflict->project,
                                str_format(arena, "%lld", (long long)conflict->id),
                                conflict->ticket,
                                conflict->external_key,
                                conflict->field,
                                what(arena, conflict),
                                side_text(arena, conflict, &conflict->local),
                                side_text(arena, conflict, &conflict->external),
                                table_moment(output, arena, conflict->created_at_ms, now_ms)};
    table_row(table, cells + first);
  }
  table_end(table);
}

void conflict_view_list(const struct output *output, const struct conflict *conflicts, size_t count, int64_t now_ms) {
  struct arena arena = {0};
  if (output->format == OUTPUT_PLAIN)
    list_plain(output, &arena, conflicts, count, now_ms);
  else
    list_text(output, &arena, conflicts, count, now_ms);
  arena_free(&arena);
}

/* -- one -- */

static void print_heading(const struct output *output, struct arena *arena, const struct conflict *conflict) {
  struct str heading = str_format(arena, "Conflict %lld: %.*s of %.*s", (long long)conflict->id,
                                  STR_FMT(conflict->field), STR_FMT(conflict->ticket));
  struct str about = str_format(arena, "%.*s %.*s  %.*s", STR_FMT(conflict->project), STR_FMT(conflict->external_key),
                                STR_FMT(conflict->url));
  output_styled(output, STYLE_BOLD, output_clean_line(arena, heading));
  output_text(output, "\n%s\n", output_clean_line(arena, about).at);
  output_text(output, "%s\n", conflict_why(arena, conflict).at);
}

/* Trackers tell when a ticket was changed, and not by whom. */
static void print_changes(const struct output *output, struct arena *arena, const struct conflict *conflict,
                          int64_t now_ms) {
  struct str by = output_clean_line(arena, conflict->local_by), key = output_clean_line(arena, conflict->external_key);
  output_text(output, "\nfound    %.*s\n", STR_FMT(format_ago(arena, conflict->created_at_ms, now_ms)));
  if (by.length)
    output_text(output, "here     changed by %.*s %.*s\n", STR_FMT(by),
                STR_FMT(format_ago(arena, conflict->local_at_ms, now_ms)));
  if (conflict->external_at_ms)
    output_text(output, "outside  %.*s changed %.*s\n", STR_FMT(key),
                STR_FMT(format_ago(arena, conflict->external_at_ms, now_ms)));
}

void conflict_view_print(const struct output *output, const struct conflict *conflict, bool full, int64_t now_ms) {
  static const char *const headings[] = {"BASE", "LOCAL", "EXTERNAL"};
  struct arena arena = {0};
  struct conflict_sides sides = conflict_sides_of(&arena, conflict);
  if (output->format != OUTPUT_PLAIN) {
    print_heading(output, &arena, conflict);
    print_changes(output, &arena, conflict, now_ms);
    output_text(output, "\n");
  }
  conflict_sides_print(output, &sides, headings, full);
  if (output->format != OUTPUT_PLAIN)
    conflict_print_choices(output, conflict, now_ms);
  arena_free(&arena);
}
