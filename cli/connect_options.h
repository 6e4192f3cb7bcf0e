/* What several commands' tables share: words of choices, and the options of the commands that connect a tracker or log
 * in there. */
#ifndef CLI_CONNECT_OPTIONS_H
#define CLI_CONNECT_OPTIONS_H

#include "cli/commands.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define OPTIONS(table) .options = (table), .option_count = COUNT(table)

#define PRIVACIES "local_only|shareable|public"
#define DIRECTIONS "push|pull|bidirectional|disabled"
#define STRATEGIES "manual|local_wins|external_wins|newest_wins|merge"

#define LOGIN_OPTIONS                                                                                          \
  {"client-id", OPTION_TEXT, "ID", "Of your OAuth app there; the setting oauth.…_client_id if not given", 0},  \
      {"client-secret-file", OPTION_FILE, "FILE", "Its secret, where it has one", 0}, {                        \
    "callback-port", OPTION_NUMBER, "PORT",                                                                    \
        "Where the browser comes back to: http://127.0.0.1:PORT/callback, as registered; 7417 if not given", 0 \
  }
#define OAUTH_OPTION \
  { "oauth", OPTION_FLAG, NULL, "Log in with a browser, instead of a token", 0 }
#define CONNECT_OPTIONS                                                                                              \
  {"name", OPTION_TEXT, "NAME", "What the project is called here; the name it has there if not given", 0},           \
      {"direction", OPTION_CHOICE, DIRECTIONS, "Which way changes go; bidirectional if not given", 0},               \
      {"strategy", OPTION_CHOICE, STRATEGIES, "When both sides changed a field; manual (ask) if not given", 0},      \
      {"confirmed-by", OPTION_TEXT, "NAME", "Who stands for external_wins or newest_wins: they replace local edits", \
       0},                                                                                                           \
      {"privacy", OPTION_CHOICE, PRIVACIES, "Of tickets made here for this project; shareable if not given", 0},     \
      {"field", OPTION_LIST, "FIELD", "Keep this field in step too; may be repeated", 0},                            \
      {"map", OPTION_LIST, "FIELD:LOCAL=EXTERNAL", "The same word here and there; may be repeated", 0},              \
      {"field-direction", OPTION_LIST, "FIELD=DIRECTION", "Another direction for one field; may be repeated", 0},    \
      {"reset-rules", OPTION_FLAG, NULL, "Connected before: propose the field rules anew, drop those that are set",  \
       0},                                                                                                           \
      {"webhook-secret-file", OPTION_FILE, "FILE", "The secret that webhooks are signed with", 0},                   \
      {"expires", OPTION_TEXT, "DATE", "When the credential ends, as in 2027-03-31: you are warned before", 0},      \
      {"poll-interval", OPTION_SECONDS, "TIME",                                                                      \
       "How often to ask for changes: 90s, 5m, 1h; the setting poll_interval_s if not given", 0},                    \
      {"no-sync", OPTION_FLAG, NULL, "Do not wait for the first fetch; it happens on schedule", 0},                  \
      {"dry-run", OPTION_FLAG, NULL, "Test and show everything, and store nothing", 0}, {                            \
    "yes", OPTION_FLAG, NULL, "Take the defaults, do not ask", 'y'                                                   \
  }

#define CONNECT_DETAILS                                                                                              \
  "Tests the credential and the remote first, and stores nothing when that fails. Then it looks at the fields that " \
  "tickets have there and proposes a rule for each; --map, --field and --field-direction change the proposal, and "  \
  "`tandem fields` does so later. On a terminal it asks for what is missing. Secrets come from files or are typed; " \
  "they are never arguments. Connected again, a project keeps the rules that it has."

#endif
