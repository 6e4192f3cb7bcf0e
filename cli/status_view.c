/* How things stand, for people. */
#include "cli/status_view.h"

#include "base/shell.h"
#include "cli/client.h"
#include "cli/format.h"
#include "cli/sessions.h"
#include "cli/table.h"
#include "cli/webhook_view.h"

/* What is left, and when all is there again. */
static struct str quota(struct arena *arena, const struct project_status *project, int64_t now_ms) {
  if (project->quota_limit == 0)
    return STR("");
  struct str left = str_format(arena, "%.*s of %.*s", STR_FMT(format_count(arena, project->quota_remaining)),
                               STR_FMT(format_count(arena, project->quota_limit)));
  if (project->quota_reset_ms <= now_ms)
    return left;
  return str_format(arena, "%.*s, all %.*s", STR_FMT(left),
                    STR_FMT(format_ago(arena, project->quota_reset_ms, now_ms)));
}

static struct str lag(struct arena *arena, int64_t lag_ms) {
  return lag_ms > 0 ? format_duration(arena, lag_ms) : STR("none");
}

static struct str next_sync(const struct invocation *call, const struct project_status *project, int64_t now_ms) {
  bool running = project->last_session.count && str_is(project->last_session.at->state, "running");
  if (!str_is(project->project.state, "active"))
    return STR("-");
  return running && call->output->format != OUTPUT_PLAIN
             ? STR("running")
             : table_moment(call->output, call->arena, project->next_sync_ms, now_ms);
}

static void print_projects(const struct invocation *call, const struct status *status) {
  static const struct column columns[] = {{"PROJECT", COLUMN_TRUNC},
                                          {"REMOTE", COLUMN_TRUNC | COLUMN_SPARE},
                                          {"STATE", COLUMN_STATE},
                                          {"TICKETS", COLUMN_RIGHT | COLUMN_USEFUL},
                                          {"CONFLICTS", COLUMN_RIGHT},
                                          {"WAITING", COLUMN_RIGHT | COLUMN_USEFUL},
                                          {"PARKED", COLUMN_RIGHT},
                                          {"LAG", COLUMN_RIGHT | COLUMN_SPARE},
                                          {"LAST SYNC", COLUMN_RIGHT | COLUMN_USEFUL},
                                          {"NEXT", COLUMN_RIGHT | COLUMN_SPARE},
                                          {"API LEFT", COLUMN_RIGHT | COLUMN_SPARE}};
  struct arena *arena = call->arena;
  struct table *table = table_new(call->output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < status->projects.count; i++) {
    const struct project_status *project = &status->projects.at[i];
    const struct str cells[] = {
        project->project.name,
        str_format(arena, "%.*s %.*s", STR_FMT(project->project.system), STR_FMT(project->project.remote)),
        project->project.state,
        format_count(arena, project->tickets),
        format_count(arena, project->open_conflicts),
        format_count(arena, project->waiting + project->fetches + project->deliveries),
        format_count(arena, project->parked + project->poison),
        lag(arena, project->lag_ms),
        table_moment(call->output, arena, project->last_sync_ms, status->now_ms),
        next_sync(call, project, status->now_ms),
        quota(arena, project, status->now_ms)};
    table_row(table, cells);
  }
  table_end(table);
}

/* "12 writes, 3 fetches to do; about 4 min"; "" when nothing waits. */
static struct str waiting(struct arena *arena, const struct project_status *project) {
  const struct {
    int64_t count;
    const char *singular, *plural;
  } parts[] = {{project->waiting, "write", "writes"},
               {project->fetches, "fetch", "fetches"},
               {project->deliveries, "delivery", "deliveries"}};
  struct str_builder text = {.arena = arena};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
    if (parts[i].count)
      str_append_format(&text, "%s%.*s", text.length ? ", " : "",
                        STR_FMT(format_counted(arena, parts[i].count, parts[i].singular, parts[i].plural)));
  if (text.length && project->eta_ms > 0)
    str_append_format(&text, " to do; %.*s", STR_FMT(format_about(arena, project->eta_ms)));
  else if (text.length)
    str_append_c(&text, " to do");
  return str_built(&text);
}

static void print_waiting(const struct invocation *call, const struct project_status *project) {
  struct str text = waiting(call->arena, project);
  if (text.length)
    output_note(call->output, "%.*s: %.*s", STR_FMT(project->project.name), STR_FMT(text));
}

