/* Asserting the properties. */
#include "simulation/checker.h"

#include "simulation/parents.h"
#include "simulation/view.h"
#include "sync/canon.h"
#include "sync/catalogue.h"

/* -- P1 -- */

static const char *shown(struct arena *arena, const struct value *value) {
  struct str_builder text = {.arena = arena};
  if (!value)
    return "(nothing)";
  str_append(&text, value->text);
  for (size_t i = 0; i < value->count; i++)
    str_append_format(&text, "%s%.*s", i ? "," : "", STR_FMT(value->items[i]));
  return str_built(&text).at;
}

/* Here a field may never have been named, where it stands empty there. */
static bool are_equal(const struct view *view, const struct tracker *tracker, const struct value *here,
                      const struct value *there) {
  struct value own = parents_word_here(view->world, here), other = parents_word_there(tracker, there);
  return here ? canon_equal(catalogue_kind(there->name, there->kind), &own, &other)
              : there->text.length + there->count == 0;
}

static void check_fields(const struct view *view, const struct ticket *ticket, const struct mapping *mapping,
                         const struct observation *outside) {
  for (size_t i = 0; i < outside->fields.count; i++) {
    const struct value *there = &outside->fields.at[i], *here = values_find(&ticket->fields, there->name);
    if (are_equal(view, view_tracker(view, mapping->project), here, there) ||
        view_has_open_conflict(view, mapping->project, ticket->key, there->name) ||
        view_waits(view, here, mapping->project) || view_names_gone(view_tracker(view, mapping->project), there))
      continue;
    world_violate(view->world, "P1", "%.*s of %.*s is \"%s\" here and \"%s\" in %.*s", STR_FMT(there->name),
                  STR_FMT(ticket->key), shown(&view->world->arena, here), shown(&view->world->arena, there),
                  STR_FMT(mapping->project));
  }
}

static bool is_private(const struct ticket *ticket) {
  return str_is(ticket->privacy, "local_only");
}

/* By somebody, who is asked about it or was. */
static bool was_deleted(const struct view *view, const struct ticket *ticket, const struct mapping *mapping) {
  int identity = truth_identity(&ticket->fields);
  unsigned side = 1U << (view_tracker(view, mapping->project)->index + 1);
  return identity >= 0 && view->world->truth.identities[identity].deleted & side &&
         (str_is(mapping->state, "gone") || view_has_open_conflict(view, mapping->project, ticket->key, STR("ticket")));
}

static void check_ticket(const struct view *view, const struct ticket *ticket) {
  struct world *world = view->world;
  for (size_t i = 0; i < ticket->mappings.count; i++) {
    const struct mapping *mapping = &ticket->mappings.at[i];
    struct tracker *tracker = view_tracker(view, mapping->project);
    const struct remote_item *item = tracker_find(tracker, STR("ticket"), mapping->external_id);
    if (is_private(ticket) || (!item && was_deleted(view, ticket, mapping)))
      continue;
    if (!item || str_is(mapping->state, "gone")) {
      world_violate(world, "P1", "%.*s is in no state to be in %.*s: %.*s %.*s", STR_FMT(ticket->key),
                    STR_FMT(mapping->project), STR_FMT(mapping->state), STR_FMT(mapping->reason));
      continue;
    }
    struct observation outside = tracker_observe(&world->arena, item, tracker_now(item));
    check_fields(view, ticket, mapping, &outside);
  }
}

/* -- P3 -- */

static size_t tickets_of_identity(const struct view *view, int identity) {
  size_t count = 0;
  for (size_t i = 0; i < view->tickets.tickets.count; i++)
    count += truth_identity(&view->tickets.tickets.at[i].fields) == identity;
  return count;
}

static void check_is_once(const struct view *view, int identity) {
  struct world *world = view->world;
  size_t here = tickets_of_identity(view, identity);
  bool is_gone = world->truth.identities[identity].deleted & 1U << world->truth.identities[identity].origin;
  if (here != 1 && !(is_gone && here == 0))
    world_violate(world, "P3", "i%02d is %zu tickets here", identity, here);
  for (size_t t = 0; t < world->tracker_count; t++) {
    size_t there = 0;
    for (size_t i = 0; i < world->trackers[t].item_count; i++) {
      const struct remote_item *item = &world->trackers[t].items[i];
      there += tracker_shows(item, "ticket") && truth_identity(&tracker_now(item)->fields) == identity;
    }
    if (there > 1)
      world_violate(world, "P3", "i%02d is %zu tickets in %s", identity, there, world->trackers[t].habits.system);
  }
}

static void check_mappings(const struct view *view, const struct ticket *ticket) {
  for (size_t i = 0; i < ticket->mappings.count; i++)
    for (size_t j = 0; j < i; j++)
      if (str_equal(ticket->mappings.at[i].project, ticket->mappings.at[j].project))
        world_violate(view->world, "P3", "%.*s is mapped twice in %.*s", STR_FMT(ticket->key),
                      STR_FMT(ticket->mappings.at[i].project));
}

