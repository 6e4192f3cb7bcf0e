/* GitHub: a repository. */
#include "cli/connect_options.h"
#include "cli/tracker.h"

static bool is_repository(struct str text) {
  ptrdiff_t slash = str_find(text, "/");
  return slash > 0 && (size_t)slash + 1 < text.length &&
         str_find(str_slice(text, (size_t)slash + 1, text.length), "/") < 0 && str_find(text, " ") < 0;
}

/* "https://github.com/acme/rocket.git" */
static struct str repository_of(struct arena *arena, struct str text, struct str *base_url) {
  static const char prefix[] = "https://github.com/";
  (void)arena, (void)base_url;
  if (str_starts_with(text, prefix))
    text = str_slice(text, sizeof prefix - 1, text.length);
  if (str_ends_with(text, ".git"))
    text = str_slice(text, 0, text.length - 4);
  return text;
}

static struct str repository_name(struct str remote) {
  ptrdiff_t slash = str_find(remote, "/");
  return str_slice(remote, (size_t)(slash + 1), remote.length);
}

static const struct option_spec options[] = {
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

const struct tracker tracker_github = {
    .system = "github",
    .has_login = true,
    .title = "GitHub",
    .remote_option = "repo",
    .remote_noun = "repository",
    .remote_form = "OWNER/NAME",
    .remote_question = "Repository (OWNER/NAME)",
    .remote_example = "acme/rocket",
    .base_url = "https://api.github.com",
    .forms = {{.kind = "pat",
               .parts = {{"token-file", "token", "Token", true}},
               .hint = "A personal access token that may read and write issues "
                       "(https://github.com/settings/personal-access-tokens)."},
              {.kind = "app",
               .parts = {{"app-id", "app_id", NULL, false},
                         {"installation-id", "installation_id", NULL, false},
                         {"app-key-file", "private_key", NULL, true}}}},
    .credential_advice = "Make a new token that may read and write issues, and try again.",
    .is_remote = is_repository,
    .remote_of = repository_of,
    .name_of = repository_name,
    .connect = {.path = "connect github",
                .help = "Keep a GitHub repository's issues in step",
                OPTIONS(options),
                .run = command_connect,
                .details = CONNECT_DETAILS,
                .examples = "tandem connect github\n"
                            "tandem connect github --repo acme/rocket --token-file token.txt --yes\n"
                            "tandem connect github --repo acme/rocket --token-file token.txt --direction pull --map "
                            "labels:bug=kind/bug"},
};
