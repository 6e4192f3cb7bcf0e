/* GitHub, Jira, Linear and trackers that a mapping describes, as `connect` sees them. */
#include "cli/tracker.h"

#include <ctype.h>

struct str tracker_host(struct str url) {
  ptrdiff_t scheme = str_find(url, "://");
  if (scheme <= 0)
    return (struct str){0};
  struct str rest = str_slice(url, (size_t)scheme + 3, url.length);
  size_t end = 0;
  while (end < rest.length && rest.at[end] != '/' && rest.at[end] != ':')
    end++;
  return str_slice(rest, 0, end);
}

bool tracker_is_vendors(const struct tracker *tracker, struct str base_url) {
  return tracker->vendor_host && str_ends_with(tracker_host(base_url), tracker->vendor_host);
}

static bool is_key(struct str text) {
  for (size_t i = 0; i < text.length; i++)
    if (!isalnum((unsigned char)text.at[i]) && text.at[i] != '_')
      return false;
  return text.length > 0 && text.length <= 64;
}

static struct str same(struct str remote) {
  return remote;
}

/* What stands between `prefix` and the next slash or question mark; absent when `prefix` is not in `url`. */
static struct str segment_after(struct str url, const char *prefix) {
  ptrdiff_t found = str_find(url, prefix);
  if (found < 0)
    return (struct str){0};
  struct str rest = str_slice(url, (size_t)found + strlen(prefix), url.length);
  size_t end = 0;
  while (end < rest.length && rest.at[end] != '/' && rest.at[end] != '?' && rest.at[end] != '#')
    end++;
  return str_slice(rest, 0, end);
}

/* -- GitHub -- */

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
    .count_note = " Pull requests count there and not here.",
    .is_remote = is_repository,
    .remote_of = repository_of,
    .name_of = repository_name,
};

/* -- Jira -- */

/* "https://acme.atlassian.net/browse/ABC-12", ".../projects/ABC/boards/1" */
static struct str jira_project_of(struct arena *arena, struct str text, struct str *base_url) {
  struct str key = segment_after(text, "/browse/");
  if (str_is_absent(key))
    key = segment_after(text, "/projects/");
  if (str_is_absent(key) || str_is_absent(tracker_host(text)))
    return text;
  ptrdiff_t dash = str_find(key, "-");
  ptrdiff_t path = str_find(str_slice(text, strlen("https://"), text.length), "/");
  *base_url = str_copy(arena, str_slice(text, 0, strlen("https://") + (size_t)path));
  return dash > 0 ? str_slice(key, 0, (size_t)dash) : key;
}

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
    .count_note = "",
    .is_remote = is_key,
    .remote_of = jira_project_of,
    .name_of = same,
};

/* -- Linear -- */

/* "https://linear.app/acme/team/ENG/all" */
static struct str linear_team_of(struct arena *arena, struct str text, struct str *base_url) {
  (void)arena, (void)base_url;
  struct str key = str_starts_with(text, "https://linear.app/") ? segment_after(text, "/team/") : (struct str){0};
  return str_is_absent(key) ? text : key;
}

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
    .count_note = "",
    .is_remote = is_key,
    .remote_of = linear_team_of,
    .name_of = same,
};

/* -- any other, told by a mapping -- */

/* What stands for {remote} in the mapping's addresses. */
static bool is_name(struct str text) {
  for (size_t i = 0; i < text.length; i++)
    if ((unsigned char)text.at[i] < ' ')
      return false;
  return text.length > 0 && text.length <= 256;
}

static struct str remote_as_given(struct arena *arena, struct str text, struct str *base_url) {
  (void)arena, (void)base_url;
  return text;
}

/* A project's name here has no slash. */
static struct str last_segment(struct str remote) {
  size_t start = remote.length;
  while (start > 0 && remote.at[start - 1] != '/')
    start--;
  return start < remote.length ? str_slice(remote, start, remote.length) : remote;
}

const struct tracker tracker_webhook = {
    .system = "webhook",
    .title = "the tracker",
    .remote_option = "project",
    .remote_noun = "project",
    .remote_form = "NAME",
    .remote_question = "Project (its name in addresses there)",
    .remote_example = "rocket",
    .forms = {{.kind = "webhook",
               .parts = {{"token-file", "token", "Token", true}},
               .hint = "The token that requests carry as `Authorization: Bearer`."},
              {.kind = "webhook", .parts = {{"signing-secret-file", "secret", NULL, true}}},
              {.kind = "webhook",
               .parts = {{"token-file", "token", NULL, true}, {"signing-secret-file", "secret", NULL, true}}}},
    .credential_advice = "Check the token and the signing secret, and try again.",
    .count_note = "",
    .has_mapping = true,
    .is_remote = is_name,
    .remote_of = remote_as_given,
    .name_of = last_segment,
};

const struct tracker *tracker_named(struct str system) {
  static const struct tracker *const trackers[] = {&tracker_github, &tracker_jira, &tracker_linear, &tracker_webhook};
  for (size_t i = 0; i < sizeof trackers / sizeof trackers[0]; i++)
    if (str_is(system, trackers[i]->system))
      return trackers[i];
  return NULL;
}
