/* connect github: test first, then store the credential, configure the project, fetch, and look at what came. */
#include "base/json.h"
#include "base/secret_file.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/connect_settings.h"
#include "cli/format.h"
#include "cli/probe.h"
#include "cli/prompt.h"
#include "cli/sessions.h"

static const char github_api[] = "https://api.github.com";

static bool is_repository(struct str text) {
  ptrdiff_t slash = str_find(text, "/");
  return slash > 0 && (size_t)slash + 1 < text.length &&
         str_find(str_slice(text, (size_t)slash + 1, text.length), "/") < 0 && str_find(text, " ") < 0;
}

/* "https://github.com/acme/rocket.git" is what people have at hand. */
static struct str repository_of(struct str text) {
  static const char prefix[] = "https://github.com/";
  if (str_starts_with(text, prefix))
    text = str_slice(text, sizeof prefix - 1, text.length);
  if (str_ends_with(text, ".git"))
    text = str_slice(text, 0, text.length - 4);
  return text;
}

static struct result choose_remote(struct invocation *call, struct project *project) {
  struct str repository = invocation_text(call, "repo"), base_url = invocation_text(call, "base-url");
  if (str_is_absent(repository)) {
    if (!invocation_may_ask(call))
      return invocation_usage(call, "which repository? --repo OWNER/NAME.");
    TRY(prompt_line(call, "Repository (OWNER/NAME)", (struct str){0}, &repository));
  }
  project->remote = repository_of(repository);
  if (!is_repository(project->remote))
    return invocation_usage(call, "a repository is OWNER/NAME, as in acme/rocket, not `%.*s`.", STR_FMT(repository));
  project->base_url = base_url.at ? base_url : str_of(github_api);
  while (str_ends_with(project->base_url, "/"))
    project->base_url = str_slice(project->base_url, 0, project->base_url.length - 1);
  return RESULT_DONE;
}

static struct result choose_name(struct invocation *call, struct project *project) {
  size_t slash = (size_t)str_find(project->remote, "/");
  struct str fallback = str_slice(project->remote, slash + 1, project->remote.length);
  project->name = invocation_text(call, "name");
  if (project->name.at)
    return RESULT_DONE;
  project->name = fallback;
  bool ask = invocation_may_ask(call) && !invocation_flag(call, "yes");
  return ask ? prompt_line(call, "Call the project", fallback, &project->name) : RESULT_DONE;
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

static struct result test_remote(struct invocation *call, struct project *project,
                                 const struct connect_credential *credential, struct remote_description *remote) {
  const struct probe_request request = {.base_url = project->base_url,
                                        .remote = project->remote,
                                        .credential_kind = credential->kind,
                                        .credential = credential->secret};
  output_note(call->output, "Testing the credential on %.*s …", STR_FMT(project->base_url));
  TRY(probe_remote(call, "github", &request, remote));
  show_description(call, remote);
  /* The name as the tracker writes it, after a rename for instance. */
  if (is_repository(remote->remote))
    project->remote = remote->remote;
  return RESULT_DONE;
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

static struct result put_credential(struct invocation *call, struct str name, struct str kind, struct str secret) {
  struct credential_put request = {.name = name, .kind = kind, .secret = secret, .actor = invocation_actor(call)};
  struct empty reply;
  return client_call(call, VERB_CREDENTIAL_PUT, &request, &reply);
}

static struct result put_webhook_secret(struct invocation *call, struct project *project) {
  struct str file = invocation_text(call, "webhook-secret-file");
  if (str_is_absent(file))
    return RESULT_DONE;
  struct secret secret;
  TRY(secret_file_read(call->arena, str_c(call->arena, file), &secret));
  struct str_builder json = {.arena = call->arena};
  str_append_c(&json, "{\"secret\":");
  json_append_quoted(&json, secret.hidden);
  str_append_c(&json, "}");
  project->webhook_credential = str_format(call->arena, "%.*s-webhook", STR_FMT(project->name));
  return put_credential(call, project->webhook_credential, STR("webhook"), str_built(&json));
}

static struct result store(struct invocation *call, struct project *project,
                           const struct connect_credential *credential) {
  project->credential = project->name;
  TRY(put_credential(call, project->credential, credential->kind, credential->secret));
  TRY(put_webhook_secret(call, project));
  struct project_configure request = {.project = *project, .actor = invocation_actor(call)};
  struct project_id reply = {0};
  TRY(client_call(call, VERB_PROJECT_CONFIGURE, &request, &reply));
  output_note(call->output, "%.*s is connected.", STR_FMT(project->name));
  return RESULT_DONE;
}

/* -- afterwards -- */

/* The tracker's own count against what is here: a person should not have to find out later. */
static void verify(struct invocation *call, const struct project *project, const struct remote_description *remote) {
  struct project_status status = {0};
  if (!sessions_project_status(call, project->name, &status))
    return;
  struct str here = format_counted(call->arena, status.tickets, "ticket", "tickets");
  if (remote->estimated_tickets < 0 || status.tickets >= remote->estimated_tickets)
    output_note(call->output, "Verified: %.*s of %.*s here.", STR_FMT(here), STR_FMT(project->remote));
  else
    output_note(call->output, "%.*s here; %.*s was said to have about %.*s. Pull requests count there and not here.",
                STR_FMT(here), STR_FMT(project->remote), STR_FMT(format_count(call->arena, remote->estimated_tickets)));
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

static struct result first_sync(struct invocation *call, const struct project *project, int64_t before,
                                const struct remote_description *remote) {
  if (invocation_flag(call, "no-sync") || str_is(project->direction, "disabled")) {
    output_note(call->output, "It fetches on schedule. To see it happen: tandem sync %.*s --wait",
                STR_FMT(project->name));
    return RESULT_DONE;
  }
  int64_t id;
  struct session session = {0};
  TRY(sessions_start(call, project->name, "incremental", &id));
  TRY(first_since(call, project->name, before, &id));
  TRY(sessions_follow(call, id, &session));
  if (str_is(session.state, "completed"))
    verify(call, project, remote);
  return RESULT_DONE;
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

struct result command_connect_github(struct invocation *call) {
  struct project project = {.system = STR("github")};
  struct connect_credential credential;
  struct remote_description remote = {0};
  TRY(choose_remote(call, &project));
  TRY(connect_settings_check(call));
  TRY(connect_settings_rules(call, &project));
  TRY(connect_settings_credential(call, &credential));
  TRY(client_open(call)); /* nobody should answer ten questions to hear that nothing is running */
  TRY(test_remote(call, &project, &credential, &remote));
  TRY(choose_name(call, &project));
  TRY(connect_settings_policy(call, &project));
  TRY(check_direction(&project, &remote));
  TRY(confirm(call, &project));
  int64_t before;
  TRY(newest_session(call, project.name, &before));
  TRY(store(call, &project, &credential));
  return first_sync(call, &project, before, &remote);
}
