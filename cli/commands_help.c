/* help, completion, version: what needs nothing but the table. */
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/help.h"

static struct result print_help_of(struct invocation *call, struct str path) {
  const struct command *command = command_named(path);
  const struct command_group *group = command_group_named(path);
  const char *meant = command || group ? NULL : command_nearest(path);
  if (!command && !group)
    return invocation_usage(call, "there is no command `%.*s`. %s%s%s", STR_FMT(path),
                            meant ? "Did you mean `tandem help " : "`tandem help", meant ? meant : "",
                            meant ? "`?" : "` lists them all.");
  help_print(call->arena, call->output, command, group);
  return RESULT_DONE;
}

struct result command_help(struct invocation *call) {
  struct str first = invocation_argument(call, 0), second = invocation_argument(call, 1);
  if (invocation_flag(call, "markdown"))
    output_text(call->output, "%.*s", STR_FMT(help_markdown(call->arena)));
  else if (invocation_flag(call, "manual"))
    output_text(call->output, "%.*s", STR_FMT(help_manual(call->arena)));
  else if (str_is_absent(first))
    help_print(call->arena, call->output, NULL, NULL);
  else
    return print_help_of(call,
                         second.at ? str_format(call->arena, "%.*s %.*s", STR_FMT(first), STR_FMT(second)) : first);
  return RESULT_DONE;
}

struct result command_completion(struct invocation *call) {
  struct str script;
  if (!completion_script(call->arena, invocation_argument(call, 0), &script))
    return invocation_usage(call, "completion is made for bash, zsh and fish, not for `%.*s`.",
                            STR_FMT(invocation_argument(call, 0)));
  output_text(call->output, "%.*s", STR_FMT(script));
  return RESULT_DONE;
}

static const struct field version_fields[] = {
    FIELD(struct hello, version, FIELD_STR, FIELD_REQUIRED, "Of this program."),
};
static const struct record record_version = RECORD("Version", struct hello, version_fields, "The program's version.");

struct result command_version(struct invocation *call) {
  struct hello version = {.version = STR(TANDEM_VERSION)};
  if (output_is_json(call->output))
    output_record(call->output, &record_version, &version);
  else
    output_text(call->output, "tandem %.*s\n", STR_FMT(version.version));
  return RESULT_DONE;
}
