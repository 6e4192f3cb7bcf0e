/* The table of commands: names, arguments, options, help, examples, handlers. */
#include "cli/commands.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define OPTIONS(table) .options = (table), .option_count = COUNT(table)

#define PRIVACIES "local_only|shareable|public"
#define DIRECTIONS "push|pull|bidirectional|disabled"
#define CONFLICT_KINDS "both_changed|unequal_when_linked|unmappable|deleted_vs_edited|overwritten|undo"
#define STRATEGIES "manual|local_wins|external_wins|newest_wins|merge"

const struct option_spec command_global_options[] = {
    {"json", OPTION_FLAG, NULL, "Print the answer as JSON (events: one object a line)", 0},
    {"plain", OPTION_FLAG, NULL, "Print tables as lines with tabs, without headings and colours", 0},
    {"quiet", OPTION_FLAG, NULL, "No messages but errors", 'q'},
    {"home", OPTION_FILE, "DIR", "The state directory, instead of TANDEM_HOME", 0},
    {"help", OPTION_FLAG, NULL, "Show help", 'h'},
    {"version", OPTION_FLAG, NULL, "Show the version", 0},
};
const size_t command_global_option_count = COUNT(command_global_options);

const struct command_group command_groups[] = {
    {"connect", "Connect a project of an external system."},
    {"ticket", "Read and write tickets."},
    {"conflicts", "See and decide what both sides changed."},
    {"sessions", "See how synchronisations went."},
    {"projects", "See and steer connected projects."},
    {"events", "Follow or replay what happened."},
    {"fields", "See and change how fields are mapped."},
    {"audit", "See what was decided, and what left."},
    {"credentials", "See and replace stored secrets and their data keys."},
    {"certs", "See, renew, revoke and issue the certificates of the bus."},
    {"link", "Bring together what is in several trackers already."},
    {"webhooks", "See to the webhooks by which trackers tell of changes."},
    {"scheduler", "Let systemd run tandem, and bring all into step every hour."},
};
const size_t command_group_count = COUNT(command_groups);

static const struct option_spec up_options[] = {
    {"foreground", OPTION_FLAG, NULL, "Stay, and log to stderr: for containers and systemd", 0},
};
static const struct option_spec init_options[] = {
    {"host", OPTION_LIST, "NAME", "A name or address by which programs dial the store; may be repeated", 0},
    {"bundles", OPTION_FILE, "DIR", "Also write a folder for each program there, with what it needs and no more", 0},
};
static const struct option_spec health_options[] = {
    {"ready", OPTION_FLAG, NULL, "Whether it can do its work (/readyz), not only whether it moves (/healthz)", 0},
};
#define SYSTEM_OPTION \
  { "system", OPTION_FLAG, NULL, "The machine's systemd, not yours: needs root", 0 }
static const struct option_spec scheduler_options[] = {SYSTEM_OPTION};
static const struct option_spec scheduler_logs_options[] = {
    SYSTEM_OPTION,
    {"follow", OPTION_FLAG, NULL, "Go on with what comes", 'f'},
    {"lines", OPTION_NUMBER, "N", "So many lines of what was (100)", 'n'},
};
static const struct option_spec exit_code_options[] = {
    {"exit-code", OPTION_FLAG, NULL, "Exit with 8 when conflicts are open", 0},
};
static const struct option_spec retry_options[] = {
    {"all", OPTION_FLAG, NULL, "All that is parked", 'a'},
};
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

