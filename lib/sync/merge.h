/* Three-way merges. Texts go line by line through libgit2's git_merge_file. Sets go member by member with a dual
 * shadow.
 */
#ifndef SYNC_MERGE_H
#define SYNC_MERGE_H

#include "base/arena.h"
#include "base/result.h"
#include "base/values.h"
#include "sync/rules.h"

/* True with the merged text when it holds both edits: no two edits touch the same lines, every line that one side added
 * is there and every line that one side removed is gone. Identical edits are taken once. False leaves `out` untouched.
 * The texts are clean. Longer ones than MERGE_TEXT_BYTES_MAX are not merged, nor those in which one line stands more
 * often than MERGE_TEXT_ALIKE_MAX: libgit2's time grows with the square of that. `out` is owned by `arena`. */
bool merge_text(struct arena *arena, struct str base, struct str local, struct str external, struct str *out) MUST_USE;

enum { MERGE_TEXT_BYTES_MAX = 4 * 1024 * 1024, MERGE_TEXT_ALIKE_MAX = 10 * 1000 };

/* A merge for a person's editor: what fits together is in it, and what does not stands between markers, with the base
 * where there is one (`<<<<<<< local`, `||||||| base`, `=======`, `>>>>>>> external`). */
struct merge_marked {
  struct str text;      /* absent: too long, or too many lines are alike */
  size_t marker_length; /* longer than anything in the texts that looks like a marker */
  bool clean;           /* no markers */
};

/* `base` may be NULL: then only what both have in common at both ends is outside of the markers. Owned by `arena`. */
struct merge_marked merge_text_marked(struct arena *arena, const struct str *base, struct str local,
                                      struct str external);

/* Whether the line (without its newline) is one of the labelled markers. */
bool merge_is_marker(struct str line, size_t marker_length);

/* The four faces of a set. */
struct merge_sides {
  const struct value *local, *external, *shadow_local, *shadow_external;
};

/* What a set needs so that both sides' edits are in it.
 *
 * Where both shadows agree on a member this is l' = (l ∪ x) − (sl − l) − (sx − x). Where they do not (the tracker
 * refused or added one of its own: a known lossy pair) a member that nobody touched stays as it is on each side, and
 * adding wins over removing. Members are matched through the rule's table; unmappable ones stay where they are and out
 * of the shadow. Where the external side takes only so many members (rule->members_max) those beyond stay here, unsent.
 */
struct merge_set {
  struct value local;                         /* l': the local vocabulary and spelling */
  struct value add, remove;                   /* to be sent: external vocabulary, spelled as the external side has it */
  struct value shadow_local, shadow_external; /* what is agreed on before anything is sent */
  struct value sent_local;                    /* shadow_local once add and remove have been written */
  bool pulls;                                 /* l' differs from local */
  bool pends;                                 /* a change was left alone because its direction is not allowed */
  const struct str *unmappable;               /* members of either side, as spelled there */
  size_t unmappable_count;
};

/* All four sides are sets; the result is owned by `arena` and borrows from its inputs. Without `may_push` or `may_pull`
 * changes in that direction stay pending: the shadow does not move for them. */
struct merge_set merge_sets(struct arena *arena, const struct field_rule *rule, const struct merge_sides *sides,
                            bool may_push, bool may_pull);

#endif
