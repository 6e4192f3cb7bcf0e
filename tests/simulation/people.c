/* When people act, and how their commands reach the store. */
#include "simulation/people.h"

#include "service/rpc_frames.h"
#include "simulation/changes.h"
#include "simulation/people_edits.h"
#include "simulation/world.h"

enum {
  AMBUSH_AHEAD_MS = 90 * 1000,
  AGAIN_MAX = 20,
  ANSWERED_WITHIN_MS = 5000,
  AGAIN_WITHIN_MS = 900,
  IN_DOUBT_MS = 20 * 1000
};

static struct {
  struct planned_edit edits[PLANNED_EDITS_MAX];
  size_t count;
  bool are_hasty;       /* they mostly edit once more within a second, and all of it they want to see here soon */
  bool trust_lists;     /* there are no webhooks, and lists lag */
  enum topic favourite; /* of what else than tickets' fields they often take to */
} people;

size_t people_planned(const struct world *world) {
  (void)world;
  return people.count;
}

static void act(void *context, uint64_t unused) {
  struct planned_edit *planned = context;
  (void)unused;
  if (planned->is_done)
    return;
  planned->is_done = true;
  people_do(planned);
}

/* The same as another edit and soon after it, mostly on another side: that is how conflicts come about. On the same
 * side it falls into the same second, which not every tracker's versions tell apart. */
static void answer(struct planned_edit *planned, const struct planned_edit *other) {
  struct world *world = planned->world;
  bool same_side = chances_draw(&world->chances, DRAW_EDIT, WHO_PEOPLE) % 4 < (people.are_hasty ? 3 : 1);
  bool at_once = (same_side && !people.trust_lists) || people.favourite == TOPIC_COMMENT;
  int64_t within_ms = at_once ? AGAIN_WITHIN_MS : ANSWERED_WITHIN_MS;
  int step = same_side ? 0 : 1 + planned->side % (int)world->tracker_count;
  planned->side = (other->side + step) % (int)(world->tracker_count + 1);
  planned->at_ms = other->at_ms + chances_between(&world->chances, DRAW_EDIT, WHO_PEOPLE, 0, within_ms);
  planned->what = other->what;
  planned->topic = other->topic;
  planned->target =
      other->target + (same_side && (people.trust_lists || planned->target % 2)); /* another ticket, or the same */
}

/* Somebody looks at the conflicts in the end. */
static void decide_late(struct planned_edit *planned, int64_t until_ms) {
  planned->side = 0;
  planned->what = PEOPLE_DECIDE;
  planned->at_ms = until_ms - 1;
  planned->lies_in_wait = false;
}

/* Most people of most worlds edit fields; in a few worlds comments are what everybody is at, in fewer tickets go, or
 * whoever is here settles disputes. */
static enum topic draw_topic(struct chances *chances) {
  uint64_t roll = chances_draw(chances, DRAW_EDIT, WHO_PEOPLE);
  static const unsigned how_often[] = {[TOPIC_COMMENT] = 13, [TOPIC_END] = 3, [TOPIC_DISPUTE] = 8};
  unsigned often = how_often[people.favourite]; /* of sixteen */
  if (roll % 16 < often)
    return people.favourite;
  return roll / 16 % 16 == 0 ? TOPIC_COMMENT : TOPIC_TICKET;
}

void people_begin(struct world *world, int64_t until_ms, const bool *without) {
  struct chances *chances = &world->chances;
  static const int64_t edits[][2] = {{4, 10}, {6, 14}, {4, 14}};
  people.count =
      (size_t)chances_between(chances, DRAW_SETTING, WHO_PEOPLE, edits[world->size][0], edits[world->size][1]);
  people.trust_lists = chances->dwelt_on == FAULT_LIST_LAG;
  people.are_hasty = chances_draw(chances, DRAW_SETTING, WHO_PEOPLE) % 4 == 0 || people.trust_lists;
  static const enum topic favourites[16] = {TOPIC_COMMENT, TOPIC_COMMENT, TOPIC_COMMENT,
                                            TOPIC_COMMENT, TOPIC_END,     TOPIC_DISPUTE};
  people.favourite = reliance_topic(world, favourites[chances_draw(chances, DRAW_SETTING, WHO_PEOPLE) % 16]);
  bool one_will_do = world->size == SIZE_SMALL && !people.trust_lists;
  size_t first_tickets = one_will_do ? 1 + chances_draw(chances, DRAW_SETTING, WHO_PEOPLE) % 2 : 2;
  for (size_t i = 0; i < people.count; i++) {
    struct planned_edit *planned = &people.edits[i];
    *planned = (struct planned_edit){.world = world, .number = (int)i};
    planned->side = (int)(chances_draw(chances, DRAW_EDIT, WHO_PEOPLE) % (world->tracker_count + 1));
    planned->at_ms = chances_between(chances, DRAW_EDIT, WHO_PEOPLE, world->now_ms, until_ms);
    planned->lies_in_wait = chances_draw(chances, DRAW_EDIT, WHO_PEOPLE) % 2;
    planned->what = chances_draw(chances, DRAW_EDIT, WHO_PEOPLE);
    planned->target = chances_draw(chances, DRAW_EDIT, WHO_PEOPLE);
    planned->detail = chances_draw(chances, DRAW_EDIT, WHO_PEOPLE);
    planned->topic = reliance_topic(world, draw_topic(chances));
    if (i < first_tickets) { /* there is something to work on from the start */
      planned->what = 0;
      planned->topic = TOPIC_TICKET;
      planned->at_ms = world->now_ms + (int64_t)i * 1000;
      planned->lies_in_wait = false;
    }
    uint64_t answers = chances_draw(chances, DRAW_EDIT, WHO_PEOPLE) % 4;
    if (i > 2 && answers < (people.favourite == TOPIC_COMMENT ? 3 : 2))
      answer(planned, &people.edits[i - 1]);
    if (i > 2 && i + 1 == people.count)
      decide_late(planned, until_ms);
    planned->wants_sync = people.are_hasty || people.favourite == TOPIC_DISPUTE || planned->detail / 256 % 4 == 0;
    planned->is_done = without && without[i];
    events_expect(&world->events, planned->at_ms, act, planned, 0);
  }
}

