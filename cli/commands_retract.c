/* ticket retract: what is outside of a private ticket, and taking it back. */
#include "base/clock.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/format.h"
#include "cli/prompt.h"
#include "cli/retract.h"
#include "cli/retract_view.h"

static struct result ask_store(struct invocation *call, struct str key, bool preview, struct retraction *out) {
  struct ticket_retract request = {.key = key, .preview = preview, .actor = invocation_actor(call)};
  *out = (struct retraction){0};
  return client_call(call, VERB_TICKET_RETRACT, &request, out);
}

static struct result confirm(struct invocation *call, const struct retraction *plan, bool *out_yes) {
  *out_yes = false;
  if (invocation_flag(call, "dry-run") || !retract_view_is_open(plan))
    return RESULT_DONE;
  *out_yes = invocation_flag(call, "yes");
  if (*out_yes)
    return RESULT_DONE;
  if (!invocation_may_ask(call)) {
    output_note(call->output, "Nothing was done: this is what --yes would do.");
    return RESULT_DONE;
  }
  return prompt_yes(call, STR("Take it back?"), false, out_yes);
}

struct result command_ticket_retract(struct invocation *call) {
  struct str key = invocation_argument(call, 0);
  bool is_json = output_is_json(call->output), yes;
  struct retraction retraction;
  TRY(ask_store(call, key, true, &retraction));
  if (!is_json)
    retract_view_print(call->output, &retraction, clock_now_ms());
  TRY(confirm(call, &retraction, &yes));
  if (yes)
    TRY(ask_store(call, key, false, &retraction));
  if (is_json)
    output_record(call->output, verb_table[VERB_TICKET_RETRACT].reply, &retraction);
  else if (yes)
    output_note(call->output, "It is on its way. `tandem ticket retract %.*s --dry-run` shows what is still there.",
                STR_FMT(key));
  return RESULT_DONE;
}

/* A message, because what `ticket share` prints is the key. */
static void tell_place(struct invocation *call, const struct retraction_place *place) {
  bool by_hand = str_is(place->action, "by_hand");
  struct str key = place->external_key.length ? place->external_key : STR("?"), url = place->url;
  struct str left = format_join(call->arena, place->fields.at, place->fields.count, ", ");
  if (place->last_left_ms)
    left = str_format(call->arena, "%.*s; last %.*s", STR_FMT(left),
                      STR_FMT(format_ago(call->arena, place->last_left_ms, clock_now_ms())));
  output_note(call->output, "  - %.*s in %.*s: %.*s (%.*s)%s%.*s%s%.*s", STR_FMT(place->key), STR_FMT(place->project),
              STR_FMT(key), STR_FMT(left), by_hand ? ": " : "", STR_FMT(by_hand ? place->reason : (struct str){0}),
              by_hand && url.length ? ": " : "", STR_FMT(by_hand ? url : (struct str){0}));
}

struct result retract_hint(struct invocation *call, struct str key) {
  struct retraction plan;
  struct result result = ask_store(call, key, true, &plan);
  if (result.code == RESULT_REJECTED) /* what was asked for is done; it may be there all the same */
    return output_note(call->output, "%s.", result.message), RESULT_DONE;
  TRY(result);
  bool waits = false;
  for (size_t i = 0; i < plan.places.count; i++)
    waits |= retract_view_waits_for_a_person(&plan.places.at[i]);
  if (!waits)
    return RESULT_DONE;
  output_note(call->output,
              "From now on nothing of it leaves. This is outside already, and stays until you take it back:");
  for (size_t i = 0; i < plan.places.count; i++)
    if (retract_view_waits_for_a_person(&plan.places.at[i]))
      tell_place(call, &plan.places.at[i]);
  if (plan.more)
    output_note(call->output, "  - and %lld more", (long long)plan.more);
  output_note(call->output,
              "What that means: tandem ticket retract %.*s --dry-run. To do it: tandem ticket retract %.*s",
              STR_FMT(key), STR_FMT(key));
  return RESULT_DONE;
}
