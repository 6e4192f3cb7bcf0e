/* up and down: everything on this machine (cli/up does the work). */
#include "base/settings.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/up/up.h"

enum { READY_TIMEOUT_MS = 1000 };

/* Asked again and again in one process, so the connection is kept. */
static bool store_answers(const struct up_options *options) {
  static struct arena arena;
  static struct rpc *rpc;
  struct endpoint endpoint;
  struct result result = RESULT_DONE;
  if (!rpc)
    result = endpoint_find(&arena, options->settings->home, "cli", &endpoint);
  if (result_ok(&result) && !rpc)
    result = rpc_open(&endpoint, STR("up"), &rpc);
  if (!result_ok(&result))
    return false;
  struct empty request = {0};
  struct hello reply;
  result = rpc_call(rpc, &arena, VERB_HELLO, &request, &reply, READY_TIMEOUT_MS);
  return result_ok(&result);
}

/* After an upgrade the old programs still run until they are stopped. */
static void tell_of_other_version(struct invocation *call) {
  struct empty request = {0};
  struct hello reply = {0};
  struct result result = client_call(call, VERB_HELLO, &request, &reply);
  if (result_ok(&result) && !str_is(reply.version, TANDEM_VERSION))
    output_note(call->output, "What runs is version %.*s, this program is %s. Change over: tandem down, then tandem up",
                STR_FMT(reply.version), TANDEM_VERSION);
}

struct result command_up(struct invocation *call) {
  struct settings settings;
  TRY(invocation_settings(call, &settings));
  const struct up_options options = {.settings = &settings,
                                     .foreground = invocation_flag(call, "foreground"),
                                     .quiet = call->output->quiet,
                                     .is_ready = store_answers};
  call->exit_code = (enum exit_code)up_main(&options);
  if (call->exit_code == EXIT_CODE_OK && !options.foreground)
    tell_of_other_version(call);
  return RESULT_DONE;
}

struct result command_down(struct invocation *call) {
  struct settings settings;
  TRY(invocation_settings(call, &settings));
  const struct up_options options = {.settings = &settings, .quiet = call->output->quiet};
  call->exit_code = (enum exit_code)down_main(&options);
  return RESULT_DONE;
}
