/* OAuth 2.0 for all connectors: token requests (RFC 6749), renewing under the right to do so, and what a vendor's
 * authorization server is like. A stored login is JSON: client_id, client_secret (where there is one), access_token,
 * refresh_token (where there is one), the end of the access token and, where the vendor tells it, of the refresh token.
 */
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

/* Keeps in the login when its refresh token ends, as the answer says (`refresh_token_expires_in`), or that this is not
 * known. oauth_take() does so too. */
void oauth_note_end(const cJSON *answer, int64_t now_ms, cJSON *login);

/* When a login that renews itself ends unless it does, ms since 1970 UTC; 0 = not told. */
int64_t oauth_end_ms(const cJSON *login);

/* The login with new tokens, stored before it is handed out; or as another process has stored it. AUTH: the server does
 * not renew it, a person has to log in again. RETRY: somebody else is at it, or the answer was lost: the refresh token
 * is tried again, while the server still takes it. */
struct result oauth_renew(struct oauth_client *client, struct arena *arena, struct str token_url,
                          struct credential_renewal *renewal, struct str *out_login) MUST_USE;

#endif
