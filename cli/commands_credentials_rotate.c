/* credentials rotate: the new secret is tried where it will be used, stored beside the old one, and watched until it
 * has worked and nobody uses the old one any more. */
#include "base/clock.h"
#include "base/json.h"
#include "base/secret_file.h"
#include "base/shell.h"
#include "cli/commands.h"
#include "cli/connect_credential.h"
#include "cli/credentials.h"
#include "cli/format.h"
#include "cli/login.h"
#include "cli/probe.h"
#include "cli/prompt.h"
#include "cli/sessions.h"

enum { WATCH_MS = 120000, WATCH_STEP_MS = 100 };

struct rotation {
  struct invocation *call;
  struct credential_info info;
  struct project_list projects;  /* all */
  const struct tracker *tracker; /* NULL: the secret of webhooks */
  struct credential_put put;
};

static bool uses(const struct rotation *r, const struct project *project) {
  return str_equal(project->credential, r->info.name);
}

/* -- the new secret -- */

static struct result read_secret(struct rotation *r, const char *question, struct str *out) {
  struct invocation *call = r->call;
  struct str file = invocation_text(call, "secret-file");
  struct secret secret;
  if (str_is(file, "-")) {
    TRY(invocation_read_stdin(call, SECRET_BYTES_MAX, out));
    *out = str_trim(*out);
    return out->length ? RESULT_DONE : result_error(RESULT_REJECTED, "standard input is empty: nothing was changed.");
  }
  if (file.at) {
    TRY(secret_file_read(call->arena, str_c(call->arena, file), &secret));
    *out = secret.hidden;
    return RESULT_DONE;
  }
  if (!invocation_may_ask(call))
    return invocation_usage(call, "where is the new secret? --secret-file FILE, or - for standard input.");
  return prompt_secret(call, question, out);
}

/* The stored credential with one member replaced: an e-mail address or an App's id stays. */
static struct result replace_member(struct rotation *r, const char *member, struct str secret) {
  struct credential_get get = {.name = r->info.name};
  struct credential stored = {0};
  cJSON *tree;
  struct result read = client_call(r->call, VERB_CREDENTIAL_GET, &get, &stored);
  if (read.code == RESULT_AUTH) /* its data key is lost: then all of it has to be given */
    return result_error(RESULT_AUTH, "%.150s Or connect the project again: tandem connect", read.message);
  TRY(read);
  TRY(json_parse(stored.secret, &tree));
  cJSON_DeleteItemFromObjectCaseSensitive(tree, member);
  cJSON_AddItemToObject(tree, member, json_string(r->call->arena, secret));
  r->put.secret = json_print(r->call->arena, tree);
  return RESULT_DONE;
}

static struct result choose_secret(struct rotation *r) {
  const struct credential_part *part = NULL;
  struct str secret = {0};
  if (str_is(r->info.kind, "oauth"))
    return invocation_usage(r->call,
                            "%.*s is a login, which renews itself. To log in anew: tandem credentials login %.*s",
                            STR_FMT(r->info.name), STR_FMT(shell_word(r->call->arena, r->info.name)));
  if (r->tracker)
    TRY(connect_credential_part(r->call, r->tracker, r->info.kind, invocation_text(r->call, "part"), &part));
  TRY(read_secret(r, part && part->question ? part->question : "The new secret", &secret));
  return replace_member(r, part ? part->member : "secret", secret);
}

/* -- trying -- */

static struct result try_on(struct rotation *r, const struct project *project) {
  struct remote_description remote = {0};
  const struct probe_request request = {.base_url = project->base_url,
                                        .remote = project->remote,
                                        .credential_kind = r->put.kind,
                                        .credential = r->put.secret,
                                        .options = project->options};
  struct result result = probe_remote(r->call, r->tracker, &request, &remote);
  if (!result_ok(&result))
    return result_context(result, "nothing was changed; %.*s", STR_FMT(project->name));
  bool writes = str_is(project->direction, "push") || str_is(project->direction, "bidirectional");
  if (writes && !remote.can_write)
    return result_error(RESULT_AUTH, "nothing was changed: %.*s may not write to %.*s.", STR_FMT(remote.account),
                        STR_FMT(project->remote));
  output_note(r->call->output, "%.*s takes it: it is %s's.", STR_FMT(project->remote),
              output_clean_line(r->call->arena, remote.account).at);
  return RESULT_DONE;
}

static struct result try_everywhere(struct rotation *r) {
  if (!r->tracker || invocation_flag(r->call, "untested"))
    return RESULT_DONE;
  for (size_t i = 0; i < r->projects.projects.count; i++)
    if (uses(r, &r->projects.projects.at[i]))
      TRY(try_on(r, &r->projects.projects.at[i]));
  return RESULT_DONE;
}

/* -- watching -- */

