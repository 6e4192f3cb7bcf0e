/* Mapping: one table walked from either end. */
#include "sync/map_fields.h"

#include "sync/canon.h"
#include "sync/words.h"

enum toward { TOWARD_LOCAL, TOWARD_EXTERNAL };

static struct str from_of(enum toward toward, const struct value_pair *pair) {
  return toward == TOWARD_LOCAL ? pair->external : pair->local;
}

/* `pair`: the first one that fits, or NULL. */
static struct str image_of(enum toward toward, const struct field_rule *rule, const struct value_pair *pair,
                           struct str word) {
  if (pair)
    return toward == TOWARD_LOCAL ? pair->local : pair->external;
  if (rule->closed && word.length)
    return (struct str){0};
  return word.at ? word : STR("");
}

static struct str word_toward(enum toward toward, const struct field_rule *rule, enum content_kind kind,
                              struct str word) {
  for (size_t i = 0; i < rule->count; i++)
    if (canon_equal_text(kind, from_of(toward, &rule->table[i]), word))
      return image_of(toward, rule, &rule->table[i], word);
  return image_of(toward, rule, NULL, word);
}

/* Of each member of a set its word on the other side: as word_toward(), with a table of thousands too. */
static void members_toward(enum toward toward, const struct field_rule *rule, const struct value *set,
                           struct str *out) {
  if (rule->count == 0) {
    for (size_t i = 0; i < set->count; i++)
      out[i] = image_of(toward, rule, NULL, set->items[i]);
    return;
  }
  struct arena scratch = {0};
  struct words words = {0};
  size_t *of_pairs = ARENA_ARRAY(&scratch, size_t, rule->count), *numbers = ARENA_ARRAY(&scratch, size_t, set->count);
  for (size_t i = 0; i < rule->count; i++)
    words_add(&words, from_of(toward, &rule->table[i]), &of_pairs[i]);
  for (size_t i = 0; i < set->count; i++)
    words_add(&words, set->items[i], &numbers[i]);
  const struct value_pair **pairs = ARENA_ARRAY(&scratch, const struct value_pair *, words_number(&words) + 1);
  for (size_t i = rule->count; i-- > 0;)
    pairs[of_pairs[i]] = &rule->table[i];
  for (size_t i = 0; i < set->count; i++)
    out[i] = image_of(toward, rule, pairs[numbers[i]], set->items[i]);
  arena_free(&scratch);
}

struct str map_fields_word_to_local(const struct field_rule *rule, enum content_kind kind, struct str word) {
  return word_toward(TOWARD_LOCAL, rule, kind, word);
}

struct str map_fields_word_to_external(const struct field_rule *rule, enum content_kind kind, struct str word) {
  return word_toward(TOWARD_EXTERNAL, rule, kind, word);
}

static struct mapped map_set(struct arena *arena, enum toward toward, const struct field_rule *rule,
                             const struct value *clean) {
  struct str *items = ARENA_ARRAY(arena, struct str, clean->count);
  struct str *unmappable = ARENA_ARRAY(arena, struct str, clean->count);
  size_t count = 0, unmappable_count = 0;
  members_toward(toward, rule, clean, items);
  for (size_t i = 0; i < clean->count; i++)
    if (str_is_absent(items[i]))
      unmappable[unmappable_count++] = clean->items[i];
    else if (items[i].length)
      items[count++] = items[i];
  count = count > 1 ? words_distinct(items, count) : count;
  return (struct mapped){value_set(clean->name, items, count), unmappable, unmappable_count};
}

static struct mapped map_word(struct arena *arena, enum toward toward, const struct field_rule *rule,
                              enum content_kind kind, const struct value *clean) {
  struct str word = kind == CONTENT_TEXT ? clean->text : word_toward(toward, rule, kind, clean->text);
  if (!str_is_absent(word))
    return (struct mapped){.value = value_text(clean->name, word)};
  struct str *unmappable = ARENA_ARRAY(arena, struct str, 1);
  unmappable[0] = clean->text;
  return (struct mapped){value_text(clean->name, STR("")), unmappable, 1};
}

