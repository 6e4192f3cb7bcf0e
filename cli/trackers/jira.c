/* Jira, the vendor's sites and one's own: a project. */
#include "cli/connect_options.h"
#include "cli/tracker.h"

/* "https://acme.atlassian.net/browse/ABC-12", ".../projects/ABC/boards/1" */
static struct str jira_project_of(struct arena *arena, struct str text, struct str *base_url) {
  struct str key = tracker_segment_after(text, "/browse/");
  if (str_is_absent(key))
    key = tracker_segment_after(text, "/projects/");
  if (str_is_absent(key) || str_is_absent(tracker_host(text)))
    return text;
  size_t host = (size_t)str_find(text, "://") + 3;
  ptrdiff_t dash = str_find(key, "-"), path = str_find(str_slice(text, host, text.length), "/");
  if (path < 0)
    return text;
  *base_url = str_copy(arena, str_slice(text, 0, host + (size_t)path));
  return dash > 0 ? str_slice(key, 0, (size_t)dash) : key;
}

static const struct option_spec options[] = {
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

const struct tracker tracker_jira = {
    .system = "jira",
    .has_login = true,
    .title = "Jira",
    .remote_option = "project",
    .remote_noun = "project",
    .remote_form = "KEY",
    .remote_question = "Project (its KEY, or its address)",
    .remote_example = "ABC",
    .vendor_host = ".atlassian.net",
    .forms = {{.kind = "pat",
               .parts = {{"token-file", "token", "Token", true}},
               .hint = "A personal access token (in your profile: Personal Access Tokens).",
               .only_own_sites = true},
              {.kind = "api_token",
               .parts = {{"email", "email", "E-mail address of the account", false},
                         {"token-file", "token", "API token", true}},
               .hint = "An API token (https://id.atlassian.com/manage-profile/security/api-tokens) and its account."},
              {.kind = "oauth", .parts = {{"oauth-file", NULL, NULL, true}}},
              {.kind = "basic",
               .parts = {{"username", "username", NULL, false}, {"password-file", "password", NULL, true}},
               .only_own_sites = true}},
    .credential_advice = "Make a new token for an account that may read and write issues, and try again.",
    .is_remote = tracker_is_key,
    .remote_of = jira_project_of,
    .name_of = tracker_name_as_remote,
    .connect = {.path = "connect jira",
                .help = "Keep a Jira project's issues in step",
                OPTIONS(options),
                .run = command_connect,
                .details = CONNECT_DETAILS,
                .examples =
                    "tandem connect jira\n"
                    "tandem connect jira --project ABC --base-url https://acme.atlassian.net --email ann@acme.example "
                    "--token-file token.txt\n"
                    "tandem connect jira --project ABC --base-url https://jira.acme.example --token-file token.txt "
                    "--field estimate"},
};
