/* Asserting the properties. */
#include "simulation/checker.h"

#include "simulation/people.h"
#include "simulation/world.h"
#include "sync/attribution.h"
#include "sync/canon.h"
#include "sync/catalogue.h"

struct view {
  struct world *world;
  struct ticket_list tickets; /* with mappings and comments */
  struct conflict_list conflicts;
  struct str kept;
};

static bool look(struct world *world, struct view *out) {
  struct ticket_query query = {.limit = 100};
  struct conflict_query all = {.limit = 500};
  *out = (struct view){.world = world};
  struct result result = people_verb(world, VERB_TICKET_LIST, &query, &out->tickets);
  struct ticket *tickets = ARENA_ARRAY(&world->arena, struct ticket, out->tickets.tickets.count);
  for (size_t i = 0; result_ok(&result) && i < out->tickets.tickets.count; i++) {
    struct ticket_get get = {.key = out->tickets.tickets.at[i].key};
    result = people_verb(world, VERB_TICKET_GET, &get, &tickets[i]);
  }
  out->tickets.tickets.at = tickets;
  if (result_ok(&result))
    result = people_verb(world, VERB_CONFLICT_LIST, &all, &out->conflicts);
  if (result_ok(&result))
    result = store_kept_texts(world->store, &world->arena, &out->kept);
  if (!result_ok(&result))
    world_violate(world, "no bugs", "the checker: %s", result.message);
  return result_ok(&result);
}

static struct tracker *tracker_named(struct world *world, struct str project) {
  for (size_t i = 0; i < world->tracker_count; i++)
    if (str_is(project, world->trackers[i].habits.system))
      return &world->trackers[i];
  return NULL;
}

/* An absent `project` stands for any. */
static bool has_open_conflict(const struct view *view, struct str project, struct str ticket, struct str field) {
  for (size_t i = 0; i < view->conflicts.conflicts.count; i++) {
    const struct conflict *c = &view->conflicts.conflicts.at[i];
    bool of_project = str_is_absent(project) || str_equal(c->project, project);
    if (of_project && str_equal(c->ticket, ticket) && str_equal(c->field, field) && str_is(c->state, "open"))
      return true;
  }
  return false;
}

/* Somebody saw both values and chose. */
static bool was_decided(const struct view *view, struct str ticket, struct str field) {
  for (size_t i = 0; i < view->conflicts.conflicts.count; i++) {
    const struct conflict *c = &view->conflicts.conflicts.at[i];
    if (str_equal(c->ticket, ticket) && str_equal(c->field, field) &&
        (str_is(c->state, "decided") || str_is(c->state, "resolved")))
      return true;
  }
  return false;
}

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

static void check_fields(const struct view *view, const struct ticket *ticket, const struct mapping *mapping,
                         const struct observation *outside) {
  for (size_t i = 0; i < outside->fields.count; i++) {
    const struct value *there = &outside->fields.at[i], *here = values_find(&ticket->fields, there->name);
    enum content_kind kind = catalogue_kind(there->name, there->kind);
    if ((here && canon_equal(kind, here, there)) || has_open_conflict(view, mapping->project, ticket->key, there->name))
      continue;
    world_violate(view->world, "P1", "%.*s of %.*s is \"%s\" here and \"%s\" in %.*s", STR_FMT(there->name),
                  STR_FMT(ticket->key), shown(&view->world->arena, here), shown(&view->world->arena, there),
                  STR_FMT(mapping->project));
  }
}

static bool is_private(const struct ticket *ticket) {
  return str_is(ticket->privacy, "local_only");
}

