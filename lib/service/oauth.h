/* OAuth 2.0 for all connectors: token requests (RFC 6749), renewing under the right to do so, and what a vendor's
 * authorization server is like. A stored login is JSON: client_id, client_secret (where there is one), access_token,
 * refresh_token (where there is one) and the end of the access token. */
#ifndef SERVICE_OAUTH_H
#define SERVICE_OAUTH_H

#include "base/json.h"
#include "service/connector.h"

struct oauth_endpoints {
  struct str authorize; /* absent: logins go by the device flow */
  struct str token;
  struct str device; /* RFC 8628 */
};

/* A vendor's authorization server. */
struct oauth_vendor {
  const char *who;             /* "GitHub", for messages */
  const char *scope;           /* what tandem asks for */
  const char *authorize_extra; /* more of the query, "&prompt=consent"; "" = nothing */
  const char *until_member;    /* the login's member with the access token's end, ms since 1970 UTC */
  bool takes_json;             /* requests are JSON, else forms */
  void (*endpoints)(struct arena *arena, struct str base_url, const cJSON *options, struct oauth_endpoints *out);
};

struct oauth_pair {
  const char *name;
  struct str value; /* absent or empty ones are left out */
};

/* One who asks. */
struct oauth_client {
  const struct oauth_vendor *vendor;
  struct http *http;
  int64_t (*now_ms)(void);
  struct usage *usage;
};

/* One request to the authorization server. OK: JSON came back, tokens or `error`; the caller deletes it. RETRY: it
 * could not be asked, or is unwell; UNCERTAIN: it may have answered. */
struct result oauth_ask(struct oauth_client *client, struct arena *arena, struct str url,
                        const struct oauth_pair *pairs, size_t count, cJSON **out) MUST_USE;

/* Puts the tokens of an answer into a login. AUTH: it has none, but the server's word why not. */
struct result oauth_take(struct oauth_client *client, struct arena *arena, const cJSON *answer, cJSON *login) MUST_USE;

/* The login with new tokens, stored before it is handed out; or as another process has stored it. AUTH: the server does
 * not renew it, a person has to log in again. RETRY: somebody else is at it, or the answer was lost: the refresh token
 * is tried again, while the server still takes it. */
struct result oauth_renew(struct oauth_client *client, struct arena *arena, struct str token_url,
                          struct credential_renewal *renewal, struct str *out_login) MUST_USE;

#endif
