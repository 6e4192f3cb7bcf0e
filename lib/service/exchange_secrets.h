/* What a refusal may quote of its own request: credentials and whatever else is secret in it. */
#ifndef SERVICE_EXCHANGE_SECRETS_H
#define SERVICE_EXCHANGE_SECRETS_H

#include "base/http.h"

/* Puts "(secret)" in place of each secret of the request in what the answer says about failing: in the body and the
 * headers of any that is no success, and in the members `errors`, `error` and `error_description` of a success. Else
 * its words would stand in logs, events and the database. Secret are what Authorization carries, of Basic the password
 * too, and what the body has under a name of a secret (client_secret, refresh_token, secret, ...), each also as JSON
 * and URLs write it. What has fewer than 8 bytes is left: such a word stands in ordinary texts, and what is missing
 * there would tell it. */
void exchange_hide_secrets(struct arena *arena, const struct http_request *request, struct http_response *response);

#endif
