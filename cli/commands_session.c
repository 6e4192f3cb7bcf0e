/* sessions list | show | undo */
#include "base/clock.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/format.h"
#include "cli/plan.h"
#include "cli/progress.h"
#include "cli/project_name.h"
#include "cli/sessions.h"
#include "cli/table.h"
#include "cli/undo_view.h"

static void list_row(const struct invocation *call, struct table *table, const struct session *session,
                     int64_t now_ms) {
  struct arena *arena = call->arena;
  int64_t end_ms = session->finished_at_ms ? session->finished_at_ms : now_ms;
  const struct str cells[] = {str_format(arena, "%lld", (long long)session->id),
                              session->project,
                              session->state,
                              session->mode,
                              session->trigger,
                              table_moment(call->output, arena, session->started_at_ms, now_ms),
                              format_duration(arena, end_ms - session->started_at_ms),
                              format_count(arena, session->imported + session->updated),
                              format_count(arena, session->created + session->pushed),
                              format_count(arena, session->conflicts),
                              session->error};
  table_row(table, cells);
}

struct result command_sessions_list(struct invocation *call) {
  static const struct column columns[] = {{"ID", COLUMN_RIGHT},
                                          {"PROJECT", COLUMN_TRUNC},
                                          {"STATE", COLUMN_STATE},
                                          {"MODE", COLUMN_USEFUL},
                                          {"TRIGGER", COLUMN_SPARE},
                                          {"STARTED", COLUMN_RIGHT | COLUMN_USEFUL},
                                          {"TOOK", COLUMN_RIGHT | COLUMN_SPARE},
                                          {"IN", COLUMN_RIGHT | COLUMN_USEFUL},
                                          {"OUT", COLUMN_RIGHT | COLUMN_USEFUL},
                                          {"CONFLICTS", COLUMN_RIGHT},
                                          {"ERROR", COLUMN_TRUNC}};
  struct session_query query = {.project = invocation_text(call, "project"),
                                .limit = invocation_number(call, "limit", 20)};
  struct session_list list = {0};
  TRY(client_call(call, VERB_SESSION_LIST, &query, &list));
  if (list.sessions.count == 0)
    TRY(project_name_check(call));
  if (output_is_json(call->output))
    return output_record(call->output, verb_table[VERB_SESSION_LIST].reply, &list), RESULT_DONE;
  struct table *table = table_new(call->output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < list.sessions.count; i++)
    list_row(call, table, &list.sessions.at[i], clock_now_ms());
  table_end(table);
  if (list.sessions.count == 0)
    output_note(call->output, "There was no session yet. `tandem sync` starts one.");
  return RESULT_DONE;
}

static struct result read_id(struct invocation *call, int64_t *out) {
  if (!str_to_i64(invocation_argument(call, 0), out))
    return invocation_usage(call, "a session is a number, not `%.*s`. `tandem sessions list` shows them.",
                            STR_FMT(invocation_argument(call, 0)));
  return RESULT_DONE;
}

static struct result read_undone(struct invocation *call, int64_t id, bool preview, struct session_undone *out) {
  static const struct paged lines = PAGED(VERB_SESSION_UNDONE, struct undone_query, struct session_undone, lines);
  struct undone_query request = {.id = id, .preview = preview};
  return client_pages(call, &lines, &request, out);
}

static struct result show_undone(struct invocation *call, const struct session *session) {
  struct session_undone undone = {0};
  TRY(read_undone(call, session->id, false, &undone));
  if (output_is_json(call->output))
    return output_record(call->output, verb_table[VERB_SESSION_UNDONE].reply, &undone), RESULT_DONE;
  TRY(sessions_report(call, session));
  undo_view_print(call->output, &undone, false);
  return RESULT_DONE;
}

/* Who has lost the plan's number finds it again. */
static bool plan_waits(struct invocation *call, const struct session *session) {
  struct project_status status = {0};
  return str_is(session->mode, "dry_run") && str_is(session->state, "completed") && !output_is_json(call->output) &&
         sessions_project_status(call, session->project, &status) && str_is(status.project.state, "paused");
}

/* An undo tells each thing that it did, too. */
static struct result show(struct invocation *call, const struct session *session) {
  bool items = str_is(session->mode, "undo") && (!output_is_json(call->output) || invocation_flag(call, "items"));
  if (items)
    return show_undone(call, session);
  TRY(sessions_report(call, session));
  return plan_waits(call, session) ? plan_show(call, session) : RESULT_DONE;
}

struct result command_sessions_show(struct invocation *call) {
  struct session_id request;
  struct session session = {0};
  bool waits = invocation_flag(call, "wait");
  TRY(read_id(call, &request.id));
  TRY(waits ? progress_wait(call, request.id, &session) : client_call(call, VERB_SESSION_GET, &request, &session));
  TRY(show(call, &session));
  if (waits && str_is(session.state, "failed"))
    call->exit_code = EXIT_CODE_GENERAL;
  return RESULT_DONE;
}

static struct result preview_undo(struct invocation *call, int64_t id) {
  struct session_undone undone = {0};
  TRY(read_undone(call, id, true, &undone));
  if (output_is_json(call->output))
    return output_record(call->output, verb_table[VERB_SESSION_UNDONE].reply, &undone), RESULT_DONE;
  undo_view_print(call->output, &undone, true);
  output_note(call->output, "Nothing was done. To do it: tandem sessions undo %lld", (long long)id);
  return RESULT_DONE;
}

struct result command_sessions_undo(struct invocation *call) {
  struct session_undo request = {.actor = invocation_actor(call)};
  struct session_id reply = {0};
  struct session session = {0};
  TRY(read_id(call, &request.id));
  if (invocation_flag(call, "dry-run"))
    return preview_undo(call, request.id);
  TRY(client_call(call, VERB_SESSION_UNDO, &request, &reply));
  TRY(progress_wait(call, reply.id, &session));
  TRY(show_undone(call, &session));
  if (str_is(session.state, "failed"))
    call->exit_code = EXIT_CODE_GENERAL;
  return RESULT_DONE;
}
