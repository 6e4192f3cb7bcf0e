/* Logging in by OAuth, for a person at a terminal: the device flow (RFC 8628), or the authorization code with PKCE (RFC
 * 7636) that comes back to a loopback address (RFC 8252). Run by an adapter's program for the command line. */
#ifndef SERVICE_LOGIN_H
#define SERVICE_LOGIN_H

#include "service/oauth.h"

/* What the command line says. */
struct login_request {
  struct str base_url, options;
  struct str client_id, client_secret; /* of the user's own OAuth app; the secret may be absent */
  int64_t port;                        /* of http://127.0.0.1:PORT/callback, as registered with the app */
};

/* One line of JSON on stdout each: what the person has to do, then the outcome. */
struct login_step {
  struct str url, code; /* to be opened in a browser; the code to be typed there, if any */
  struct str login;     /* the credential, JSON: it is done */
  int64_t expires_ms; /* of its refresh token, or of a login that cannot be renewed; 0 = not told, or it does not end */
  struct str failed, why; /* a result code's name and its message */
};
extern const struct record record_login_request, record_login_step;

struct result oauth_login(struct oauth_client *client, struct arena *arena, const struct login_request *request,
                          void (*show)(const struct login_step *step), struct login_step *out) MUST_USE;

/* Waits on 127.0.0.1 for the browser to come back with `state`; everything else that comes is refused. */
struct callback;
struct result callback_open(int64_t port, struct str state, struct callback **out) MUST_USE;
struct result callback_wait(struct callback *callback, struct arena *arena, int64_t timeout_ms,
                            struct str *out_code) MUST_USE;
void callback_close(struct callback *callback);

#endif
