/* The scheduler's tick: what ends, what begins, and what is cleared away because its time is over. */
#include "store/observing/scans.h"
#include "store/planning/plans.h"
#include "store/security/credentials.h"
#include "store/sessions/sessions.h"
#include "store/sessions/undo.h"
#include "store/webhooks/hook_changes.h"
#include "store/webhooks/hooks.h"

static struct result tidy(struct call *call) {
  TRY(plans_expire(call));
  TRY(db_query(call->db, "delete from request where at < now() - interval '1 hour'", NO_PARAMS, NULL));
  TRY(db_query(call->db, "delete from event_received where at < now() - interval '30 days'", NO_PARAMS, NULL));
  return db_query(call->db, "delete from delivery where state = 'done' and received_at < now() - interval '3 days'",
                  NO_PARAMS, NULL);
}

struct result store_schedule_tick(struct call *call, const void *request, void *reply) {
  (void)request;
  struct schedule_result *result = reply;
  bool undoing;
  TRY(sessions_finish(call, &result->finished));
  TRY(undo_go_on(call, &undoing));
  TRY(hooks_tick(call));
  TRY(scans_tick(call));
  TRY(hook_changes_judge(call));
  TRY(sessions_start_due(call, &result->started));
  TRY(tidy(call));
  TRY(credentials_forget_previous(call));
  TRY(credentials_tell_expiry(call));
  struct rows rows;
  TRY(db_query(call->db,
               "select ceil(extract(epoch from min(next_sync_at) - now()) * 1000)::bigint as ms "
               "from project p where state = 'active' and direction <> 'disabled' "
               "and not exists (select from session s where s.project_id = p.id and s.state = 'running')",
               NO_PARAMS, &rows));
  bool any = !str_is_absent(rows_str(&rows, 0, "ms"));
  int64_t ms = rows_i64(&rows, 0, "ms");
  result->next_ms = undoing ? 0 : !any ? 60000 : ms > 0 ? ms : 0;
  return RESULT_DONE;
}
