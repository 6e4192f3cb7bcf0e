/* connect SYSTEM: test first, then look at what the remote's tickets have, store the
 * credential, configure the project, fetch, and look at what came. */
#include "base/json.h"
#include "base/secret_file.h"
#include "base/shell.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/connect_credential.h"
#include "cli/connect_mapping.h"
#include "cli/connect_place.h"
#include "cli/connect_settings.h"
#include "cli/format.h"
#include "cli/login.h"
#include "cli/probe.h"
#include "cli/prompt.h"
#include "cli/sessions.h"

/* One run of the course. */
struct connecting {
  struct invocation *call;
  const struct tracker *tracker;
  struct project project;
  struct project before; /* as it is configured already; name absent when it is new */
  struct connect_credential credential;
  struct mapping_file mapping; /* of a tracker that has one */
  struct remote_description remote;
};

/* -- what is meant -- */

static bool stands_for_remote(const struct connecting *c, const struct project *one) {
  return str_is(one->system, c->tracker->system) && str_equal(one->remote, c->project.remote) &&
         str_equal(one->base_url, c->project.base_url);
}

/* The project that stands for this remote already, if any; of several, the one that --name says. Its own name is the
 * best one, and the adapter should know the settings that it made last time. */
static struct result find_before(struct connecting *c) {
  struct str name = invocation_text(c->call, "name");
  struct project_name request = {0};
  struct project_list list = {0};
  TRY(client_call(c->call, VERB_PROJECT_LIST, &request, &list));
  for (size_t i = 0; i < list.projects.count; i++) {
    const struct project *one = &list.projects.at[i];
    if (stands_for_remote(c, one) && (str_is_absent(c->before.name) || str_equal(one->name, name)))
      c->before = *one;
  }
  return RESULT_DONE;
}

static struct result choose_name(struct connecting *c) {
  struct str fallback = c->before.name.at ? c->before.name : c->tracker->name_of(c->project.remote);
  c->project.name = invocation_text(c->call, "name");
  if (c->project.name.at)
    return RESULT_DONE;
  c->project.name = fallback;
  bool ask = invocation_may_ask(c->call) && !invocation_flag(c->call, "yes");
  return ask ? prompt_line(c->call, "Call the project", fallback, &c->project.name) : RESULT_DONE;
}

/* -- testing -- */

static void show_description(const struct invocation *call, const struct remote_description *remote) {
  struct arena *arena = call->arena;
  output_note(call->output, "The credential is %s's; it %s.", output_clean_line(arena, remote->account).at,
              remote->can_write ? "may read and write there" : "may only read there");
  if (remote->estimated_tickets >= 0)
    output_note(call->output, "%s (%s) has about %.*s.", output_clean_line(arena, remote->remote).at,
                remote->is_private ? "private" : "public",
                STR_FMT(format_counted(arena, remote->estimated_tickets, "ticket", "tickets")));
  else
    output_note(call->output, "%s is %s.", output_clean_line(arena, remote->remote).at,
                remote->is_private ? "private" : "public");
}

/* A mapping that was given replaces the one that is stored. */
static struct result choose_options(struct connecting *c) {
  if (c->tracker->has_mapping && str_is_absent(c->mapping.json) && str_is_absent(c->before.name))
    TRY(connect_mapping_ask(c->call, &c->mapping));
  c->project.options = c->mapping.json.at ? c->mapping.json : c->before.options;
  if (str_is_absent(c->project.options))
    c->project.options = login_options(c->call);
  return RESULT_DONE;
}

static struct result test_remote(struct connecting *c) {
  const struct probe_request request = {.base_url = c->project.base_url,
                                        .remote = c->project.remote,
                                        .credential_kind = c->credential.kind,
                                        .credential = c->credential.secret,
                                        .options = c->project.options};
  output_note(c->call->output, "Testing the credential on %.*s …", STR_FMT(c->project.base_url));
  TRY(mapping_file_locate(&c->mapping, probe_remote(c->call, c->tracker, &request, &c->remote)));
  show_description(c->call, &c->remote);
  /* The name as the tracker writes it, after a rename for instance. */
  if (c->tracker->is_remote(c->remote.remote))
    c->project.remote = c->remote.remote;
  if (c->remote.options.at)
    c->project.options = c->remote.options;
  if (c->tracker->has_mapping)
    connect_mapping_show(c->call, c->project.options);
  return RESULT_DONE;
}

/* A slip of the fingers costs one more answer, not the whole course. */
static struct result correct(struct connecting *c, const struct result *result) {
  output_error(c->call->output, result_code_name(result->code), result->message);
  if (result->code == RESULT_AUTH)
    return connect_credential_read(c->call, c->tracker, c->project.base_url, &c->credential);
  TRY(connect_place_remote(c->call, c->tracker, &c->project));
  return find_before(c);
}

