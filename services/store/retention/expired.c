/* What may be deleted, and deleting it. A session goes in the end, after all that belongs to it: `forgotten` says from
 * the first moment that it cannot be undone any more. Creations stay, because the marker that the tracker shows names
 * them, and what belongs to an undo that is still told of stays until that goes. */
#include "store/retention/expired.h"

#include <stdio.h>

enum { SESSIONS_A_TURN = 200, ROWS_A_TURN = 1000 };

/* -- sessions -- */

/* Nothing came of it, so there is nothing to undo and nothing to be told. */
#define IS_QUIET                                                                                                   \
  "(s.mode in ('incremental', 'full') and s.state = 'completed' and s.imported + s.updated + s.created + "         \
  "s.pushed + s.conflicts + s.parked = 0 and not exists (select from change_log l where l.session_id = s.id) and " \
  "not exists (select from intent n where n.session_id = s.id))"

/* The newest of a project stays, and so does what is undone by one that is there, what has writes that wait, and a plan
 * that can be applied. */
static struct result select_sessions(const struct retention_walk *walk, struct db *db, struct rows *out) {
  return db_query(
      db,
      "select s.id, s.finished_at::text as at, coalesce(s.finished_at < now() - case when " IS_QUIET
      " then nullif($3::bigint, 0) else nullif($4::bigint, 0) end * interval '1 day', false) "
      "and exists (select from session x where x.project_id = s.project_id and x.id > s.id) "
      "and not exists (select from session u where u.undoes = s.id) "
      "and not exists (select from intent n where n.session_id = s.id and n.state in ('prepared', 'sending', "
      "'unknown', 'parked')) "
      "and not exists (select from sync_plan p where p.session_id = s.id and p.state in ('open', 'applying')) "
      "and not exists (select from project p where p.id = s.project_id and p.preview_session = s.id) as expired "
      "from session s where s.state <> 'running' and (s.finished_at, s.id) > (coalesce(nullif($1, ''), "
      "'-infinity')::timestamptz, $2::bigint) and s.finished_at < now() - least(nullif($3, 0), nullif($4, 0)) * "
      "interval '1 day' order by s.finished_at, s.id limit $5::bigint",
      PARAMS(p_str(str_of(walk->after_at)), p_i64(walk->after_id), p_i64(walk->keep.quiet_sessions_days),
             p_i64(walk->keep.sessions_days), p_i64(SESSIONS_A_TURN)),
      out);
}

typedef struct result delete_statement(struct db *db, struct db_param sessions, struct rows *out);

static struct result forget(struct db *db, struct db_param sessions, struct rows *out) {
  return db_query(db, "update session set forgotten = true where id = any($1::bigint[]) and not forgotten",
                  PARAMS(sessions), out);
}

static struct result delete_preview(struct db *db, struct db_param sessions, struct rows *out) {
  return db_query(db,
                  "delete from preview where id in (select id from preview where session_id = any($1::bigint[]) limit "
                  "$2::bigint)",
                  PARAMS(sessions, p_i64(ROWS_A_TURN)), out);
}

static struct result delete_undo_items(struct db *db, struct db_param sessions, struct rows *out) {
  return db_query(db,
                  "delete from undo_item where id in (select id from undo_item where session_id = any($1::bigint[]) "
                  "limit $2::bigint)",
                  PARAMS(sessions, p_i64(ROWS_A_TURN)), out);
}

static struct result delete_shown(struct db *db, struct db_param sessions, struct rows *out) {
  return db_query(db,
                  "delete from shown where ctid = any(array(select ctid from shown where session_id = "
                  "any($1::bigint[]) limit $2::bigint))",
                  PARAMS(sessions, p_i64(ROWS_A_TURN)), out);
}

static struct result delete_writes(struct db *db, struct db_param sessions, struct rows *out) {
  return db_query(db,
                  "delete from intent where id in (select n.id from intent n where n.session_id = any($1::bigint[]) "
                  "and n.change <> 'create' and not exists (select from undo_item u where u.intent_id = n.id) limit "
                  "$2::bigint)",
                  PARAMS(sessions, p_i64(ROWS_A_TURN)), out);
}

static struct result keep_creations(struct db *db, struct db_param sessions, struct rows *out) {
  return db_query(db,
                  "update intent set session_id = null where id in (select id from intent where session_id = "
                  "any($1::bigint[]) limit $2::bigint)",
                  PARAMS(sessions, p_i64(ROWS_A_TURN)), out);
}

static struct result delete_plan_steps(struct db *db, struct db_param sessions, struct rows *out) {
  return db_query(db,
                  "delete from sync_plan_step where ctid = any(array(select ctid from sync_plan_step where session_id "
                  "= any($1::bigint[]) limit $2::bigint))",
                  PARAMS(sessions, p_i64(ROWS_A_TURN)), out);
}

static struct result delete_plans(struct db *db, struct db_param sessions, struct rows *out) {
  return db_query(db, "delete from sync_plan where session_id = any($1::bigint[])", PARAMS(sessions), out);
}

static struct result delete_sessions(struct db *db, struct db_param sessions, struct rows *out) {
  return db_query(db, "delete from session where id = any($1::bigint[])", PARAMS(sessions), out);
}

