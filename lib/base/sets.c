/* Sets against each other: both sorted together, so that equal members are neighbours. */
#include "base/sets.h"

#include <stdlib.h>

/* A member, and where it stands among the members of both sets. */
struct member {
  struct str text;
  size_t place;
};

static int compare_members(const void *a, const void *b) {
  const struct member *left = a, *right = b;
  int order = str_compare(left->text, right->text);
  return order ? order : (left->place > right->place) - (left->place < right->place);
}

/* The members of one set and then of the other, sorted; equal ones in their order. */
static struct member *sort_members(struct arena *arena, const struct value *a, const struct value *b) {
  size_t count = a->count + b->count;
  struct member *members = ARENA_ARRAY(arena, struct member, count);
  for (size_t i = 0; i < count; i++)
    members[i] = (struct member){i < a->count ? a->items[i] : b->items[i - a->count], i};
  if (count)
    qsort(members, count, sizeof *members, compare_members);
  return members;
}

/* How many from `first` on are equal to it. */
static size_t equal_members(const struct member *members, size_t first, size_t count) {
  size_t next = first + 1;
  while (next < count && str_equal(members[next].text, members[first].text))
    next++;
  return next - first;
}

/* The members whose places are marked, in their order. */
static struct value marked_members(struct arena *arena, const struct value *a, const struct value *b,
                                   const bool *marked) {
  struct str *items = ARENA_ARRAY(arena, struct str, a->count + b->count);
  size_t count = 0;
  for (size_t i = 0; i < a->count + b->count; i++)
    if (marked[i])
      items[count++] = i < a->count ? a->items[i] : b->items[i - a->count];
  return value_set(a->name, items, count);
}

/* Of each member the first place is marked: of all, or (`only_first`) of those that only the first set has. */
static struct value combine(struct arena *arena, const struct value *a, const struct value *b, bool only_first) {
  struct arena scratch = {0};
  size_t count = a->count + b->count;
  const struct member *members = sort_members(&scratch, a, b);
  bool *marked = ARENA_ARRAY(&scratch, bool, count);
  for (size_t i = 0, equal; i < count; i += equal) {
    equal = equal_members(members, i, count);
    marked[members[i].place] = !only_first || members[i + equal - 1].place < a->count;
  }
  struct value combined = marked_members(arena, a, b, marked);
  arena_free(&scratch);
  return combined;
}

struct value sets_without(struct arena *arena, const struct value *set, const struct value *leaving) {
  return combine(arena, set, leaving, true);
}

struct value sets_join(struct arena *arena, const struct value *set, const struct value *joining) {
  return combine(arena, set, joining, false);
}

static bool same_in_order(const struct value *a, const struct value *b) {
  if (a->count != b->count)
    return false;
  for (size_t i = 0; i < a->count; i++)
    if (!str_equal(a->items[i], b->items[i]))
      return false;
  return true;
}

/* Every member stands in both. */
static bool same_members(const struct value *a, const struct value *b) {
  struct arena scratch = {0};
  size_t count = a->count + b->count;
  const struct member *members = sort_members(&scratch, a, b);
  bool same = true;
  for (size_t i = 0, equal; same && i < count; i += equal) {
    equal = equal_members(members, i, count);
    same = members[i].place < a->count && members[i + equal - 1].place >= a->count;
  }
  arena_free(&scratch);
  return same;
}

bool sets_equal(const struct value *a, const struct value *b) {
  return same_in_order(a, b) || same_members(a, b);
}
