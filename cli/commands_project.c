/* projects list | show | pause | resume | remove */
#include "base/clock.h"
#include "base/shell.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/fields_view.h"
#include "cli/format.h"
#include "cli/project_name.h"
#include "cli/prompt.h"
#include "cli/table.h"

struct result command_projects_list(struct invocation *call) {
  static const struct column columns[] = {{"NAME", 0},
                                          {"SYSTEM", COLUMN_USEFUL},
                                          {"REMOTE", COLUMN_TRUNC},
                                          {"DIRECTION", COLUMN_USEFUL},
                                          {"STRATEGY", COLUMN_USEFUL},
                                          {"PRIVACY", COLUMN_USEFUL},
                                          {"STATE", COLUMN_STATE},
                                          {"WHY", COLUMN_TRUNC}};
  struct project_name request = {0};
  struct project_list list = {0};
  bool printed;
  TRY(client_print(call, VERB_PROJECT_LIST, &request, &list, &printed));
  if (printed)
    return RESULT_DONE;
  struct table *table = table_new(call->output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < list.projects.count; i++) {
    const struct project *project = &list.projects.at[i];
    const struct str cells[] = {project->name,     project->system,          project->remote, project->direction,
                                project->strategy, project->privacy_default, project->state,  project->state_reason};
    table_row(table, cells);
  }
  table_end(table);
  if (list.projects.count == 0)
    output_note(call->output, "No project is connected. `tandem connect github`, `jira` or `linear` connects one.");
  return RESULT_DONE;
}

static void print_rule(const struct invocation *call, const struct field_setting *rule) {
  struct str_builder text = {.arena = call->arena};
  str_append_format(&text, "%.*s", STR_FMT(rule->field));
  if (rule->direction.length)
    str_append_format(&text, "  %.*s", STR_FMT(rule->direction));
  if (rule->strategy.length)
    str_append_format(&text, "  %.*s", STR_FMT(rule->strategy));
  struct str words = fields_view_words(call->arena, rule);
  if (words.length)
    str_append_format(&text, "  %.*s", STR_FMT(words));
  output_named(call->output, "field", str_built(&text));
}

static void print_project(const struct invocation *call, const struct project *project) {
  output_styled(call->output, STYLE_BOLD, output_clean_line(call->arena, project->name));
  output_text(call->output, "\n");
  output_named(call->output, "state",
               project->state_reason.length
                   ? str_format(call->arena, "%.*s: %.*s", STR_FMT(project->state), STR_FMT(project->state_reason))
                   : project->state);
  output_named(call->output, "remote",
               str_format(call->arena, "%.*s %.*s at %.*s", STR_FMT(project->system), STR_FMT(project->remote),
                          STR_FMT(project->base_url)));
  output_named(call->output, "direction", project->direction);
  output_named(call->output, "strategy",
               project->confirmed_by.length ? str_format(call->arena, "%.*s, confirmed by %.*s",
                                                         STR_FMT(project->strategy), STR_FMT(project->confirmed_by))
                                            : project->strategy);
  output_named(call->output, "new tickets", project->privacy_default);
  output_named(call->output, "polled every", format_duration(call->arena, project->poll_interval_s * 1000));
  output_named(call->output, "credential", project->credential);
  output_named(call->output, "webhook", project->webhook_credential);
  for (size_t i = 0; i < project->rules.count; i++)
    print_rule(call, &project->rules.at[i]);
}

struct result command_projects_show(struct invocation *call) {
  struct project project;
  TRY(project_name_find(call, invocation_argument(call, 0), &project));
  if (output_is_json(call->output))
    output_record(call->output, &record_project, &project);
  else
    print_project(call, &project);
  return RESULT_DONE;
}

/* `said` follows the project's name. */
static struct result set_state(struct invocation *call, const char *state, struct str said) {
  struct project_set_state request = {.name = invocation_argument(call, 0),
                                      .state = str_of(state),
                                      .reason = invocation_text(call, "reason"),
                                      .actor = invocation_actor(call)};
  struct project_stands reply = {0};
  bool printed;
  TRY(client_print(call, VERB_PROJECT_SET_STATE, &request, &reply, &printed));
  if (printed)
    return RESULT_DONE;
  output_note(call->output, "%.*s %.*s", STR_FMT(request.name), STR_FMT(said));
  if (reply.webhook.length)
    output_note(call->output,
                "Its webhook there, which sends to %.*s, is being taken away; should that fail, tandem status says so.",
                STR_FMT(reply.webhook));
  return RESULT_DONE;
}

struct result command_projects_pause(struct invocation *call) {
  return set_state(call, "paused",
                   str_format(call->arena,
                              "is paused: nothing goes in or out. To end that: tandem projects resume %.*s",
                              STR_FMT(shell_word(call->arena, invocation_argument(call, 0)))));
}

struct result command_projects_resume(struct invocation *call) {
  return set_state(call, "active", STR("is active again."));
}

struct result command_projects_remove(struct invocation *call) {
  struct project project;
  TRY(project_name_find(call, invocation_argument(call, 0), &project));
  if (!invocation_flag(call, "yes")) {
    if (!invocation_may_ask(call))
      return invocation_usage(call, "removing a project needs --yes.");
    bool yes = false;
    TRY(prompt_yes(
        call, str_format(call->arena, "Stop keeping %.*s in step? Tickets stay on both sides.", STR_FMT(project.name)),
        false, &yes));
    if (!yes)
      return result_error(RESULT_REJECTED, "nothing was removed.");
  }
  return set_state(call, "removed", STR("is removed. Its tickets stay, here and there."));
}
