/* Merging sets: each member is planned by itself, with its own four faces. */
#include "sync/canon.h"
#include "sync/map_fields.h"
#include "sync/merge.h"
#include "sync/words.h"

/* One side's cleaned members, and where each number is among them: by the member itself, or by its word on the other
 * side (`image`), of which several may be the same. Places count from 1; 0 = none. */
struct members {
  struct mapped_word *at;
  size_t count;
  size_t *place, *first_image, *next_image;
};

/* A list that becomes a part of the result, and which numbers it has. */
struct list {
  struct str *at;
  size_t count;
  bool *has;
};

/* One merge under way. Members have one number on all sides, so that none is ever looked for. */
struct set_merge {
  const struct field_rule *rule;
  bool may_push, may_pull, pulls, pends;
  size_t staying; /* members that the external side keeps */
  struct members local, external, shadow_local, shadow_external;
  struct list new_local, add, remove, new_shadow_local, new_shadow_external, sent_local, unmappable;
};

static bool has(const struct members *members, const struct mapped_word *item) {
  return members->place[item->number] > 0;
}

/* Every list has room for all members of all sides. */
static void put_word(struct list *list, struct str text, size_t number) {
  if (text.length == 0 || list->has[number])
    return;
  list->has[number] = true;
  list->at[list->count++] = text;
}

static void put(struct list *list, const struct mapped_word *item) {
  put_word(list, item->text, item->number);
}

/* Whether one of the other side's members is the word for `item`, or has it for its own. */
static bool has_counterpart(const struct members *others, const struct mapped_word *item) {
  return others->first_image[item->number] || others->place[item->image_number];
}

/* All of these, in their order. */
static void put_counterparts(struct list *out, const struct members *others, const struct mapped_word *item) {
  size_t own = others->place[item->image_number];
  for (size_t at = others->first_image[item->number]; at; at = others->next_image[at - 1]) {
    if (own && own < at)
      put(out, &others->at[own - 1]);
    put(out, &others->at[at - 1]);
  }
  if (own)
    put(out, &others->at[own - 1]);
}

/* Whether the external side takes one more: what leaves it has made room. */
static bool has_room(const struct set_merge *merge) {
  return merge->rule->members_max == 0 || merge->staying + merge->add.count < merge->rule->members_max;
}

/* A member that only the local side has. `sl` and `sx`: whether each shadow has it. */
static void merge_local_only(struct set_merge *merge, const struct mapped_word *item) {
  bool sl = has(&merge->shadow_local, item), sx = has_counterpart(&merge->shadow_external, item);
  bool pushes = !sl, removed = sl && sx, allowed = pushes ? merge->may_push : merge->may_pull;
  if (removed && allowed) {
    merge->pulls = true;
    return;
  }
  put(&merge->new_local, item);
  merge->pends |= (pushes || removed) && !allowed;
  if (pushes && allowed && has_room(merge)) {
    put_word(&merge->add, item->image, item->image_number);
    put(&merge->sent_local, item);
    return;
  }
  if (sl) {
    put(&merge->new_shadow_local, item);
    put(&merge->sent_local, item);
  }
  if (sx)
    put_counterparts(&merge->new_shadow_external, &merge->shadow_external, item);
}

/* A member that only the external side has. */
static void merge_external_only(struct set_merge *merge, const struct mapped_word *item) {
  bool sx = has(&merge->shadow_external, item), sl = has_counterpart(&merge->shadow_local, item);
  bool pulls = !sx, removed = sl && sx, allowed = pulls ? merge->may_pull : merge->may_push;
  merge->pends |= (pulls || removed) && !allowed;
  if (pulls && allowed) {
    merge->pulls = true;
    put_word(&merge->new_local, item->image, item->image_number);
    put_word(&merge->new_shadow_local, item->image, item->image_number);
    put_word(&merge->sent_local, item->image, item->image_number);
    put(&merge->new_shadow_external, item);
    return;
  }
  if (sx)
    put(&merge->new_shadow_external, item);
  if (sl)
    put_counterparts(&merge->new_shadow_local, &merge->shadow_local, item);
  if (removed && allowed)
    put(&merge->remove, item);
  else if (sl)
    put_counterparts(&merge->sent_local, &merge->shadow_local, item);
}

static bool leaves_external(const struct set_merge *merge, const struct mapped_word *item) {
  return merge->may_push && !has_counterpart(&merge->local, item) && has(&merge->shadow_external, item) &&
         has_counterpart(&merge->shadow_local, item);
}

