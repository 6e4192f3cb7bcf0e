/* Logins: the authorization code with PKCE. Access tokens last a day.
 * https://linear.app/developers/oauth-2-0-authentication */
#include "service/oauth.h"

#include "adapter-linear/linear.h"

static void endpoints(struct arena *arena, struct str base_url, const cJSON *options, struct oauth_endpoints *out) {
  struct str site = str_is(base_url, "https://api.linear.app") ? STR("https://linear.app") : base_url;
  (void)options;
  *out = (struct oauth_endpoints){.authorize = str_format(arena, "%.*s/oauth/authorize", STR_FMT(site)),
                                  .token = str_format(arena, "%.*s/oauth/token", STR_FMT(base_url))};
}

const struct oauth_vendor linear_oauth = {.who = "Linear",
                                          .scope = "read,write",
                                          .authorize_extra = "&prompt=consent",
                                          .until_member = "expires_at_ms",
                                          .endpoints = endpoints};
