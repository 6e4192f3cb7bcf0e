/* What the tables of commands beside this file are written with. A table has the commands of one area: their names,
 * arguments, options, help, examples and handlers. */
#ifndef CLI_AREAS_AREA_H
#define CLI_AREAS_AREA_H

#include "cli/connect_options.h"

extern const struct command_area area_step, area_tickets, area_projects, area_running, area_security, area_programs;

#define COMMANDS(table) .commands = (table), .command_count = COUNT(table)
#define GROUPS(table) .groups = (table), .group_count = COUNT(table)

#define YES_OPTION \
  { "yes", OPTION_FLAG, NULL, "Do not ask", 'y' }

#define PROJECT_ARGUMENT \
  { "PROJECT", false, "the project's name here" }

#endif