static void print_troubles(const struct invocation *call, const struct project_status *project, int64_t now_ms) {
  struct arena *arena = call->arena;
  if (project->next_step.length)
    output_note(call->output, "%.*s is %.*s%s%s. %s: %.*s", STR_FMT(project->project.name),
                STR_FMT(project->project.state), project->project.state_reason.length ? ": " : "",
                output_clean_line(arena, project->project.state_reason).at,
                str_is(project->project.state, "paused") ? "To let it go on" : "When that is mended",
                STR_FMT(project->next_step));
  if (project->writes_held.length)
    output_note(call->output,
                "%.*s takes no writes: %s. They wait, reads go on; one is tried again %.*s, or at once: "
                "tandem retry %.*s",
                STR_FMT(project->project.name), output_clean_line(arena, project->writes_held).at,
                STR_FMT(format_ago(arena, project->writes_held_until_ms, now_ms)),
                STR_FMT(shell_word(arena, project->project.name)));
  if (project->doubted_until_ms > now_ms)
    output_note(call->output, "%.*s: the tracker has refused its credential; it is asked again %.*s.",
                STR_FMT(project->project.name), STR_FMT(format_ago(arena, project->doubted_until_ms, now_ms)));
  else if (project->blocked_until_ms > now_ms)
    output_note(call->output, "%.*s rests: the tracker takes calls again %.*s.", STR_FMT(project->project.name),
                STR_FMT(format_ago(arena, project->blocked_until_ms, now_ms)));
  if (project->credential_expires_ms && project->credential_expires_ms < now_ms + CREDENTIAL_WARNED_MS)
    output_note(call->output, "The credential of %.*s %s %.*s: %.*s", STR_FMT(project->project.name),
                project->credential_expires_ms <= now_ms ? "ended" : "ends",
                STR_FMT(format_ago(arena, project->credential_expires_ms, now_ms)), STR_FMT(project->credential_mend));
  if (project->open_conflicts)
    output_note(call->output, "%.*s has %.*s to decide, %s%.*s: tandem conflicts list --project %.*s",
                STR_FMT(project->project.name),
                STR_FMT(format_counted(arena, project->open_conflicts, "conflict", "conflicts")),
                project->open_conflicts > 1 ? "the oldest found " : "found ",
                STR_FMT(format_ago(arena, project->oldest_conflict_ms, now_ms)),
                STR_FMT(shell_word(arena, project->project.name)));
}

/* What fails for long is among what is stuck. */
static void print_failing(const struct invocation *call, const struct status *status,
                          const struct project_status *project) {
  struct str failing = sessions_failing(project);
  for (size_t i = 0; i < status->troubles.count; i++)
    if (str_equal(status->troubles.at[i].project, project->project.name))
      return;
  if (failing.length)
    output_note(call->output, "%.*s could not be looked at and is tried again by itself, nothing is lost: %s",
                STR_FMT(project->project.name), output_clean_line(call->arena, failing).at);
}

static void print_webhook(const struct invocation *call, const struct project_status *project, int64_t now_ms) {
  struct arena *arena = call->arena;
  const struct hook_health *health = &project->webhook;
  struct str line = webhook_line(arena, health, now_ms);
  if (line.length == 0 || !str_is(project->project.state, "active"))
    return;
  if (!webhook_needs_mending(health))
    output_note(call->output, "%.*s: %.*s", STR_FMT(project->project.name), STR_FMT(line));
  else
    output_note(call->output, "%.*s: %.*s. %s", STR_FMT(project->project.name), STR_FMT(line),
                output_clean_line(arena, webhook_why(arena, health, NULL)).at);
}

/* The next look may find it well again: nothing else waits for it. */
static void print_scan(const struct invocation *call, const struct project_status *project) {
  if (project->webhook.scan_error.length && str_is(project->project.state, "active"))
    output_note(call->output, "%.*s: which tickets are there could not be compared: %s", STR_FMT(project->project.name),
                output_clean_line(call->arena, project->webhook.scan_error).at);
}

/* STUCK: work that should go on by itself. WAITS: what only a person can bring about. */
static void print_stuck(const struct invocation *call, const char *heading, const struct trouble *at, size_t count,
                        int64_t now_ms) {
  const struct column columns[] = {{heading, 0}, {"WHY", COLUMN_WRAP}, {"SINCE", COLUMN_RIGHT}, {"TO DO", COLUMN_WRAP}};
  struct table *table = table_new(call->output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < count; i++) {
    const struct str cells[] = {at[i].project, at[i].what,
                                table_moment(call->output, call->arena, at[i].since_ms, now_ms), at[i].next_step};
    table_row(table, cells);
  }
  table_end(table);
}

/* The list of one project has room for as many as that of all. */
static void print_parked_more(const struct invocation *call, const struct status *status) {
  struct str name = invocation_argument(call, 0), more = format_count(call->arena, status->parked_more);
  if (status->parked_more == 0)
    return;
  if (name.at)
    output_note(call->output, "And %.*s more: tandem retry %.*s puts all of them back, once that is mended.",
                STR_FMT(more), STR_FMT(shell_word(call->arena, name)));
  else
    output_note(call->output, "And %.*s more: tandem status PROJECT shows those of one.", STR_FMT(more));
}

static void print_parked(const struct invocation *call, const struct status *status) {
  static const struct column columns[] = {{"PARKED", 0}, {"WHAT", 0},          {"PROJECT", 0},
                                          {"TICKET", 0}, {"WHY", COLUMN_WRAP}, {"SINCE", COLUMN_RIGHT},
                                          {"TO MEND", 0}};
  struct table *table = table_new(call->output, columns, sizeof columns / sizeof columns[0]);
  for (size_t i = 0; i < status->parked.count; i++) {
    const struct parked_work *parked = &status->parked.at[i];
    const struct str cells[] = {
        parked->id,       parked->kind,   parked->project,
        parked->ticket,   parked->reason, table_moment(call->output, call->arena, parked->since_ms, status->now_ms),
        parked->next_step};
    table_row(table, cells);
  }
  table_end(table);
  print_parked_more(call, status);
}