static void check_ticket(const struct view *view, const struct ticket *ticket) {
  struct world *world = view->world;
  for (size_t i = 0; i < ticket->mappings.count; i++) {
    const struct mapping *mapping = &ticket->mappings.at[i];
    struct tracker *tracker = tracker_named(world, mapping->project);
    const struct remote_item *item = tracker_find(tracker, STR("ticket"), mapping->external_id);
    if (is_private(ticket))
      continue;
    if (!item) {
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

static void check_identity(const struct view *view, int identity) {
  struct world *world = view->world;
  size_t here = tickets_of_identity(view, identity);
  if (here != 1)
    world_violate(world, "P3", "i%02d is %zu tickets here", identity, here);
  for (size_t t = 0; t < world->tracker_count; t++) {
    size_t there = 0;
    for (size_t i = 0; i < world->trackers[t].item_count; i++) {
      const struct remote_item *item = &world->trackers[t].items[i];
      there += str_is(item->kind, "ticket") && truth_identity(&tracker_now(item)->fields) == identity;
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

/* -- comments -- */

static const struct ticket *ticket_of_identity(const struct view *view, int identity) {
  for (size_t i = 0; i < view->tickets.tickets.count; i++)
    if (truth_identity(&view->tickets.tickets.at[i].fields) == identity)
      return &view->tickets.tickets.at[i];
  return NULL;
}

static size_t remote_comments(const struct tracker *tracker, const char *token) {
  size_t count = 0;
  for (size_t i = 0; i < tracker->item_count; i++) {
    const struct remote_item *item = &tracker->items[i];
    count += str_is(item->kind, "comment") && truth_holds(values_find(&tracker_now(item)->fields, STR("body")), token);
  }
  return count;
}

static void check_comment(const struct view *view, const struct edit *edit) {
  struct world *world = view->world;
  const struct ticket *ticket = ticket_of_identity(view, edit->identity);
  size_t here = 0;
  for (size_t i = 0; ticket && i < ticket->comments.count; i++)
    here += str_find(ticket->comments.at[i].body, edit->token) >= 0;
  if (here != 1)
    world_violate(world, here ? "P3" : "P2", "comment %s is here %zu times", edit->token, here);
  for (size_t t = 0; t < world->tracker_count; t++) {
    const struct tracker *tracker = &world->trackers[t];
    size_t there = remote_comments(tracker, edit->token);
    if (there > 1)
      world_violate(world, "P3", "comment %s is %zu times in %s", edit->token, there, tracker->habits.system);
    bool wanted = false;
    for (size_t i = 0; ticket && i < ticket->mappings.count; i++)
      wanted |= str_is(ticket->mappings.at[i].project, tracker->habits.system);
    /* What is imported while its ticket is private here stays here, also when the ticket is shared later. */
    bool may_stay = edit->is_private || (edit->side && world->truth.identities[edit->identity].was_private);
    if (wanted && there == 0 && !may_stay && !is_private(ticket))
      world_violate(world, "P1", "comment %s is not in %s", edit->token, tracker->habits.system);
  }
}

/* -- P2, P8 -- */

static void check_edit(const struct view *view, const struct edit *edit) {
  const struct ticket *ticket = ticket_of_identity(view, edit->identity);
  const struct value *here = ticket ? values_find(&ticket->fields, str_of(edit->field)) : NULL;
  if (strcmp(edit->field, "comment") == 0) {
    check_comment(view, edit);
    return;
  }
  bool holds = truth_holds(here, edit->token);
  if (edit->is_removal && holds && !edit->is_in_gap &&
      !has_open_conflict(view, (struct str){0}, ticket->key, str_of(edit->field)) &&
      !was_decided(view, ticket->key, str_of(edit->field)))
    world_violate(view->world, "P2", "label %s, which somebody took away, is back", edit->token);
  bool is_excused = edit->is_replaced && !edit->is_told;
  if (edit->is_removal || holds || is_excused || edit->was_seen_off || str_find(view->kept, edit->token) >= 0)
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

/* -- P6, P11 -- */

/* The edit whose title the value is. */
static const struct edit *edit_of_title(const struct view *view, const struct values *value) {
  const struct truth *truth = &view->world->truth;
  for (size_t i = 0; value->count && i < truth->edit_count; i++)
    if (strcmp(truth->edits[i].field, "title") == 0 && truth_holds(&value->at[0], truth->edits[i].token))
      return &truth->edits[i];
  return NULL;
}

static bool saw(const struct edit *a, const struct edit *b) {
  return strcmp(a->saw, b->token) == 0;
}

static bool is_in_doubt(const struct view *view, const struct conflict *conflict) {
  const struct tracker *tracker = tracker_named(view->world, conflict->project);
  for (size_t i = 0; i < tracker->item_count; i++) {
    const struct remote_item *item = &tracker->items[i];
    struct observation seen = tracker_observe(&view->world->arena, item, tracker_now(item));
    if (str_is(item->kind, "ticket") && str_equal(seen.external_key, conflict->external_key))
      return item->is_in_doubt || item->is_unanswered;
  }
  return true;
}

/* Who has seen the other's title and replaced it contradicts nobody. */
static void check_contradiction(const struct view *view, const struct conflict *conflict) {
  bool asks = str_is(conflict->kind, "both_changed") || str_is(conflict->kind, "unequal_when_linked");
  const struct edit *here = edit_of_title(view, &conflict->local), *there = edit_of_title(view, &conflict->external);
  if (asks && here && there && (saw(here, there) || saw(there, here)) && !is_in_doubt(view, conflict))
    world_violate(view->world, "P11", "conflict %lld (%.*s): whoever wrote the later of %s and %s saw the other",
                  (long long)conflict->id, STR_FMT(conflict->kind), here->token, there->token);
}

static void check_conflict(const struct view *view, const struct conflict *conflict) {
  check_contradiction(view, conflict);
  if (!str_is(conflict->state, "open") && conflict->decided_by.length == 0)
    world_violate(view->world, "P6", "conflict %lld is %.*s, decided by nobody", (long long)conflict->id,
                  STR_FMT(conflict->state));
}

void checker_check(struct world *world) {
  struct view view;
  if (!look(world, &view))
    return;
  for (int i = 0; i < world->truth.identity_count; i++)
    check_identity(&view, i);
  for (size_t i = 0; i < view.tickets.tickets.count; i++) {
    check_mappings(&view, &view.tickets.tickets.at[i]);
    check_ticket(&view, &view.tickets.tickets.at[i]);
    check_origin(&view, &view.tickets.tickets.at[i]);
  }
  for (size_t i = 0; i < world->truth.edit_count; i++)
    check_edit(&view, &world->truth.edits[i]);
  for (size_t i = 0; i < view.conflicts.conflicts.count; i++)
    check_conflict(&view, &view.conflicts.conflicts.at[i]);
}