/* In this order; which count what was deleted goes into. A full batch is the last one of its turn. */
static struct result delete_all_of(struct db *db, struct db_param sessions, struct expired_counts *counts, bool *more) {
  const struct {
    delete_statement *run;
    int64_t *count;
  } steps[] = {{forget, NULL},
               {delete_preview, &counts->details},
               {delete_undo_items, &counts->details},
               {delete_shown, &counts->details},
               {delete_writes, &counts->writes},
               {keep_creations, NULL},
               {delete_plan_steps, &counts->details},
               {delete_plans, &counts->details},
               {delete_sessions, &counts->sessions}};
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
    struct rows rows;
    TRY(steps[i].run(db, sessions, &rows));
    if (steps[i].count)
      *steps[i].count += rows.affected;
    *more = rows.affected >= ROWS_A_TURN;
    if (*more)
      return RESULT_DONE;
  }
  return RESULT_DONE;
}

/* Those that stay are passed, so that a turn never looks at more than there may be in one. */
static void pass(struct retention_walk *walk, const struct rows *rows) {
  walk->after_at[0] = '\0';
  walk->after_id = 0;
  if (rows->count < SESSIONS_A_TURN) /* the end: the next look begins anew */
    return;
  struct str at = rows_str(rows, rows->count - 1, "at");
  snprintf(walk->after_at, sizeof walk->after_at, "%.*s", STR_FMT(at));
  walk->after_id = rows_i64(rows, rows->count - 1, "id");
}

struct result expired_sessions(struct retention_walk *walk, struct db *db, struct arena *arena,
                               struct expired_counts *counts, bool *more) {
  struct rows rows;
  *more = false;
  if (walk->keep.quiet_sessions_days == 0 && walk->keep.sessions_days == 0)
    return RESULT_DONE;
  TRY(select_sessions(walk, db, &rows));
  int64_t *ids = ARENA_ARRAY(arena, int64_t, rows.count);
  size_t count = 0;
  for (size_t i = 0; i < rows.count; i++)
    if (rows_bool(&rows, i, "expired"))
      ids[count++] = rows_i64(&rows, i, "id");
  if (count)
    TRY(delete_all_of(db, p_i64s(arena, ids, count), counts, more));
  if (*more) /* of these sessions */
    return RESULT_DONE;
  pass(walk, &rows);
  *more = count || rows.count == SESSIONS_A_TURN; /* what one of these undid can go now */
  return RESULT_DONE;
}

/* -- the rest -- */

struct result expired_writes(const struct retention *keep, struct db *db, struct expired_counts *counts, bool *more) {
  struct rows rows;
  *more = false;
  if (keep->sessions_days == 0)
    return RESULT_DONE;
  TRY(db_query(db,
               "delete from intent where id in (select n.id from intent n where n.session_id is null and n.change <> "
               "'create' and n.state in ('done', 'refused', 'stale', 'superseded') and greatest(n.created_at, "
               "n.retried_at, n.done_at) < now() - $1::bigint * interval '1 day' and not exists (select from undo_item "
               "u where u.intent_id = n.id offset 0) order by greatest(n.created_at, n.retried_at, n.done_at) limit "
               "$2::bigint)",
               PARAMS(p_i64(keep->sessions_days), p_i64(ROWS_A_TURN)), &rows));
  counts->writes += rows.affected;
  *more = rows.affected == ROWS_A_TURN;
  return RESULT_DONE;
}

/* Who asks again does so within the hour, a publisher repeats an event for days, and trackers keep deliveries for three
 * days. */
#define DELETE_FROM(table, condition) \
  "delete from " table " where ctid = any(array(select ctid from " table " where " condition " limit $1::bigint))"
static const char *const passing[] = {
    DELETE_FROM("request", "at < now() - interval '1 hour'"),
    DELETE_FROM("event_received", "at < now() - interval '30 days'"),
    DELETE_FROM("delivery", "state = 'done' and received_at < now() - interval '3 days'"),
    DELETE_FROM("failed_delivery", "failed_at < now() - interval '3 days'"),
};

struct result expired_passing(struct db *db, struct expired_counts *counts, bool *more) {
  *more = false;
  for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++) {
    struct rows rows;
    TRY(db_query(db, passing[i], PARAMS(p_i64(ROWS_A_TURN)), &rows));
    counts->passing += rows.affected;
    *more = *more || rows.affected == ROWS_A_TURN;
  }
  return RESULT_DONE;
}

struct result expired_events(const struct retention *keep, struct db *db, struct expired_counts *counts, bool *more) {
  struct rows rows;
  *more = false;
  if (keep->events_days == 0)
    return RESULT_DONE;
  TRY(db_query(db, "select forget_events(now() - $1::bigint * interval '1 day', $2::bigint) as deleted",
               PARAMS(p_i64(keep->events_days), p_i64(ROWS_A_TURN)), &rows));
  int64_t deleted = rows_i64(&rows, 0, "deleted");
  counts->events += deleted;
  *more = deleted == ROWS_A_TURN;
  return RESULT_DONE;
}
