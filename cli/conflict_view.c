/* A conflict as people compare it. */
#include "cli/conflict_view.h"

#include "cli/align.h"
#include "cli/format.h"
#include "cli/table.h"
#include "cli/ticket_view.h"

static struct str side_text(struct arena *arena, const struct values *side) {
  return side->count ? ticket_view_value(arena, &side->at[0]) : (struct str){0};
}

static bool has_reasons(const struct conflict *conflicts, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (conflicts[i].reason.length)
      return true;
  return false;
}

void conflict_view_list(const struct output *output, const struct conflict *conflicts, size_t count, int64_t now_ms) {
  static const struct column columns[] = {{"ID", COLUMN_RIGHT},
                                          {"TICKET", 0},
                                          {"PROJECT", 0},
                                          {"OUTSIDE", 0},
                                          {"FIELD", 0},
                                          {"KIND", 0},
                                          {"STATE", 0},
                                          {"LOCAL", COLUMN_TRUNC},
                                          {"EXTERNAL", COLUMN_TRUNC},
                                          {"SINCE", COLUMN_RIGHT},
                                          {"REASON", COLUMN_TRUNC}};
  struct arena arena = {0};
  size_t all = sizeof columns / sizeof columns[0];
  bool with_reasons = output->format == OUTPUT_PLAIN || has_reasons(conflicts, count);
  struct table *table = table_new(output, columns, with_reasons ? all : all - 1);
  for (size_t i = 0; i < count; i++) {
    const struct conflict *conflict = &conflicts[i];
    const struct str cells[] = {str_format(&arena, "%lld", (long long)conflict->id),
                                conflict->ticket,
                                conflict->project,
                                conflict->external_key,
                                conflict->field,
                                conflict->kind,
                                conflict->state,
                                side_text(&arena, &conflict->local),
                                side_text(&arena, &conflict->external),
                                table_moment(output, &arena, conflict->created_at_ms, now_ms),
                                conflict->reason};
    table_row(table, cells);
  }
  table_end(table);
  arena_free(&arena);
}

/* -- side by side -- */

/* A set as one member a line, in the order of all members, so that alignment puts equal ones side by side. */
static struct str set_lines(struct arena *arena, const struct values *side, const struct value *all) {
  struct str_builder text = {.arena = arena};
  for (size_t i = 0; side->count && i < all->count; i++)
    if (value_has(&side->at[0], all->items[i]))
      str_append_format(&text, "%.*s\n", STR_FMT(all->items[i]));
  return str_built(&text);
}

static struct value all_members(struct arena *arena, const struct conflict *conflict) {
  const struct values *sides[] = {&conflict->base, &conflict->local, &conflict->external};
  size_t most = 0, count = 0;
  for (size_t i = 0; i < 3; i++)
    most += sides[i]->count ? sides[i]->at[0].count : 0;
  struct str *items = ARENA_ARRAY(arena, struct str, most + 1);
  for (size_t i = 0; i < 3; i++)
    for (size_t j = 0; sides[i]->count && j < sides[i]->at[0].count; j++) {
      struct value known = value_set(STR(""), items, count);
      if (!value_has(&known, sides[i]->at[0].items[j]))
        items[count++] = sides[i]->at[0].items[j];
    }
  return value_set(STR(""), items, count);
}

static bool is_set(const struct conflict *conflict) {
  return (conflict->local.count && conflict->local.at[0].kind == VALUE_SET) ||
         (conflict->external.count && conflict->external.at[0].kind == VALUE_SET);
}

/* Without a base the local side takes its place while lines are paired. */
static size_t align_two(struct arena *arena, struct str local, struct str external, const struct align_row **rows) {
  const struct align_row *paired;
  size_t count = align_texts(arena, local, local, external, &paired);
  struct align_row *copy = ARENA_ARRAY(arena, struct align_row, count + 1);
  for (size_t i = 0; i < count; i++) {
    copy[i] = (struct align_row){.local = paired[i].local, .external = paired[i].external, .mark = ALIGN_BOTH};
    if (paired[i].mark == ALIGN_SAME)
      copy[i].mark = ALIGN_ALIKE;
    else if (!paired[i].local.at || !paired[i].external.at)
      copy[i].mark = paired[i].local.at ? ALIGN_LOCAL : ALIGN_EXTERNAL;
  }
  *rows = copy;
  return count;
}

static size_t align_conflict(struct arena *arena, const struct conflict *conflict, const struct align_row **rows) {
  struct str base = side_text(arena, &conflict->base), local = side_text(arena, &conflict->local);
  struct str external = side_text(arena, &conflict->external);
  if (!is_set(conflict))
    return base.length ? align_texts(arena, base, local, external, rows) : align_two(arena, local, external, rows);
  struct value all = all_members(arena, conflict);
  struct align_row *members = ARENA_ARRAY(arena, struct align_row, all.count + 1);
  for (size_t i = 0; i < all.count; i++) {
    struct value one = value_set(STR(""), &all.items[i], 1);
    const struct align_row *row;
    size_t count = align_texts(arena, set_lines(arena, &conflict->base, &one), set_lines(arena, &conflict->local, &one),
                               set_lines(arena, &conflict->external, &one), &row);
    members[i] = count ? row[0] : (struct align_row){0};
  }
  *rows = members;
  return all.count;
}

