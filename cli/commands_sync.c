/* sync and apply: asks for a session of one project, or of all that are active. */
#include "base/shell.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/plan.h"
#include "cli/progress.h"
#include "cli/project_name.h"
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
    return project_name_check(call);
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

static struct result follow_all(struct invocation *call, const int64_t *ids, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct session session = {0};
    struct project_status status = {0};
    TRY(sessions_follow(call, ids[i], &session));
    if (str_is(session.mode, "dry_run"))
      TRY(plan_show(call, &session));
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

struct result command_apply(struct invocation *call) {
  struct plan_apply request = {.plan = invocation_argument(call, 0), .actor = invocation_actor(call)};
  struct session_id reply = {0};
  struct session session = {0};
  TRY(client_call(call, VERB_PLAN_APPLY, &request, &reply));
  TRY(progress_wait(call, reply.id, &session));
  if (str_is(session.state, "failed"))
    return result_error(RESULT_STALE, "%.200s. Look at a new plan: tandem sync %.*s --dry-run",
                        str_c(call->arena, session.error), STR_FMT(shell_word(call->arena, session.project)));
  return sessions_report(call, &session);
}
