/* Translates values between the local and an external vocabulary by a field's table. Words are found as canon_text()
 * sees them, so set members case-folded. The table may be lossy (two locals, one external, or the reverse): the first
 * pair wins. What is not in the table passes through as it is; with a closed rule it is unmappable: reported, never
 * approximated. Empty is always empty unless the table names it. A TEXT is only cleaned. */
#ifndef SYNC_MAP_FIELDS_H
#define SYNC_MAP_FIELDS_H

#include "base/arena.h"
#include "base/values.h"
#include "sync/catalogue.h"
#include "sync/rules.h"

struct mapped {
  struct value value; /* cleaned, see canon_clean(); for a set: the members that could be mapped, without doubles */
  const struct str *unmappable; /* the text, or the members, that could not */
  size_t unmappable_count;
};

/* Owned by `arena`, as far as they do not borrow from `value` and `rule`. */
struct mapped map_fields_to_local(struct arena *arena, const struct field_rule *rule, const struct value *value);
struct mapped map_fields_to_external(struct arena *arena, const struct field_rule *rule, const struct value *value);

/* One word each way; absent when it is unmappable. */
struct str map_fields_word_to_local(const struct field_rule *rule, enum content_kind kind, struct str word);
struct str map_fields_word_to_external(const struct field_rule *rule, enum content_kind kind, struct str word);

/* True when one word is the other's translation, in either direction. */
bool map_fields_words_agree(const struct field_rule *rule, enum content_kind kind, struct str local,
                            struct str external);

/* A member of a set, and its word on the other side, each with its number (words.h). An absent word is one that is
 * unmappable, and its number means nothing. */
struct mapped_word {
  struct str text, image;
  size_t number, image_number;
};

struct words;

/* The members of a set of the local side, or of the external one, which wait for their numbers. `out`: one a member. */
void map_fields_add_words(struct words *words, const struct field_rule *rule, bool local, const struct value *set,
                          struct mapped_word *out);

/* True when the two sides say the same: equal after translation in either direction, so a lossy pair counts as equal.
 * Members of sets that cannot be mapped are left out. */
bool map_fields_agree(const struct field_rule *rule, const struct value *local, const struct value *external);

#endif
