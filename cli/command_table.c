/* The table of commands: names, arguments, options, help, examples, handlers. */
#include "cli/commands.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define OPTIONS(table) .options = (table), .option_count = COUNT(table)

#define PRIVACIES "local_only|shareable|public"
#define DIRECTIONS "push|pull|bidirectional|disabled"
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
    {"link", "Bring together what is in several trackers already."},
};
const size_t command_group_count = COUNT(command_groups);

static const struct option_spec up_options[] = {
    {"foreground", OPTION_FLAG, NULL, "Stay, and log to stderr: for containers and systemd", 0},
};
static const struct option_spec exit_code_options[] = {
    {"exit-code", OPTION_FLAG, NULL, "Exit with 8 when conflicts are open", 0},
};
static const struct option_spec retry_options[] = {
    {"all", OPTION_FLAG, NULL, "All that is parked", 'a'},
};
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
    CONNECT_OPTIONS,
};
static const struct option_spec connect_jira_options[] = {
    {"project", OPTION_TEXT, "KEY", "The project's key, or its address in the browser", 0},
    {"base-url", OPTION_TEXT, "URL", "Of the site: https://acme.atlassian.net, or your own server", 0},
    {"email", OPTION_TEXT, "ADDRESS", "Cloud: the account that the API token is of", 0},
    {"token-file", OPTION_FILE, "FILE", "Cloud: an API token; Data Center: a personal access token", 0},
    {"oauth-file", OPTION_FILE, "FILE",
     "Cloud, instead of a token: JSON with client_id, client_secret, refresh_token and access_token", 0},
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
    {"revoke", OPTION_FLAG, NULL, "Take the grant back: nothing more goes there", 0},
    {"privacy", OPTION_CHOICE, PRIVACIES, "The ticket's new privacy", 0},
};
static const struct option_spec conflict_list_options[] = {
    {"project", OPTION_TEXT, "PROJECT", "Only those of this project", 0},
    {"ticket", OPTION_TEXT, "KEY", "Only those of this ticket", 0},
    {"state", OPTION_CHOICE, "open|decided|resolved|superseded|all", "open if not given", 0},
    {"limit", OPTION_NUMBER, "N", "At most so many; 100 if not given", 'n'},
    {"exit-code", OPTION_FLAG, NULL, "Exit with 8 when one is open", 0},
};
static const struct option_spec resolve_options[] = {
    {"local", OPTION_FLAG, NULL, "Take the local value", 0},
    {"external", OPTION_FLAG, NULL, "Take the external value", 0},
    {"value", OPTION_LIST, "TEXT", "Take this value; repeat it for the members of a set", 0},
    {"edit", OPTION_FLAG, NULL, "Bring both together in an editor", 0},
};
static const struct option_spec session_list_options[] = {
    {"project", OPTION_TEXT, "PROJECT", "Only those of this project", 0},
    {"limit", OPTION_NUMBER, "N", "At most so many; 20 if not given", 'n'},
};
static const struct option_spec wait_options[] = {
    {"wait", OPTION_FLAG, NULL, "Wait for its end", 'w'},
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

const struct command command_table[] = {
    {.path = "up",
     .help = "Start everything on this machine",
     OPTIONS(up_options),
     .run = command_up,
     .details = "Makes the state directory, certificates and a private PostgreSQL at the first start, then starts all\n"
                "processes and returns when they are ready."},
    {.path = "down", .help = "Stop everything on this machine", .run = command_down},
    {.path = "status",
     .help = "Show how every project stands",
     OPTIONS(exit_code_options),
     .run = command_status,
     .details =
         "WAITING is what is still to be written, fetched or read from webhooks; below stands how long that will "
         "take.\n"
         "PARKED waits for a person, with the command that puts it back. LAG is the age of the oldest change that\n"
         "tandem knows of and has not yet brought to the other side; conflicts and what is parked do not count."},
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
     .run = command_connect_github,
     .details = CONNECT_DETAILS,
     .examples =
         "tandem connect github\n"
         "tandem connect github --repo acme/rocket --token-file token.txt --yes\n"
         "tandem connect github --repo acme/rocket --token-file token.txt --direction pull --map labels:bug=kind/bug"},
    {.path = "connect jira",
     .help = "Keep a Jira project's issues in step",
     OPTIONS(connect_jira_options),
     .run = command_connect_jira,
     .details = CONNECT_DETAILS,
     .examples = "tandem connect jira\n"
                 "tandem connect jira --project ABC --base-url https://acme.atlassian.net --email ann@acme.example "
                 "--token-file token.txt\n"
                 "tandem connect jira --project ABC --base-url https://jira.acme.example --token-file token.txt "
                 "--field estimate"},
    {.path = "connect linear",
     .help = "Keep a Linear team's issues in step",
     OPTIONS(connect_linear_options),
     .run = command_connect_linear,
     .details = CONNECT_DETAILS,
     .examples = "tandem connect linear\n"
                 "tandem connect linear --team ENG --token-file key.txt --yes\n"
                 "tandem connect linear --team ENG --token-file key.txt --field estimate --map assignees:ann=Ann"},
    {.path = "connect webhook",
     .help = "Keep any tracker that speaks JSON in step",
     OPTIONS(connect_webhook_options),
     .run = command_connect_webhook,
     .details =
         "For trackers without an adapter of their own: the file of --mapping says what their tickets look like, "
         "which\n"
         "addresses there are and what webhooks carry (docs/webhook-adapter.md). A mistake in it is told with its\n"
         "line. Connected again without --mapping, a project keeps the mapping that it has.\n" CONNECT_DETAILS,
     .examples =
         "tandem connect webhook --mapping tickets.yaml\n"
         "tandem connect webhook --mapping tickets.yaml --base-url https://tickets.example.com/api --project rocket "
         "--token-file token.txt --dry-run\n"
         "tandem connect webhook --mapping tickets.yaml --base-url https://tickets.example.com/api --project rocket "
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
    {.path = "conflicts list",
     .help = "List what both sides changed",
     OPTIONS(conflict_list_options),
     .run = command_conflicts_list},
    {.path = "conflicts show",
     .help = "Show both values side by side",
     .arguments = {ID_ARGUMENT("the conflict's number")},
     .run = command_conflicts_show},
    {.path = "conflicts resolve",
     .help = "Decide a conflict",
     .arguments = {ID_ARGUMENT("the conflict's number")},
     OPTIONS(resolve_options),
     .run = command_conflicts_resolve,
     .details = "If either side has moved since, the conflict is superseded and a new one shows what is there now.",
     .examples = "tandem conflicts resolve 7 --external\n"
                 "tandem conflicts resolve 7 --value 'Pump leaks at 3 bar'\n"
                 "tandem conflicts resolve 8 --value bug --value urgent"},
    {.path = "sessions list",
     .help = "List synchronisations, newest first",
     OPTIONS(session_list_options),
     .run = command_sessions_list},
    {.path = "sessions show",
     .help = "Show a synchronisation's report",
     .arguments = {ID_ARGUMENT("the session's number")},
     OPTIONS(wait_options),
     .run = command_sessions_show},
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
     .arguments = {PROJECT_ARGUMENT, {"OTHER", false, "the project whose tickets it takes"}},
     OPTIONS(follow_options),
     .run = command_projects_follow,
     .details = "You stand for it that these tickets may go there; local_only ones never do. What is in both trackers\n"
                "already is to be linked first (`tandem link suggest`), or it is there twice.",
     .examples = "tandem projects follow engine rocket\ntandem projects follow engine rocket --existing"},
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
     .arguments = {PROJECT_ARGUMENT, {"OTHER", false, "the project to compare with"}},
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
                 "tandem fields map rocket estimate\n"
                 "tandem fields map rocket estimate --remove"},
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
