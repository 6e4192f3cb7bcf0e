/* The three versions that a conflict keeps, side by side: texts line by line and word by word, sets member by member.
 */
#include "cli/conflict_sides.h"

#include "base/sets.h"
#include "cli/format.h"
#include "cli/table.h"

/* -- pairing -- */

const struct value *conflict_value(const struct conflict *conflict, const struct values *side) {
  return side->count == 1 ? &side->at[0] : values_find(side, conflict->field);
}

bool conflict_is_set(const struct conflict *conflict) {
  const struct value *local = conflict_value(conflict, &conflict->local),
                     *shown = local ? local : conflict_value(conflict, &conflict->external);
  return shown && shown->kind == VALUE_SET;
}

/* A line "NAME: VALUE" of what is not empty. */
static void append_held(struct str_builder *text, const struct value *held) {
  struct str value = held ? format_value(text->arena, held) : (struct str){0};
  if (value.length)
    str_append_format(text, "\n%.*s: %.*s", STR_FMT(output_clean_line(text->arena, held->name)),
                      STR_FMT(output_clean(text->arena, value)));
}

/* What a ticket holds beside its status: as short as it can be told first, its text last. */
static struct str with_held(struct arena *arena, struct str status, const struct values *side) {
  static const char *const placed[] = {"ticket", "status", "title", "body"};
  struct str_builder text = {.arena = arena};
  str_append_format(&text, "%.*s", STR_FMT(status));
  append_held(&text, values_find(side, STR("title")));
  for (size_t i = 0; i < side->count; i++) {
    bool is_placed = false;
    for (size_t j = 0; j < sizeof placed / sizeof placed[0]; j++)
      is_placed |= str_is(side->at[i].name, placed[j]);
    if (!is_placed)
      append_held(&text, &side->at[i]);
  }
  append_held(&text, values_find(side, STR("body")));
  return str_built(&text);
}

static struct str side_text(struct arena *arena, const struct conflict *conflict, const struct values *side) {
  const struct value *value = conflict_value(conflict, side);
  struct str text = value ? output_clean(arena, format_value(arena, value)) : (struct str){0};
  return side->count > 1 ? with_held(arena, text, side) : text;
}

static struct value members_of(const struct values *side) {
  bool is_set = side->count && side->at[0].kind == VALUE_SET;
  return is_set ? side->at[0] : value_set(STR(""), NULL, 0);
}

/* Those of all members that one side does not have, in their order, and which of them comes next. */
struct lacking {
  struct value members;
  size_t next;
};

static struct lacking lacking_of(struct arena *arena, const struct value *all, const struct values *side) {
  struct value members = members_of(side);
  return (struct lacking){.members = sets_without(arena, all, &members)};
}

/* Whether the side has the next one of all members. */
static bool has_next(struct lacking *lacking, struct str member) {
  bool lacks = lacking->next < lacking->members.count && str_equal(lacking->members.items[lacking->next], member);
  lacking->next += lacks;
  return !lacks;
}

static struct value all_members(struct arena *arena, const struct conflict *conflict) {
  const struct value base = members_of(&conflict->base), local = members_of(&conflict->local),
                     external = members_of(&conflict->external);
  const struct value ours = sets_join(arena, &base, &local);
  return sets_join(arena, &ours, &external);
}

/* Without a base there is nobody who changed it: what both have is the same, all else is different. */
static enum align_mark mark_of(bool has_base, bool base, bool local, bool external) {
  if (local == external)
    return has_base && base != local ? ALIGN_ALIKE : ALIGN_SAME;
  if (!has_base)
    return local ? ALIGN_LOCAL : ALIGN_EXTERNAL;
  return local != base ? ALIGN_LOCAL : ALIGN_EXTERNAL;
}

static size_t pair_members(struct arena *arena, const struct conflict *conflict, const struct align_row **out) {
  struct value all = all_members(arena, conflict);
  struct lacking no_base = lacking_of(arena, &all, &conflict->base),
                 no_local = lacking_of(arena, &all, &conflict->local),
                 no_external = lacking_of(arena, &all, &conflict->external);
  struct align_row *rows = ARENA_ARRAY(arena, struct align_row, all.count + 1);
  for (size_t i = 0; i < all.count; i++) {
    struct str member = output_clean_line(arena, all.items[i]);
    bool base = has_next(&no_base, all.items[i]), local = has_next(&no_local, all.items[i]),
         external = has_next(&no_external, all.items[i]);
    rows[i] = (struct align_row){base ? member : (struct str){0}, local ? member : (struct str){0},
                                 external ? member : (struct str){0},
                                 mark_of(conflict->base.count > 0, base, local, external)};
  }
  *out = rows;
  return all.count;
}

/* Without a base the local side takes its place while lines are paired. */
static size_t pair_two(struct arena *arena, struct str local, struct str external, const struct align_row **out) {
  const struct align_row *paired;
  size_t count = align_texts(arena, local, local, external, &paired);
  struct align_row *rows = ARENA_ARRAY(arena, struct align_row, count + 1);
  for (size_t i = 0; i < count; i++) {
    bool same = paired[i].mark == ALIGN_SAME, both = paired[i].local.at && paired[i].external.at;
    rows[i] = (struct align_row){.local = paired[i].local, .external = paired[i].external, .mark = ALIGN_BOTH};
    if (same || !both)
      rows[i].mark = same ? ALIGN_SAME : paired[i].local.at ? ALIGN_LOCAL : ALIGN_EXTERNAL;
  }
  *out = rows;
  return count;
}