static void print_project_notes(const struct invocation *call, const struct status *status,
                                const struct project_status *project) {
  print_scan(call, project);
  print_failing(call, status, project);
  print_troubles(call, project, status->now_ms);
}

static void print_stuck_and_parked(const struct invocation *call, const struct status *status) {
  print_stuck(call, "STUCK", status->troubles.at, status->troubles.count, status->now_ms);
  print_stuck(call, "WAITS", status->waits.at, status->waits.count, status->now_ms);
  print_parked(call, status);
}

void status_view_all(const struct invocation *call, const struct status *status) {
  output_note(call->output, "tandem %.*s is running: %.*s, %.*s.", STR_FMT(status->store.version),
              STR_FMT(format_counted(call->arena, status->tickets, "ticket", "tickets")),
              STR_FMT(format_counted(call->arena, status->events, "event", "events")));
  if (status->first_event > 1)
    output_note(call->output, "Events are kept from %lld on (retention.events_days).", (long long)status->first_event);
  print_projects(call, status);
  for (size_t i = 0; i < status->projects.count; i++) {
    print_webhook(call, &status->projects.at[i], status->now_ms);
    print_waiting(call, &status->projects.at[i]);
    print_project_notes(call, status, &status->projects.at[i]);
  }
  print_stuck_and_parked(call, status);
  if (status->projects.count == 0)
    output_note(call->output, "No project is connected. `tandem connect github` connects one.");
}

/* -- one -- */

/* "12, completed 3 min ago: 5 in, 2 out" */
static struct str last_session(struct arena *arena, const struct project_status *project, int64_t now_ms) {
  const struct session *session = project->last_session.at;
  if (project->last_session.count == 0)
    return STR("none yet");
  int64_t moment_ms = session->finished_at_ms ? session->finished_at_ms : session->started_at_ms;
  return str_format(arena, "%lld, %.*s %.*s: %.*s in, %.*s out (tandem sessions show %lld)", (long long)session->id,
                    STR_FMT(session->state), STR_FMT(format_ago(arena, moment_ms, now_ms)),
                    STR_FMT(format_count(arena, session->imported + session->updated)),
                    STR_FMT(format_count(arena, session->created + session->pushed)), (long long)session->id);
}

static struct str credential(struct arena *arena, const struct project_status *project, int64_t now_ms) {
  struct str name = project->project.credential;
  if (project->credential_expires_ms == 0)
    return name;
  return str_format(arena, "%.*s, %s %.*s", STR_FMT(name), project->credential_expires_ms <= now_ms ? "ended" : "ends",
                    STR_FMT(format_ago(arena, project->credential_expires_ms, now_ms)));
}

/* What a table has no room for stands line by line. */
static void print_sheet(const struct invocation *call, const struct project_status *project, int64_t now_ms) {
  const struct output *output = call->output;
  const struct project *settings = &project->project;
  struct arena *arena = call->arena;
  struct str doing = waiting(arena, project);
  output_styled(output, STYLE_BOLD, output_clean_line(arena, settings->name));
  output_text(output, "\n");
  output_named(output, "state", settings->state);
  output_named(output, "remote",
               str_format(arena, "%.*s %.*s, %.*s", STR_FMT(settings->system), STR_FMT(settings->remote),
                          STR_FMT(settings->direction)));
  output_named(output, "tickets",
               str_format(arena, "%.*s, %.*s", STR_FMT(format_count(arena, project->tickets)),
                          STR_FMT(format_counted(arena, project->comments, "comment", "comments"))));
  output_named(output, "conflicts", format_count(arena, project->open_conflicts));
  output_named(output, "waiting", doing.length ? doing : STR("nothing"));
  output_named(output, "parked", format_count(arena, project->parked + project->poison));
  output_named(output, "lag", lag(arena, project->lag_ms));
  output_named(output, "last sync", format_ago(arena, project->last_sync_ms, now_ms));
  output_named(output, "next sync", next_sync(call, project, now_ms));
  output_named(output, "last session", last_session(arena, project, now_ms));
  output_named(output, "API left", quota(arena, project, now_ms));
  output_named(output, "credential", credential(arena, project, now_ms));
  output_named(output, "webhook", webhook_line(arena, &project->webhook, now_ms));
}

void status_view_one(const struct invocation *call, const struct status *status) {
  const struct project_status *project = status->projects.at;
  if (call->output->format == OUTPUT_PLAIN)
    print_projects(call, status);
  else
    print_sheet(call, project, status->now_ms);
  if (webhook_needs_mending(&project->webhook))
    print_webhook(call, project, status->now_ms);
  print_project_notes(call, status, project);
  print_stuck_and_parked(call, status);
}
