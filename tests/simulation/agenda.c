/* What is known, and what makes it unknown. */
#include "simulation/agenda.h"

#include "simulation/looks.h"
#include "simulation/tracker.h"
#include "simulation/world.h"

/* Of agenda.sql. */
#define ASK(columns, function) "select due, next_ms" columns " from " function
#define NOW "to_timestamp($1::bigint / 1000.0)"

static struct result ask_adapter(struct db *db, const struct habits *habits, struct db_param now, struct rows *out) {
  struct db_param system = p_str(str_of(habits->system));
  if (!habits->registers_hooks && !habits->scans)
    return db_query(db, ASK("", "sim_adapting(" NOW ", $2)"), PARAMS(now, system), out);
  return db_query(db, ASK("", "sim_adapting_all(" NOW ", $2, $3, $4)"),
                  PARAMS(now, system, p_bool(habits->registers_hooks), p_bool(habits->scans)), out);
}

static struct result ask(struct db *db, enum looker looker, int64_t now_ms, struct rows *out) {
  struct db_param now = p_i64(now_ms);
  if (looker >= LOOKER_ADAPTER)
    return ask_adapter(db, &world_current()->trackers[looker - LOOKER_ADAPTER].habits, now, out);
  if (looker == LOOKER_SCHEDULER)
    return db_query(db, ASK("", "sim_scheduling(" NOW ")"), PARAMS(now), out);
  return db_query(db, ASK(", previews", "sim_planning(" NOW ")"), PARAMS(now), out);
}

void agenda_begin(struct agenda *agenda) {
  for (unsigned looker = 0; looker < LOOKER_COUNT; looker++)
    agenda->of[looker] = (struct prospect){.is_known = looker != LOOKER_SCHEDULER, .next_ms = INT64_MAX};
}

int64_t agenda_next_ms(const struct agenda *agenda, enum looker looker) {
  const struct prospect *prospect = &agenda->of[looker];
  int64_t next_ms = prospect->next_ms;
  for (size_t i = 0; i < prospect->out_count; i++)
    next_ms = prospect->out[i].lapses_ms < next_ms ? prospect->out[i].lapses_ms : next_ms;
  return next_ms;
}

struct result agenda_refresh(struct agenda *agenda, struct db *db, enum looker looker, int64_t now_ms) {
  bool plans = looker == LOOKER_PLANNER || looker == LOOKER_PREVIEWER; /* who are asked about together */
  struct rows rows;
  if (agenda->of[looker].is_known && now_ms < agenda_next_ms(agenda, looker))
    return RESULT_DONE;
  TRY(ask(db, looker, now_ms, &rows));
  bool is_over = str_is_absent(rows_str(&rows, 0, "next_ms"));
  agenda->of[plans ? LOOKER_PLANNER : looker] =
      (struct prospect){.is_known = true,
                        .due = rows_i64(&rows, 0, "due"),
                        .next_ms = is_over ? INT64_MAX : rows_i64(&rows, 0, "next_ms")};
  if (plans)
    agenda->of[LOOKER_PREVIEWER] =
        (struct prospect){.is_known = true, .due = rows_bool(&rows, 0, "previews"), .next_ms = INT64_MAX};
  db_release(db);
  return RESULT_DONE;
}

/* -- who has to look, and who has to ask anew -- */

enum {
  EVERYBODY = (1U << LOOKER_COUNT) - 1,
  PLANNERS = 1U << LOOKER_PLANNER | 1U << LOOKER_PREVIEWER,
  SCHEDULER = 1U << LOOKER_SCHEDULER,
  ADAPTERS = EVERYBODY & ~(PLANNERS | SCHEDULER)
};

/* For whom there is more to do when a bell rings: mostly there is, so nobody asks. */
static unsigned called(enum bell bell, struct str system) {
  if (bell == BELL_PLAN)
    return PLANNERS;
  return bell == BELL_WORK && system.length ? 1U << (LOOKER_ADAPTER + tracker_of_system(system)->index) : 0;
}