static void merge_members(struct set_merge *merge) {
  for (size_t i = 0; i < merge->external.count; i++)
    merge->staying += !leaves_external(merge, &merge->external.at[i]);
  for (size_t i = 0; i < merge->local.count; i++) {
    const struct mapped_word *item = &merge->local.at[i];
    if (!has_counterpart(&merge->external, item)) {
      merge_local_only(merge, item);
      continue;
    }
    put(&merge->new_local, item);
    put(&merge->new_shadow_local, item);
    put(&merge->sent_local, item);
  }
  for (size_t i = 0; i < merge->external.count; i++) {
    const struct mapped_word *item = &merge->external.at[i];
    if (has_counterpart(&merge->local, item))
      put(&merge->new_shadow_external, item);
    else
      merge_external_only(merge, item);
  }
}

/* The members of `set`, which wait for their numbers. */
static struct members members_of(struct arena *arena, struct words *words, const struct field_rule *rule,
                                 const struct value *set, bool local) {
  struct value clean = canon_clean(arena, CONTENT_SET, set);
  struct members members = {.at = ARENA_ARRAY(arena, struct mapped_word, clean.count), .count = clean.count};
  map_fields_add_words(words, rule, local, &clean, members.at);
  return members;
}

/* Leaves out members that have no word on the other side (they go to `unmappable`, if it is not NULL), and notes where
 * the others are. */
static void find_places(struct arena *arena, struct members *members, struct list *unmappable, size_t different) {
  size_t count = 0;
  for (size_t i = 0; i < members->count; i++)
    if (!str_is_absent(members->at[i].image))
      members->at[count++] = members->at[i];
    else if (unmappable)
      put(unmappable, &members->at[i]);
  members->count = count;
  members->place = ARENA_ARRAY(arena, size_t, different);
  members->first_image = ARENA_ARRAY(arena, size_t, different);
  members->next_image = ARENA_ARRAY(arena, size_t, count);
  for (size_t i = count; i-- > 0;) {
    const struct mapped_word *item = &members->at[i];
    members->place[item->number] = i + 1;
    members->next_image[i] = members->first_image[item->image_number];
    members->first_image[item->image_number] = i + 1;
  }
}

static void make_room(struct arena *arena, struct set_merge *merge, size_t room, size_t different) {
  struct list *lists[] = {&merge->new_local,           &merge->add,        &merge->remove,    &merge->new_shadow_local,
                          &merge->new_shadow_external, &merge->sent_local, &merge->unmappable};
  for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
    *lists[i] = (struct list){.at = ARENA_ARRAY(arena, struct str, room), .has = ARENA_ARRAY(arena, bool, different)};
}

/* Numbers the members of all sides; returns how many local ones have no word on the other side. */
static size_t number_sides(struct arena *arena, struct set_merge *merge, const struct merge_sides *sides) {
  struct words words = {0};
  merge->local = members_of(arena, &words, merge->rule, sides->local, true);
  merge->external = members_of(arena, &words, merge->rule, sides->external, false);
  merge->shadow_local = members_of(arena, &words, merge->rule, sides->shadow_local, true);
  merge->shadow_external = members_of(arena, &words, merge->rule, sides->shadow_external, false);
  size_t different = words_number(&words);
  make_room(arena, merge,
            merge->local.count + merge->external.count + merge->shadow_local.count + merge->shadow_external.count,
            different);
  find_places(arena, &merge->local, &merge->unmappable, different);
  size_t local_unmappable = merge->unmappable.count;
  find_places(arena, &merge->external, &merge->unmappable, different);
  find_places(arena, &merge->shadow_local, NULL, different);
  find_places(arena, &merge->shadow_external, NULL, different);
  return local_unmappable;
}

static struct value as_set(struct str name, const struct list *list) {
  return value_set(name, list->at, list->count);
}

struct merge_set merge_sets(struct arena *arena, const struct field_rule *rule, const struct merge_sides *sides,
                            bool may_push, bool may_pull) {
  struct set_merge merge = {.rule = rule, .may_push = may_push, .may_pull = may_pull};
  struct str name = sides->local->name;
  size_t local_unmappable = number_sides(arena, &merge, sides);
  merge_members(&merge);
  for (size_t i = 0; i < local_unmappable; i++)
    merge.new_local.at[merge.new_local.count++] = merge.unmappable.at[i];
  return (struct merge_set){
      .local = as_set(name, &merge.new_local),
      .add = as_set(name, &merge.add),
      .remove = as_set(name, &merge.remove),
      .shadow_local = as_set(name, &merge.new_shadow_local),
      .shadow_external = as_set(name, &merge.new_shadow_external),
      .sent_local = as_set(name, &merge.sent_local),
      .pulls = merge.pulls,
      .pends = merge.pends,
      .unmappable = merge.unmappable.at,
      .unmappable_count = merge.unmappable.count,
  };
}
