/* tandem: one command for people and scripts.
 * In: the command line, the environment, answers of the store. Out: data on stdout, messages on stderr, an exit status
 * (cli/exit_codes.h). Owns nothing: every change is a verb of the store; `up` alone starts processes. */
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/secrecy.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/parse.h"
#include "cli/project_name.h"

static enum output_format chosen_format(const struct invocation *call) {
  return invocation_flag(call, "json") ? OUTPUT_JSON : invocation_flag(call, "plain") ? OUTPUT_PLAIN : OUTPUT_TEXT;
}

/* `tandem`, `tandem --help`, `tandem ticket`, `tandem ticket edit --help`. */
static struct result show_help(struct invocation *call, const struct command_group *group) {
  help_print(call->arena, call->output, call->command, group);
  if (!call->command && !invocation_flag(call, "help"))
    call->exit_code = EXIT_CODE_USAGE;
  return RESULT_DONE;
}

static struct result run(struct invocation *call, const struct command_group *group) {
  if (invocation_flag(call, "version"))
    return command_version(call);
  if (!call->command || invocation_flag(call, "help"))
    return show_help(call, group);
  struct result result = call->command->run(call);
  /* What is not there may be a project whose name was mistyped. */
  if (result.code == RESULT_GONE) {
    struct result better = project_name_check(call);
    return better.code == RESULT_GONE ? better : result;
  }
  return result;
}

static enum exit_code finish(struct invocation *call, const struct result *result) {
  if (!result_ok(result))
    output_error(call->output, call->exit_code == EXIT_CODE_USAGE ? "usage" : result_code_name(result->code),
                 result->message);
  return call->exit_code ? call->exit_code : exit_code_of(result->code);
}

/* All texts are UTF-8. Where the environment names no such locale, as in containers and under cron, tables would show
 * anything beyond ASCII as escapes. */
static void choose_locale(void) {
  setlocale(LC_ALL, "");
  if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
    setlocale(LC_CTYPE, "C.UTF-8");
}

int main(int argc, char **argv) {
  choose_locale();
  signal(SIGPIPE, SIG_DFL);
  secrecy_begin(); /* of certificates' keys at least; credentials, the data key and a database's password may follow */
  static struct arena arena;
  struct invocation call = {.arena = &arena, .program = str_of(argv[0])};
  const struct command_group *group = NULL;
  struct result result = parse_arguments(&call, argc, argv, &group);
  struct output output = output_open(chosen_format(&call), invocation_flag(&call, "quiet"));
  call.output = &output;
  if (!result_ok(&result))
    call.exit_code = EXIT_CODE_USAGE;
  else
    result = run(&call, group);
  enum exit_code exit_code = finish(&call, &result);
  if (!output_finish(&output) && exit_code == EXIT_CODE_OK)
    exit_code = EXIT_CODE_GENERAL;
  /* Not exit(): nng 1.5.2 may hang while closing a socket under traffic. */
  _exit((int)exit_code);
}