/* For whom there may be. A session that somebody starts may be one that is only shown. */
static unsigned roused(const struct agenda *agenda, enum verb_id verb, enum bell bell, struct str system) {
  bool previews = verb == VERB_SESSION_START || agenda->of[LOOKER_PREVIEWER].due;
  if (bell == BELL_SESSION)
    return SCHEDULER | (previews ? PLANNERS : 0);
  return bell == BELL_WORK && !system.length ? ADAPTERS : 0;
}

/* Whom a verb concerns that no bell need tell of: adapters whose leases are given back, planners whose claims are, the
 * scheduler when something ends; and anybody, when somebody changes the settings. */
static unsigned concerned(enum verb_id verb, unsigned lookers) {
  switch (verb) {
  case VERB_WORK_RELEASE:
  case VERB_PLAN_COMMIT:
    return lookers;
  case VERB_WORK_FAIL:
    return lookers | SCHEDULER;
  case VERB_SCHEDULE_TICK: /* the first session of a project has its webhook and its scans seen to */
    return world_current()->reliance == RELIES_ON_POLLS ? 0 : ADAPTERS;
  case VERB_HOOK_CHECK:
    return ADAPTERS;
  case VERB_PROJECT_CONFIGURE:
  case VERB_PROJECT_SET_STATE:
  case VERB_CREDENTIAL_PUT:
    return EVERYBODY;
  default:
    return 0;
  }
}

void agenda_take(struct agenda *agenda, enum looker looker, const struct looked *looked, int64_t now_ms) {
  struct prospect *prospect = &agenda->of[looker];
  int64_t next_ms = now_ms + looked->wait_ms;
  if (looker == LOOKER_SCHEDULER) { /* a tick does all there is to do, and tells when there is more */
    *prospect = (struct prospect){.is_known = looked->known, .next_ms = next_ms};
    return;
  }
  if (looker == LOOKER_PREVIEWER || !looked->known)
    prospect->is_known = false;
  prospect->due -= looked->found;
  if (prospect->out_count < HANDED_OUT_MAX)
    prospect->out[prospect->out_count++] = (struct handed_out){looked->id, next_ms};
  else
    prospect->next_ms = prospect->next_ms < next_ms ? prospect->next_ms : next_ms;
}

void agenda_settle(struct agenda *agenda, unsigned lookers, uint64_t id) {
  for (unsigned one = 0; one < LOOKER_COUNT; one++) {
    struct prospect *prospect = &agenda->of[one];
    for (size_t i = prospect->out_count; lookers & 1U << one && i-- > 0;)
      if (prospect->out[i].id == id)
        prospect->out[i] = prospect->out[--prospect->out_count];
  }
}

void agenda_find_nothing(struct agenda *agenda, enum looker looker) {
  struct prospect *prospect = &agenda->of[looker];
  prospect->is_known &= !prospect->is_rung; /* a bell does not tell whether it is for later */
  prospect->in_vain = true;
}

void agenda_doubt_adapters(struct agenda *agenda) {
  for (unsigned one = LOOKER_ADAPTER; one < LOOKER_COUNT; one++)
    agenda->of[one].is_known = false;
}

static void ring(struct prospect *prospect, bool is_previewer) {
  bool may_be_none = prospect->in_vain || prospect->due < 0;
  if (!is_previewer) /* whose due is whether there are any dry runs */
    prospect->due = (may_be_none ? 0 : prospect->due) + 1;
  prospect->is_rung = true;
  prospect->in_vain = false;
}

void agenda_note(struct agenda *agenda, enum verb_id verb, unsigned lookers, const struct outbox *outbox) {
  unsigned unsure = concerned(verb, lookers), more = 0;
  for (size_t i = 0; i < outbox->ring_count; i++) {
    unsure |= roused(agenda, verb, outbox->rings[i].bell, outbox->rings[i].system);
    more |= called(outbox->rings[i].bell, outbox->rings[i].system);
  }
  for (unsigned one = 0; one < LOOKER_COUNT; one++)
    if (unsure & 1U << one)
      agenda->of[one].is_known = false;
    else if (more & 1U << one)
      ring(&agenda->of[one], one == LOOKER_PREVIEWER);
}