static struct mapped map(struct arena *arena, enum toward toward, const struct field_rule *rule,
                         const struct value *value) {
  enum content_kind kind = catalogue_kind(value->name, value->kind);
  struct value clean = canon_clean(arena, kind, value);
  return value->kind == VALUE_SET ? map_set(arena, toward, rule, &clean) : map_word(arena, toward, rule, kind, &clean);
}

struct mapped map_fields_to_local(struct arena *arena, const struct field_rule *rule, const struct value *value) {
  return map(arena, TOWARD_LOCAL, rule, value);
}

struct mapped map_fields_to_external(struct arena *arena, const struct field_rule *rule, const struct value *value) {
  return map(arena, TOWARD_EXTERNAL, rule, value);
}

bool map_fields_words_agree(const struct field_rule *rule, enum content_kind kind, struct str local,
                            struct str external) {
  struct str to_local = word_toward(TOWARD_LOCAL, rule, kind, external);
  if (!str_is_absent(to_local) && canon_equal_text(kind, to_local, local))
    return true;
  struct str to_external = word_toward(TOWARD_EXTERNAL, rule, kind, local);
  return !str_is_absent(to_external) && canon_equal_text(kind, to_external, external);
}

void map_fields_add_words(struct words *words, const struct field_rule *rule, bool local, const struct value *set,
                          struct mapped_word *out) {
  struct str *images = ARENA_ARRAY(&words->scratch, struct str, set->count);
  members_toward(local ? TOWARD_EXTERNAL : TOWARD_LOCAL, rule, set, images);
  for (size_t i = 0; i < set->count; i++) {
    out[i].text = set->items[i];
    out[i].image = images[i];
    words_add(words, out[i].text, &out[i].number);
    if (!str_is_absent(out[i].image))
      words_add(words, out[i].image, &out[i].image_number);
  }
}

struct side {
  struct mapped_word *at;
  size_t count;
  bool *words, *images; /* by number */
};

static void mark_side(struct arena *arena, struct side *side, size_t different) {
  side->words = ARENA_ARRAY(arena, bool, different);
  side->images = ARENA_ARRAY(arena, bool, different);
  for (size_t i = 0; i < side->count; i++) {
    side->words[side->at[i].number] = true;
    if (!str_is_absent(side->at[i].image))
      side->images[side->at[i].image_number] = true;
  }
}

/* Each member of `side` has a counterpart among the others, or none could exist. */
static bool all_have_counterparts(const struct side *side, const struct side *others) {
  for (size_t i = 0; i < side->count; i++) {
    const struct mapped_word *word = &side->at[i];
    if (!str_is_absent(word->image) && !others->images[word->number] && !others->words[word->image_number])
      return false;
  }
  return true;
}

static bool sets_agree(const struct field_rule *rule, const struct value *local, const struct value *external) {
  struct arena scratch = {0};
  struct words words = {0};
  struct side here = {.at = ARENA_ARRAY(&scratch, struct mapped_word, local->count), .count = local->count};
  struct side there = {.at = ARENA_ARRAY(&scratch, struct mapped_word, external->count), .count = external->count};
  map_fields_add_words(&words, rule, true, local, here.at);
  map_fields_add_words(&words, rule, false, external, there.at);
  size_t different = words_number(&words);
  mark_side(&scratch, &here, different);
  mark_side(&scratch, &there, different);
  bool agree = all_have_counterparts(&here, &there) && all_have_counterparts(&there, &here);
  arena_free(&scratch);
  return agree;
}

bool map_fields_agree(const struct field_rule *rule, const struct value *local, const struct value *external) {
  if (local->kind != external->kind)
    return false;
  enum content_kind kind = catalogue_kind(local->name, local->kind);
  if (kind == CONTENT_TEXT)
    return canon_equal(kind, local, external);
  if (kind != CONTENT_SET)
    return map_fields_words_agree(rule, kind, local->text, external->text);
  return sets_agree(rule, local, external);
}
