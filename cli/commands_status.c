/* status and egress: how things stand, and what left the house. */
#include "base/clock.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/format.h"
#include "cli/table.h"

static struct str quota(struct arena *arena, const struct project_status *project) {
  if (project->quota_limit == 0)
    return STR("");
  return str_format(arena, "%.*s of %.*s", STR_FMT(format_count(arena, project->quota_remaining)),
                    STR_FMT(format_count(arena, project->quota_limit)));
}

static void print_projects(const struct invocation *call, const struct status *status) {
  static const struct column columns[] = {{"PROJECT", 0},
                                          {"REMOTE", COLUMN_TRUNC},
                                          {"STATE", COLUMN_STATE},
                                          {"TICKETS", COLUMN_RIGHT},
                                          {"CONFLICTS", COLUMN_RIGHT},
                                          {"TO WRITE", COLUMN_RIGHT},
                                          {"PARKED", COLUMN_RIGHT},
                                          {"LAST SYNC", COLUMN_RIGHT},
                                          {"NEXT", COLUMN_RIGHT},
                                          {"API LEFT", COLUMN_RIGHT}};
  struct arena *arena = call->arena;
  struct table *table = table_new(call->output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < status->projects.count; i++) {
    const struct project_status *project = &status->projects.at[i];
    bool active = str_is(project->project.state, "active");
    const struct str cells[] = {
        project->project.name,
        str_format(arena, "%.*s %.*s", STR_FMT(project->project.system), STR_FMT(project->project.remote)),
        project->project.state,
        format_count(arena, project->tickets),
        format_count(arena, project->open_conflicts),
        format_count(arena, project->waiting),
        format_count(arena, project->parked),
        table_moment(call->output, arena, project->last_sync_ms, status->now_ms),
        active ? table_moment(call->output, arena, project->next_sync_ms, status->now_ms) : STR("-"),
        quota(arena, project)};
    table_row(table, cells);
  }
  table_end(table);
}

static void print_troubles(const struct invocation *call, const struct status *status) {
  struct arena *arena = call->arena;
  for (size_t i = 0; i < status->projects.count; i++) {
    const struct project_status *project = &status->projects.at[i];
    if (project->project.state_reason.length)
      output_note(call->output, "%.*s is %.*s: %s", STR_FMT(project->project.name), STR_FMT(project->project.state),
                  output_clean_line(arena, project->project.state_reason).at);
    if (project->blocked_until_ms > status->now_ms)
      output_note(call->output, "%.*s rests: the tracker takes calls again %.*s.", STR_FMT(project->project.name),
                  STR_FMT(format_ago(arena, project->blocked_until_ms, status->now_ms)));
    if (project->open_conflicts)
      output_note(call->output, "%.*s has conflicts to decide: tandem conflicts list --project %.*s",
                  STR_FMT(project->project.name), STR_FMT(project->project.name));
  }
  for (size_t i = 0; i < status->parked.count; i++)
    output_note(call->output, "%.*s could not be written to %.*s: %s", STR_FMT(status->parked.at[i].ticket),
                STR_FMT(status->parked.at[i].project), output_clean_line(arena, status->parked.at[i].reason).at);
}

struct result command_status(struct invocation *call) {
  struct empty request = {0};
  struct status status = {0};
  bool printed;
  TRY(client_print(call, VERB_STATUS, &request, &status, &printed));
  if (!printed) {
    output_note(call->output, "tandem %.*s is running: %.*s, %.*s.", STR_FMT(status.store.version),
                STR_FMT(format_counted(call->arena, status.tickets, "ticket", "tickets")),
                STR_FMT(format_counted(call->arena, status.events, "event", "events")));
    print_projects(call, &status);
    print_troubles(call, &status);
    if (status.projects.count == 0)
      output_note(call->output, "No project is connected. `tandem connect github` connects one.");
  }
  for (size_t i = 0; invocation_flag(call, "exit-code") && i < status.projects.count; i++)
    if (status.projects.at[i].open_conflicts)
      call->exit_code = EXIT_CODE_CONFLICTS;
  return RESULT_DONE;
}

struct result command_egress(struct invocation *call) {
  static const struct column columns[] = {{"WHEN", 0},    {"TICKET", 0}, {"PROJECT", 0},
                                          {"OUTSIDE", 0}, {"RULE", 0},   {"FIELDS", COLUMN_TRUNC}};
  struct egress_query query = {.ticket = invocation_text(call, "ticket"),
                               .limit = invocation_number(call, "limit", 50)};
  struct egress_list list = {0};
  bool printed;
  TRY(client_print(call, VERB_EGRESS_LIST, &query, &list, &printed));
  if (printed)
    return RESULT_DONE;
  struct table *table = table_new(call->output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < list.rows.count; i++) {
    const struct egress *row = &list.rows.at[i];
    struct str when = call->output->format == OUTPUT_PLAIN ? clock_format_ms(call->arena, row->at_ms)
                                                           : format_moment(call->arena, row->at_ms);
    const struct str cells[] = {when,         row->ticket,
                                row->project, row->external_key,
                                row->rule,    format_join(call->arena, row->fields.at, row->fields.count, ", ")};
    table_row(table, cells);
  }
  table_end(table);
  if (list.rows.count == 0)
    output_note(call->output, "Nothing has left.");
  return RESULT_DONE;
}
