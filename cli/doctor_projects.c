/* Checks of the projects. Each that finds something says so; a project of which none does is well. */
#include "base/shell.h"
#include "cli/client.h"
#include "cli/doctor.h"
#include "cli/format.h"
#include "cli/sessions.h"
#include "cli/webhook_view.h"

enum { LATE_MS = 600000 };

/* One project that is looked at. */
struct look {
  struct doctor *doctor;
  const struct project_status *project;
  const char *check; /* what its findings are called */
  struct str last;   /* when it was last in step */
  int64_t now_ms;
};

static struct str in_time(const struct look *look, int64_t moment_ms) {
  return format_ago(look->doctor->arena, moment_ms, look->now_ms);
}

/* What stands still altogether: the rest follows from it. */
static bool check_state(const struct look *look) {
  struct arena *arena = look->doctor->arena;
  const struct project *settings = &look->project->project;
  struct str resume = str_format(arena, "tandem projects resume %.*s", STR_FMT(shell_word(arena, settings->name)));
  if (str_is(settings->state, "failed"))
    doctor_add(look->doctor, look->check, "problem", settings->state_reason, look->project->next_step);
  else if (str_is(settings->state, "paused"))
    doctor_add(look->doctor, look->check, "warning",
               str_format(arena, "paused%s%.*s; %.*s", settings->state_reason.length ? ": " : "",
                          STR_FMT(settings->state_reason), STR_FMT(look->last)),
               resume);
  return !str_is(settings->state, "active");
}

static void check_credential(const struct look *look) {
  struct arena *arena = look->doctor->arena;
  int64_t ends_ms = look->project->credential_expires_ms;
  if (look->project->doubted_until_ms > look->now_ms)
    doctor_add(
        look->doctor, look->check, "warning",
        str_format(arena,
                   "the tracker has refused its credential; it is asked again %.*s, and the project stops when it "
                   "is refused then",
                   STR_FMT(in_time(look, look->project->doubted_until_ms))),
        str_format(arena, "if it was revoked or changed: %.*s", STR_FMT(look->project->credential_mend)));
  if (ends_ms && ends_ms < look->now_ms + CREDENTIAL_WARNED_MS)
    doctor_add(look->doctor, look->check, ends_ms <= look->now_ms ? "problem" : "warning",
               str_format(arena, "its credential %s %.*s; %.*s", ends_ms <= look->now_ms ? "ended" : "ends",
                          STR_FMT(in_time(look, ends_ms)), STR_FMT(look->last)),
               look->project->credential_mend);
}

/* A doubted credential is not used meanwhile, which is no rest that the tracker asked for. */
static void check_tracker(const struct look *look) {
  struct arena *arena = look->doctor->arena;
  struct str failing = sessions_failing(look->project);
  if (failing.length)
    doctor_add(look->doctor, look->check, "warning",
               str_format(arena, "its tracker cannot be looked at; %.*s: %.*s", STR_FMT(look->last), STR_FMT(failing)),
               STR("nothing, if the tracker is away: it is tried again by itself"));
  else if (look->project->blocked_until_ms > look->now_ms && look->project->doubted_until_ms <= look->now_ms)
    doctor_add(look->doctor, look->check, "warning",
               str_format(arena, "the tracker asked for a rest; it goes on by itself %.*s",
                          STR_FMT(in_time(look, look->project->blocked_until_ms))),
               (struct str){0});
}

static void check_writes(const struct look *look) {
  struct arena *arena = look->doctor->arena;
  const struct project_status *project = look->project;
  if (project->writes_held.length)
    doctor_add(look->doctor, look->check, "warning",
               str_format(arena, "it takes no writes: %.*s. %.*s held together, reads go on; one is tried again %.*s",
                          STR_FMT(project->writes_held),
                          STR_FMT(format_counted(arena, project->waiting, "write is", "writes are")),
                          STR_FMT(in_time(look, project->writes_held_until_ms))),
               str_format(arena, "at once, when that is mended: tandem retry %.*s",
                          STR_FMT(shell_word(arena, project->project.name))));
  if (project->parked + project->poison)
    doctor_add(look->doctor, look->check, "warning",
               str_format(arena, "%.*s given up; %.*s",
                          STR_FMT(format_counted(arena, project->parked + project->poison, "thing was", "things were")),
                          STR_FMT(look->last)),
               str_format(arena, "tandem status %.*s says why, and what puts it back",
                          STR_FMT(shell_word(arena, project->project.name))));
}

