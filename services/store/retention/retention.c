/* When something is deleted, and in which order. */
#include "store/retention/retention.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/settings.h"
#include "store/retention/expired.h"

/* While there is more to delete: at every idle moment, and beside other work so often. */
enum { BESIDE_WORK_MS = 2000, LOOK_AGAIN_MS = 600 * 1000 };

static const struct metric deleted_total = {
    "tandem_retention_deleted_total", METRIC_COUNTER, {"what"}, "Rows that were deleted because of their age."};

/* -- settings -- */

static struct result read_days(struct arena *arena, const char *name, int64_t *out) {
  const struct setting *setting = settings_find(str_of(name));
  const char *text = getenv(setting->variable);
  struct str given = str_of(text && *text ? text : setting->fallback);
  const struct setting_origin origin = {.where = str_of(setting->variable)};
  struct settings settings = {0};
  TRY(settings_assign(arena, setting, &given, 1, &origin, &settings));
  memcpy(out, (const char *)&settings + setting->offset, sizeof *out);
  return RESULT_DONE;
}

struct result retention_settings(struct retention *out) {
  struct arena arena = {0};
  struct retention keep = {0};
  struct result result = read_days(&arena, "retention.quiet_sessions_days", &keep.quiet_sessions_days);
  if (result_ok(&result))
    result = read_days(&arena, "retention.sessions_days", &keep.sessions_days);
  if (result_ok(&result))
    result = read_days(&arena, "retention.events_days", &keep.events_days);
  arena_free(&arena);
  if (result_ok(&result))
    *out = keep;
  return result;
}

/* -- turns -- */

static struct result delete_some(struct retention_walk *walk, struct db *db, struct arena *arena,
                                 struct expired_counts *counts, bool *more) {
  bool more_sessions, more_writes, more_events, more_passing;
  TRY(expired_sessions(walk, db, arena, counts, &more_sessions));
  TRY(expired_writes(&walk->keep, db, counts, &more_writes));
  TRY(expired_events(&walk->keep, db, counts, &more_events));
  TRY(expired_passing(db, counts, &more_passing));
  *more = more_sessions || more_writes || more_events || more_passing;
  return RESULT_DONE;
}

static void tell(const struct expired_counts *counts) {
  if (counts->sessions + counts->details + counts->writes + counts->events + counts->passing == 0)
    return;
  metric_add(&deleted_total, METRIC_VALUES("sessions"), (double)counts->sessions);
  metric_add(&deleted_total, METRIC_VALUES("details"), (double)counts->details);
  metric_add(&deleted_total, METRIC_VALUES("writes"), (double)counts->writes);
  metric_add(&deleted_total, METRIC_VALUES("events"), (double)counts->events);
  metric_add(&deleted_total, METRIC_VALUES("passing"), (double)counts->passing);
  log_event(LOG_INFO, "old_rows_deleted", LOG_I64("sessions", counts->sessions), LOG_I64("details", counts->details),
            LOG_I64("writes", counts->writes), LOG_I64("events", counts->events), LOG_I64("passing", counts->passing));
}

static struct result turn(struct retention_walk *walk, struct db *db, struct arena *arena, bool *more) {
  struct retention_walk ahead = *walk;
  struct expired_counts counts = {0};
  TRY(db_begin(db));
  struct result result = delete_some(&ahead, db, arena, &counts, more);
  if (result_ok(&result))
    result = db_commit(db);
  else
    db_rollback(db);
  db_release(db);
  if (!result_ok(&result))
    return result;
  *walk = ahead;
  tell(&counts);
  return RESULT_DONE;
}

void retention_work(struct retention_walk *walk, struct db *db, struct arena *arena, bool is_idle) {
  bool more = false;
  int64_t now_ms = clock_mono_ms();
  if (now_ms < walk->next_ms + (is_idle ? 0 : BESIDE_WORK_MS))
    return;
  struct result result = turn(walk, db, arena, &more);
  if (!result_ok(&result))
    log_event(LOG_WARNING, "old_rows_not_deleted", LOG_RESULT(&result));
  walk->next_ms = clock_mono_ms() + (more ? 0 : LOOK_AGAIN_MS);
  arena_reset(arena);
}
