/* Whether a conflict is one, and who closed it: P6, P11, P12. */
#include "simulation/checker.h"
#include "simulation/view.h"

/* The edit whose value it is, of a text of which there is one at a time. */
static const struct edit *edit_of(const struct view *view, const struct values *value) {
  const struct truth *truth = &view->world->truth;
  bool is_single = value->count && (str_is(value->at[0].name, "title") || str_is(value->at[0].name, "due_date"));
  for (size_t i = 0; is_single && i < truth->edit_count; i++)
    if (str_is(value->at[0].name, truth->edits[i].field) && !truth->edits[i].is_removal && !truth->edits[i].is_back &&
        truth_holds(&value->at[0], truth->edits[i].token))
      return &truth->edits[i];
  return NULL;
}

static bool saw(const struct edit *a, const struct edit *b) {
  return strcmp(a->saw, b->token) == 0;
}

/* Somebody edited the field, which its creation had set, before tandem knew that it had arrived. */
static bool is_in_doubt(const struct view *view, const struct conflict *conflict) {
  const struct tracker *tracker = view_tracker(view, conflict->project);
  int identity = view_identity(view, conflict);
  for (size_t i = 0; i < tracker->item_count && identity >= 0; i++) {
    const struct remote_item *item = &tracker->items[i]; /* also one that somebody has deleted since */
    if (truth_identity(&tracker_now(item)->fields) == identity && item->doubted & 1U << truth_field(conflict->field))
      return true;
  }
  return false;
}

/* Who has seen the other's title and replaced it contradicts nobody. */
static void check_contradiction(const struct view *view, const struct conflict *conflict) {
  bool asks = str_is(conflict->kind, "both_changed") || str_is(conflict->kind, "unequal_when_linked");
  const struct edit *here = edit_of(view, &conflict->local), *there = edit_of(view, &conflict->external);
  if (asks && here && there && (saw(here, there) || saw(there, here)) && !is_in_doubt(view, conflict))
    world_violate(view->world, "P11", "conflict %lld (%.*s): whoever wrote the later of %s and %s saw the other",
                  (long long)conflict->id, STR_FMT(conflict->kind), here->token, there->token);
}

static bool was_edited(const struct truth *truth, int identity) {
  size_t edits = 0;
  for (size_t i = 0; i < truth->edit_count; i++)
    edits += truth->edits[i].identity == identity;
  return edits > 1; /* it was written with the first */
}

/* Who deletes a ticket is asked about it; of a comment, who deletes a copy, or what somebody has edited. */
static void check_deletion(const struct view *view, const struct conflict *conflict, int identity) {
  const struct truth *truth = &view->world->truth;
  unsigned by = truth->identities[identity].deleted, origin = 1U << truth->identities[identity].origin;
  bool is_one = str_is(conflict->field, "ticket") ? by & 1U << (view_tracker(view, conflict->project)->index + 1)
                                                  : by & ~(origin | 1U) || (by && was_edited(truth, identity));
  if (!is_one)
    world_violate(view->world, "P12", "conflict %lld about the deletion of i%02d, which nobody contradicts",
                  (long long)conflict->id, identity);
}

/* Two have to have edited for a question which of them is right. What a ticket was made with, everybody saw. Who undoes
 * a session contradicts whoever came after it. */
static void check_sides(const struct view *view, const struct conflict *conflict) {
  int identity = view_identity(view, conflict);
  if (identity < 0 || is_in_doubt(view, conflict) || str_is(conflict->kind, "undo"))
    return;
  if (str_is(conflict->kind, "deleted_vs_edited")) {
    check_deletion(view, conflict, identity);
    return;
  }
  unsigned sides = view->world->truth.identities[identity].sides[truth_field(conflict->field)];
  if (__builtin_popcount(sides) < 2)
    world_violate(view->world, "P12", "conflict %lld (%.*s) about %.*s of i%02d, which %s edited",
                  (long long)conflict->id, STR_FMT(conflict->kind), STR_FMT(conflict->field), identity,
                  sides ? "one side alone" : "nobody");
}

void checker_check_conflict(const struct view *view, const struct conflict *conflict) {
  check_contradiction(view, conflict);
  check_sides(view, conflict);
  if (!str_is(conflict->state, "open") && conflict->decided_by.length == 0)
    world_violate(view->world, "P6", "conflict %lld is %.*s, decided by nobody", (long long)conflict->id,
                  STR_FMT(conflict->state));
}