static const struct option_spec connect_github_options[] = {
    {"repo", OPTION_TEXT, "OWNER/NAME", "The repository", 0},
    {"base-url", OPTION_TEXT, "URL", "Of the API; https://api.github.com if not given", 0},
    {"token-file", OPTION_FILE, "FILE", "A personal access token", 0},
    {"app-id", OPTION_TEXT, "ID", "A GitHub App's id, instead of a token", 0},
    {"installation-id", OPTION_TEXT, "ID", "The App's installation", 0},
    {"app-key-file", OPTION_FILE, "FILE", "The App's private key (PEM)", 0},
    OAUTH_OPTION,
    LOGIN_OPTIONS,
    CONNECT_OPTIONS,
};
static const struct option_spec connect_jira_options[] = {
    {"project", OPTION_TEXT, "KEY", "The project's key, or its address in the browser", 0},
    {"base-url", OPTION_TEXT, "URL", "Of the site: https://acme.atlassian.net, or your own server", 0},
    {"email", OPTION_TEXT, "ADDRESS", "Cloud: the account that the API token is of", 0},
    {"token-file", OPTION_FILE, "FILE", "Cloud: an API token; Data Center: a personal access token", 0},
    {"oauth-file", OPTION_FILE, "FILE",
     "Cloud, instead of a token: JSON with client_id, client_secret, refresh_token and access_token", 0},
    OAUTH_OPTION,
    LOGIN_OPTIONS,
    {"auth-url", OPTION_TEXT, "URL", "Cloud: of the authorization server; Atlassian's if not given", 0},
    {"username", OPTION_TEXT, "NAME", "Data Center, instead of a token: the account", 0},
    {"password-file", OPTION_FILE, "FILE", "Data Center: the account's password", 0},
    CONNECT_OPTIONS,
};
static const struct option_spec connect_linear_options[] = {
    {"team", OPTION_TEXT, "KEY", "The team's key, or its address in the browser", 0},
    {"base-url", OPTION_TEXT, "URL", "Of the API; https://api.linear.app if not given", 0},
    {"token-file", OPTION_FILE, "FILE", "A personal API key", 0},
    {"oauth-file", OPTION_FILE, "FILE",
     "Instead of a key: JSON with client_id, client_secret, refresh_token and access_token", 0},
    OAUTH_OPTION,
    LOGIN_OPTIONS,
    CONNECT_OPTIONS,
};
static const struct option_spec connect_webhook_options[] = {
    {"project", OPTION_TEXT, "NAME", "The project: {remote} in the mapping's addresses", 0},
    {"base-url", OPTION_TEXT, "URL", "Of the API: https://tickets.example.com/api", 0},
    {"mapping", OPTION_FILE, "FILE",
     "What its tickets look like and where they are, as YAML or JSON; - is standard input", 0},
    {"token-file", OPTION_FILE, "FILE", "The token that requests carry as `Authorization: Bearer`", 0},
    {"signing-secret-file", OPTION_FILE, "FILE",
     "The secret that requests are signed with; beside a token or instead of one", 0},
    CONNECT_OPTIONS,
};
static const struct option_spec sync_options[] = {
    {"full", OPTION_FLAG, NULL, "Look at every ticket, not only at what changed", 0},
    {"dry-run", OPTION_FLAG, NULL, "Only say what would be done, as a plan that `tandem apply` does", 0},
    {"wait", OPTION_FLAG, NULL, "Wait for the end and print the report", 'w'},
    {"exit-code", OPTION_FLAG, NULL, "Wait, and exit with 8 when conflicts are open", 0},
};
static const struct option_spec undo_options[] = {
    {"dry-run", OPTION_FLAG, NULL, "Only say what would be done", 0},
};
static const struct option_spec retract_options[] = {
    {"dry-run", OPTION_FLAG, NULL, "Only say what is outside, and what would be done", 0},
    {"yes", OPTION_FLAG, NULL, "Do it without asking", 'y'},
};
static const struct option_spec list_options[] = {
    {"project", OPTION_TEXT, "PROJECT", "Only those that are in this project", 0},
    {"status", OPTION_TEXT, "STATUS", "Only those with this status", 0},
    {"label", OPTION_TEXT, "LABEL", "Only those with this label", 0},
    {"search", OPTION_TEXT, "TEXT", "Only those whose title or body has this text", 's'},
    {"limit", OPTION_NUMBER, "N", "At most so many; 50 if not given", 'n'},
    {"all", OPTION_FLAG, NULL, "However many there are", 'a'},
};
static const struct option_spec show_options[] = {
    {"external", OPTION_FLAG, NULL, "With what the other sides looked like when last seen", 0},
    {"deleted", OPTION_FLAG, NULL, "With the comments that were deleted", 0},
};
static const struct option_spec new_options[] = {
    {"title", OPTION_TEXT, "TEXT", "What it is about, in one line", 't'},
    {"body", OPTION_TEXT, "TEXT", "The description, Markdown", 'b'},
    {"body-file", OPTION_FILE, "FILE", "The description from a file", 'F'},
    {"label", OPTION_LIST, "LABEL", "A label; may be repeated", 'l'},
    {"assignee", OPTION_LIST, "USER", "Who works on it; may be repeated", 'a'},
    {"milestone", OPTION_TEXT, "NAME", "Its milestone", 'm'},
    {"status", OPTION_TEXT, "STATUS", "Its status; open if not given", 0},
    {"project", OPTION_TEXT, "PROJECT", "Create it there too", 'p'},
    {"privacy", OPTION_CHOICE, PRIVACIES, "Who may see it", 0},
};
static const struct option_spec edit_options[] = {
    {"title", OPTION_TEXT, "TEXT", "The new title", 't'},
    {"body", OPTION_TEXT, "TEXT", "The new description", 'b'},
    {"body-file", OPTION_FILE, "FILE", "The new description from a file, - for standard input", 'F'},
    {"status", OPTION_TEXT, "STATUS", "open, in_progress, done, cancelled, duplicate, or a word of your own", 0},
    {"milestone", OPTION_TEXT, "NAME", "Its milestone; \"\" for none", 'm'},
    {"add-label", OPTION_LIST, "LABEL", "May be repeated", 0},
    {"remove-label", OPTION_LIST, "LABEL", "May be repeated", 0},
    {"add-assignee", OPTION_LIST, "USER", "May be repeated", 0},
    {"remove-assignee", OPTION_LIST, "USER", "May be repeated", 0},
};
static const struct option_spec comment_options[] = {
    {"body", OPTION_TEXT, "TEXT", "The comment, Markdown", 'b'},
    {"body-file", OPTION_FILE, "FILE", "The comment from a file", 'F'},
    {"privacy", OPTION_CHOICE, PRIVACIES, "At most as public as the ticket", 0},
    {"delete", OPTION_FLAG, NULL, "Delete the comment whose key this is, here and in every tracker", 0},
};
static const struct option_spec share_options[] = {
    {"project", OPTION_TEXT, "PROJECT", "Grant this project, and create the ticket there", 'p'},
    {"revoke", OPTION_FLAG, NULL,
     "Take the grant back: nothing more goes there, unless it is public or came from there", 0},
    {"privacy", OPTION_CHOICE, PRIVACIES, "The ticket's new privacy", 0},
};
static const struct option_spec conflict_list_options[] = {
    {"project", OPTION_TEXT, "PROJECT", "Only those of this project", 0},
    {"ticket", OPTION_TEXT, "KEY", "Only those of this ticket", 0},
    {"field", OPTION_TEXT, "FIELD", "Only those about this field", 0},
    {"kind", OPTION_CHOICE, CONFLICT_KINDS, "Only those of this kind", 0},
    {"state", OPTION_CHOICE, "open|decided|resolved|superseded|all", "open if not given", 0},
    {"limit", OPTION_NUMBER, "N", "At most so many; 100 if not given", 'n'},
    {"exit-code", OPTION_FLAG, NULL, "Exit with 8 when one is open", 0},
};
static const struct option_spec conflict_show_options[] = {
    {"full", OPTION_FLAG, NULL, "With all lines that are equal, and long ones whole", 0},
};
static const struct option_spec resolve_options[] = {
    {"local", OPTION_FLAG, NULL, "Take the local value", 0},
    {"external", OPTION_FLAG, NULL, "Take the external value", 0},
    {"merge", OPTION_FLAG, NULL, "Take both edits, if they fit together", 0},
    {"value", OPTION_LIST, "TEXT", "Take this value; repeat it for the members of a set", 0},
    {"edit", OPTION_FLAG, NULL, "Bring both together in an editor", 0},
    {"project", OPTION_TEXT, "PROJECT", "Many at once: all that are open in this project", 0},
    {"ticket", OPTION_TEXT, "KEY", "Many at once: those of this ticket", 0},
    {"field", OPTION_TEXT, "FIELD", "Many at once: those about this field", 0},
    {"kind", OPTION_CHOICE, CONFLICT_KINDS, "Many at once: those of this kind", 0},
    {"dry-run", OPTION_FLAG, NULL, "Only show what would be decided", 0},
    {"yes", OPTION_FLAG, NULL, "Many at once: do not ask", 'y'},
};
static const struct option_spec restore_options[] = {
    {"local", OPTION_FLAG, NULL, "The value that was here", 0},
    {"external", OPTION_FLAG, NULL, "The value that was outside", 0},
    {"base", OPTION_FLAG, NULL, "What both sides had before", 0},
    {"chosen", OPTION_FLAG, NULL, "What a person gave, or what both were merged to", 0},
    {"yes", OPTION_FLAG, NULL, "Do not ask", 'y'},
};
static const struct option_spec session_list_options[] = {
    {"project", OPTION_TEXT, "PROJECT", "Only those of this project", 0},
    {"limit", OPTION_NUMBER, "N", "At most so many; 20 if not given", 'n'},
};
static const struct option_spec wait_options[] = {
    {"wait", OPTION_FLAG, NULL, "Wait for its end", 'w'},
    {"items", OPTION_FLAG, NULL, "With --json: of an undo each thing that it did, too", 0},
};
static const struct option_spec reason_options[] = {
    {"reason", OPTION_TEXT, "TEXT", "Why, for those who wonder later", 0},
};
static const struct option_spec remove_options[] = {
    {"reason", OPTION_TEXT, "TEXT", "Why, for those who wonder later", 0},
    {"yes", OPTION_FLAG, NULL, "Do not ask", 'y'},
};
static const struct option_spec map_options[] = {
    {"direction", OPTION_CHOICE, DIRECTIONS, "Which way changes of this field go", 0},
    {"strategy", OPTION_CHOICE, STRATEGIES, "When both sides changed it", 0},
    {"confirmed-by", OPTION_TEXT, "NAME", "Who stands for external_wins or newest_wins, for the whole project", 0},
    {"value", OPTION_LIST, "LOCAL=EXTERNAL", "The same word here and there, before the others; may be repeated", 0},
    {"remove-value", OPTION_LIST, "LOCAL", "Forget what this word is there; may be repeated", 0},
    {"closed", OPTION_FLAG, NULL, "Words that are not in the table do not pass: they become conflicts", 0},
    {"open", OPTION_FLAG, NULL, "Words that are not in the table pass as they are", 0},
    {"reset", OPTION_FLAG, NULL, "Start from what is proposed now, not from the rule that is set", 0},
    {"remove", OPTION_FLAG, NULL, "Take the rule away: the field is not kept in step any more", 0},
};
static const struct option_spec tail_options[] = {
    {"type", OPTION_TEXT, "TYPE", "Only events of this type: SyncCompleted, ConflictDetected, …", 0},
    {"after", OPTION_NUMBER, "N", "First everything after this sequence, then what comes; 0 for all", 0},
};
static const struct option_spec replay_options[] = {
    {"from", OPTION_NUMBER, "N", "The first sequence; 1 if not given", 0},
    {"to", OPTION_NUMBER, "M", "The last one; the newest if not given", 0},
    {"type", OPTION_TEXT, "TYPE", "Only events of this type", 0},
};
static const struct option_spec verify_options[] = {
    {"hash", OPTION_TEXT, "HASH", "One that must be there, as `audit verify` printed it before", 0},
};
static const struct option_spec export_options[] = {
    {"after", OPTION_NUMBER, "ID", "Only rows after this one", 0},
};
static const struct option_spec egress_options[] = {
    {"ticket", OPTION_TEXT, "KEY", "Only what left of this ticket", 0},
    {"project", OPTION_TEXT, "PROJECT", "Only what left for this project", 0},
    {"since", OPTION_SECONDS, "TIME", "Only what left in the last 2h, 1d, …", 0},
    {"limit", OPTION_NUMBER, "N", "At most so many; 50 if not given", 'n'},
};
#define EXPIRES_OPTION \
  { "expires", OPTION_TEXT, "DATE", "When the secret ends, as in 2027-03-31: you are warned before", 0 }

