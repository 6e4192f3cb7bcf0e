/* sessions list | show */
#include "base/clock.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/format.h"
#include "cli/sessions.h"
#include "cli/table.h"

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
  static const struct column columns[] = {{"ID", COLUMN_RIGHT},    {"PROJECT", 0},
                                          {"STATE", COLUMN_STATE}, {"MODE", 0},
                                          {"TRIGGER", 0},          {"STARTED", COLUMN_RIGHT},
                                          {"TOOK", COLUMN_RIGHT},  {"IN", COLUMN_RIGHT},
                                          {"OUT", COLUMN_RIGHT},   {"CONFLICTS", COLUMN_RIGHT},
                                          {"ERROR", COLUMN_TRUNC}};
  struct session_query query = {.project = invocation_text(call, "project"),
                                .limit = invocation_number(call, "limit", 20)};
  struct session_list list = {0};
  bool printed;
  TRY(client_print(call, VERB_SESSION_LIST, &query, &list, &printed));
  if (printed)
    return RESULT_DONE;
  struct table *table = table_new(call->output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < list.sessions.count; i++)
    list_row(call, table, &list.sessions.at[i], clock_now_ms());
  table_end(table);
  if (list.sessions.count == 0)
    output_note(call->output, "There was no session yet. `tandem sync` starts one.");
  return RESULT_DONE;
}

struct result command_sessions_show(struct invocation *call) {
  struct session_id request;
  if (!str_to_i64(invocation_argument(call, 0), &request.id))
    return invocation_usage(call, "a session is a number, not `%.*s`. `tandem sessions list` shows them.",
                            STR_FMT(invocation_argument(call, 0)));
  struct session session = {0};
  if (invocation_flag(call, "wait"))
    return sessions_follow(call, request.id, &session);
  TRY(client_call(call, VERB_SESSION_GET, &request, &session));
  return sessions_report(call, &session);
}
