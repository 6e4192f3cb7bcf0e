/* Projects that change while tandem is at work on them. */
#include "simulation/people_projects.h"

#include "simulation/people.h"
#include "simulation/world.h"

/* All of it is over before everything has to come to rest. */
enum { SHORTEST_MS = 1000, LONGEST_MS = 120 * 1000, PLANNED_WITHIN_MS = 60 * 1000, APPLIED_WITHIN_MS = 60 * 1000 };

static const struct tracker *tracker_of(const struct planned_edit *p) {
  return &p->world->trackers[p->target % p->world->tracker_count];
}

/* Pausing fails the session that runs, in the midst of whatever is under way. */
static void set_state(const struct planned_edit *p, const char *state) {
  struct str name = str_of(tracker_of(p)->habits.system);
  struct project_set_state set = {.name = name, .state = str_of(state), .actor = STR("ann")};
  struct project_stands stands;
  world_tell(p->world, "person here w%03d: has %s %s", p->number, name.at, state);
  struct result result = people_verb(p->world, VERB_PROJECT_SET_STATE, &set, &stands);
  if (!result_ok(&result))
    world_violate(p->world, "no bugs", "project.set_state: %s", result.message);
}

static void go_on(void *context, uint64_t unused) {
  (void)unused;
  set_state(context, "active");
}

void people_pause(struct planned_edit *planned) {
  struct world *world = planned->world;
  int64_t for_ms = SHORTEST_MS + (int64_t)(planned->detail / 2 % (LONGEST_MS - SHORTEST_MS));
  set_state(planned, "paused");
  events_expect(&world->events, world->now_ms + for_ms, go_on, planned, 0);
}

/* -- dry runs -- */

/* What a person may be refused is no bug. Who gets no answer cannot know. */
static enum result_code outcome(const struct planned_edit *p, struct result result, const char *what) {
  if (result.code == RESULT_BUG)
    world_violate(p->world, "no bugs", "%s: %s", what, result.message);
  return result.code;
}

static void apply_or_drop(void *context, uint64_t session_id) {
  const struct planned_edit *p = context;
  struct world *world = p->world;
  struct preview_query query = {.id = (int64_t)session_id};
  struct session_preview preview = {0};
  struct session_id id;
  if (outcome(p, people_try_verb(world, VERB_SESSION_PREVIEW, &query, &preview), "session.preview") != RESULT_OK)
    preview.plan = (struct str){0};
  struct plan_apply apply = {.plan = preview.plan, .actor = STR("ann")};
  bool applies = preview.plan.length && p->detail % 4 < 3;
  if (applies && outcome(p, people_try_verb(world, VERB_PLAN_APPLY, &apply, &id), "plan.apply") == RESULT_OK)
    world_tell(world, "person here w%03d: applies %.*s", p->number, STR_FMT(preview.plan));
  events_expect(&world->events, world->now_ms + (applies ? APPLIED_WITHIN_MS : 0), go_on, context, 0);
}

void people_dry_run(struct planned_edit *planned) {
  struct world *world = planned->world;
  struct session_start start = {.project = str_of(tracker_of(planned)->habits.system),
                                .mode = STR("dry_run"),
                                .trigger = STR("person"),
                                .actor = STR("ann")};
  struct session_id id;
  enum result_code code = outcome(planned, people_try_verb(world, VERB_SESSION_START, &start, &id), "session.start");
  world_tell(world, "person here w%03d: dry run of %s%s", planned->number, start.project.at,
             code == RESULT_OK ? "" : ", which is refused");
  if (code == RESULT_OK)
    events_expect(&world->events, world->now_ms + (int64_t)(planned->detail / 4 % PLANNED_WITHIN_MS), apply_or_drop,
                  planned, (uint64_t)id.id);
  else if (code == RESULT_RETRY)
    events_expect(&world->events, world->now_ms + PLANNED_WITHIN_MS, go_on, planned, 0);
}

/* -- settings -- */

void people_change_strategy(const struct planned_edit *planned) {
  world_tell(planned->world, "person here w%03d: changes the strategy of %s", planned->number,
             tracker_of(planned)->habits.system);
  world_configure(planned->world, tracker_of(planned), planned->detail);
}