static const struct option_spec rotate_options[] = {
    {"secret-file", OPTION_FILE, "FILE", "The new secret; - is standard input; asked for if not given", 0},
    {"part", OPTION_TEXT, "NAME", "Which part of it: token, secret, password, private_key", 0},
    EXPIRES_OPTION,
    {"untested", OPTION_FLAG, NULL, "Store it without trying it", 0},
};
static const struct option_spec login_options[] = {
    LOGIN_OPTIONS,
};
static const struct option_spec rekey_options[] = {
    {"drop-old", OPTION_FLAG, NULL, "Only take the keys out of the file that nothing is encrypted with any more", 0},
};
static const struct option_spec help_options[] = {
    {"markdown", OPTION_FLAG, NULL, "The whole reference as Markdown", 0},
    {"manual", OPTION_FLAG, NULL, "The whole reference as scdoc's source of tandem(1)", 0},
};

static const struct option_spec follow_options[] = {
    {"existing", OPTION_FLAG, NULL, "The tickets that are there already, too", 0},
    {"stop", OPTION_FLAG, NULL, "Follow it no longer; what is there stays", 0},
};

static const struct option_spec link_options[] = {
    {"yes", OPTION_FLAG, NULL, "Do not ask", 'y'},
};

static const struct option_spec suggest_options[] = {
    {"limit", OPTION_NUMBER, "N", "At most so many; 100 if not given", 0},
    {"link", OPTION_FLAG, NULL, "Link them, after showing what differs", 0},
    {"yes", OPTION_FLAG, NULL, "Do not ask", 'y'},
};

