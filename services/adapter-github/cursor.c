/* The cursor's rules, without I/O, and its JSON. */
#include "adapter-github/cursor.h"

#include "base/clock.h"

enum {
  CURSOR_VERSION = 1,
  STEADY_ITEMS_MAX = 50, /* a list this short is asked for again as it is: its ETag then says "nothing new" */
};

/* -- lists of ids ------------------------------------------------------------------------------------------------- */

static void push_id(struct arena *arena, struct i64_list *list, int64_t id) {
  if (list->count == list->capacity) {
    size_t capacity = list->capacity ? list->capacity * 2 : 128;
    int64_t *grown = ARENA_ARRAY(arena, int64_t, capacity);
    if (list->count)
      memcpy(grown, list->at, list->count * sizeof *grown);
    list->at = grown;
    list->capacity = capacity;
  }
  list->at[list->count++] = id;
}

static bool has_id(const struct i64_list *list, int64_t id) {
  for (size_t i = 0; i < list->count; i++)
    if (list->at[i] == id)
      return true;
  return false;
}

/* -- walking ------------------------------------------------------------------------------------------------------ */

bool walk_take(struct arena *arena, struct walk *walk, int64_t id, int64_t updated_s) {
  if (walk->tied_s && updated_s > walk->tied_s && has_id(&walk->tied, id))
    walk->shifted = true;
  if (updated_s > walk->newest_s)
    walk->newest_s = updated_s;
  if (updated_s < walk->anchor_s || (updated_s == walk->anchor_s && has_id(&walk->seen, id)))
    return false;
  if (updated_s == walk->anchor_s)
    push_id(arena, &walk->seen, id);
  if (walk->tied_s && updated_s == walk->tied_s)
    push_id(arena, &walk->tied, id);
  return true;
}
