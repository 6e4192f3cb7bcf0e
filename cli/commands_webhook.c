/* webhooks check | rotate */
#include "base/clock.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/sessions.h"
#include "cli/webhook_view.h"

enum { LOOK_WAIT_MS = 15 * 1000, ASK_EVERY_MS = 200 };

/* Until an adapter has looked, or is not going to. */
static bool wait_for_look(struct invocation *call, struct str project, int64_t before_ms, struct project_status *out) {
  int64_t until_ms = clock_mono_ms() + LOOK_WAIT_MS;
  while (sessions_project_status(call, project, out)) {
    if (out->webhook.checked_at_ms > before_ms)
      return true;
    if (clock_mono_ms() >= until_ms)
      return false;
    clock_sleep_ms(ASK_EVERY_MS);
  }
  return false;
}

/* What was just done is no advice: then the reason says what a person has to do, or it is the way to here that he has
 * to look at. */
static const char *advice(const struct invocation *call, const struct hook_health *health) {
  const char *before = " To mend it: ";
  if (str_is_absent(health->next_step) || health->next_step.length == 0)
    return "";
  if (str_starts_with(health->next_step, "tandem webhooks check"))
    before = str_is(health->state, "none") ? " When that is done, look again: "
                                           : " Do trackers reach the address in webhooks.url? Then look again: ";
  return str_format(call->arena, "%s%.*s", before, STR_FMT(health->next_step)).at;
}

static void show(const struct invocation *call, const struct hook_health *health) {
  output_text(call->output, "%s\n",
              output_clean_line(call->arena, webhook_line(call->arena, health, clock_now_ms())).at);
  if (health->reason.length)
    output_note(call->output, "%s.%s", output_clean_line(call->arena, health->reason).at, advice(call, health));
}

static struct result ask(struct invocation *call, bool rotate) {
  struct hook_check request = {
      .project = invocation_argument(call, 0), .rotate = rotate, .actor = invocation_actor(call)};
  struct project_id reply = {0};
  struct project_status before = {0}, after = {0};
  bool printed;
  sessions_project_status(call, request.project, &before);
  TRY(client_print(call, VERB_HOOK_CHECK, &request, &reply, &printed));
  if (printed)
    return RESULT_DONE;
  if (rotate)
    output_note(call->output, "There is a new secret; the old one is good for another hour.");
  output_note(call->output, "Waiting until it has been looked at, %d s at most …", LOOK_WAIT_MS / 1000);
  if (wait_for_look(call, request.project, before.webhook.checked_at_ms, &after))
    return show(call, &after.webhook), RESULT_DONE;
  call->exit_code = EXIT_CODE_GENERAL;
  output_note(call->output,
              "Nobody has looked at it within 15 seconds. tandem sees to webhooks only where webhooks.url "
              "(TANDEM_WEBHOOK_URL) says how trackers reach it, while the project is active and pulls, and while the "
              "tracker takes calls: `tandem status` says.");
  return RESULT_DONE;
}

struct result command_webhooks_check(struct invocation *call) {
  return ask(call, false);
}

struct result command_webhooks_rotate(struct invocation *call) {
  return ask(call, true);
}