#define CREDENTIAL_ARGUMENT \
  { "NAME", false, "the credential's name, as `tandem credentials list` shows it" }
#define KEY_ARGUMENT \
  { "KEY", false, "a ticket's key, as in T-12" }
#define PROJECT_ARGUMENT \
  { "PROJECT", false, "the project's name here" }
#define ID_ARGUMENT(what) \
  { "ID", false, what }

#define CONNECT_DETAILS                                                                                               \
  "Tests the credential and the remote first, and stores nothing when that fails. Then it looks at the fields that\n" \
  "tickets have there and proposes a rule for each; --map, --field and --field-direction change the proposal, and\n"  \
  "`tandem fields` does so later. On a terminal it asks for what is missing. Secrets come from files or are typed;\n" \
  "they are never arguments. Connected again, a project keeps the rules that it has."

static const struct option_spec certs_renew_options[] = {
    {"all", OPTION_FLAG, NULL, "All of them", 'a'},
};
static const struct option_spec certs_issue_options[] = {
    {"verbs", OPTION_LIST, "VERBS", "What it may call, as in docs/verbs.md, with commas; or all; may be repeated", 0},
    {"events", OPTION_LIST, "TYPES", "What it may read, as in docs/events.md, with commas; or all; may be repeated", 0},
};

