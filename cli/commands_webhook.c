/* webhooks check | rotate */
#include "cli/client.h"
#include "cli/commands.h"

static struct result ask(struct invocation *call, bool rotate, const char *said) {
  struct hook_check request = {
      .project = invocation_argument(call, 0), .rotate = rotate, .actor = invocation_actor(call)};
  struct project_id reply = {0};
  bool printed;
  TRY(client_print(call, VERB_HOOK_CHECK, &request, &reply, &printed));
  if (!printed)
    output_note(call->output, "%s `tandem status` shows what came of it.", said);
  return RESULT_DONE;
}

struct result command_webhooks_check(struct invocation *call) {
  return ask(call, false,
             "The tracker is asked now: the webhook is registered or repaired, and what failed sent again.");
}

struct result command_webhooks_rotate(struct invocation *call) {
  return ask(call, true, "There is a new secret, which the tracker gets now; the old one is good for another hour.");
}
