/* The scheduler's tick: what ends, what begins, and what is no longer valid. */
#include "store/planning/plans.h"
#include "store/security/credentials.h"
#include "store/sessions/sessions.h"
#include "store/sessions/undo.h"
#include "store/webhooks/hook_changes.h"

/* What may be to do. Most ticks find nothing of most of it, which one statement tells for all. */
struct occasions {
  bool pulled, dry_run, undo; /* of a running session */
  bool plan, secret_with_an_end, told_change;
};

static struct result look_around(struct call *call, struct occasions *out) {
  struct rows rows;
  TRY(db_query(
      call->db,
      "select coalesce(bool_or(pull_done), false) as pulled, coalesce(bool_or(mode = 'dry_run'), false) as "
      "dry_run, coalesce(bool_or(undo_cursor is not null), false) as undo, exists (select from sync_plan where "
      "state in ('open', 'applying')) or exists (select from sync_plan where not cleared and state not in "
      "('open', 'applying')) as plan, exists (select from credential where previous_nonce is not null or "
      "expires_at is not null) as secret_with_an_end, exists (select from hook_change) as told_change "
      "from session where state = 'running'",
      NO_PARAMS, &rows));
  *out = (struct occasions){.pulled = rows_bool(&rows, 0, "pulled"),
                            .dry_run = rows_bool(&rows, 0, "dry_run"),
                            .undo = rows_bool(&rows, 0, "undo"),
                            .plan = rows_bool(&rows, 0, "plan"),
                            .secret_with_an_end = rows_bool(&rows, 0, "secret_with_an_end"),
                            .told_change = rows_bool(&rows, 0, "told_change")};
  return RESULT_DONE;
}

/* Plans come after the sessions that make them. */
static struct result end_what_is_over(struct call *call, const struct occasions *may, int64_t *finished) {
  if (may->pulled)
    TRY(sessions_finish(call, finished));
  if (may->pulled && may->dry_run)
    TRY(sessions_finish_dry_runs(call, finished));
  return may->plan ? plans_settle(call, finished) : RESULT_DONE;
}

static struct result forget_what_is_old(struct call *call, const struct occasions *may) {
  if (may->plan)
    TRY(plans_expire(call));
  if (!may->secret_with_an_end)
    return RESULT_DONE;
  TRY(credentials_forget_previous(call));
  return credentials_tell_expiry(call);
}

struct result store_schedule_tick(struct call *call, const void *request, void *reply) {
  (void)request;
  struct schedule_result *result = reply;
  struct occasions may;
  bool undoing = false;
  TRY(look_around(call, &may));
  TRY(end_what_is_over(call, &may, &result->finished));
  if (may.undo)
    TRY(undo_go_on(call, &undoing));
  if (may.told_change)
    TRY(hook_changes_judge(call));
  TRY(sessions_start_due(call, &result->started, &result->next_ms));
  result->next_ms = undoing ? 0 : result->next_ms;
  return forget_what_is_old(call, &may);
}
