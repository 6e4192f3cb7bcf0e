/* Starting sessions and showing how they went. */
#include "cli/sessions.h"

#include "base/clock.h"
#include "cli/client.h"
#include "cli/progress.h"
#include "cli/report.h"

struct result sessions_start(struct invocation *call, struct str project, const char *mode, int64_t *out_id) {
  struct session_start request = {
      .project = project, .mode = str_of(mode), .trigger = STR("person"), .actor = invocation_actor(call)};
  struct session_id reply = {0};
  TRY(client_call(call, VERB_SESSION_START, &request, &reply));
  *out_id = reply.id;
  return RESULT_DONE;
}

bool sessions_project_status(struct invocation *call, struct str project, struct project_status *out) {
  struct status status = {0};
  struct result result = client_status(call, project, &status);
  for (size_t i = 0; result_ok(&result) && i < status.projects.count; i++)
    if (str_equal(status.projects.at[i].project.name, project))
      return *out = status.projects.at[i], true;
  return false;
}

struct str sessions_failing(const struct project_status *project) {
  const struct session *last = project->last_session.at;
  bool running = project->last_session.count && str_is(last->state, "running");
  return running && str_is(project->project.state, "active") ? last->error : (struct str){0};
}

struct result sessions_report(struct invocation *call, const struct session *session) {
  if (output_is_json(call->output))
    return output_record(call->output, &record_session, session), RESULT_DONE;
  struct project_status status = {0};
  bool known = sessions_project_status(call, session->project, &status);
  struct str text = report_render(call->arena, session, known ? &status : NULL, clock_now_ms());
  output_text(call->output, "%.*s", STR_FMT(output_clean(call->arena, text)));
  return RESULT_DONE;
}

struct result sessions_follow(struct invocation *call, int64_t id, struct session *out) {
  TRY(progress_wait(call, id, out));
  TRY(sessions_report(call, out));
  if (str_is(out->state, "failed"))
    call->exit_code = EXIT_CODE_GENERAL;
  return RESULT_DONE;
}