/* A project that waits for more than a credential says so, and the others go on. */
static struct result resume(struct rotation *r, const struct project *project, bool *out_active) {
  const struct project_set_state request = {
      .name = project->name, .state = STR("active"), .actor = invocation_actor(r->call), .mended = true};
  struct project_stands reply = {0};
  struct result result = client_call(r->call, VERB_PROJECT_SET_STATE, &request, &reply);
  *out_active = result_ok(&result);
  if (!*out_active && result.code != RESULT_REJECTED)
    return result;
  if (*out_active)
    output_note(r->call->output, "%.*s had stopped and goes on.", STR_FMT(project->name));
  else
    output_note(r->call->output, "%s", result.message);
  return RESULT_DONE;
}

/* A project that had stopped because of the credential goes on; the others look at their tracker now. */
static struct result wake(struct rotation *r, size_t *out_active) {
  int64_t session;
  *out_active = 0;
  for (size_t i = 0; i < r->projects.projects.count; i++) {
    const struct project *project = &r->projects.projects.at[i];
    if (!uses(r, project))
      continue;
    bool active = str_is(project->state, "active");
    if (str_is(project->state, "failed"))
      TRY(resume(r, project, &active));
    if (!active)
      continue;
    (*out_active)++;
    struct result started = sessions_start(r->call, project->name, "incremental", &session);
    if (!result_ok(&started) && started.code != RESULT_RETRY) /* one is running: it will look by itself */
      return started;
  }
  return RESULT_DONE;
}

static struct result watch(struct rotation *r) {
  int64_t deadline_ms = clock_mono_ms() + WATCH_MS;
  struct credential_list list;
  do {
    TRY(credentials_ask(r->call, r->info.name, &list));
    const struct credential_info *now = &list.credentials.at[0];
    if (!str_is(now->state, "rotating")) {
      bool reverted = now->rotated_ms == 0;
      if (reverted || str_is(now->state, "refused"))
        return result_error(RESULT_AUTH, "the tracker refused the new secret, and the old one is used again.");
      output_note(r->call->output,
                  "The new secret works and the old one is not used any more: revoke it at the tracker.");
      return RESULT_DONE;
    }
    clock_sleep_ms(WATCH_STEP_MS);
  } while (clock_mono_ms() < deadline_ms);
  output_note(r->call->output,
              "The new secret is stored, and not proven yet. Keep the old one until `tandem credentials list` says "
              "active.");
  return RESULT_DONE;
}

static struct result follow(struct rotation *r) {
  size_t active;
  if (!r->tracker) {
    output_note(
        r->call->output,
        "Both secrets are taken now. Give the new one to the tracker's webhook; an hour after its first delivery "
        "the old one is forgotten.");
    return RESULT_DONE;
  }
  TRY(wake(r, &active));
  if (active)
    return watch(r);
  output_note(r->call->output, "It is stored. No active project uses it, so it has not been used yet.");
  return RESULT_DONE;
}

static struct result open_rotation(struct rotation *r) {
  struct invocation *call = r->call;
  struct credential_list list;
  struct project_name all = {0};
  TRY(format_parse_date(invocation_text(call, "expires"), &r->put.expires_ms));
  TRY(credentials_ask(call, invocation_argument(call, 0), &list));
  TRY(client_call(call, VERB_PROJECT_LIST, &all, &r->projects));
  r->info = list.credentials.at[0];
  r->put.kind = r->info.kind;
  r->tracker = r->info.system.length ? tracker_named(r->info.system) : NULL;
  return RESULT_DONE;
}

static struct result store(struct rotation *r) {
  struct empty reply;
  r->put.name = r->info.name;
  r->put.actor = invocation_actor(r->call);
  r->put.keep_previous = true;
  TRY(client_call(r->call, VERB_CREDENTIAL_PUT, &r->put, &reply));
  return follow(r);
}

struct result command_credentials_rotate(struct invocation *call) {
  struct rotation r = {.call = call};
  TRY(open_rotation(&r));
  TRY(choose_secret(&r));
  TRY(try_everywhere(&r));
  return store(&r);
}

/* A login that is refused has nothing left in it but the OAuth app's id and secret. */
static struct result choose_login(struct rotation *r) {
  struct credential_get get = {.name = r->info.name};
  struct credential stored = {0};
  struct connect_credential login;
  const struct project *project = NULL;
  for (size_t i = 0; i < r->projects.projects.count; i++)
    if (uses(r, &r->projects.projects.at[i]))
      project = &r->projects.projects.at[i];
  if (!r->tracker || !project)
    return result_error(RESULT_REJECTED, "no project uses %.*s. To connect one: tandem connect … --oauth",
                        STR_FMT(r->info.name));
  struct result read = client_call(r->call, VERB_CREDENTIAL_GET, &get, &stored);
  if (!result_ok(&read) && read.code != RESULT_AUTH)
    return read;
  TRY(login_run(r->call, r->tracker, project->base_url, project->options, stored.secret, &login));
  r->put.secret = login.secret;
  r->put.kind = login.kind;
  r->put.expires_ms = login.expires_ms;
  return RESULT_DONE;
}

struct result command_credentials_login(struct invocation *call) {
  struct rotation r = {.call = call};
  TRY(open_rotation(&r));
  TRY(choose_login(&r));
  TRY(try_everywhere(&r));
  return store(&r);
}
