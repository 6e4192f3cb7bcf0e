/* conflicts restore: what lost is the ticket's value again. */
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/conflict_find.h"
#include "cli/conflict_sides.h"
#include "cli/prompt.h"

static struct result read_side(struct invocation *call, struct str *out) {
  static const char *const options[] = {"local", "external", "base", "chosen"};
  int chosen = 0;
  for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
    if (!invocation_flag(call, options[i]))
      continue;
    chosen++;
    *out = i == 3 ? STR("value") : str_of(options[i]);
  }
  if (chosen != 1)
    return invocation_usage(call, "bring back which one: --local, --external, --base or --chosen?");
  return RESULT_DONE;
}

static void show(const struct invocation *call, const struct conflict_restored *meaning) {
  static const char *const headings[] = {"", "NOW", "AFTER"};
  struct conflict sides = {.local = meaning->now, .external = meaning->value};
  struct conflict_sides shown = conflict_sides_of(call->arena, &sides);
  output_note(call->output, "%s of %s:\n", output_clean_line(call->arena, meaning->value.at[0].name).at,
              output_clean_line(call->arena, meaning->key).at);
  conflict_sides_print(call->output, &shown, headings, false);
}

struct result command_conflicts_restore(struct invocation *call) {
  struct conflict conflict = {0};
  struct conflict_restored meaning = {0};
  struct conflict_restore request = {.actor = invocation_actor(call), .preview = true};
  bool yes;
  TRY(read_side(call, &request.side));
  TRY(conflict_find(call, invocation_argument(call, 0), &conflict));
  request.id = conflict.id;
  TRY(client_call(call, VERB_CONFLICT_RESTORE, &request, &meaning));
  if (!output_is_json(call->output) && meaning.value.count)
    show(call, &meaning);
  TRY(prompt_confirm(call, "Bring it back?", &yes));
  request.preview = false;
  request.version = meaning.version;
  if (yes)
    TRY(client_call(call, VERB_CONFLICT_RESTORE, &request, &meaning));
  if (output_is_json(call->output))
    output_record(call->output, verb_table[VERB_CONFLICT_RESTORE].reply, &meaning);
  else if (yes)
    output_note(call->output, "Brought back. It goes to all trackers of %s.",
                output_clean_line(call->arena, meaning.key).at);
  return RESULT_DONE;
}
