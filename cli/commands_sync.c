/* sync: asks for a session of one project, or of all that are active. */
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/preview_view.h"
#include "cli/sessions.h"

static const char *chosen_mode(const struct invocation *call) {
  return invocation_flag(call, "dry-run") ? "dry_run" : invocation_flag(call, "full") ? "full" : "incremental";
}

/* The project named, or every active one. */
static struct result choose_projects(struct invocation *call, struct project_list *out) {
  struct project_name request = {invocation_argument(call, 0)};
  TRY(client_call(call, VERB_PROJECT_LIST, &request, out));
  if (out->projects.count)
    return RESULT_DONE;
  if (request.name.at)
    return result_error(RESULT_GONE, "there is no project `%.*s`. `tandem projects list` shows what there is.",
                        STR_FMT(request.name));
  return result_error(RESULT_GONE, "no project is connected. `tandem connect github` connects one.");
}

static bool wanted(const struct invocation *call, const struct project *project) {
  return invocation_argument(call, 0).at || str_is(project->state, "active");
}

static void announce(struct invocation *call, struct str project, int64_t id) {
  static const struct field fields[] = {
      FIELD(struct session, id, FIELD_I64, FIELD_REQUIRED, "The session."),
      FIELD(struct session, project, FIELD_STR, FIELD_REQUIRED, "Its project."),
  };
  static const struct record record = RECORD("SessionStarted", struct session, fields, "A session that was asked for.");
  struct session session = {.id = id, .project = project};
  if (output_is_json(call->output)) {
    output_record(call->output, &record, &session);
    return;
  }
  output_text(call->output, "%lld\n", (long long)id);
  output_note(call->output, "Session %lld of %.*s is running. `tandem sessions show %lld --wait` shows how it goes.",
              (long long)id, STR_FMT(project), (long long)id);
}

/* What a dry run found; the project stays paused until somebody has looked. */
static struct result show_preview(struct invocation *call, const struct session *session) {
  struct session_id request = {session->id};
  struct session_preview preview = {0};
  bool printed;
  TRY(client_print(call, VERB_SESSION_PREVIEW, &request, &preview, &printed));
  if (printed)
    return RESULT_DONE;
  preview_view_print(call->output, &preview);
  output_note(call->output, "Nothing was applied, and %.*s is paused. To apply it: tandem projects resume %.*s",
              STR_FMT(session->project), STR_FMT(session->project));
  return RESULT_DONE;
}

static struct result follow_all(struct invocation *call, const int64_t *ids, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct session session = {0};
    struct project_status status = {0};
    TRY(sessions_follow(call, ids[i], &session));
    if (str_is(session.mode, "dry_run"))
      TRY(show_preview(call, &session));
    bool asked = invocation_flag(call, "exit-code") && !call->exit_code;
    if (asked && sessions_project_status(call, session.project, &status) && status.open_conflicts)
      call->exit_code = EXIT_CODE_CONFLICTS;
  }
  return RESULT_DONE;
}

struct result command_sync(struct invocation *call) {
  bool wait = invocation_flag(call, "wait") || invocation_flag(call, "exit-code") || invocation_flag(call, "dry-run");
  struct project_list list = {0};
  TRY(choose_projects(call, &list));
  int64_t *ids = ARENA_ARRAY(call->arena, int64_t, list.projects.count);
  size_t count = 0;
  for (size_t i = 0; i < list.projects.count; i++) {
    if (!wanted(call, &list.projects.at[i]))
      continue;
    TRY(sessions_start(call, list.projects.at[i].name, chosen_mode(call), &ids[count]));
    if (!wait)
      announce(call, list.projects.at[i].name, ids[count]);
    count++;
  }
  if (count == 0)
    output_note(call->output, "No project is active. `tandem projects list` says why.");
  return wait ? follow_all(call, ids, count) : RESULT_DONE;
}
