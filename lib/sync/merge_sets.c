/* Merging sets: each member is planned by itself, with its own four faces. */
#include "sync/canon.h"
#include "sync/map_fields.h"
#include "sync/merge.h"

struct members {
  struct str *at;
  size_t count;
};

/* One merge under way: the cleaned, mappable members of each side, and the lists that become the result. */
struct set_merge {
  const struct field_rule *rule;
  bool may_push, may_pull, pulls, pends;
  size_t staying; /* members that the external side keeps */
  struct members local, external, shadow_local, shadow_external;
  struct members new_local, add, remove, new_shadow_local, new_shadow_external, sent_local, unmappable;
};

static bool has(const struct members *members, struct str item) {
  for (size_t i = 0; i < members->count; i++)
    if (canon_equal_text(CONTENT_SET, members->at[i], item))
      return true;
  return false;
}

/* Every list has room for all members of all sides. */
static void put(struct members *members, struct str item) {
  if (item.length && !has(members, item))
    members->at[members->count++] = item;
}

static bool has_external_of(const struct set_merge *merge, const struct members *externals, struct str local) {
  for (size_t i = 0; i < externals->count; i++)
    if (map_fields_words_agree(merge->rule, CONTENT_SET, local, externals->at[i]))
      return true;
  return false;
}

static bool has_local_of(const struct set_merge *merge, const struct members *locals, struct str external) {
  for (size_t i = 0; i < locals->count; i++)
    if (map_fields_words_agree(merge->rule, CONTENT_SET, locals->at[i], external))
      return true;
  return false;
}

static void put_externals_of(const struct set_merge *merge, struct members *out, const struct members *externals,
                             struct str local) {
  for (size_t i = 0; i < externals->count; i++)
    if (map_fields_words_agree(merge->rule, CONTENT_SET, local, externals->at[i]))
      put(out, externals->at[i]);
}

static void put_locals_of(const struct set_merge *merge, struct members *out, const struct members *locals,
                          struct str external) {
  for (size_t i = 0; i < locals->count; i++)
    if (map_fields_words_agree(merge->rule, CONTENT_SET, locals->at[i], external))
      put(out, locals->at[i]);
}

/* Whether the external side takes one more: what leaves it has made room. */
static bool has_room(const struct set_merge *merge) {
  return merge->rule->members_max == 0 || merge->staying + merge->add.count < merge->rule->members_max;
}

/* A member that only the local side has. `sl` and `sx`: whether each shadow has it. */
static void merge_local_only(struct set_merge *merge, struct str item) {
  bool sl = has(&merge->shadow_local, item), sx = has_external_of(merge, &merge->shadow_external, item);
  bool pushes = !sl, removed = sl && sx, allowed = pushes ? merge->may_push : merge->may_pull;
  if (removed && allowed) {
    merge->pulls = true;
    return;
  }
  put(&merge->new_local, item);
  merge->pends |= (pushes || removed) && !allowed;
  if (pushes && allowed && has_room(merge)) {
    put(&merge->add, map_fields_word_to_external(merge->rule, CONTENT_SET, item));
    put(&merge->sent_local, item);
    return;
  }
  if (sl) {
    put(&merge->new_shadow_local, item);
    put(&merge->sent_local, item);
  }
  if (sx)
    put_externals_of(merge, &merge->new_shadow_external, &merge->shadow_external, item);
}

/* A member that only the external side has. */
static void merge_external_only(struct set_merge *merge, struct str item) {
  bool sx = has(&merge->shadow_external, item), sl = has_local_of(merge, &merge->shadow_local, item);
  bool pulls = !sx, removed = sl && sx, allowed = pulls ? merge->may_pull : merge->may_push;
  merge->pends |= (pulls || removed) && !allowed;
  if (pulls && allowed) {
    struct str word = map_fields_word_to_local(merge->rule, CONTENT_SET, item);
    merge->pulls = true;
    put(&merge->new_local, word);
    put(&merge->new_shadow_local, word);
    put(&merge->sent_local, word);
    put(&merge->new_shadow_external, item);
    return;
  }
  if (sx)
    put(&merge->new_shadow_external, item);
  if (sl)
    put_locals_of(merge, &merge->new_shadow_local, &merge->shadow_local, item);
  if (removed && allowed)
    put(&merge->remove, item);
  else if (sl)
    put_locals_of(merge, &merge->sent_local, &merge->shadow_local, item);
}

static bool leaves_external(const struct set_merge *merge, struct str item) {
  return merge->may_push && !has_local_of(merge, &merge->local, item) && has(&merge->shadow_external, item) &&
         has_local_of(merge, &merge->shadow_local, item);
}

static void merge_members(struct set_merge *merge) {
  for (size_t i = 0; i < merge->external.count; i++)
    merge->staying += !leaves_external(merge, merge->external.at[i]);
  for (size_t i = 0; i < merge->local.count; i++) {
    struct str item = merge->local.at[i];
    if (!has_external_of(merge, &merge->external, item)) {
      merge_local_only(merge, item);
      continue;
    }
    put(&merge->new_local, item);
    put(&merge->new_shadow_local, item);
    put(&merge->sent_local, item);
  }
  for (size_t i = 0; i < merge->external.count; i++) {
    struct str item = merge->external.at[i];
    if (has_local_of(merge, &merge->local, item))
      put(&merge->new_shadow_external, item);
    else
      merge_external_only(merge, item);
  }
}

/* The members of `set` that have a word on the other side; the others go to `unmappable`. */
static struct members mappable(struct arena *arena, struct members *unmappable, const struct field_rule *rule,
                               const struct value *set, bool local) {
  struct value clean = canon_clean(arena, CONTENT_SET, set);
  struct members members = {ARENA_ARRAY(arena, struct str, clean.count), 0};
  for (size_t i = 0; i < clean.count; i++) {
    struct str item = clean.items[i];
    struct str word = local ? map_fields_word_to_external(rule, CONTENT_SET, item)
                            : map_fields_word_to_local(rule, CONTENT_SET, item);
    if (!str_is_absent(word))
      members.at[members.count++] = item;
    else if (unmappable)
      put(unmappable, item);
  }
  return members;
}

static void make_room(struct arena *arena, struct set_merge *merge, size_t room) {
  struct members *lists[] = {
      &merge->new_local,           &merge->add,        &merge->remove,    &merge->new_shadow_local,
      &merge->new_shadow_external, &merge->sent_local, &merge->unmappable};
  for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
    lists[i]->at = ARENA_ARRAY(arena, struct str, room);
}

static struct value as_set(struct str name, const struct members *members) {
  return value_set(name, members->at, members->count);
}

struct merge_set merge_sets(struct arena *arena, const struct field_rule *rule, const struct merge_sides *sides,
                            bool may_push, bool may_pull) {
  struct set_merge merge = {.rule = rule, .may_push = may_push, .may_pull = may_pull};
  struct str name = sides->local->name;
  make_room(arena, &merge,
            sides->local->count + sides->external->count + sides->shadow_local->count + sides->shadow_external->count);
  merge.local = mappable(arena, &merge.unmappable, rule, sides->local, true);
  size_t local_unmappable = merge.unmappable.count;
  merge.external = mappable(arena, &merge.unmappable, rule, sides->external, false);
  merge.shadow_local = mappable(arena, NULL, rule, sides->shadow_local, true);
  merge.shadow_external = mappable(arena, NULL, rule, sides->shadow_external, false);
  merge_members(&merge);
  for (size_t i = 0; i < local_unmappable; i++)
    put(&merge.new_local, merge.unmappable.at[i]);
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
