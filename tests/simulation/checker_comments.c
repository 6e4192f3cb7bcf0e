/* Comments: where they are, what they say, and who deleted them. */
#include "simulation/checker.h"
#include "simulation/view.h"
#include "sync/attribution.h"
#include "sync/canon.h"

/* A comment here. */
struct place {
  const struct ticket *ticket;   /* NULL: it is not here */
  const struct comment *comment; /* also when it is deleted: its text is kept */
  size_t times;
};

static struct place find_here(const struct view *view, int identity) {
  struct place here = {0};
  for (size_t t = 0; t < view->tickets.tickets.count; t++) {
    const struct ticket *ticket = &view->tickets.tickets.at[t];
    for (size_t i = 0; i < ticket->comments.count; i++) {
      if (truth_identity_in(ticket->comments.at[i].body) != identity)
        continue;
      here.ticket = ticket;
      here.comment = &ticket->comments.at[i];
      here.times++;
    }
  }
  return here;
}

static bool is_deleted(const struct place *here) {
  return here->comment && here->comment->deleted_at_ms;
}

static const struct remote_item *find_there(const struct tracker *tracker, int identity, size_t *times) {
  const struct remote_item *found = NULL;
  *times = 0;
  for (size_t i = 0; i < tracker->item_count; i++) {
    const struct remote_item *item = &tracker->items[i];
    if (!tracker_shows(item, "comment") || truth_identity(&tracker_now(item)->fields) != identity)
      continue;
    found = item;
    ++*times;
  }
  return found;
}

static bool says_the_same(const struct view *view, const struct comment *here, const struct remote_item *there) {
  struct observation seen = tracker_observe(&view->world->arena, there, tracker_now(there));
  struct str body = attribution_strip(values_text(&seen.fields, "body"));
  return canon_equal_text(CONTENT_TEXT, here->body, body);
}

/* Whether the ticket is kept in step with the tracker; a comment that went with its ticket is not deleted. */
static bool is_linked(const struct ticket *ticket, struct tracker *tracker) {
  for (size_t i = 0; i < ticket->mappings.count; i++) {
    const struct mapping *mapping = &ticket->mappings.at[i];
    if (str_is(mapping->project, tracker->habits.system) && !str_is(mapping->state, "gone"))
      return tracker_find(tracker, STR("ticket"), mapping->external_id) != NULL;
  }
  return false;
}

/* What is said about a private ticket stays here, what was imported while it was private too, also when it is shared
 * later. */
static bool stays_here(const struct view *view, int identity, const struct ticket *ticket) {
  const struct truth *truth = &view->world->truth;
  bool imported = truth->identities[identity].origin != 0;
  return str_is(ticket->privacy, "local_only") || truth->identities[identity].is_private ||
         (imported && truth->identities[truth->identities[identity].ticket].was_private);
}

/* P1, P3 */
static void check_copy(const struct view *view, int identity, const struct place *here, struct tracker *tracker) {
  struct world *world = view->world;
  struct str project = str_of(tracker->habits.system);
  size_t times;
  const struct remote_item *there = find_there(tracker, identity, &times);
  if (times > 1)
    world_violate(world, "P3", "comment i%02d is %zu times in %s", identity, times, tracker->habits.system);
  if (!here->ticket || !is_linked(here->ticket, tracker) || view_asks_about_comment(view, project, identity))
    return;
  if (!there && !is_deleted(here) && !stays_here(view, identity, here->ticket))
    world_violate(world, "P1", "comment i%02d is not in %s", identity, tracker->habits.system);
  if (there && is_deleted(here))
    world_violate(world, "P1", "comment i%02d, which is deleted here, is in %s", identity, tracker->habits.system);
  if (there && !is_deleted(here) && !stays_here(view, identity, here->ticket) &&
      !says_the_same(view, here->comment, there))
    world_violate(world, "P1", "comment i%02d says \"%.*s\" here and something else in %s", identity,
                  STR_FMT(here->comment->body), tracker->habits.system);
}

/* Nobody but people delete, and who deletes a copy is asked. */
static void check_deletion(const struct view *view, int identity, const struct place *here) {
  const struct truth *truth = &view->world->truth;
  unsigned by = truth->identities[identity].deleted, origin = 1U << truth->identities[identity].origin;
  bool may_vanish = by & (origin | 1U);
  /* Whoever deletes the ticket, too, soon after it is asked about the whole. */
  unsigned may_be_missed =
      truth->identities[identity].missed | truth->identities[truth->identities[identity].ticket].deleted;
  if (is_deleted(here) && !may_vanish && !view_was_asked_about_comment(view, identity))
    world_violate(view->world, "P8", "comment i%02d is deleted, which nobody wanted", identity);
  if (!is_deleted(here) && (by & ~may_be_missed) && !view_was_asked_about_comment(view, identity))
    world_violate(view->world, "P2", "comment i%02d, which somebody deleted, is there", identity);
}

void checker_check_comment(const struct view *view, int identity) {
  struct world *world = view->world;
  struct place here = find_here(view, identity);
  bool is_gone = world->truth.identities[identity].went_along ||
                 world->truth.identities[identity].deleted & 1U << world->truth.identities[identity].origin;
  if (here.times > 1)
    world_violate(world, "P3", "comment i%02d is here %zu times", identity, here.times);
  if (here.times == 0 && !is_gone)
    world_violate(world, "P2", "comment i%02d is not here", identity);
  for (size_t i = 0; i < world->tracker_count; i++)
    check_copy(view, identity, &here, &world->trackers[i]);
  if (here.comment)
    check_deletion(view, identity, &here);
}

bool checker_comment_holds(const struct view *view, const struct edit *edit) {
  struct place here = find_here(view, edit->identity);
  return here.comment && !is_deleted(&here) && str_find(here.comment->body, edit->token) >= 0;
}
