/* The table of a retraction. */
#include "cli/retract_view.h"

#include "cli/format.h"
#include "cli/table.h"

static struct str what(const struct retraction_place *place) {
  if (str_is(place->action, "by_hand"))
    return STR("by hand");
  if (!str_is(place->state, "planned"))
    return str_is(place->state, "waiting") ? STR("on its way") : place->state;
  return str_is(place->action, "delete") ? STR("delete it") : STR("blank and close it");
}

/* Who has to see to it there needs to know where. */
static struct str note(struct arena *arena, const struct retraction_place *place) {
  if (str_is(place->action, "by_hand") && place->url.length)
    return str_format(arena, "%.*s: %.*s", STR_FMT(place->reason), STR_FMT(place->url));
  return place->reason.length ? place->reason : place->url;
}

bool retract_view_is_open(const struct retraction *retraction) {
  for (size_t i = 0; i < retraction->places.count; i++)
    if (str_is(retraction->places.at[i].state, "planned"))
      return true;
  return false;
}

bool retract_view_waits_for_a_person(const struct retraction_place *place) {
  return str_is(place->state, "planned") || str_is(place->action, "by_hand");
}

void retract_view_print(const struct output *output, const struct retraction *retraction, int64_t now_ms) {
  static const struct column columns[] = {
      {"WHAT", 0},          {"KEY", 0}, {"PROJECT", 0}, {"OUTSIDE", 0}, {"LEFT", COLUMN_WRAP}, {"LAST", COLUMN_RIGHT},
      {"NOTE", COLUMN_WRAP}};
  struct arena arena = {0};
  struct table *table = table_new(output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < retraction->places.count; i++) {
    const struct retraction_place *place = &retraction->places.at[i];
    table_row(table,
              (const struct str[]){what(place), place->key, place->project, place->external_key,
                                   format_join(&arena, place->fields.at, place->fields.count, ", "),
                                   table_moment(output, &arena, place->last_left_ms, now_ms), note(&arena, place)});
  }
  table_end(table);
  if (retraction->more)
    output_note(output, "And %lld more: they are shown when these are done.", (long long)retraction->more);
  if (retraction->places.count == 0)
    output_note(output, "Nothing of %.*s is outside where it may not be.", STR_FMT(retraction->key));
  for (size_t i = 0; i < retraction->lasting.count; i++)
    output_note(output, "%s%.*s.", i ? "  - " : "Nobody can take back:\n  - ", STR_FMT(retraction->lasting.at[i]));
  arena_free(&arena);
}
