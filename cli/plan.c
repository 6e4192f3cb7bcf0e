/* What a dry run found, and what can be done with it. */
#include "cli/plan.h"

#include "base/shell.h"
#include "cli/client.h"
#include "cli/format.h"
#include "cli/preview_view.h"

struct result plan_show(struct invocation *call, const struct session *session) {
  static const struct paged lines = PAGED(VERB_SESSION_PREVIEW, struct preview_query, struct session_preview, lines);
  struct preview_query request = {.id = session->id};
  struct session_preview preview;
  TRY(client_pages(call, &lines, &request, &preview));
  if (output_is_json(call->output))
    return output_record(call->output, verb_table[VERB_SESSION_PREVIEW].reply, &preview), RESULT_DONE;
  preview_view_print(call->output, preview.lines.at, preview.lines.count);
  if (!preview.plan.length)
    return RESULT_DONE;
  output_note(call->output,
              "Nothing was applied. This is plan %.*s, good until %.*s, and %.*s is paused until it is applied or "
              "dropped.\n  To apply exactly this: tandem apply %.*s\n  To drop it: tandem projects resume %.*s",
              STR_FMT(preview.plan), STR_FMT(format_moment(call->arena, preview.expires_at_ms)),
              STR_FMT(session->project), STR_FMT(preview.plan), STR_FMT(shell_word(call->arena, session->project)));
  return RESULT_DONE;
}
