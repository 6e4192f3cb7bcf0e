/* Commands: connected projects and what is kept in step of them. */
#include "cli/areas/area.h"

#define DIRECTIONS "push|pull|bidirectional|disabled"
#define STRATEGIES "manual|local_wins|external_wins|newest_wins|merge"
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
static const struct option_spec reason_options[] = {
    {"reason", OPTION_TEXT, "TEXT", "Why, for those who wonder later", 0},
};
static const struct option_spec remove_options[] = {
    {"reason", OPTION_TEXT, "TEXT", "Why, for those who wonder later", 0},
    YES_OPTION,
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
static const struct option_spec follow_options[] = {
    {"existing", OPTION_FLAG, NULL, "The tickets that are there already, too", 0},
    {"stop", OPTION_FLAG, NULL, "Follow it no longer; what is there stays", 0},
};
#define CONNECT_DETAILS                                                                                              \
  "Tests the credential and the remote first, and stores nothing when that fails. Then it looks at the fields that " \
  "tickets have there and proposes a rule for each; --map, --field and --field-direction change the proposal, and "  \
  "`tandem fields` does so later. On a terminal it asks for what is missing. Secrets come from files or are typed; " \
  "they are never arguments. Connected again, a project keeps the rules that it has."

static const struct command_group groups[] = {
    {"connect", "Connect a project of an external system."},
    {"projects", "See and steer connected projects."},
    {"webhooks", "See to the webhooks by which trackers tell of changes."},
    {"fields", "See and change how fields are mapped."},
};

static const struct command commands[] = {
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
         "For trackers without an adapter of their own: the file of --mapping says what their tickets look like, which "
         "addresses there are and what webhooks carry (docs/webhook-adapter.md). A mistake in it is told with its "
         "line. Connected again without --mapping, a project keeps the mapping that it has.\n\n" CONNECT_DETAILS,
     .examples =
         "tandem connect webhook --mapping tickets.yaml\n"
         "tandem connect webhook --mapping tickets.yaml --base-url https://tickets.example.com/api --project support "
         "--token-file token.txt --dry-run\n"
         "tandem connect webhook --mapping tickets.yaml --base-url https://tickets.example.com/api --project support "
         "--signing-secret-file key.txt --webhook-secret-file hook.txt --yes"},
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
     .details = "You stand for it that these tickets may go there; local_only ones never do. What is in both trackers "
                "already is to be linked first (`tandem link suggest`), or it is there twice.",
     .examples = "tandem projects follow engine rocket\ntandem projects follow engine rocket --existing"},
    {.path = "webhooks check",
     .help = "Have a project's webhook looked at now",
     .arguments = {PROJECT_ARGUMENT},
     .run = command_webhooks_check,
     .details = "Registers it where there is none, repairs it where somebody changed it, and asks the tracker for what "
                "it could not deliver. That happens by itself, too, about every half hour. It needs webhooks.url, the "
                "address under which trackers reach tandem."},
    {.path = "webhooks rotate",
     .help = "Sign a project's webhooks with a new secret",
     .arguments = {PROJECT_ARGUMENT},
     .run = command_webhooks_rotate,
     .details = "The tracker gets it at once where tandem may register webhooks. The old one is good for another hour, "
                "so nothing is refused meanwhile. For a webhook that was set up by hand, give a secret of your own: "
                "tandem connect ... --webhook-secret-file FILE."},
    {.path = "fields analyze",
     .help = "Show a project's fields there, and how they are mapped",
     .arguments = {PROJECT_ARGUMENT},
     .run = command_fields_analyze,
     .details = "Asks the tracker, with the stored credential, and changes nothing. For each field: the rule that is "
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
};

const struct command_area area_projects = {"Connect trackers, and say what is kept in step", GROUPS(groups),
                                           COMMANDS(commands)};
