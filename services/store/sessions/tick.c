/* The scheduler's tick: what ends, what begins, and what is no longer valid. */
#include "store/planning/plans.h"
#include "store/security/credentials.h"
#include "store/sessions/sessions.h"
#include "store/sessions/undo.h"
#include "store/webhooks/hook_changes.h"

enum { NOTHING_DUE_MS = 60000 };

/* The first of those whose session is not running. */
static struct result next_due(struct call *call, int64_t *out_ms) {
  struct rows rows;
  TRY(db_query(call->db,
               "select ceil(extract(epoch from p.next_sync_at - now()) * 1000)::bigint as ms from project p "
               "where p.state = 'active' and p.direction <> 'disabled' and not exists (select from session s "
               "where s.project_id = p.id and s.state = 'running' offset 0) order by p.next_sync_at limit 1",
               NO_PARAMS, &rows));
  int64_t ms = rows.count ? rows_i64(&rows, 0, "ms") : NOTHING_DUE_MS;
  *out_ms = ms > 0 ? ms : 0;
  return RESULT_DONE;
}

struct result store_schedule_tick(struct call *call, const void *request, void *reply) {
  (void)request;
  struct schedule_result *result = reply;
  bool undoing;
  TRY(sessions_finish(call, &result->finished));
  TRY(undo_go_on(call, &undoing));
  TRY(hook_changes_judge(call));
  TRY(sessions_start_due(call, &result->started));
  TRY(plans_expire(call));
  TRY(credentials_forget_previous(call));
  TRY(credentials_tell_expiry(call));
  TRY(next_due(call, &result->next_ms));
  result->next_ms = undoing ? 0 : result->next_ms;
  return RESULT_DONE;
}
