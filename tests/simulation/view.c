/* Asking, and looking things up. */
#include "simulation/view.h"

#include <stdlib.h>

#include "simulation/people.h"

bool view_look(struct world *world, struct view *out) {
  struct ticket_query query = {.limit = 100};
  struct conflict_query all = {.limit = 500};
  *out = (struct view){.world = world};
  struct result result = people_verb(world, VERB_TICKET_LIST, &query, &out->tickets);
  struct ticket *tickets = ARENA_ARRAY(&world->arena, struct ticket, out->tickets.tickets.count);
  for (size_t i = 0; result_ok(&result) && i < out->tickets.tickets.count; i++) {
    struct ticket_get get = {.key = out->tickets.tickets.at[i].key, .deleted = true};
    result = people_verb(world, VERB_TICKET_GET, &get, &tickets[i]);
  }
  out->tickets.tickets.at = tickets;
  if (result_ok(&result))
    result = people_verb(world, VERB_CONFLICT_LIST, &all, &out->conflicts);
  if (!result_ok(&result))
    world_violate(world, "no bugs", "the checker: %s", result.message);
  return result_ok(&result);
}

struct tracker *view_tracker(const struct view *view, struct str project) {
  struct world *world = view->world;
  for (size_t i = 0; i < world->tracker_count; i++)
    if (str_is(project, world->trackers[i].habits.system))
      return &world->trackers[i];
  return NULL;
}

bool view_has_open_conflict(const struct view *view, struct str project, struct str ticket, struct str field) {
  for (size_t i = 0; i < view->conflicts.conflicts.count; i++) {
    const struct conflict *c = &view->conflicts.conflicts.at[i];
    bool of_project = str_is_absent(project) || str_equal(c->project, project);
    if (of_project && str_equal(c->ticket, ticket) && str_equal(c->field, field) && str_is(c->state, "open"))
      return true;
  }
  return false;
}

/* Of a comment it tells the text. */
int view_identity(const struct view *view, const struct conflict *conflict) {
  const struct values *texts[] = {&conflict->base, &conflict->local, &conflict->external};
  bool is_text = str_is(conflict->field, "body") || str_is(conflict->field, "comment");
  for (size_t i = 0; is_text && i < 3; i++) {
    int identity = texts[i]->count ? truth_identity_in(texts[i]->at[0].text) : -1;
    if (identity >= 0)
      return identity;
  }
  const struct ticket *ticket = view_ticket(view, conflict->ticket);
  return ticket ? truth_identity(&ticket->fields) : -1;
}

bool view_asks_about_comment(const struct view *view, struct str project, int identity) {
  for (size_t i = 0; i < view->conflicts.conflicts.count; i++) {
    const struct conflict *c = &view->conflicts.conflicts.at[i];
    if (str_equal(c->project, project) && str_is(c->state, "open") && view_identity(view, c) == identity)
      return true;
  }
  return false;
}

bool view_was_asked_about_comment(const struct view *view, int identity) {
  for (size_t i = 0; i < view->conflicts.conflicts.count; i++) {
    const struct conflict *c = &view->conflicts.conflicts.at[i];
    if (str_is(c->field, "comment") && view_identity(view, c) == identity)
      return true;
  }
  return false;
}

bool view_was_decided(const struct view *view, struct str ticket, struct str field) {
  for (size_t i = 0; i < view->conflicts.conflicts.count; i++) {
    const struct conflict *c = &view->conflicts.conflicts.at[i];
    if (str_equal(c->ticket, ticket) && str_equal(c->field, field) &&
        (str_is(c->state, "decided") || str_is(c->state, "resolved")))
      return true;
  }
  return false;
}

const struct ticket *view_ticket(const struct view *view, struct str key) {
  for (size_t i = 0; i < view->tickets.tickets.count; i++)
    if (str_equal(view->tickets.tickets.at[i].key, key))
      return &view->tickets.tickets.at[i];
  return NULL;
}

const struct ticket *view_ticket_of_identity(const struct view *view, int identity) {
  for (size_t i = 0; i < view->tickets.tickets.count; i++)
    if (truth_identity(&view->tickets.tickets.at[i].fields) == identity)
      return &view->tickets.tickets.at[i];
  return NULL;
}

/* -- references -- */

bool view_waits(const struct view *view, const struct value *here, struct str project) {
  if (!here || !str_is(here->name, "parent") || !here->text.length)
    return false;
  const struct ticket *named = view_ticket(view, here->text);
  for (size_t i = 0; named && i < named->mappings.count; i++)
    if (str_equal(named->mappings.at[i].project, project) && named->mappings.at[i].external_id.length)
      return str_is(named->mappings.at[i].state, "gone");
  return true;
}

bool view_names_gone(const struct tracker *tracker, const struct value *there) {
  for (size_t i = 0; str_is(there->name, "parent") && i < tracker->item_count; i++)
    if (str_equal(tracker->items[i].id, there->text))
      return tracker->items[i].gone_ms != 0;
  return false;
}

/* Whether the value names the ticket in any of its ways. */
static bool names(const struct values *value, const struct ticket *ticket) {
  struct str word = value->count ? value->at[0].text : (struct str){0};
  bool is_named = word.length && str_equal(word, ticket->key);
  for (size_t i = 0; i < ticket->mappings.count; i++)
    is_named |= word.length && str_equal(word, ticket->mappings.at[i].external_id);
  return is_named;
}

/* -- what is kept -- */

/* Of the field that is asked about; what else a ticket holds that is gone there stands beside it. */
static bool tells(const struct conflict *conflict, const struct values *values, const char *token) {
  const struct value *value = values->count == 1 ? &values->at[0] : values_find(values, conflict->field);
  return value && truth_holds(value, token);
}

/* One whose ticket is not there any more was joined with another. */
static bool is_about(const struct view *view, const struct conflict *conflict, const struct ticket *ticket) {
  return str_equal(conflict->ticket, ticket->key) || !view_ticket(view, conflict->ticket);
}

static bool holds(const struct view *view, const struct conflict *conflict, const struct values *value,
                  const struct edit *edit) {
  if (strcmp(edit->field, "parent") != 0)
    return tells(conflict, value, edit->token);
  const struct ticket *child = view_ticket_of_identity(view, edit->identity),
                      *parent = view_ticket_of_identity(view, atoi(edit->token + 1));
  return child && parent && str_is(conflict->field, "parent") && is_about(view, conflict, child) &&
         names(value, parent);
}

bool view_keeps(const struct view *view, const struct edit *edit) {
  for (size_t i = 0; i < view->conflicts.conflicts.count; i++) {
    const struct conflict *c = &view->conflicts.conflicts.at[i];
    const struct values *sides[] = {&c->base, &c->local, &c->external, &c->value};
    for (size_t side = 0; side < 4 && !str_is(c->winner, "merged"); side++)
      if (holds(view, c, sides[side], edit))
        return true;
  }
  return false;
}
