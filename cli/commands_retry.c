/* retry: putting back what was given up. */
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/format.h"
#include "cli/project_name.h"

static bool is_parked_id(struct str text) {
  int64_t number;
  return text.length > 2 && text.at[1] == '-' && strchr("WRDF", text.at[0]) &&
         str_to_i64(str_slice(text, 2, text.length), &number);
}

struct result command_retry(struct invocation *call) {
  struct str what = invocation_argument(call, 0);
  struct work_retry request = {.all = invocation_flag(call, "all"), .actor = invocation_actor(call)};
  struct work_retried reply = {0};
  bool printed;
  if (str_is_absent(what) != request.all)
    return invocation_usage(call, "try what again? A project, an id as in W-12, or --all.");
  *(is_parked_id(what) ? &request.id : &request.project) = what;
  struct project project;
  if (request.project.at)
    TRY(project_name_find(call, request.project, &project));
  TRY(client_print(call, VERB_WORK_RETRY, &request, &reply, &printed));
  if (printed)
    return RESULT_DONE;
  if (reply.writes + reply.reads + reply.deliveries == 0)
    output_note(call->output, "Nothing is parked there.");
  else
    output_note(call->output, "Put back: %.*s, %.*s, %.*s. `tandem status` shows what becomes of it.",
                STR_FMT(format_counted(call->arena, reply.writes, "write", "writes")),
                STR_FMT(format_counted(call->arena, reply.reads, "fetch", "fetches")),
                STR_FMT(format_counted(call->arena, reply.deliveries, "delivery", "deliveries")));
  return RESULT_DONE;
}
