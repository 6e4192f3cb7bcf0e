/* What is left of a project in its tracker when it was removed. */
#include "store/webhooks/hook_removal.h"

#include "base/json.h"
#include "store/tickets/journal.h"
#include "store/webhooks/hooks.h"

#define STANDS HOOK_STANDS("h")

/* What a removed project, `p`, was called: its name is free for another one. */
#define FORMER_NAME "left(p.name, -length(' (removed ' || p.id || ')'))"

struct result hook_removal_begin(struct call *call, int64_t project_id, struct str *url) {
  struct rows rows;
  TRY(db_query(call->db,
               "update project_hook h set due_at = now(), attempts = 0 from project p where h.project_id = $1::bigint "
               "and p.id = h.project_id returning case when p.state = 'removed' and " STANDS " then h.url "
               "end as url",
               PARAMS(p_i64(project_id)), &rows));
  if (rows.count)
    *url = rows_str(&rows, 0, "url");
  return RESULT_DONE;
}

struct result hook_removal_note(struct call *call, int64_t project_id, const struct hook_report *report) {
  struct rows rows;
  struct str_builder detail = {.arena = call->arena};
  TRY(db_query(call->db, "select name from project where id = $1::bigint", PARAMS(p_i64(project_id)), &rows));
  str_append_c(&detail, "{\"reason\":");
  json_append_quoted(&detail, report->reason.length ? report->reason : STR(""));
  str_append_c(&detail, "}");
  return journal_audit(call, STR("tandem"), str_is(report->state, "left") ? "hook.left" : "hook.removed",
                       rows_str(&rows, 0, "name"), str_built(&detail));
}

/* The removal was the last that changed next_sync_at. */
struct result hook_removal_left(struct call *call, int64_t limit, struct rows *out) {
  return db_query(call->db,
                  "select " FORMER_NAME
                  " as project, p.remote, h.url, coalesce(h.error, case when h.state = 'left' then h.reason end) as "
                  "reason, epoch_ms(p.next_sync_at) as since_ms from project_hook h join project p on "
                  "p.id = h.project_id where p.state = 'removed' and (h.state = 'left' or " STANDS
                  " and (h.attempts >= $2::bigint or h.due_at < now() - interval '5 minutes')) order by "
                  "p.next_sync_at, p.id limit $1::bigint",
                  PARAMS(p_i64(limit), p_i64(HOOK_FAILURES_UNTIL_TOLD)), out);
}

struct result store_hook_forget(struct call *call, const void *request, void *reply) {
  (void)reply;
  const struct hook_forget *forget = request;
  struct rows rows;
  TRY(db_query(call->db,
               "update project_hook h set state = 'removed', reason = null, error = null from project p where "
               "p.id = h.project_id and p.state = 'removed' and " FORMER_NAME " = $1 and (h.state = 'left' or " STANDS
               ") returning p.id",
               PARAMS(p_str(forget->project)), &rows));
  if (rows.count == 0)
    return result_error(RESULT_GONE, "no webhook is left of a removed project \"%.*s\"; `tandem status` shows what is",
                        STR_FMT(forget->project));
  return journal_audit(call, forget->actor, "hook.forget", forget->project, (struct str){0});
}
