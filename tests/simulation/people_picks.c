/* Choosing by the edit's plan. */
#include "simulation/people_picks.h"

#include "simulation/people.h"
#include "simulation/world.h"

void people_tell(const struct planned_edit *p, const char *what, int identity) {
  const char *where = p->side ? p->world->trackers[p->side - 1].habits.system : "here";
  world_tell(p->world, "person %s w%03d: %s of i%02d", where, p->number, what, identity);
}

int people_new_identity(const struct planned_edit *p) {
  struct truth *truth = &p->world->truth;
  int identity = truth->identity_count++;
  truth->identities[identity].exists = true;
  truth->identities[identity].origin = p->side;
  return identity;
}

int people_identity(struct world *world, struct str key) {
  struct ticket ticket = {0};
  struct ticket_get get = {.key = key};
  struct result result = people_verb(world, VERB_TICKET_GET, &get, &ticket);
  return result_ok(&result) ? truth_identity(&ticket.fields) : -1;
}

struct remote_item *people_pick_remote(const struct planned_edit *p, const char *kind) {
  struct tracker *tracker = &p->world->trackers[p->side - 1];
  size_t count = 0, wanted;
  for (size_t i = 0; i < tracker->item_count; i++)
    count += tracker_shows(&tracker->items[i], kind);
  wanted = count ? p->target % count : 0;
  for (size_t i = 0; i < tracker->item_count; i++)
    if (tracker_shows(&tracker->items[i], kind) && wanted-- == 0)
      return &tracker->items[i];
  return NULL;
}

static struct ticket_list list_local(const struct planned_edit *p) {
  struct ticket_query query = {.limit = 50};
  struct ticket_list list = {0};
  struct result result = people_verb(p->world, VERB_TICKET_LIST, &query, &list);
  if (!result_ok(&result))
    world_violate(p->world, "no bugs", "ticket.list: %s", result.message);
  return list;
}

/* Pages have neither bodies nor comments. */
static const struct ticket *get_local(const struct planned_edit *p, struct str key) {
  struct ticket *ticket = ARENA_NEW(&p->world->arena, struct ticket);
  struct ticket_get get = {.key = key};
  struct result result = people_verb(p->world, VERB_TICKET_GET, &get, ticket);
  if (!result_ok(&result))
    world_violate(p->world, "no bugs", "ticket.get: %s", result.message);
  return ticket;
}

const struct ticket *people_pick_local(const struct planned_edit *p) {
  struct ticket_list list = list_local(p);
  return list.tickets.count ? get_local(p, list.tickets.at[p->target % list.tickets.count].key) : NULL;
}

const struct comment *people_pick_local_comment(const struct planned_edit *p) {
  const struct comment *all[IDENTITIES_MAX];
  struct ticket_list list = list_local(p);
  size_t count = 0;
  for (size_t t = 0; t < list.tickets.count; t++) {
    const struct ticket *ticket = get_local(p, list.tickets.at[t].key);
    for (size_t i = 0; i < ticket->comments.count && count < IDENTITIES_MAX; i++)
      all[count++] = &ticket->comments.at[i];
  }
  return count ? all[p->target % count] : NULL;
}

void people_keep_marker(const struct remote_item *item, const struct observation *seen, struct value *body) {
  if (item->tracker->habits.marker == MARKER_IN_BODY && seen->marker.length)
    body->text = str_format(&item->tracker->world->arena, "%.*s\n\n<!-- tandem:v1:%.*s -->", STR_FMT(body->text),
                            STR_FMT(seen->marker));
}

/* After an edit of anything it cannot be told whether the last step of a creation is missing. */
void people_doubt(struct remote_item *item, struct str edited) {
  unsigned last_step = item->tracker->habits.creates_in_steps ? 1U << truth_field(STR("status")) : 0;
  item->doubted |= item->unanswered & (1U << truth_field(edited) | last_step);
}