static bool was_asked(const struct connecting *c, enum result_code code) {
  bool for_remote = str_is_absent(invocation_text(c->call, c->tracker->remote_option));
  return (code == RESULT_AUTH && c->credential.was_asked) ||
         (code == RESULT_GONE && for_remote && invocation_may_ask(c->call));
}

static struct result test_until_right(struct connecting *c) {
  struct result result = test_remote(c);
  while (!result_ok(&result) && was_asked(c, result.code)) {
    TRY(correct(c, &result));
    result = test_remote(c);
  }
  return result;
}

/* A direction that writes, with a credential that cannot, would fail at the first push: say it now. */
static struct result check_direction(const struct project *project, const struct remote_description *remote) {
  bool writes = str_is(project->direction, "push") || str_is(project->direction, "bidirectional");
  if (!writes || remote->can_write)
    return RESULT_DONE;
  return result_error(RESULT_AUTH,
                      "%.*s may not write to %.*s, so nothing was stored. Use a credential that may, or "
                      "--direction pull.",
                      STR_FMT(remote->account), STR_FMT(project->remote));
}

/* -- storing -- */

static struct result put_credential(struct invocation *call, struct credential_put *request) {
  struct empty reply;
  request->actor = invocation_actor(call);
  return client_call(call, VERB_CREDENTIAL_PUT, request, &reply);
}

static struct result put_webhook_secret(struct invocation *call, const struct project *before,
                                        struct project *project) {
  struct str file = invocation_text(call, "webhook-secret-file");
  project->webhook_credential = before->webhook_credential;
  if (str_is_absent(file))
    return RESULT_DONE;
  struct secret secret;
  TRY(secret_file_read(call->arena, str_c(call->arena, file), &secret));
  struct str_builder json = {.arena = call->arena};
  str_append_c(&json, "{\"secret\":");
  json_append_quoted(&json, secret.hidden);
  str_append_c(&json, "}");
  project->webhook_credential = str_format(call->arena, "%.*s-webhook", STR_FMT(project->name));
  struct credential_put put = {.name = project->webhook_credential, .kind = STR("webhook"), .secret = str_built(&json)};
  return put_credential(call, &put);
}

static struct result store(struct connecting *c) {
  struct invocation *call = c->call;
  c->project.credential = c->project.name;
  struct credential_put put = {.name = c->project.credential,
                               .kind = c->credential.kind,
                               .secret = c->credential.secret,
                               .system = c->project.system};
  TRY(format_parse_date(invocation_text(call, "expires"), &put.expires_ms));
  if (put.expires_ms == 0)
    put.expires_ms = c->credential.expires_ms;
  TRY(put_credential(call, &put));
  TRY(put_webhook_secret(call, &c->before, &c->project));
  struct project_configure request = {.project = c->project, .actor = invocation_actor(call)};
  struct project_id reply = {0};
  TRY(client_call(call, VERB_PROJECT_CONFIGURE, &request, &reply));
  output_note(call->output, "%.*s is connected.", STR_FMT(c->project.name));
  if (c->tracker->has_mapping)
    connect_mapping_show_receiver(call, &c->project);
  return RESULT_DONE;
}

/* -- afterwards -- */

/* The tracker's own count against what is here: a person should not have to find out later. */
static void verify(const struct connecting *c) {
  struct invocation *call = c->call;
  struct project_status status = {0};
  if (!sessions_project_status(call, c->project.name, &status))
    return;
  struct str here = format_counted(call->arena, status.tickets, "ticket", "tickets");
  if (c->remote.estimated_tickets < 0 || status.tickets >= c->remote.estimated_tickets)
    output_note(call->output, "Verified: %.*s of %.*s here.", STR_FMT(here), STR_FMT(c->project.remote));
  else
    output_note(call->output, "%.*s here; %.*s was said to have about %.*s.", STR_FMT(here), STR_FMT(c->project.remote),
                STR_FMT(format_count(call->arena, c->remote.estimated_tickets)));
}

/* The newest session's id, 0 when there is none. */
static struct result newest_session(struct invocation *call, struct str project, int64_t *out) {
  struct session_query query = {.project = project, .limit = 1};
  struct session_list list = {0};
  struct result result = client_call(call, VERB_SESSION_LIST, &query, &list);
  if (result.code == RESULT_GONE)
    return *out = 0, RESULT_DONE; /* the project is new */
  TRY(result);
  *out = list.sessions.count ? list.sessions.at[0].id : 0;
  return RESULT_DONE;
}

