/* From argv to an invocation, by the table of commands. */
#ifndef CLI_PARSE_H
#define CLI_PARSE_H

#include "cli/invocation.h"

/* Fills command, arguments and given options. Without a command word `call->command` stays NULL (help is wanted); a
 * group word alone sets `*group`. Strings are borrowed from argv. RESULT_REJECTED: one sentence and what to do; what
 * was understood before it is in `call` all the same, so that --json is obeyed. */
struct result parse_arguments(struct invocation *call, int argc, char **argv,
                              const struct command_group **group) MUST_USE;

#endif
