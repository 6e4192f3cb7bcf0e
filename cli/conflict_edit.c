/* A conflict brought together in an editor: the merge is that of lib/sync. */
#include "cli/conflict_edit.h"

#include "base/sets.h"
#include "cli/conflict_sides.h"
#include "sync/canon.h"
#include "sync/catalogue.h"
#include "sync/merge.h"

/* One member a line, in the order of their names so that equal ones meet; a text as the two sides are compared. */
static struct str as_text(struct arena *arena, const struct conflict *conflict, const struct values *side) {
  struct str_builder text = {.arena = arena};
  if (side->count == 0)
    return STR("");
  const struct value *value = &side->at[0];
  if (!conflict_is_set(conflict))
    return canon_clean_text(arena, catalogue_kind(conflict->field, value->kind), value->text);
  struct str *items = ARENA_ARRAY(arena, struct str, value->count + 1);
  for (size_t i = 0; i < value->count; i++) {
    size_t at = i;
    for (; at > 0 && str_compare(value->items[i], items[at - 1]) < 0; at--)
      items[at] = items[at - 1];
    items[at] = value->items[i];
  }
  for (size_t i = 0; i < value->count; i++)
    str_append_format(&text, "%.*s\n", STR_FMT(items[i]));
  return str_built(&text);
}

struct conflict_draft conflict_edit_draft(struct arena *arena, const struct conflict *conflict) {
  struct str base = as_text(arena, conflict, &conflict->base);
  struct merge_marked merged =
      merge_text_marked(arena, conflict->base.count ? &base : NULL, as_text(arena, conflict, &conflict->local),
                        as_text(arena, conflict, &conflict->external));
  return (struct conflict_draft){merged.text, merged.marker_length, merged.clean};
}

static struct str take_line(struct str *rest) {
  ptrdiff_t newline = str_find(*rest, "\n");
  size_t end = newline < 0 ? rest->length : (size_t)newline;
  struct str line = str_slice(*rest, 0, end);
  *rest = newline < 0 ? (struct str){0} : str_slice(*rest, end + 1, rest->length);
  return line;
}

bool conflict_edit_has_markers(const struct conflict_draft *draft, struct str text) {
  while (text.length)
    if (merge_is_marker(take_line(&text), draft->marker_length))
      return true;
  return false;
}

struct value conflict_edit_read(struct arena *arena, const struct conflict *conflict, struct str text) {
  if (!conflict_is_set(conflict)) {
    bool ended = conflict->local.count && str_ends_with(conflict->local.at[0].text, "\n");
    bool drop = str_ends_with(text, "\n") && !ended;
    return value_text(conflict->field, drop ? str_slice(text, 0, text.length - 1) : text);
  }
  struct str *items = ARENA_ARRAY(arena, struct str, text.length / 2 + 2);
  size_t count = 0;
  while (text.length) {
    struct str item = str_trim(take_line(&text));
    if (item.length)
      items[count++] = item;
  }
  const struct value members = value_set(conflict->field, items, count), none = value_set(conflict->field, NULL, 0);
  return sets_join(arena, &members, &none);
}