static void print_sides(const struct output *output, struct arena *arena, const struct conflict *conflict) {
  static const struct column headings[] = {
      {" ", 0}, {"LOCAL", COLUMN_WRAP}, {"EXTERNAL", COLUMN_WRAP}, {"BASE", COLUMN_WRAP}};
  const struct align_row *rows;
  size_t count = align_conflict(arena, conflict, &rows);
  /* Where both sides never agreed there is no base to show. */
  size_t columns = conflict->base.count ? 4 : 3;
  struct table *table = table_new(output, headings, columns);
  for (size_t i = 0; i < count; i++) {
    const struct str cells[] = {str_of(align_mark_sign(rows[i].mark)), rows[i].local, rows[i].external, rows[i].base};
    table_row(table, cells);
  }
  table_end(table);
}

/* What the two choices mean where they do not go without saying. */
static void print_choices(const struct output *output, const struct conflict *conflict) {
  long long id = (long long)conflict->id;
  bool is_comment = str_is(conflict->field, "comment");
  bool deleted_here = is_comment && conflict->local.count && str_is(conflict->local.at[0].text, "deleted");
  const char *local = "keep the ticket here, without its counterpart", *external = "cancel the ticket here";
  if (deleted_here) {
    local = "delete the comment there too";
    external = "have it back here and everywhere";
  } else if (is_comment) {
    local = "write the comment there again";
    external = "delete it here and everywhere";
  } else if (str_is(conflict->kind, "overwritten")) {
    local = "leave it as it is";
    external = "bring back everywhere what was overwritten";
  } else if (str_is(conflict->kind, "undo")) {
    local = "leave it as it is";
    external = "have back everywhere what it was before the session that was undone";
  }
  output_note(output, "\nDecide: tandem conflicts resolve %lld --local to %s, --external to %s.", id, local, external);
}

static void print_decision(const struct output *output, struct arena *arena, const struct conflict *conflict,
                           int64_t now_ms) {
  long long id = (long long)conflict->id;
  bool says_choices = str_is(conflict->kind, "deleted_vs_edited") || str_is(conflict->kind, "overwritten") ||
                      str_is(conflict->kind, "undo");
  if (str_is(conflict->state, "open") && says_choices)
    print_choices(output, conflict);
  else if (str_is(conflict->state, "open"))
    output_note(output,
                "\n< only local changed, > only external changed, ! both, = both alike.\nDecide: tandem conflicts "
                "resolve %lld --local | --external | --value TEXT | --edit",
                id);
  else
    output_text(output, "\n%.*s: %.*s%s%.*s %.*s\n", STR_FMT(conflict->state), STR_FMT(conflict->winner),
                conflict->decided_by.length ? ", decided by " : "", STR_FMT(conflict->decided_by),
                STR_FMT(format_ago(arena, conflict->decided_at_ms, now_ms)));
  if (conflict->value.count)
    output_text(output, "chosen: %.*s\n", STR_FMT(format_value(arena, &conflict->value.at[0])));
}

void conflict_view_print(const struct output *output, const struct conflict *conflict, int64_t now_ms) {
  struct arena arena = {0};
  struct str heading = str_format(&arena, "Conflict %lld: %.*s of %.*s", (long long)conflict->id,
                                  STR_FMT(conflict->field), STR_FMT(conflict->ticket));
  output_styled(output, STYLE_BOLD, output_clean_line(&arena, heading));
  struct str about = str_format(&arena, "%.*s %.*s  %.*s", STR_FMT(conflict->project), STR_FMT(conflict->external_key),
                                STR_FMT(conflict->url));
  output_text(output, "\n%s\n%.*s, since %.*s\n", output_clean_line(&arena, about).at, STR_FMT(conflict->kind),
              STR_FMT(format_ago(&arena, conflict->created_at_ms, now_ms)));
  if (conflict->reason.length)
    output_text(output, "%s\n", output_clean_line(&arena, conflict->reason).at);
  output_text(output, "\n");
  print_sides(output, &arena, conflict);
  print_decision(output, &arena, conflict, now_ms);
  arena_free(&arena);
}

/* -- for an editor -- */

static const char *const markers[] = {"<<<<<<< local", "=======", ">>>>>>> external"};

struct str conflict_view_edit_text(struct arena *arena, const struct conflict *conflict) {
  struct str_builder text = {.arena = arena};
  const struct align_row *rows;
  struct str local = side_text(arena, &conflict->local), external = side_text(arena, &conflict->external);
  size_t count = align_texts(arena, local, local, external, &rows);
  for (size_t i = 0; i < count;) {
    if (rows[i].mark == ALIGN_SAME) {
      str_append_format(&text, "%.*s\n", STR_FMT(rows[i].local));
      i++;
      continue;
    }
    size_t end = i;
    while (end < count && rows[end].mark != ALIGN_SAME)
      end++;
    str_append_format(&text, "%s\n", markers[0]);
    for (size_t row = i; row < end; row++)
      if (rows[row].local.at)
        str_append_format(&text, "%.*s\n", STR_FMT(rows[row].local));
    str_append_format(&text, "%s\n", markers[1]);
    for (size_t row = i; row < end; row++)
      if (rows[row].external.at)
        str_append_format(&text, "%.*s\n", STR_FMT(rows[row].external));
    str_append_format(&text, "%s\n", markers[2]);
    i = end;
  }
  return str_built(&text);
}

bool conflict_view_has_markers(struct str text) {
  while (text.length) {
    ptrdiff_t newline = str_find(text, "\n");
    struct str line = str_slice(text, 0, newline < 0 ? text.length : (size_t)newline);
    if (str_is(line, markers[0]) || str_is(line, markers[2]))
      return true;
    text = newline < 0 ? (struct str){0} : str_slice(text, (size_t)newline + 1, text.length);
  }
  return false;
}
