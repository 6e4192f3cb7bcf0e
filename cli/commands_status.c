/* status: how things stand. */
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/project_name.h"
#include "cli/status_view.h"

struct result command_status(struct invocation *call) {
  struct str name = invocation_argument(call, 0);
  struct status status = {0};
  TRY(client_status(call, name, &status));
  if (status.projects.count == 0)
    TRY(project_name_check(call));
  if (output_is_json(call->output))
    output_record(call->output, verb_table[VERB_STATUS].reply, &status);
  else
    (name.at ? status_view_one : status_view_all)(call, &status);
  for (size_t i = 0; invocation_flag(call, "exit-code") && i < status.projects.count; i++)
    if (status.projects.at[i].open_conflicts)
      call->exit_code = EXIT_CODE_CONFLICTS;
  return RESULT_DONE;
}
