/* Logins on Jira Cloud: the authorization code (3LO) with PKCE. Access tokens last an hour; refresh tokens 90 days
 * unused and a year in all. https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/ */
#include "service/oauth.h"

#include "adapter-jira/jira.h"

static void endpoints(struct arena *arena, struct str base_url, const cJSON *options, struct oauth_endpoints *out) {
  struct str server = json_text(options, "auth_url");
  (void)base_url; /* the authorization server is Atlassian's, whatever the site */
  if (server.length == 0)
    server = STR("https://auth.atlassian.com");
  *out = (struct oauth_endpoints){.authorize = str_format(arena, "%.*s/authorize", STR_FMT(server)),
                                  .token = str_format(arena, "%.*s/oauth/token", STR_FMT(server))};
}

const struct oauth_vendor jira_oauth = {
    .who = "Jira",
    .scope = "read:jira-work write:jira-work read:jira-user manage:jira-webhook offline_access",
    .authorize_extra = "&audience=api.atlassian.com&prompt=consent",
    .until_member = "access_until_ms",
    .takes_json = true,
    .endpoints = endpoints};
