/* webhooks check | rotate | forget */
#include "base/clock.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/sessions.h"
#include "cli/webhook_view.h"

enum { LOOK_WAIT_MS = 15 * 1000, ASK_EVERY_MS = 200 };

/* Until an adapter has looked, or is not going to. */
static bool wait_for_look(struct invocation *call, struct str project, const struct hook_health *before,
                          struct project_status *out) {
  int64_t until_ms = clock_mono_ms() + LOOK_WAIT_MS;
  while (sessions_project_status(call, project, out)) {
    if (out->webhook.checked_at_ms > before->checked_at_ms || out->webhook.failed_checks > before->failed_checks)
      return true;
    if (clock_mono_ms() >= until_ms)
      return false;
    clock_sleep_ms(ASK_EVERY_MS);
  }
  return false;
}

/* What was just done is no advice: then the way to here is to be looked at, unless the reason says what to do. */
static const char *mend(const struct hook_health *health) {
  bool is_check = str_starts_with(health->next_step, "tandem webhooks check");
  if (!is_check || str_is(health->state, "none"))
    return NULL;
  return "Do trackers reach the address in webhooks.url? Then look again: ";
}

/* A check that failed says nothing new of the webhook. */
static void show(struct invocation *call, const struct hook_health *health) {
  if (health->check_error.length) {
    call->exit_code = EXIT_CODE_GENERAL;
    output_note(call->output, "It could not be looked at, and is tried again by itself: %s",
                output_clean_line(call->arena, health->check_error).at);
    return;
  }
  output_text(call->output, "%s\n",
              output_clean_line(call->arena, webhook_line(call->arena, health, clock_now_ms())).at);
  if (health->reason.length)
    output_note(call->output, "%s", output_clean_line(call->arena, webhook_why(call->arena, health, mend(health))).at);
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
  if (wait_for_look(call, request.project, &before.webhook, &after))
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

struct result command_webhooks_forget(struct invocation *call) {
  struct hook_forget request = {.project = invocation_argument(call, 0), .actor = invocation_actor(call)};
  struct empty reply = {0};
  bool printed;
  TRY(client_print(call, VERB_HOOK_FORGET, &request, &reply, &printed));
  if (!printed)
    output_note(call->output, "Nothing more is said of the webhook that %.*s had.", STR_FMT(request.project));
  return RESULT_DONE;
}
