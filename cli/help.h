/* Help, made from the tables of commands. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/command.h"
#include "cli/output.h"

/* What `tandem help` shows: all commands by areas, global options, exit codes. Lines have `columns` at most, 0: as long
 * as they are. */
struct str help_overview(struct arena *arena, size_t columns);

/* The commands of one group. */
struct str help_group(struct arena *arena, const struct command_group *group, size_t columns);

/* Usage, arguments, options and examples of one command. */
struct str help_command(struct arena *arena, const struct command *command, size_t columns);

/* Prints that of the command, else that of the group, else the overview, as wide as is good to read. */
void help_print(struct arena *arena, const struct output *output, const struct command *command,
                const struct command_group *group);

/* "tandem ticket edit KEY [options]" */
struct str help_usage(struct arena *arena, const struct command *command);

/* The whole reference as Markdown: docs/cli.md. */
struct str help_markdown(struct arena *arena);

/* The same as scdoc's source of tandem(1). */
struct str help_manual(struct arena *arena);

#endif
