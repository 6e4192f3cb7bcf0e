/* What a dry run found, and what can be done with it. */
#include "cli/plan.h"

#include "cli/client.h"
#include "cli/format.h"
#include "cli/preview_view.h"

/* All pages of what a dry run found. */
static struct result read_preview(struct invocation *call, int64_t session_id, struct session_preview *out) {
  struct preview_query request = {.id = session_id};
  struct preview_line *all = NULL;
  size_t count = 0, capacity = 0;
  do {
    struct session_preview page = {0};
    TRY(client_call(call, VERB_SESSION_PREVIEW, &request, &page));
    all = arena_append(call->arena, all, &count, &capacity, page.lines.at, page.lines.count, sizeof *all);
    request.after = page.next;
    *out = page;
  } while (out->more);
  out->lines.at = all;
  out->lines.count = count;
  return RESULT_DONE;
}

struct result plan_show(struct invocation *call, const struct session *session) {
  struct session_preview preview = {0};
  TRY(read_preview(call, session->id, &preview));
  if (output_is_json(call->output))
    return output_record(call->output, verb_table[VERB_SESSION_PREVIEW].reply, &preview), RESULT_DONE;
  preview_view_print(call->output, preview.lines.at, preview.lines.count);
  if (!preview.plan.length)
    return RESULT_DONE;
  output_note(call->output,
              "Nothing was applied. This is plan %.*s, good until %.*s, and %.*s is paused until it is applied or "
              "dropped.\n  To apply exactly this: tandem apply %.*s\n  To drop it: tandem projects resume %.*s",
              STR_FMT(preview.plan), STR_FMT(format_moment(call->arena, preview.expires_at_ms)),
              STR_FMT(session->project), STR_FMT(preview.plan), STR_FMT(session->project));
  return RESULT_DONE;
}