static void check_lateness(const struct look *look) {
  const struct project_status *project = look->project;
  int64_t poll_s = project->webhook.poll_s ? project->webhook.poll_s : project->project.poll_interval_s;
  if (project->last_sync_ms && look->now_ms - project->last_sync_ms > poll_s * 3000 + LATE_MS)
    doctor_add(look->doctor, look->check, "problem", look->last,
               str_format(look->doctor->arena,
                          "look at what tandem-scheduler and tandem-adapter-%.*s say: log/scheduler.log and "
                          "log/adapter-%.*s.log in the state directory, or their containers' logs",
                          STR_FMT(project->project.system), STR_FMT(project->project.system)));
}

static void check_project(struct doctor *doctor, const struct project_status *project, int64_t now_ms) {
  struct arena *arena = doctor->arena;
  const struct look look = {
      doctor, project, str_format(arena, "project %.*s", STR_FMT(project->project.name)).at,
      str_format(arena, "last sync %.*s", STR_FMT(format_ago(arena, project->last_sync_ms, now_ms))), now_ms};
  size_t before = doctor->count;
  bool stands = check_state(&look);
  check_credential(&look);
  if (!stands) {
    check_tracker(&look);
    check_writes(&look);
  }
  /* What is late has a reason; only where none was found the processes are to be looked at. */
  if (doctor->count == before)
    check_lateness(&look);
  if (doctor->count == before)
    doctor_add(doctor, look.check, "ok", str_format(arena, "credential accepted, %.*s", STR_FMT(look.last)),
               (struct str){0});
}

/* Without webhooks polls do the work: what nobody wanted is no warning. */
static void check_webhook(struct doctor *doctor, const struct project_status *project, int64_t now_ms) {
  struct arena *arena = doctor->arena;
  const struct hook_health *health = &project->webhook;
  const char *name = str_format(arena, "webhook %.*s", STR_FMT(project->project.name)).at;
  struct str line = webhook_line(arena, health, now_ms);
  if (line.length == 0 || !str_is(project->project.state, "active"))
    return;
  if (health->reason.length)
    line = str_format(arena, "%.*s: %.*s", STR_FMT(line), STR_FMT(health->reason));
  doctor_add(doctor, name,
             str_is(health->state, "working") ? "ok"
             : webhook_needs_mending(health)  ? "warning"
                                              : "skipped",
             line, health->next_step);
}

static void check_troubles(struct doctor *doctor, const struct status *status) {
  for (size_t i = 0; i < status->troubles.count; i++) {
    const struct trouble *trouble = &status->troubles.at[i];
    bool of_all = trouble->project.length == 0;
    doctor_add(doctor, of_all ? "work" : str_format(doctor->arena, "work of %.*s", STR_FMT(trouble->project)).at,
               "problem",
               str_format(doctor->arena, "%.*s, since %.*s.", STR_FMT(trouble->what),
                          STR_FMT(format_ago(doctor->arena, trouble->since_ms, status->now_ms))),
               trouble->next_step);
  }
}

void doctor_check_projects(struct doctor *doctor, const struct status *status) {
  for (size_t i = 0; i < status->projects.count; i++) {
    check_project(doctor, &status->projects.at[i], status->now_ms);
    check_webhook(doctor, &status->projects.at[i], status->now_ms);
  }
  check_troubles(doctor, status);
  if (status->projects.count == 0)
    doctor_add(doctor, "projects", "skipped", STR("none is connected"), STR("tandem connect github"));
}