struct conflict_sides conflict_sides_of(struct arena *arena, const struct conflict *conflict) {
  struct conflict_sides sides = {.has_base = conflict->base.count > 0};
  struct str local = side_text(arena, conflict, &conflict->local),
             external = side_text(arena, conflict, &conflict->external);
  if (conflict_is_set(conflict))
    sides.count = pair_members(arena, conflict, &sides.rows);
  else if (sides.has_base)
    sides.count = align_texts(arena, side_text(arena, conflict, &conflict->base), local, external, &sides.rows);
  else
    sides.count = pair_two(arena, local, external, &sides.rows);
  return sides;
}

/* -- columns -- */

/* A version is compared with the base; with the other one where there is no base, or none that it comes of. */
static struct spans compare_side(struct arena *arena, struct str side, struct str base, struct str other) {
  bool both = !str_is_absent(side) && !str_is_absent(other);
  struct spans spans = str_is_absent(base) ? spans_whole(arena, side, true) : spans_compare(arena, side, &base, 1);
  return both && spans_all_marked(spans) ? spans_compare(arena, side, &other, 1) : spans;
}

static struct columns_row compare(struct arena *arena, const struct align_row *row, bool has_base, bool full) {
  const struct str sides[] = {row->local, row->external};
  struct columns_row cells = {.sign = align_mark_sign(row->mark), .quiet = row->mark == ALIGN_SAME};
  size_t first = has_base ? 1 : 0;
  for (size_t i = 0; i < 2; i++)
    cells.cells[first + i] =
        cells.quiet ? spans_whole(arena, sides[i], false) : compare_side(arena, sides[i], row->base, sides[1 - i]);
  if (has_base) {
    bool gone = str_is_absent(row->local) || str_is_absent(row->external);
    cells.cells[0] = gone ? spans_whole(arena, row->base, true) : spans_compare(arena, row->base, sides, 2);
  }
  for (size_t i = 0; i < first + 2 && !full; i++)
    cells.cells[i] = spans_shorten(arena, cells.cells[i]);
  return cells;
}

/* A row in place of `hidden` equal ones. */
static struct columns_row ellipsis(struct arena *arena, size_t hidden, size_t columns) {
  struct columns_row row = {.sign = "", .quiet = true};
  struct str text = str_format(arena, "… %zu lines that both sides have", hidden);
  for (size_t i = 0; i < columns; i++)
    row.cells[i] = i ? (struct spans){.absent = true} : spans_whole(arena, text, false);
  return row;
}

/* Near enough to a difference to be shown with it. */
static bool *near_differences(struct arena *arena, const struct conflict_sides *sides) {
  enum { CONTEXT = 3 };
  bool *near = ARENA_ARRAY(arena, bool, sides->count + 1);
  for (size_t i = 0; i < sides->count; i++) {
    if (sides->rows[i].mark == ALIGN_SAME || sides->rows[i].mark == ALIGN_ALIKE)
      continue;
    for (size_t j = i > CONTEXT ? i - CONTEXT : 0; j < sides->count && j <= i + CONTEXT; j++)
      near[j] = true;
  }
  return near;
}

static void print_plain(const struct output *output, const struct conflict_sides *sides) {
  static const struct column columns[] = {{"", 0}, {"BASE", 0}, {"LOCAL", 0}, {"EXTERNAL", 0}};
  struct table *table = table_new(output, columns, 4);
  for (size_t i = 0; i < sides->count; i++) {
    const struct align_row *row = &sides->rows[i];
    const struct str cells[] = {str_of(align_mark_sign(row->mark)), row->base, row->local, row->external};
    table_row(table, cells);
  }
  table_end(table);
}

void conflict_sides_print(const struct output *output, const struct conflict_sides *sides,
                          const char *const headings[3], bool full) {
  const struct columns_column columns[] = {{headings[0], true}, {headings[1], false}, {headings[2], false}};
  struct arena arena = {0};
  size_t count = 0, first = sides->has_base ? 0 : 1;
  if (output->format == OUTPUT_PLAIN) {
    print_plain(output, sides);
    return;
  }
  const bool *near = near_differences(&arena, sides);
  struct columns_row *rows = ARENA_ARRAY(&arena, struct columns_row, sides->count + 1);
  for (size_t i = 0; i < sides->count;) {
    size_t hidden = 0;
    while (!full && i + hidden < sides->count && !near[i + hidden])
      hidden++;
    rows[count++] =
        hidden > 1 ? ellipsis(&arena, hidden, 3 - first) : compare(&arena, &sides->rows[i], sides->has_base, full);
    i += hidden > 1 ? hidden : 1;
  }
  columns_print(output, output_width(output), columns + first, 3 - first, rows, count);
  arena_free(&arena);
}