/* -- P2, P8 -- */

/* Of a reference another edit may mean the same. */
static bool was_set_again(const struct truth *truth, const struct edit *removal) {
  size_t count = 0;
  for (size_t i = 0; i < truth->edit_count; i++) {
    const struct edit *edit = &truth->edits[i];
    count += !edit->is_removal && edit->identity == removal->identity && strcmp(edit->field, removal->field) == 0 &&
             strcmp(edit->token, removal->token) == 0;
  }
  return count > 1;
}

static void check_removal(const struct view *view, const struct edit *edit, const struct ticket *ticket) {
  struct str field = str_of(edit->field);
  if (!was_set_again(&view->world->truth, edit) && !view_has_open_conflict(view, (struct str){0}, ticket->key, field) &&
      !view_was_decided(view, ticket->key, field))
    world_violate(view->world, "P2", "%s %s of i%02d, which somebody took away, is back", edit->field, edit->token,
                  edit->identity);
}

/* Where it was made, while either side names a ticket that the tracker does not have, or not any more. */
static bool stands_there(const struct view *view, const struct ticket *ticket, const struct value *here,
                         const struct edit *edit) {
  for (size_t i = 0; edit->side && i < ticket->mappings.count; i++) {
    const struct tracker *tracker = &view->world->trackers[edit->side - 1];
    const struct mapping *mapping = &ticket->mappings.at[i];
    if (!str_is(mapping->project, tracker->habits.system))
      continue;
    const struct remote_item *item =
        tracker_find(&view->world->trackers[edit->side - 1], STR("ticket"), mapping->external_id);
    const struct value *seen = item ? values_find(&tracker_now(item)->fields, str_of(edit->field)) : NULL;
    struct value there = parents_word_there(tracker, seen);
    bool waits = view_waits(view, here, mapping->project) || (seen && view_names_gone(tracker, seen));
    if (waits && truth_holds(&there, edit->token))
      return true;
  }
  return false;
}

/* Of a reference also when somebody else had set the same one. */
static bool was_seen_off(const struct truth *truth, const struct edit *edit) {
  for (size_t i = 0; i < truth->edit_count; i++) {
    const struct edit *other = &truth->edits[i];
    if (other->was_seen_off && other->identity == edit->identity && strcmp(other->field, edit->field) == 0 &&
        strcmp(other->token, edit->token) == 0)
      return true;
  }
  return false;
}

static void check_edit(const struct view *view, const struct edit *edit) {
  const struct ticket *ticket = view_ticket_of_identity(view, edit->identity);
  const struct value *here = ticket ? values_find(&ticket->fields, str_of(edit->field)) : NULL;
  struct value word = parents_word_here(view->world, here);
  bool is_of_comment = view->world->truth.identities[edit->identity].is_comment;
  bool holds = is_of_comment ? checker_comment_holds(view, edit) : truth_holds(&word, edit->token);
  bool is_excused = edit->is_replaced && !edit->is_told;
  if (edit->is_removal && holds && !edit->was_seen_off)
    check_removal(view, edit, ticket);
  if (edit->is_removal || holds || is_excused || was_seen_off(&view->world->truth, edit) || view_keeps(view, edit) ||
      (ticket && stands_there(view, ticket, here, edit)))
    return;
  world_violate(view->world, "P2", "%s of i%02d (%s, by a person %s) is nowhere", edit->token, edit->identity,
                edit->field, edit->side ? view->world->trackers[edit->side - 1].habits.system : "here");
}

/* What stands here was written by somebody. */
static void check_origin(const struct view *view, const struct ticket *ticket) {
  const struct truth *truth = &view->world->truth;
  struct str title = values_text(&ticket->fields, "title");
  for (size_t i = 0; i < truth->edit_count; i++)
    if (strcmp(truth->edits[i].field, "title") == 0 &&
        str_equal(title, str_format(&view->world->arena, "title %s", truth->edits[i].token)))
      return;
  world_violate(view->world, "P8", "nobody wrote \"%.*s\" of %.*s", STR_FMT(title), STR_FMT(ticket->key));
}

void checker_check(struct world *world) {
  struct view view;
  if (!view_look(world, &view))
    return;
  for (int i = 0; i < world->truth.identity_count; i++) {
    if (world->truth.identities[i].is_comment)
      checker_check_comment(&view, i);
    else
      check_is_once(&view, i);
  }
  for (size_t i = 0; i < view.tickets.tickets.count; i++) {
    check_mappings(&view, &view.tickets.tickets.at[i]);
    check_ticket(&view, &view.tickets.tickets.at[i]);
    check_origin(&view, &view.tickets.tickets.at[i]);
  }
  for (size_t i = 0; i < world->truth.edit_count; i++)
    check_edit(&view, &world->truth.edits[i]);
  for (size_t i = 0; i < view.conflicts.conflicts.count; i++)
    checker_check_conflict(&view, &view.conflicts.conflicts.at[i]);
}
