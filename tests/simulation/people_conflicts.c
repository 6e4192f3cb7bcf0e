/* Deciding, and changing one's mind. */
#include "simulation/people_conflicts.h"

#include "simulation/changes.h"
#include "simulation/parents.h"
#include "simulation/people.h"
#include "simulation/people_picks.h"
#include "simulation/world.h"

static struct conflict_list list(const struct planned_edit *p, const char *state) {
  struct conflict_query query = {.state = str_of(state), .limit = 50};
  struct conflict_list found = {0};
  struct result result = people_verb(p->world, VERB_CONFLICT_LIST, &query, &found);
  if (!result_ok(&result))
    world_violate(p->world, "no bugs", "conflict.list: %s", result.message);
  return found;
}

static const struct value *only(const struct values *values) {
  return values->count ? &values->at[0] : NULL;
}

/* -- deciding -- */

/* A ticket that is gone elsewhere is cancelled here: an edit of its status, for all other trackers. */
static void note_side(const struct planned_edit *p, const struct conflict *conflict, struct str choice) {
  if (!str_is(conflict->field, "ticket") || !str_is(choice, "external"))
    return;
  int identity = people_identity(p->world, conflict->ticket);
  if (identity >= 0)
    p->world->truth.identities[identity].sides[truth_field(STR("status"))] |= 1U;
}

/* Instead of either side's; no name: this is for a side. */
static struct value own_value(const struct planned_edit *p, const struct conflict *conflict) {
  struct str token = changes_token(p);
  const struct value *here = only(&conflict->local);
  if (p->detail % 6 < 4)
    return (struct value){0};
  if (str_is(conflict->field, "title"))
    return value_text(STR("title"), str_format(&p->world->arena, "title %.*s", STR_FMT(token)));
  if (str_is(conflict->field, "due_date"))
    return value_text(STR("due_date"), token);
  return str_is(conflict->field, "body") && here ? changes_body(p, here) : (struct value){0};
}

static void note_value(const struct planned_edit *p, const struct conflict *conflict, const struct value *value) {
  const struct value *here = only(&conflict->local), *there = only(&conflict->external);
  int identity = here ? truth_identity_in(here->text) : -1;
  if (identity < 0)
    identity = people_identity(p->world, conflict->ticket);
  if (identity < 0)
    return;
  truth_saw_off(&p->world->truth, identity, there, value);
  changes_note(p, identity, here, value);
  people_tell(p, "a value of its own", identity);
}

static void decide(const struct planned_edit *p, const struct conflict *conflict) {
  struct value own = own_value(p, conflict);
  struct conflict_resolve resolve = {.id = conflict->id,
                                     .choice = own.name.length ? STR("value")
                                               : p->detail % 2 ? STR("local")
                                                               : STR("external"),
                                     .actor = STR("ann")};
  if (own.name.length)
    resolve.value = (struct values){&own, 1};
  world_tell(p->world, "person here w%03d: decides conflict %lld of %.*s for %.*s", p->number, (long long)conflict->id,
             STR_FMT(conflict->field), STR_FMT(resolve.choice));
  note_side(p, conflict, resolve.choice);
  struct result result = people_verb(p->world, VERB_CONFLICT_RESOLVE, &resolve, NULL);
  if (!result_ok(&result) && result.code != RESULT_STALE)
    world_violate(p->world, "no bugs", "conflict.resolve: %s", result.message);
  else if (own.name.length && result_ok(&result))
    note_value(p, conflict, &own);
}

bool people_decide(const struct planned_edit *p) {
  struct conflict_list open = list(p, "open");
  if (open.conflicts.count)
    decide(p, &open.conflicts.at[p->target % open.conflicts.count]);
  return open.conflicts.count > 0;
}

/* -- bringing back -- */

bool people_restore(const struct planned_edit *p) {
  static const char *const sides[] = {"local", "external", "base", "value"};
  struct conflict_list all = list(p, p->detail % 2 ? "decided" : "resolved");
  if (all.conflicts.count == 0)
    return false;
  const struct conflict *conflict = &all.conflicts.at[p->target % all.conflicts.count];
  struct conflict_restore restore = {.id = conflict->id, .side = str_of(sides[p->detail / 2 % 4]), .actor = STR("ann")};
  struct conflict_restored restored = {0};
  struct result result = people_verb(p->world, VERB_CONFLICT_RESTORE, &restore, &restored);
  world_tell(p->world, "person here w%03d: brings back %.*s of conflict %lld (%.*s)%s", p->number,
             STR_FMT(restore.side), (long long)conflict->id, STR_FMT(conflict->field),
             result_ok(&result) && restored.restored ? "" : ", which is refused");
  if (result.code == RESULT_BUG)
    world_violate(p->world, "no bugs", "conflict.restore: %s", result.message);
  const struct value *text = only(&restored.value);
  int identity =
      text && str_is(text->name, "body") ? truth_identity_in(text->text) : people_identity(p->world, restored.key);
  if (!result_ok(&result) || !restored.restored || identity < 0)
    return true;
  struct value before = parents_word_here(p->world, only(&restored.now)), after = parents_word_here(p->world, text);
  after.name = conflict->field; /* also of nothing */
  truth_brought_back(&p->world->truth, identity, &before, &after);
  return true;
}
