/* Linear: a team. */
#include "cli/connect_options.h"
#include "cli/tracker.h"

/* "https://linear.app/acme/team/ENG/all" */
static struct str linear_team_of(struct arena *arena, struct str text, struct str *base_url) {
  (void)arena, (void)base_url;
  struct str key =
      str_starts_with(text, "https://linear.app/") ? tracker_segment_after(text, "/team/") : (struct str){0};
  return str_is_absent(key) ? text : key;
}

static const struct option_spec options[] = {
    {"team", OPTION_TEXT, "KEY", "The team's key, or its address in the browser", 0},
    {"base-url", OPTION_TEXT, "URL", "Of the API; https://api.linear.app if not given", 0},
    {"token-file", OPTION_FILE, "FILE", "A personal API key", 0},
    {"oauth-file", OPTION_FILE, "FILE",
     "Instead of a key: JSON with client_id, client_secret, refresh_token and access_token", 0},
    OAUTH_OPTION,
    LOGIN_OPTIONS,
    CONNECT_OPTIONS,
};

const struct tracker tracker_linear = {
    .system = "linear",
    .has_login = true,
    .title = "Linear",
    .remote_option = "team",
    .remote_noun = "team",
    .remote_form = "KEY",
    .remote_question = "Team (its KEY, or its address)",
    .remote_example = "ENG",
    .base_url = "https://api.linear.app",
    .forms = {{.kind = "pat",
               .parts = {{"token-file", "token", "API key", true}},
               .hint = "A personal API key (https://linear.app/settings/account/security)."},
              {.kind = "oauth", .parts = {{"oauth-file", NULL, NULL, true}}}},
    .credential_advice = "Make a new API key that may read and write, and try again.",
    .is_remote = tracker_is_key,
    .remote_of = linear_team_of,
    .name_of = tracker_name_as_remote,
    .connect = {.path = "connect linear",
                .help = "Keep a Linear team's issues in step",
                OPTIONS(options),
                .run = command_connect,
                .details = CONNECT_DETAILS,
                .examples =
                    "tandem connect linear\n"
                    "tandem connect linear --team ENG --token-file key.txt --yes\n"
                    "tandem connect linear --team ENG --token-file key.txt --field estimate --map assignees:ann=Ann"},
};
