/* Three-way merges. Texts go line by line through libgit2's git_merge_file (which is started once a process, on first
 * use, from any thread). Sets go member by member with a dual shadow. */
#ifndef SYNC_MERGE_H
#define SYNC_MERGE_H

#include "base/arena.h"
#include "base/result.h"
#include "base/values.h"
#include "sync/rules.h"

/* True with the merged text when it holds both edits: no two edits touch the same lines, every line that one side added
 * is there and every line that one side removed is gone. Identical edits are taken once. False leaves `out` untouched.
 * The texts are clean; `out` is owned by `arena`. */
bool merge_text(struct arena *arena, struct str base, struct str local, struct str external, struct str *out) MUST_USE;

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