const struct command command_table[] = {
    {.path = "init",
     .help = "Make certificates and the data key, and start nothing",
     OPTIONS(init_options),
     .run = command_init,
     .details =
         "For programs that run in containers or on several machines, where `tandem up` does not start them. It makes\n"
         "what is missing, renews what ends within 30 days, and says what goes where; run it again at any time. Names\n"
         "given by --host are kept until others are given.",
     .examples = "tandem init --host store.tandem.internal\ntandem init --host store --bundles /bundles"},
    {.path = "up",
     .help = "Start everything on this machine",
     OPTIONS(up_options),
     .run = command_up,
     .details = "Makes the state directory, certificates and a private PostgreSQL at the first start, then starts all\n"
                "processes and returns when they are ready."},
    {.path = "down", .help = "Stop everything on this machine", .run = command_down},
    {.path = "health",
     .help = "Ask the process at TANDEM_HEALTH_LISTEN how it is",
     OPTIONS(health_options),
     .run = command_health,
     .details = "For health checks of containers: exit status 0 when it answers that it is well, else another one and "
                "why.",
     .examples = "TANDEM_HEALTH_LISTEN=127.0.0.1:9464 tandem health --ready"},
    {.path = "status",
     .help = "Show how every project stands",
     OPTIONS(exit_code_options),
     .run = command_status,
     .details =
         "WAITING is what is still to be written, fetched or read from webhooks; below stands how long that will "
         "take.\n"
         "PARKED waits for a person, with the command that puts it back. LAG is the age of the oldest change that\n"
         "tandem knows of and has not yet brought to the other side; conflicts and what is parked do not count.\n"
         "The line of each project below says whether its webhook works and how often it is polled because of that."},
    {.path = "retry",
     .help = "Put back what was given up",
     .arguments = {{"WHAT", true, "a project, or an id that `tandem status` shows: W-12, F-3, R-40, D-7"}},
     OPTIONS(retry_options),
     .run = command_retry,
     .details = "A change is decided anew on what both sides are now. A creation that may have arrived is looked for "
                "before it\n"
                "is sent again.",
     .examples = "tandem retry W-12\ntandem retry rocket\ntandem retry --all"},
    {.path = "doctor",
     .help = "Look for what is wrong, and say what to do",
     .run = command_doctor,
     .details = "Exits with 1 when something is wrong."},
    {.path = "connect github",
     .help = "Keep a GitHub repository's issues in step",
     OPTIONS(connect_github_options),
     .run = command_connect,
     .details = CONNECT_DETAILS,
     .examples =
         "tandem connect github\n"
         "tandem connect github --repo acme/rocket --token-file token.txt --yes\n"
         "tandem connect github --repo acme/rocket --token-file token.txt --direction pull --map labels:bug=kind/bug"},
    {.path = "connect jira",
     .help = "Keep a Jira project's issues in step",
     OPTIONS(connect_jira_options),
     .run = command_connect,
     .details = CONNECT_DETAILS,
     .examples = "tandem connect jira\n"
                 "tandem connect jira --project ABC --base-url https://acme.atlassian.net --email ann@acme.example "
                 "--token-file token.txt\n"
                 "tandem connect jira --project ABC --base-url https://jira.acme.example --token-file token.txt "
                 "--field estimate"},
    {.path = "connect linear",
     .help = "Keep a Linear team's issues in step",
     OPTIONS(connect_linear_options),
     .run = command_connect,
     .details = CONNECT_DETAILS,
     .examples = "tandem connect linear\n"
                 "tandem connect linear --team ENG --token-file key.txt --yes\n"
                 "tandem connect linear --team ENG --token-file key.txt --field estimate --map assignees:ann=Ann"},
    {.path = "connect webhook",
     .help = "Keep any tracker that speaks JSON in step",
     OPTIONS(connect_webhook_options),
     .run = command_connect,
     .details =
         "For trackers without an adapter of their own: the file of --mapping says what their tickets look like, "
         "which\n"
         "addresses there are and what webhooks carry (docs/webhook-adapter.md). A mistake in it is told with its\n"
         "line. Connected again without --mapping, a project keeps the mapping that it has.\n" CONNECT_DETAILS,
     .examples =
         "tandem connect webhook --mapping tickets.yaml\n"
         "tandem connect webhook --mapping tickets.yaml --base-url https://tickets.example.com/api --project support "
         "--token-file token.txt --dry-run\n"
         "tandem connect webhook --mapping tickets.yaml --base-url https://tickets.example.com/api --project support "
         "--signing-secret-file key.txt --webhook-secret-file hook.txt --yes"},
    {.path = "sync",
     .help = "Bring a project, or all, into step now",
     .arguments = {{"PROJECT", true, "all active ones if not given"}},
     OPTIONS(sync_options),
     .run = command_sync,
     .examples = "tandem sync --wait\ntandem sync rocket --full --exit-code"},
    {.path = "apply",
     .help = "Do what a dry run showed, exactly that or nothing",
     .arguments = {{"PLAN", false, "the plan's id, as `tandem sync --dry-run` printed it"}},
     .run = command_apply,
     .details =
         "Looks at both sides first. If one of them has moved since the dry run, or the settings have, nothing is "
         "done,\n"
         "what moved is told, and the project stays paused. Afterwards the project goes on by itself. A plan is good\n"
         "for 7 days.",
     .examples = "tandem sync rocket --dry-run\ntandem apply P3-0a1b2c3d4e5f"},
    {.path = "ticket list",
     .help = "List tickets",
     OPTIONS(list_options),
     .run = command_ticket_list,
     .examples = "tandem ticket list --project rocket --status open\ntandem ticket list --search pump --json"},
    {.path = "ticket show",
     .help = "Show a ticket with comments and where it is outside",
     .arguments = {KEY_ARGUMENT},
     OPTIONS(show_options),
     .run = command_ticket_show},
    {.path = "ticket new",
     .help = "Make a ticket",
     .arguments = {{"-", true, "read the body from standard input"}},
     OPTIONS(new_options),
     .run = command_ticket_new,
     .details = "Prints the new key. Without --project it stays here.",
     .examples = "tandem ticket new --title 'Pump leaks' --label bug --project rocket\n"
                 "dmesg | tandem ticket new --title 'Kernel log' -"},
    {.path = "ticket edit",
     .help = "Change a ticket, by options or in an editor",
     .arguments = {KEY_ARGUMENT},
     OPTIONS(edit_options),
     .run = command_ticket_edit,
     .details = "Without options the ticket opens in $EDITOR. If somebody else changed it meanwhile, nothing is\n"
                "overwritten and your text is kept. A comment's key (C-17) takes --body.",
     .examples = "tandem ticket edit T-12 --status done --remove-label triage\ntandem ticket edit T-12"},
    {.path = "ticket comment",
     .help = "Add a comment, or delete one",
     .arguments = {{"KEY", false, "a ticket's key, as in T-12; with --delete a comment's: C-17"},
                   {"-", true, "read it from standard input"}},
     OPTIONS(comment_options),
     .run = command_ticket_comment,
     .details = "A deleted comment is kept here, and shown by `tandem ticket show KEY --deleted`.",
     .examples = "tandem ticket comment T-12 --body 'Fixed in 1.3'\ntandem ticket comment C-17 --delete"},
    {.path = "ticket share",
     .help = "Say which projects may have a ticket",
     .arguments = {KEY_ARGUMENT},
     OPTIONS(share_options),
     .run = command_ticket_share,
     .examples = "tandem ticket share T-12 --project rocket\ntandem ticket share T-12 --project rocket --revoke"},
    {.path = "ticket retract",
     .help = "Take back what is outside of a ticket that is private now",
     .arguments = {{"KEY", false, "a ticket's key, as in T-12, or a comment's: C-17"}},
     OPTIONS(retract_options),
     .run = command_ticket_retract,
     .details =
         "For what may not be there any more: a ticket or comment that is local_only, or whose grant was taken back. "
         "Shows "
         "where\n"
         "it is and what left when. Then tickets there lose their texts and are closed, our comments are deleted, and\n"
         "nothing is kept in step with them any more. It tells what nobody can take back, too.",
     .examples = "tandem ticket share T-12 --privacy local_only\ntandem ticket retract T-12 --dry-run\n"
                 "tandem ticket retract T-12 --yes"},
    {.path = "conflicts list",
     .help = "List what both sides changed",
     OPTIONS(conflict_list_options),
     .run = command_conflicts_list,
     .details = "Decided ones are kept for ever, with both values: `--state all` shows them, those too that a strategy "
                "decided.",
     .examples = "tandem conflicts list --project rocket --field labels\n"
                 "tandem conflicts list --ticket T-12 --state all"},
    {.path = "conflicts show",
     .help = "Show base, local and external side by side",
     .arguments = {ID_ARGUMENT("the conflict's number")},
     OPTIONS(conflict_show_options),
     .run = command_conflicts_show},
    {.path = "conflicts resolve",
     .help = "Decide a conflict, or many",
     .arguments = {{"ID", true, "the conflict's number; may be repeated"}},
     .many = true,
     OPTIONS(resolve_options),
     .run = command_conflicts_resolve,
     .details = "If either side has moved since, the conflict is superseded and a new one shows what is there now.\n\n"
                "Many at once, by several numbers or by a filter, go to --local or --external. They are shown first. "
                "What has moved meanwhile stays open and is listed. Deletions are decided only when --kind "
                "deleted_vs_edited or --field asks for them.",
     .examples = "tandem conflicts resolve 7 --external\n"
                 "tandem conflicts resolve 7 --value 'Pump leaks at 3 bar'\n"
                 "tandem conflicts resolve 8 --value bug --value urgent\n"
                 "tandem conflicts resolve --project rocket --field labels --local"},
    {.path = "conflicts restore",
     .help = "Bring a value of a decided conflict back",
     .arguments = {ID_ARGUMENT("the conflict's number")},
     OPTIONS(restore_options),
     .run = command_conflicts_restore,
     .details =
         "The value becomes the ticket's again, as an edit of yours that goes to all its trackers; the conflict stays "
         "as it is. It is shown beside what is there now, and refused if that changes meanwhile.",
     .examples = "tandem conflicts restore 7 --external"},
    {.path = "sessions list",
     .help = "List synchronisations, newest first",
     OPTIONS(session_list_options),
     .run = command_sessions_list},
    {.path = "sessions show",
     .help = "Show a synchronisation's report",
     .arguments = {ID_ARGUMENT("the session's number")},
     OPTIONS(wait_options),
     .run = command_sessions_show},
    {.path = "sessions undo",
     .help = "Take back what a synchronisation did",
     .arguments = {ID_ARGUMENT("the session's number")},
     OPTIONS(undo_options),
     .run = command_sessions_undo,
     .details =
         "A field gets the value from before the session only where it still holds what the session wrote; else it is "
         "a\n"
         "conflict. What is restored here goes to all trackers, as any change does. Tickets that the session made "
         "outside "
         "are\n"
         "closed there; what it brought here is cancelled, and not kept in step any more. Nothing is deleted for "
         "good,\n"
         "and an undo is a session that can be undone. Waits for the end and prints what was done, item by item.",
     .examples = "tandem sessions undo 12 --dry-run\ntandem sessions undo 12"},
    {.path = "projects list", .help = "List connected projects", .run = command_projects_list},
    {.path = "projects show",
     .help = "Show a project's settings",
     .arguments = {PROJECT_ARGUMENT},
     .run = command_projects_show},
    {.path = "projects pause",
     .help = "Let nothing in or out for a while",
     .arguments = {PROJECT_ARGUMENT},
     OPTIONS(reason_options),
     .run = command_projects_pause},
    {.path = "projects resume",
     .help = "End a pause, or try again after a failure",
     .arguments = {PROJECT_ARGUMENT},
     .run = command_projects_resume},
    {.path = "projects remove",
     .help = "Stop keeping a project in step; tickets stay",
     .arguments = {PROJECT_ARGUMENT},
     OPTIONS(remove_options),
     .run = command_projects_remove},
    {.path = "projects follow",
     .help = "Create another project's tickets in this one too",
     .arguments = {PROJECT_ARGUMENT, {"OTHER-PROJECT", false, "the project whose tickets it takes"}},
     OPTIONS(follow_options),
     .run = command_projects_follow,
     .details = "You stand for it that these tickets may go there; local_only ones never do. What is in both trackers\n"
                "already is to be linked first (`tandem link suggest`), or it is there twice.",
     .examples = "tandem projects follow engine rocket\ntandem projects follow engine rocket --existing"},
    {.path = "webhooks check",
     .help = "Have a project's webhook looked at now",
     .arguments = {PROJECT_ARGUMENT},
     .run = command_webhooks_check,
     .details =
         "Registers it where there is none, repairs it where somebody changed it, and asks the tracker for what it\n"
         "could not deliver. That happens by itself, too, about every half hour. It needs webhooks.url, the address\n"
         "under which trackers reach tandem."},
    {.path = "webhooks rotate",
     .help = "Sign a project's webhooks with a new secret",
     .arguments = {PROJECT_ARGUMENT},
     .run = command_webhooks_rotate,
     .details =
         "The tracker gets it at once where tandem may register webhooks. The old one is good for another hour, so\n"
         "nothing is refused meanwhile. For a webhook that was set up by hand, give a secret of your own:\n"
         "tandem connect ... --webhook-secret-file FILE."},
    {.path = "link pair",
     .help = "Make two tickets one, kept in step in both trackers",
     .arguments = {{"KEY", false, "the ticket that stays: T-12, or PROJECT:KEY as in rocket:#7"},
                   {"OTHER", false, "the one that becomes one with it"}},
     OPTIONS(link_options),
     .run = command_link_pair,
     .details =
         "Shows first what differs. Nothing is overwritten: each difference becomes a conflict. Comments of both are\n"
         "kept, and go to both trackers. The other key leads to the ticket that stays.",
     .examples = "tandem link pair T-12 T-40\ntandem link pair rocket:#7 engine:ENG-3 --yes"},
    {.path = "link file",
     .help = "Link many pairs from a CSV file",
     .arguments = {{"FILE", false, "two keys a line with a comma between; - is standard input"}},
     OPTIONS(link_options),
     .run = command_link_file,
     .examples = "tandem link file pairs.csv\ntandem link file pairs.csv --yes"},
    {.path = "link suggest",
     .help = "Find tickets of two projects that may be the same",
     .arguments = {PROJECT_ARGUMENT, {"OTHER-PROJECT", false, "the project to compare with"}},
     OPTIONS(suggest_options),
     .run = command_link_suggest,
     .details = "By links from one to the other, and by titles that exactly one ticket of each project has.",
     .examples = "tandem link suggest rocket engine\ntandem link suggest rocket engine --link"},
    {.path = "fields analyze",
     .help = "Show a project's fields there, and how they are mapped",
     .arguments = {PROJECT_ARGUMENT},
     .run = command_fields_analyze,
     .details = "Asks the tracker, with the stored credential, and changes nothing. For each field: the rule that is\n"
                "set, the rule that is proposed, what differs, and why it is proposed.",
     .examples = "tandem fields analyze rocket\ntandem fields analyze rocket --json"},
    {.path = "fields map",
     .help = "Change how one field is mapped",
     .arguments = {PROJECT_ARGUMENT, {"FIELD", false, "the field's name, as in status"}},
     OPTIONS(map_options),
     .run = command_fields_map,
     .details = "A field without a rule gets the proposed one first. The tickets of the project are compared anew.",
     .examples = "tandem fields map rocket status --value in_progress=Doing\n"
                 "tandem fields map rocket assignees --value ann=ann-smith --direction pull\n"
                 "tandem fields map engine estimate --remove\n"
                 "tandem fields map engine estimate"},
    {.path = "fields validate",
     .help = "Look for fields and words that will not pass",
     .arguments = {PROJECT_ARGUMENT},
     .run = command_fields_validate,
     .details = "Asks the tracker and changes nothing. Exits with 1 when something is wrong; warnings are not.",
     .examples = "tandem fields validate rocket"},
    {.path = "fields test",
     .help = "Show what tickets' values become on the other side",
     .arguments = {PROJECT_ARGUMENT, {"TICKET", true, "keys, as in T-12; a few tickets if not given"}},
     .many = true,
     .run = command_fields_test,
     .details = "Uses what was last seen of the tickets. Nothing is asked of the tracker and nothing is written.",
     .examples = "tandem fields test rocket\ntandem fields test rocket T-12 T-15"},
    {.path = "events tail",
     .help = "Follow events as they happen",
     OPTIONS(tail_options),
     .run = command_events_tail,
     .examples = "tandem events tail --type ConflictDetected --json"},
    {.path = "events replay",
     .help = "Print events that happened",
     OPTIONS(replay_options),
     .run = command_events_replay,
     .examples = "tandem events replay --from 100 --to 200 --json"},
    {.path = "audit verify",
     .help = "Check that nobody has changed the audit trail",
     OPTIONS(verify_options),
     .run = command_audit_verify,
     .details = "Each row has a hash over the row before and its own content. Names the first row that is wrong. Rows "
                "cut off\n"
                "at the end show only against a hash that was noted elsewhere: give it with --hash. Exits with 1 when\n"
                "something is wrong.",
     .examples = "tandem audit verify\ntandem audit verify --hash 5b1f…"},
    {.path = "audit export",
     .help = "Print the audit trail, one JSON object a line",
     OPTIONS(export_options),
     .run = command_audit_export,
     .examples = "tandem audit export > audit.jsonl"},
    {.path = "audit egress",
     .help = "Show what left, when, where and under which rule",
     OPTIONS(egress_options),
     .run = command_audit_egress,
     .examples = "tandem audit egress --ticket T-12\ntandem audit egress --project rocket --since 1d"},
    {.path = "credentials list",
     .help = "List credentials and data keys, without their secrets",
     .run = command_credentials_list,
     .details =
         "STATE is active, rotating (the old secret is still needed), expiring, expired, refused (by the tracker) or\n"
         "unreadable (its data key is missing)."},
    {.path = "credentials rotate",
     .help = "Replace a secret without a gap",
     .arguments = {CREDENTIAL_ARGUMENT},
     OPTIONS(rotate_options),
     .run = command_credentials_rotate,
     .details =
         "The new secret is tried on every project that uses it before anything is stored. Then both are good until "
         "the\n"
         "new one has worked in a running adapter and nobody uses the old one: only then revoke the old one at the\n"
         "tracker. Should the tracker refuse the new one after all, the old one is used again.",
     .examples = "tandem credentials rotate rocket\n"
                 "tandem credentials rotate rocket --secret-file token.txt --expires 2027-03-31\n"
                 "pass show tracker | tandem credentials rotate rocket --secret-file -"},
    {.path = "credentials login",
     .help = "Log in anew, when a login has ended or was refused",
     .arguments = {CREDENTIAL_ARGUMENT},
     OPTIONS(login_options),
     .run = command_credentials_login,
     .details = "GitHub: shows a code to be typed at github.com/login/device. Jira and Linear: shows an address for a "
                "browser on\n"
                "this machine, which comes back to http://127.0.0.1:PORT/callback; register that with your OAuth app. "
                "The login\n"
                "renews itself afterwards. It takes the place of a token, too.",
     .examples = "tandem credentials login rocket\n"
                 "tandem credentials login rocket --client-id 0oa1b2c3 --client-secret-file secret.txt"},
    {.path = "credentials rekey",
     .help = "Make a new data key, and encrypt everything with it",
     OPTIONS(rekey_options),
     .run = command_credentials_rekey,
     .details = "Everything goes on meanwhile. Interrupted, the same command goes on where it was. Keys before stay in "
                "the file,\n"
                "because backups of the database from before need them; --drop-old takes them out.",
     .examples = "tandem credentials rekey\ntandem credentials rekey --drop-old"},
    {.path = "credentials expires",
     .help = "Say when a credential ends, to be warned before",
     .arguments = {CREDENTIAL_ARGUMENT, {"DATE", false, "as in 2027-03-31; never if it does not"}},
     .run = command_credentials_expires,
     .details = "GitHub says it by itself, and OAuth logins renew themselves. API tokens of Jira and keys of Linear do "
                "not say.",
     .examples = "tandem credentials expires rocket 2027-03-31"},
    {.path = "credentials remove",
     .help = "Forget a credential that nothing uses",
     .arguments = {CREDENTIAL_ARGUMENT},
     OPTIONS(link_options),
     .run = command_credentials_remove},
    {.path = "certs list", .help = "Show the certificates and when they end", .run = command_certs_list},
    {.path = "certs renew",
     .help = "Make new certificates; old ones stay good until they end",
     .arguments = {{"NAME", true, "as in `tandem certs list`; if not given, those that are about to end"}},
     OPTIONS(certs_renew_options),
     .run = command_certs_renew,
     .details =
         "`tandem up` does so by itself 30 days before the end of tandem's own. Nothing has to be restarted: every\n"
         "new connection reads the files again.",
     .examples = "tandem certs renew\ntandem certs renew crm\ntandem certs renew --all"},
    {.path = "certs revoke",
     .help = "Refuse all certificates that a name ever had",
     .arguments = {{"NAME", false, "as in `tandem certs list`"}},
     .run = command_certs_revoke,
     .details =
         "A running store closes its connections within a second. Of tandem's own programs, `tandem certs renew NAME`\n"
         "makes a new one; so does the next `tandem up`.",
     .examples = "tandem certs revoke crm\ntandem certs revoke adapter-github && tandem certs renew adapter-github"},
    {.path = "certs issue",
     .help = "Make a certificate for another service",
     .arguments = {{"NAME", false, "what the service is called: small letters, digits, -"}},
     OPTIONS(certs_issue_options),
     .run = command_certs_issue,
     .details =
         "It may do what is named and nothing else. Prints the folder with the service's files. Only with all events\n"
         "may it listen to the bus, where everybody hears everything; with some it reads them by events.read.",
     .examples = "tandem certs issue crm --verbs ticket.get,events.publish --events SyncError,ConflictDetected\n"
                 "tandem certs issue dashboard --verbs status,ticket.list --events all"},
    {.path = "scheduler enable",
     .help = "Let systemd run tandem, and sync everything every hour",
     OPTIONS(scheduler_options),
     .run = command_scheduler_enable,
     .details =
         "Enables and starts two units of `systemctl --user`: tandem.service, which is `tandem up`, and\n"
         "tandem-sync.timer, which asks for a synchronisation of all projects every hour, and after the machine was\n"
         "off. Where no package has installed them, they are written to ~/.config/systemd/user. With --system it is\n"
         "the machine's own, with the state directory /var/lib/tandem.",
     .examples = "tandem scheduler enable\nsudo tandem scheduler enable --system"},
    {.path = "scheduler disable",
     .help = "Stop that, and do not start it again",
     OPTIONS(scheduler_options),
     .run = command_scheduler_disable},
    {.path = "scheduler status",
     .help = "Show the timer's last and next run, and how tandem is",
     OPTIONS(scheduler_options),
     .run = command_scheduler_status},
    {.path = "scheduler logs",
     .help = "Show what tandem and the timer's runs said",
     OPTIONS(scheduler_logs_options),
     .run = command_scheduler_logs,
     .examples = "tandem scheduler logs --follow\nsudo tandem scheduler logs --system --lines 20"},
    {.path = "scheduler start",
     .help = "Run the timer's synchronisation now, and wait for it",
     OPTIONS(scheduler_options),
     .run = command_scheduler_start},
    {.path = "completion",
     .help = "Print a completion script",
     .arguments = {{"SHELL", false, "bash, zsh or fish"}},
     .run = command_completion,
     .examples = "source <(tandem completion bash)\ntandem completion fish > ~/.config/fish/completions/tandem.fish"},
    {.path = "version", .help = "Show the version", .run = command_version},
    {.path = "help",
     .help = "Explain a command",
     .arguments = {{"COMMAND", true, "its first word"}, {"COMMAND", true, "its second word"}},
     OPTIONS(help_options),
     .run = command_help},
};
const size_t command_count = COUNT(command_table);
