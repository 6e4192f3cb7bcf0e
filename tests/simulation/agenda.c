/* One statement, over all that is looked for. */
#include "simulation/agenda.h"

#include "simulation/tracker.h"
#include "simulation/world.h"

/* Moments are rounded up: what is due a part of a millisecond from now is not due yet. */
static struct result ask(struct db *db, int64_t now_ms, struct rows *out) {
  return db_query(
      db,
      "with ready as materialized (select project_id, claimed_until from plannable), "
      "allowed as materialized (select p.id, p.system, p.credential, p.pull_next_at, c.blocked_until "
      "from project p join credential c on c.name = p.credential where p.state = 'active') "
      "select looker, bool_or(ms <= $1::bigint) as due, coalesce(min(ms) filter (where ms > $1::bigint), $2::bigint) "
      "as next_ms from (select looker, ceil(extract(epoch from greatest(at, 'epoch')) * 1000)::bigint as ms from ("
      "select 'planner', claimed_until from ready "
      "union all select 'previewer', 'epoch' from project where preview_session is not null "
      "union all select 'scheduler', 'epoch' from sync_plan "
      "union all select 'scheduler', next_sync_at from project p where state = 'active' and not exists ("
      "select from session s where s.project_id = p.id and s.state = 'running') "
      "union all select 'scheduler', 'epoch' from session s where s.state = 'running' and s.pull_done "
      "and not exists (select from delivery d where d.project_id = s.project_id and d.state = 'pending') "
      "and not exists (select from ready r where r.project_id = s.project_id and s.mode <> 'dry_run') "
      "and not exists (select from fetch_queue f where f.project_id = s.project_id and f.attempts < 3) "
      "and not exists (select from intent n where n.project_id = s.project_id "
      "and n.state in ('prepared', 'sending', 'unknown')) "
      "union all select a.system, greatest(w.at, a.blocked_until, l.until) from allowed a, lateral ("
      "select 'push:' || a.credential, n.next_attempt_at from intent n where n.project_id = a.id "
      "and n.state in ('prepared', 'sending', 'unknown') "
      "union all select 'deliver:' || a.id, 'epoch' from delivery d where d.project_id = a.id and d.state = 'pending' "
      "union all select 'fetch:' || a.id, f.next_at from fetch_queue f where f.project_id = a.id "
      "union all select 'pull:' || a.id, a.pull_next_at from session s where s.project_id = a.id "
      "and s.state = 'running' and not s.pull_done) w(resource, at) left join lease l on l.resource = w.resource"
      ") t(looker, at) where at < 'infinity') u group by looker",
      PARAMS(p_i64(now_ms), p_i64(INT64_MAX)), out);
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

struct result agenda_refresh(struct agenda *agenda, struct db *db, uint64_t changes, int64_t now_ms) {
  struct rows rows;
  if (agenda->as_of == changes && now_ms < agenda->until_ms)
    return RESULT_DONE;
  TRY(ask(db, now_ms, &rows));
  *agenda = (struct agenda){.as_of = changes, .until_ms = INT64_MAX};
  for (size_t looker = 0; looker < LOOKER_COUNT; looker++)
    agenda->of[looker].next_ms = INT64_MAX;
  for (size_t i = 0; i < rows.count; i++) {
    struct prospect *prospect = &agenda->of[looker_named(rows_str(&rows, i, "looker"))];
    prospect->due = rows_bool(&rows, i, "due");
    prospect->next_ms = rows_i64(&rows, i, "next_ms");
    if (prospect->next_ms < agenda->until_ms)
      agenda->until_ms = prospect->next_ms;
  }
  db_release(db);
  return RESULT_DONE;
}
