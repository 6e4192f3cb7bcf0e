/* Looks, and the writes that follow them. */
#include "simulation/gaps.h"

#include "simulation/parents.h"
#include "simulation/world.h"

/* From a look to the question whether its write may go out no more than a lease can pass; from there to the send half
 * of one, and as much again until it arrives. Of several that were looked at together each takes its time. */
enum { LONGEST_MS = 120 * 1000 };

/* The target as tandem saw it before this write: just fetched, or confirmed by its etag. */
static const struct values *known_fields(const struct remote_item *item, const struct push *push) {
  int64_t number;
  if (push->fresh)
    return &push->fresh->fields;
  if (push->intent->etag.length && str_to_i64(str_slice(push->intent->etag, 1, push->intent->etag.length), &number))
    return &item->revisions[number].fields;
  return NULL;
}

/* Since when the item has held its present value of the field. */
static int64_t stands_since_ms(const struct remote_item *item, struct str field) {
  const struct value *now = values_find(&tracker_now(item)->fields, field);
  size_t i = item->count - 1;
  while (i > 0 && now) {
    const struct value *before = values_find(&item->revisions[i - 1].fields, field);
    if (!before || !value_equal(before, now))
      break;
    i--;
  }
  return item->revisions[i].at_ms;
}

static void check_field(const struct remote_item *item, const struct values *known, const struct value *written,
                        size_t looked_at) {
  struct tracker *tracker = item->tracker;
  struct world *world = tracker->world;
  const struct values *now = &tracker_now(item)->fields;
  struct value before = parents_word_there(tracker, values_find(now, written->name)),
               seen = parents_word_there(tracker, values_find(known, written->name)),
               after = parents_word_there(tracker, written);
  bool unseen = truth_overwritten(&world->truth, truth_identity(now), &before, &seen, &after);
  int64_t stands_ms = world->now_ms - stands_since_ms(item, written->name);
  if (unseen && stands_ms > LONGEST_MS * (int64_t)looked_at)
    world_violate(world, "P2", "what had stood in %.*s of %s %.*s for %lld s is replaced unseen",
                  STR_FMT(written->name), tracker->habits.system, STR_FMT(item->id), (long long)stands_ms / 1000);
}

void gaps_check(const struct remote_item *item, const struct push *push, const struct values *written,
                size_t looked_at) {
  const struct values *known = known_fields(item, push);
  for (size_t i = 0; known && i < written->count; i++)
    if (written->at[i].kind == VALUE_TEXT)
      check_field(item, known, &written->at[i], looked_at);
}

void gaps_take_turn(struct tracker *tracker, unsigned who, int64_t since_ms) {
  for (unsigned other = 0; other < ACTORS_MAX; other++)
    if (other != who && tracker->written_ms[other] > since_ms)
      world_violate(tracker->world, "P10", "%s writes to %s on what it saw before %s wrote there",
                    tracker->world->actors[who].name, tracker->habits.system, tracker->world->actors[other].name);
  tracker->written_ms[who] = tracker->world->now_ms;
}
