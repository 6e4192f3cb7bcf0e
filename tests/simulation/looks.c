/* The three verbs by which services look for work. */
#include "simulation/looks.h"

#include "base/msgpack.h"
#include "service/rpc_frames.h"
#include "simulation/tracker.h"
#include "store/claims/leases.h"

enum { LONGEST_MS = 5000 };

enum looker looks_by(enum verb_id verb, const void *request) {
  const struct work_claim *work_claim = request;
  const struct plan_claim *plan_claim = request;
  switch (verb) {
  case VERB_WORK_CLAIM:
    return LOOKER_ADAPTER + tracker_of_system(work_claim->system)->index;
  case VERB_PLAN_CLAIM:
    return plan_claim->preview ? LOOKER_PREVIEWER : LOOKER_PLANNER;
  case VERB_SCHEDULE_TICK:
    return LOOKER_SCHEDULER;
  default:
    return LOOKER_COUNT;
  }
}

static uint64_t mixed(uint64_t id, struct str text) {
  for (size_t i = 0; i < text.length; i++)
    id = id * 31 + (unsigned char)text.at[i];
  return id;
}

static uint64_t id_of_lease(struct str client, const struct lease *lease) {
  return mixed(mixed((uint64_t)lease->fence, lease->resource), client);
}

/* By the first of them, and by whom they were handed out to: others get the same when that one has frozen. */
static uint64_t id_of_tickets(struct str client, int64_t generation) {
  return mixed((uint64_t)generation, client);
}

struct looked looks_answer(struct arena *arena, const struct asked *asked, struct str reply) {
  enum verb_id verb = asked->verb;
  struct work work = {0};
  struct plan_batch batch = {0};
  struct schedule_result tick = {0};
  void *answer = verb == VERB_WORK_CLAIM ? (void *)&work : verb == VERB_PLAN_CLAIM ? (void *)&batch : (void *)&tick;
  struct result result = rpc_frames_reply(arena, verb, reply, answer);
  struct looked looked = {.known = result_ok(&result), .wait_ms = lease_length_ms() / 2};
  if (verb == VERB_WORK_CLAIM) {
    looked.found = !str_is(work.kind, "none");
    looked.id = id_of_lease(asked->client, &work.lease);
  } else if (verb == VERB_PLAN_CLAIM) {
    looked.found = (int64_t)batch.cases.count;
    looked.id = batch.cases.count ? id_of_tickets(asked->client, batch.cases.at->generation) : 0;
  } else {
    looked = (struct looked){looked.known, tick.started + tick.finished, 0, tick.next_ms};
  }
  return looked;
}

static bool is_all_committed(struct arena *arena, struct str reply) {
  struct plan_committed committed = {0};
  struct result result = rpc_frames_reply(arena, VERB_PLAN_COMMIT, reply, &committed);
  return result_ok(&result) && committed.moved == 0;
}

bool looks_is_done(struct arena *arena, const struct asked *asked, struct str reply, uint64_t *out_id) {
  const struct work_release *release = asked->request;
  const struct plan_commit *commit = asked->request;
  if (asked->verb == VERB_WORK_RELEASE) {
    *out_id = id_of_lease(asked->client, &release->lease);
    return str_starts_with(release->lease.resource, "pull:"); /* one that is not done ends with work.fail */
  }
  if (asked->verb != VERB_PLAN_COMMIT || commit->outcomes.count == 0)
    return false;
  *out_id = id_of_tickets(asked->client, commit->outcomes.at->generation);
  return is_all_committed(arena, reply);
}

struct str looks_nothing(struct arena *arena, enum verb_id verb, int64_t wait_ms) {
  int64_t ms = wait_ms < LONGEST_MS ? wait_ms : LONGEST_MS;
  struct work work = {.kind = STR("none"), .project.name = STR(""), .lease.resource = STR(""), .retry_ms = ms};
  struct plan_batch batch = {0};
  struct schedule_result tick = {.next_ms = ms};
  void *answer = verb == VERB_WORK_CLAIM ? (void *)&work : verb == VERB_PLAN_CLAIM ? (void *)&batch : (void *)&tick;
  struct verb_reply reply = {.code = STR("ok"), .body = msgpack_encode(arena, verb_table[verb].reply, answer)};
  return msgpack_encode(arena, &record_verb_reply, &reply);
}
