/* Help, made from the table of commands. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/command.h"

/* What `tandem help` shows: every command in one line, global options, exit codes. */
struct str help_overview(struct arena *arena);

/* The commands of one group. */
struct str help_group(struct arena *arena, const struct command_group *group);

/* Usage, arguments, options and examples of one command. */
struct str help_command(struct arena *arena, const struct command *command);

/* "tandem ticket edit KEY [options]" */
struct str help_usage(struct arena *arena, const struct command *command);

/* The whole reference as Markdown: docs/cli.md. */
struct str help_markdown(struct arena *arena);

/* The same as scdoc's source of tandem(1). */
struct str help_manual(struct arena *arena);

#endif
