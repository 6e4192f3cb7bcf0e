/* One statement for each who looks, over all that it looks for. */
#include "simulation/agenda.h"

#include "simulation/tracker.h"
#include "simulation/world.h"

/* Who would find something, from rows (looker, moment). Moments are rounded up: what is due a part of a millisecond
 * from now is not due yet. */
#define PROSPECTS(rows)                                                                                              \
  "select looker, bool_or(ms <= $1::bigint) as due, coalesce(min(ms) filter (where ms > $1::bigint), $2::bigint) "   \
  "as next_ms from (select looker, ceil(extract(epoch from greatest(at, 'epoch')) * 1000)::bigint as ms from (" rows \
  ") t(looker, at) where at < 'infinity') u group by looker"

static const char planning[] =
    PROSPECTS("select 'planner', claimed_until from plan_queue where sim_is_plannable(mapping_id) "
              "union all select 'previewer', 'epoch' from project where preview_session is not null");

#define BEGINNING                                                                                     \
  "select 'scheduler', 'epoch'::timestamptz from sync_plan "                                          \
  "union all select 'scheduler', next_sync_at from project p where state = 'active' and not exists (" \
  "select from session s where s.project_id = p.id and s.state = 'running') "                         \
  "union all select 'scheduler', 'epoch' from session s where s.state = 'running' and s.pull_done "

static const char scheduling[] = PROSPECTS(BEGINNING);

/* What takes longer to ask is asked where something is due. */
static const char ending[] = PROSPECTS(
    BEGINNING "and not exists (select from delivery d where d.project_id = s.project_id and d.state = 'pending') "
              "and not exists (select from plan_queue q where q.project_id = s.project_id and s.mode <> 'dry_run' and "
              "sim_is_plannable(q.mapping_id)) "
              "and not exists (select from fetch_queue f where f.project_id = s.project_id and f.attempts < 3) "
              "and not exists (select from intent n where n.project_id = s.project_id and n.state in ('prepared', "
              "'sending', 'unknown'))");

static const char adapting[] = PROSPECTS(
    "select a.system, greatest(w.at, a.blocked_until, l.until) from (select p.id, p.system, p.credential, "
    "p.pull_next_at, c.blocked_until from project p join credential c on c.name = p.credential "
    "where p.state = 'active' and p.system = $3 offset 0) a, lateral ("
    "select 'push:' || a.credential, n.next_attempt_at from intent n where n.project_id = a.id "
    "and n.state in ('prepared', 'sending', 'unknown') "
    "union all select 'deliver:' || a.id, 'epoch' from delivery d where d.project_id = a.id and d.state = 'pending' "
    "union all select 'fetch:' || a.id, f.next_at from fetch_queue f where f.project_id = a.id "
    "union all select 'pull:' || a.id, a.pull_next_at from session s where s.project_id = a.id "
    "and s.state = 'running' and not s.pull_done) w(resource, at) left join lease l on l.resource = w.resource");

static struct result ask(struct db *db, enum looker looker, int64_t now_ms, struct rows *out) {
  struct db_param now = p_i64(now_ms), never = p_i64(INT64_MAX);
  if (looker >= LOOKER_ADAPTER)
    return db_query(db, adapting,
                    PARAMS(now, never, p_str(str_of(world_current()->trackers[looker - LOOKER_ADAPTER].habits.system))),
                    out);
  TRY(db_query(db, looker == LOOKER_SCHEDULER ? scheduling : planning, PARAMS(now, never), out));
  bool is_ending = looker == LOOKER_SCHEDULER && out->count && rows_bool(out, 0, "due");
  return is_ending ? db_query(db, ending, PARAMS(now, never), out) : RESULT_DONE;
}

static enum looker looker_named(struct str name) {
  if (str_is(name, "planner"))
    return LOOKER_PLANNER;
  if (str_is(name, "previewer"))
    return LOOKER_PREVIEWER;
  if (str_is(name, "scheduler"))
    return LOOKER_SCHEDULER;
  return LOOKER_ADAPTER + tracker_of_system(name)->index;
}

/* Who is asked about together with it. */
static unsigned company_of(enum looker looker) {
  bool plans = looker == LOOKER_PLANNER || looker == LOOKER_PREVIEWER;
  return plans ? 1U << LOOKER_PLANNER | 1U << LOOKER_PREVIEWER : 1U << looker;
}

/* A lease is of no concern to anybody else, but a session may end with it; what a tracker tells, or what became of a
 * write there, is planned for, and only then concerns the others. */
static unsigned concerned(enum verb_id verb, unsigned lookers) {
  bool is_adapter = lookers & ~((1U << LOOKER_ADAPTER) - 1);
  if (is_adapter && verb == VERB_WORK_CLAIM)
    return lookers;
  if (is_adapter && verb == VERB_WORK_RELEASE)
    return lookers | 1U << LOOKER_SCHEDULER;
  if (is_adapter)
    return lookers | ((1U << LOOKER_ADAPTER) - 1);
  if (verb == VERB_PLAN_CLAIM)
    return lookers;
  return (1U << LOOKER_COUNT) - 1;
}

void agenda_note(struct agenda *agenda, enum verb_id verb, unsigned lookers) {
  unsigned who = concerned(verb, lookers);
  for (unsigned one = 0; one < LOOKER_COUNT; one++)
    if (who & 1U << one)
      agenda->of[one].is_known = false;
}

struct result agenda_refresh(struct agenda *agenda, struct db *db, enum looker looker, int64_t now_ms) {
  struct rows rows;
  if (agenda->of[looker].is_known && now_ms < agenda->of[looker].next_ms)
    return RESULT_DONE;
  TRY(ask(db, looker, now_ms, &rows));
  for (unsigned one = 0; one < LOOKER_COUNT; one++)
    if (company_of(looker) & 1U << one)
      agenda->of[one] = (struct prospect){.is_known = true, .next_ms = INT64_MAX};
  for (size_t i = 0; i < rows.count; i++) {
    struct prospect *prospect = &agenda->of[looker_named(rows_str(&rows, i, "looker"))];
    prospect->due = rows_bool(&rows, i, "due");
    prospect->next_ms = rows_i64(&rows, i, "next_ms");
  }
  db_release(db);
  return RESULT_DONE;
}