/* A new project starts a session of its own accord; when it has ended already, that one has the report to be seen. */
static struct result first_since(struct invocation *call, struct str project, int64_t before, int64_t *id) {
  enum { ENOUGH = 20 };
  struct session_query query = {.project = project, .limit = ENOUGH};
  struct session_list list = {0};
  TRY(client_call(call, VERB_SESSION_LIST, &query, &list));
  for (size_t i = 0; i < list.sessions.count; i++)
    if (list.sessions.at[i].id > before && list.sessions.at[i].id < *id)
      *id = list.sessions.at[i].id;
  return RESULT_DONE;
}

static struct result first_sync(const struct connecting *c, int64_t before) {
  struct invocation *call = c->call;
  if (invocation_flag(call, "no-sync") || str_is(c->project.direction, "disabled")) {
    output_note(call->output, "It fetches on schedule. To see it happen: tandem sync %.*s --wait",
                STR_FMT(shell_word(call->arena, c->project.name)));
    return RESULT_DONE;
  }
  int64_t id;
  struct session session = {0};
  TRY(sessions_start(call, c->project.name, "incremental", &id));
  TRY(first_since(call, c->project.name, before, &id));
  TRY(sessions_follow(call, id, &session));
  if (str_is(session.state, "completed"))
    verify(c);
  return RESULT_DONE;
}

/* What is about to be stored, said before it is. */
static void show_intent(struct invocation *call, const struct project *project) {
  output_note(call->output,
              "%.*s stands for %.*s at %.*s: %.*s, %.*s when both sides changed a field, looked at every %.*s.",
              STR_FMT(project->name), STR_FMT(project->remote), STR_FMT(project->base_url), STR_FMT(project->direction),
              STR_FMT(project->strategy), STR_FMT(format_duration(call->arena, project->poll_interval_s * 1000)));
}

static struct result confirm(struct invocation *call, const struct project *project) {
  if (invocation_flag(call, "yes") || !invocation_may_ask(call))
    return RESULT_DONE;
  bool yes = false;
  TRY(prompt_yes(call,
                 str_format(call->arena, "Connect %.*s as %.*s (%.*s, %.*s)?", STR_FMT(project->remote),
                            STR_FMT(project->name), STR_FMT(project->direction), STR_FMT(project->strategy)),
                 true, &yes));
  return yes ? RESULT_DONE : result_error(RESULT_REJECTED, "nothing was stored.");
}

/* Before the credential is stored: it would replace that of the project that has the name. */
static struct result check_name(const struct connecting *c) {
  const struct project *before = &c->before;
  bool same = str_is(before->system, c->tracker->system) && str_equal(before->remote, c->project.remote);
  if (str_is_absent(before->name) || same)
    return RESULT_DONE;
  return result_error(RESULT_REJECTED,
                      "the project %.*s is %.*s %.*s already, so nothing was stored: choose another "
                      "--name.",
                      STR_FMT(before->name), STR_FMT(before->system), STR_FMT(before->remote));
}

/* What else is known here decides about words and people. */
static struct result settle_rules(struct connecting *c) {
  struct known known = {0};
  TRY(known_read(c->call, c->project.name, &known, &c->before));
  TRY(check_name(c));
  c->project.follows = c->before.follows;
  return connect_settings_rules(c->call, &c->remote, &known, &c->before, &c->project);
}

static struct result connect_to(struct invocation *call, const struct tracker *tracker) {
  struct connecting c = {.call = call, .tracker = tracker, .project = {.system = str_of(tracker->system)}};
  if (invocation_may_ask(call))
    TRY(client_open(call)); /* nobody should answer ten questions to hear that nothing is running */
  TRY(connect_place(call, tracker, &c.project));
  int64_t expires_ms;
  TRY(format_parse_date(invocation_text(call, "expires"), &expires_ms));
  TRY(connect_settings_check(call));
  TRY(connect_mapping_read(call, tracker, &c.mapping));
  TRY(connect_credential_read(call, tracker, c.project.base_url, &c.credential));
  TRY(client_open(call));
  TRY(find_before(&c));
  TRY(choose_options(&c));
  TRY(test_until_right(&c));
  TRY(choose_name(&c));
  TRY(settle_rules(&c));
  TRY(connect_settings_policy(call, &c.before, &c.project));
  TRY(check_direction(&c.project, &c.remote));
  show_intent(call, &c.project);
  if (invocation_flag(call, "dry-run"))
    return output_note(call->output, "Nothing was stored, because of --dry-run."), RESULT_DONE;
  TRY(confirm(call, &c.project));
  int64_t before;
  TRY(newest_session(call, c.project.name, &before));
  TRY(store(&c));
  return first_sync(&c, before);
}

/* "connect SYSTEM" */
struct result command_connect(struct invocation *call) {
  return connect_to(call, tracker_named(str_of(strchr(call->command->path, ' ') + 1)));
}