static struct planned_edit *next_in_wait(const struct world *world, int64_t ahead_ms) {
  struct planned_edit *next = NULL;
  for (size_t i = 0; i < people.count; i++) {
    struct planned_edit *planned = &people.edits[i];
    bool soon = planned->lies_in_wait && !planned->is_done && planned->at_ms - world->now_ms < ahead_ms;
    if (soon && (!next || planned->at_ms < next->at_ms))
      next = planned;
  }
  return next;
}

void people_may_take_away(const struct remote_item *item) {
  struct world *world = item->tracker->world;
  struct planned_edit *next = next_in_wait(world, INT64_MAX);
  uint64_t roll = chances_draw(&world->chances, DRAW_CHOICE, WHO_PEOPLE);
  if (!next || roll % 2 || !changes_take_away(next, item))
    return;
  events_expect(&world->events, world->now_ms + (int64_t)(roll / 2 % IN_DOUBT_MS), act, next, 0);
}

void people_may_ambush(struct world *world) {
  struct planned_edit *next = next_in_wait(world, AMBUSH_AHEAD_MS);
  if (next && chances_draw(&world->chances, DRAW_CHOICE, WHO_PEOPLE) % 3 == 0)
    events_expect(&world->events, world->now_ms + chances_between(&world->chances, DRAW_LATENCY, WHO_PEOPLE, 0, 400),
                  act, next, 0);
}

/* -- privacy -- */

static bool holds(const struct payload *payload, const char *token) {
  const struct values *parts[] = {&payload->set, &payload->add, &payload->remove};
  for (size_t part = 0; part < 3; part++)
    for (size_t i = 0; i < parts[part]->count; i++)
      if (truth_holds(&parts[part]->at[i], token))
        return true;
  return false;
}

/* A ticket that has been private since before `until_ms`, and what is said about it; a private comment for ever. */
static bool is_private(const struct truth *truth, int identity, int64_t until_ms) {
  if (identity >= 0 && truth->identities[identity].is_comment) {
    if (truth->identities[identity].is_private)
      return true;
    identity = truth->identities[identity].ticket;
  }
  return identity >= 0 && truth->identities[identity].is_private &&
         truth->identities[identity].private_since_ms < until_ms;
}

void people_check_outbound(struct world *world, const struct payload *payload, int64_t grace_ms) {
  struct truth *truth = &world->truth;
  for (size_t i = 0; i < truth->edit_count; i++) {
    const struct edit *edit = &truth->edits[i];
    if (is_private(truth, edit->identity, world->now_ms - grace_ms) && holds(payload, edit->token))
      world_violate(world, "P5", "%s of a private ticket or comment (i%02d) leaves", edit->token, edit->identity);
  }
}

/* -- commands -- */

static struct result send(struct world *world, struct str frame, enum verb_id id, void *reply) {
  struct str answer;
  if (!store_execute(world->store, &world->arena, 0, frame, &answer))
    return result_error(RESULT_RETRY, "the store does not answer");
  return rpc_frames_reply(&world->arena, id, answer, reply);
}

static struct result next_frame(struct world *world, enum verb_id id, const void *request, struct str *out) {
  return rpc_frames_request(&world->arena, STR("people"), ++world->people_requests, id, request, out);
}

struct result people_try_verb(struct world *world, enum verb_id id, const void *request, void *reply) {
  struct str frame;
  TRY(next_frame(world, id, request, &frame));
  return send(world, frame, id, reply);
}

struct result people_verb(struct world *world, enum verb_id id, const void *request, void *reply) {
  struct str frame;
  struct result result = RESULT_DONE;
  TRY(next_frame(world, id, request, &frame));
  for (int again = 0; again < AGAIN_MAX; again++) {
    result = send(world, frame, id, reply);
    if (result.code != RESULT_RETRY)
      break;
    store_restart(world->store);
  }
  return result;
}
