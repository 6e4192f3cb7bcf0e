/* What the tables of commands beside this file are written with. A table has the commands of one area: their names,
 * arguments, options, help, examples and handlers. */
#ifndef CLI_AREAS_AREA_H
#define CLI_AREAS_AREA_H

#include "cli/commands.h"

extern const struct command_area area_step, area_tickets, area_projects, area_running, area_security, area_programs;

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define OPTIONS(table) .options = (table), .option_count = COUNT(table)
#define COMMANDS(table) .commands = (table), .command_count = COUNT(table)
#define GROUPS(table) .groups = (table), .group_count = COUNT(table)

#define PRIVACIES "local_only|shareable|public"

#define YES_OPTION \
  { "yes", OPTION_FLAG, NULL, "Do not ask", 'y' }

#define LOGIN_OPTIONS                                                                                          \
  {"client-id", OPTION_TEXT, "ID", "Of your OAuth app there; the setting oauth.…_client_id if not given", 0},  \
      {"client-secret-file", OPTION_FILE, "FILE", "Its secret, where it has one", 0}, {                        \
    "callback-port", OPTION_NUMBER, "PORT",                                                                    \
        "Where the browser comes back to: http://127.0.0.1:PORT/callback, as registered; 7417 if not given", 0 \
  }

#define PROJECT_ARGUMENT \
  { "PROJECT", false, "the project's name here" }

#endif
