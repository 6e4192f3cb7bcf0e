/* Credentials: an API key goes as it is, an OAuth access token with "Bearer". Access tokens end after a day; renewing
 * one replaces the refresh token too, so the new pair is stored before it is used, by one process at a time.
 * https://linear.app/developers/oauth-2-0-authentication */
#include <openssl/crypto.h>

#include "adapter-linear/linear.h"
#include "service/oauth.h"

enum { TOKEN_RESERVE_MS = 5 * 60 * 1000 };

/* -- reading the credential -- */

static bool is_token(struct str token) {
  for (size_t i = 0; i < token.length; i++)
    if (token.at[i] <= ' ' || token.at[i] > '~')
      return false;
  return token.length > 0 && token.length < LINEAR_TOKEN_BYTES;
}

static void set_token(struct linear_auth *auth, struct str token) {
  OPENSSL_cleanse(auth->token, sizeof auth->token);
  memcpy(auth->token, token.at, token.length);
}

static struct result take_key(struct linear_auth *auth, const cJSON *tree) {
  struct str token = json_str(tree, "token");
  if (!is_token(token))
    return result_error(RESULT_AUTH, "the credential must be {\"token\": \"lin_api_...\"}, copied whole");
  set_token(auth, token);
  auth->is_oauth = str_starts_with(token, "lin_oauth_");
  return RESULT_DONE;
}

static struct result take_oauth(struct connection *c, const cJSON *tree) {
  struct linear_auth *auth = &c->auth;
  struct str token = json_str(tree, "access_token");
  auth->is_oauth = true;
  auth->client_id = str_copy(&c->arena, json_str(tree, "client_id"));
  auth->client_secret = str_copy(&c->arena, json_str(tree, "client_secret"));
  auth->refresh_token = str_copy(&c->arena, json_str(tree, "refresh_token"));
  auth->token_until_ms = json_i64(tree, "expires_at_ms");
  if (auth->client_id.length == 0 || auth->refresh_token.length == 0 || (token.length && !is_token(token)))
    return result_error(RESULT_AUTH, "an OAuth credential has client_id and refresh_token");
  if (token.length)
    set_token(auth, token);
  return RESULT_DONE;
}

/* Of the connection as it is opened, or of what another process stored. */
static struct result take_credential(struct connection *c, struct str kind, struct str credential) {
  cJSON *tree;
  struct result result = json_parse(credential, &tree);
  if (!result_ok(&result))
    return result_error(RESULT_AUTH, "the credential %.*s is not JSON", STR_FMT(c->credential));
  bool is_oauth = str_is(kind, "oauth") || cJSON_HasObjectItem(tree, "refresh_token");
  result = is_oauth ? take_oauth(c, tree) : take_key(&c->auth, tree);
  cJSON_Delete(tree);
  return result;
}

struct result linear_auth_open(struct connection *c, struct str kind, struct str credential) {
  return take_credential(c, kind, credential);
}

void linear_auth_close(struct connection *c) {
  OPENSSL_cleanse(c->auth.token, sizeof c->auth.token);
}

/* -- renewing -- */

static void append_pair(struct arena *arena, struct str_builder *form, const char *name, struct str value) {
  str_append_format(form, "%s%s=%.*s", form->length ? "&" : "", name, STR_FMT(http_escape(arena, value)));
}

static struct str refresh_form(struct arena *arena, const struct linear_auth *auth) {
  struct str_builder form = {.arena = arena};
  append_pair(arena, &form, "grant_type", STR("refresh_token"));
  append_pair(arena, &form, "refresh_token", auth->refresh_token);
  append_pair(arena, &form, "client_id", auth->client_id);
  if (auth->client_secret.length)
    append_pair(arena, &form, "client_secret", auth->client_secret);
  return str_built(&form);
}

/* The credential as it is to be stored from now on. */
static struct str renewed_secret(struct connection *c, struct arena *arena, const cJSON *tokens) {
  cJSON *secret = cJSON_CreateObject();
  int64_t until_ms = c->now_ms() + json_i64(tokens, "expires_in") * 1000;
  struct str refresh_token = json_str(tokens, "refresh_token");
  cJSON_AddStringToObject(secret, "client_id", str_c(arena, c->auth.client_id));
  if (c->auth.client_secret.length)
    cJSON_AddStringToObject(secret, "client_secret", str_c(arena, c->auth.client_secret));
  cJSON_AddStringToObject(secret, "refresh_token",
                          str_c(arena, refresh_token.length ? refresh_token : c->auth.refresh_token));
  cJSON_AddStringToObject(secret, "access_token", str_c(arena, json_str(tokens, "access_token")));
  cJSON_AddNumberToObject(secret, "expires_at_ms", (double)until_ms);
  oauth_note_end(tokens, c->now_ms(), secret);
  return json_print(arena, secret);
}

static struct result ask_tokens(struct connection *c, struct arena *arena, struct str *out_secret) {
  struct http_response response;
  cJSON *tokens;
  /* As a read: the next try tells whether the refresh token still holds. */
  TRY(linear_post(c, arena, "/oauth/token", (struct str){0}, STR("application/x-www-form-urlencoded"),
                  refresh_form(arena, &c->auth), true, &response));
  if (response.status >= 500 || response.status == 429)
    return result_error(RESULT_RETRY, "Linear answered %lld to the renewal of the token", (long long)response.status);
  struct result result = json_parse(response.body, &tokens);
  if (!result_ok(&result))
    return result_error(RESULT_RETRY, "Linear's answer to the renewal of the token is not JSON");
  bool fine = response.status == 200 && is_token(json_str(tokens, "access_token"));
  if (fine)
    *out_secret = renewed_secret(c, arena, tokens);
  else
    result = result_error(RESULT_AUTH, "Linear does not renew the token (%.*s): authorize tandem again",
                          STR_FMT(json_str(tokens, "error")));
  cJSON_Delete(tokens);
  return result;
}

static bool ends_soon(const struct connection *c) {
  return c->auth.token_until_ms && c->auth.token_until_ms - TOKEN_RESERVE_MS <= c->now_ms();
}

/* What is stored now. `*done`: another process has renewed it, and it will last a while. */
static struct result take_stored(struct connection *c, struct arena *arena, bool *done) {
  struct str stored;
  TRY(c->renewal->begin(c->renewal, arena, &stored, done));
  TRY(take_credential(c, STR("oauth"), stored));
  if (*done && ends_soon(c)) /* renewed long ago: now it is our turn */
    return c->renewal->begin(c->renewal, arena, &stored, done);
  return RESULT_DONE;
}

struct result linear_auth_renew(struct connection *c, struct arena *arena) {
  struct str secret;
  bool done;
  if (!c->auth.is_oauth || c->auth.refresh_token.length == 0)
    return result_error(RESULT_AUTH, "the access token has ended: store a new credential");
  if (!c->renewal)
    return result_error(RESULT_AUTH, "the access token has ended, and this is no place to renew it");
  TRY(take_stored(c, arena, &done));
  if (done)
    return RESULT_DONE;
  TRY(ask_tokens(c, arena, &secret));
  TRY(c->renewal->save(c->renewal, secret));
  return take_credential(c, STR("oauth"), secret);
}

struct result linear_auth_header(struct connection *c, struct arena *arena, struct str *out) {
  if (c->auth.is_oauth && c->auth.refresh_token.length && (c->auth.token[0] == '\0' || ends_soon(c)))
    TRY(linear_auth_renew(c, arena));
  *out = str_format(arena, "%s%s", c->auth.is_oauth ? "Bearer " : "", c->auth.token);
  return RESULT_DONE;
}
