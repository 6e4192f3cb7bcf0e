/* From a client id to a login. */
#include "cli/login.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/json.h"
#include "base/secret_file.h"
#include "base/settings.h"
#include "cli/adapter_child.h"
#include "service/login.h"

enum { CALLBACK_PORT = 7417 };

struct str login_options(const struct invocation *call) {
  struct str server = invocation_text(call, "auth-url");
  if (str_is_absent(server))
    return server;
  struct str_builder json = {.arena = call->arena};
  str_append_c(&json, "{\"auth_url\":");
  json_append_quoted(&json, server);
  str_append_c(&json, ",\"gateway_url\":");
  json_append_quoted(&json, server);
  str_append_c(&json, "}");
  return str_built(&json);
}

/* -- who asks -- */

static struct result from_settings(struct invocation *call, const struct tracker *tracker, struct login_request *out) {
  struct settings settings;
  TRY(invocation_settings(call, &settings));
  const struct {
    const char *system;
    struct str id;
    struct secret secret;
  } rows[] = {{"github", settings.github_client_id, settings.github_client_secret},
              {"jira", settings.jira_client_id, settings.jira_client_secret},
              {"linear", settings.linear_client_id, settings.linear_client_secret}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (strcmp(rows[i].system, tracker->system) == 0) {
      out->client_id = rows[i].id;
      out->client_secret = rows[i].secret.hidden;
    }
  return RESULT_DONE;
}

static void from_stored(struct invocation *call, struct str stored, struct login_request *out) {
  cJSON *tree;
  struct result result = json_parse(stored, &tree);
  if (!result_ok(&result))
    return;
  out->client_id = str_copy(call->arena, json_str(tree, "client_id"));
  out->client_secret = str_copy(call->arena, json_str(tree, "client_secret"));
  cJSON_Delete(tree);
}

static struct result from_command_line(struct invocation *call, struct login_request *out) {
  struct str id = invocation_text(call, "client-id"), file = invocation_text(call, "client-secret-file");
  struct secret secret = {{0}};
  if (file.at)
    TRY(secret_file_read(call->arena, str_c(call->arena, file), &secret));
  if (id.at || file.at)
    out->client_secret = secret.hidden;
  if (id.at)
    out->client_id = id;
  return RESULT_DONE;
}

/* The command line before the settings, the settings before the login that there was. */
static struct result choose_client(struct invocation *call, const struct tracker *tracker, struct str stored,
                                   struct login_request *out) {
  TRY(from_settings(call, tracker, out));
  if (out->client_id.length == 0 && stored.length)
    from_stored(call, stored, out);
  TRY(from_command_line(call, out));
  out->port = invocation_number(call, "callback-port", CALLBACK_PORT);
  if (out->client_id.length == 0)
    return invocation_usage(call, "which OAuth app of yours at %s? --client-id ID, or the setting oauth.%s_client_id.",
                            tracker->title, tracker->system);
  if (out->port < 1 || out->port > 65535)
    return invocation_usage(call, "--callback-port is a number from 1 to 65535.");
  return RESULT_DONE;
}

/* -- the conversation -- */

static void show(struct invocation *call, const struct login_step *step) {
  if (step->code.length)
    output_note(call->output, "Open %s in a browser and type the code %s", output_clean_line(call->arena, step->url).at,
                output_clean_line(call->arena, step->code).at);
  else
    output_note(call->output, "Open this address in a browser on this machine:\n  %s",
                output_clean_line(call->arena, step->url).at);
}

static struct result take_line(struct invocation *call, struct str line, struct login_step *last) {
  *last = (struct login_step){0};
  struct result result = json_to_record(call->arena, &record_login_step, line, last);
  if (!result_ok(&result))
    return result_error(RESULT_BUG, "the adapter's program says something that cannot be read.");
  if (last->url.length)
    show(call, last);
  return RESULT_DONE;
}

static struct result read_steps(struct invocation *call, int fd, struct login_step *last) {
  FILE *lines = fdopen(fd, "r");
  struct result result = RESULT_DONE;
  char *line = NULL;
  size_t capacity = 0;
  ssize_t length;
  if (!lines)
    return result_error(RESULT_BUG, "no pipe: %s", strerror(errno));
  while (result_ok(&result) && (length = getline(&line, &capacity, lines)) > 0)
    result = take_line(call, str_copy(call->arena, (struct str){line, (size_t)length}), last);
  if (line)
    explicit_bzero(line, capacity);
  free(line);
  fclose(lines);
  return result;
}

static struct result converse(struct invocation *call, const struct tracker *tracker, struct str question,
                              struct login_step *last) {
  struct str program = adapter_child_program(call->arena, tracker->system);
  struct adapter_child child;
  TRY(adapter_child_rules(call));
  TRY(adapter_child_start(program.at, "--login", &child));
  adapter_child_send(&child, question);
  struct result result = read_steps(call, child.out, last);
  if (!result_ok(&result))
    kill(child.pid, SIGKILL);
  while (waitpid(child.pid, NULL, 0) < 0 && errno == EINTR)
    continue;
  return result;
}

struct result login_run(struct invocation *call, const struct tracker *tracker, struct str base_url, struct str options,
                        struct str stored, struct connect_credential *out) {
  struct login_request request = {.base_url = base_url, .options = options};
  struct login_step last = {0};
  if (!tracker->has_login)
    return invocation_usage(call, "%s has no login by OAuth.", tracker->title);
  TRY(choose_client(call, tracker, stored, &request));
  struct str question = json_print(call->arena, json_from_record(&record_login_request, &request, false));
  TRY(converse(call, tracker, question, &last));
  if (last.failed.length)
    return result_error(result_code_named(last.failed.at, last.failed.length), "%.*s.", STR_FMT(last.why));
  if (last.login.length == 0)
    return result_error(RESULT_BUG, "the adapter's program ended without a login. See its messages above.");
  output_note(call->output, "%s has agreed.", tracker->title);
  *out = (struct connect_credential){.kind = STR("oauth"), .secret = last.login, .expires_ms = last.expires_ms};
  return RESULT_DONE;
}
