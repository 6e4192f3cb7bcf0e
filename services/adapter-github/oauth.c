/* Logins by the device flow, of an OAuth app (its tokens do not end) or of a GitHub App (they end after 8 hours and are
 * renewed; a refresh token works once).
 * https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 */
#include "service/oauth.h"

#include "adapter-github/github.h"

/* The site that belongs to an API: https://github.com, or an Enterprise Server without its /api/v3. */
static struct str site_of(struct str api) {
  if (str_is(api, "https://api.github.com"))
    return STR("https://github.com");
  return str_ends_with(api, "/api/v3") ? str_slice(api, 0, api.length - 7) : api;
}

static void endpoints(struct arena *arena, struct str base_url, const cJSON *options, struct oauth_endpoints *out) {
  struct str site = site_of(base_url);
  (void)options;
  *out = (struct oauth_endpoints){.device = str_format(arena, "%.*s/login/device/code", STR_FMT(site)),
                                  .token = str_format(arena, "%.*s/login/oauth/access_token", STR_FMT(site))};
}

const struct oauth_vendor github_oauth = {
    .who = "GitHub", .scope = "repo", .authorize_extra = "", .until_member = "access_until_ms", .endpoints = endpoints};

struct result github_oauth_renew(struct connection *c, struct arena *arena) {
  struct oauth_client client = {.vendor = &github_oauth, .http = c->http, .now_ms = c->now_ms, .usage = &c->usage};
  struct oauth_endpoints at;
  struct str login;
  endpoints(arena, c->api, NULL, &at);
  TRY(oauth_renew(&client, arena, at.token, c->renewal, &login));
  return github_auth_open(c, STR("oauth"), login);
}
