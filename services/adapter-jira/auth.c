/* Credentials: an e-mail address with an API token or a password (Basic), a personal access token (Bearer), and OAuth
 * 2.0 (3LO), whose refresh token is another one after each use and is stored before the access token is used.
 * https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/ */
#include <sodium.h>

#include "adapter-jira/jira.h"
#include "service/exchange.h"
#include "service/oauth.h"

enum { EARLY_MS = 60 * 1000 };

/* -- opening -- */

static struct result take_basic(struct connection *c, struct str user, struct str secret) {
  struct str pair = str_format(&c->arena, "%.*s:%.*s", STR_FMT(user), STR_FMT(secret));
  size_t size = sodium_base64_ENCODED_LEN(pair.length, sodium_base64_VARIANT_ORIGINAL);
  if (user.length == 0 || secret.length == 0 || size + 8 > sizeof c->auth.header)
    return result_error(RESULT_AUTH, "the credential lacks a name or a secret");
  memcpy(c->auth.header, "Basic ", 6);
  sodium_bin2base64(c->auth.header + 6, size, (const unsigned char *)pair.at, pair.length,
                    sodium_base64_VARIANT_ORIGINAL);
  c->auth.kind = AUTH_BASIC;
  return RESULT_DONE;
}

static struct result set_bearer(struct connection *c, struct str token) {
  if (token.length == 0 || token.length + 8 > sizeof c->auth.header)
    return result_error(RESULT_AUTH, "the credential has no token");
  snprintf(c->auth.header, sizeof c->auth.header, "Bearer %.*s", STR_FMT(token));
  return RESULT_DONE;
}

static struct result take_oauth(struct connection *c, const cJSON *secret, struct str text) {
  struct str access = json_text(secret, "access_token");
  if (json_text(secret, "client_id").length == 0 || json_text(secret, "refresh_token").length == 0)
    return result_error(RESULT_AUTH, "an OAuth credential has client_id, client_secret and refresh_token");
  c->auth.kind = AUTH_OAUTH;
  c->auth.secret = str_copy(&c->arena, text);
  c->auth.access_until_ms = json_i64(secret, "access_until_ms");
  return access.length ? set_bearer(c, access) : RESULT_DONE;
}

struct result jira_auth_open(struct connection *c, struct str kind, struct str credential) {
  cJSON *secret;
  struct result result = json_parse(credential, &secret);
  if (!result_ok(&result))
    return result_error(RESULT_AUTH, "the credential is not JSON");
  if (str_is(kind, "api_token"))
    result = take_basic(c, json_text(secret, "email"), json_text(secret, "token"));
  else if (str_is(kind, "basic"))
    result = take_basic(c, json_text(secret, "username"), json_text(secret, "password"));
  else if (str_is(kind, "oauth"))
    result = take_oauth(c, secret, credential);
  else if (str_is(kind, "pat"))
    result = set_bearer(c, json_text(secret, "token"));
  else
    result = result_error(RESULT_AUTH, "Jira takes credentials of the kinds api_token, pat, oauth and basic");
  if (str_is(kind, "pat"))
    c->auth.kind = AUTH_BEARER;
  cJSON_Delete(secret);
  return result;
}

/* -- OAuth's tokens -- */

static struct str option_url(const struct connection *c, const char *name, struct str otherwise) {
  struct str url = json_text(c->options, name);
  return url.length ? url : otherwise;
}

static struct str token_request(struct arena *arena, const cJSON *secret) {
  cJSON *body = cJSON_CreateObject();
  cJSON_AddStringToObject(body, "grant_type", "refresh_token");
  static const char *const names[] = {"client_id", "client_secret", "refresh_token"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    cJSON_AddItemToObject(body, names[i], json_string(arena, json_text(secret, names[i])));
  return json_print(arena, body);
}

static struct result check_token_answer(const struct http_response *response) {
  if (response->status == 429 || response->status >= 500)
    return result_error(RESULT_RETRY, "the authorization server answered %lld", (long long)response->status);
  if (response->status != 200)
    return result_error(RESULT_AUTH, "the refresh token is not taken any more: connect the project again");
  return RESULT_DONE;
}

/* The stored secret with the new tokens in it. */
static struct result merge_tokens(struct connection *c, struct arena *arena, cJSON *secret, const cJSON *answer,
                                  struct str *out) {
  struct str access = json_text(answer, "access_token"), refresh = json_text(answer, "refresh_token");
  int64_t lifetime_s = json_i64(answer, "expires_in");
  if (access.length == 0)
    return result_error(RESULT_RETRY, "the authorization server's answer has no access token");
  cJSON_DeleteItemFromObjectCaseSensitive(secret, "access_token");
  cJSON_DeleteItemFromObjectCaseSensitive(secret, "access_until_ms");
  cJSON_AddItemToObject(secret, "access_token", json_string(arena, access));
  cJSON_AddNumberToObject(secret, "access_until_ms",
                          (double)(c->now_ms() + (lifetime_s > 0 ? lifetime_s : 3600) * 1000));
  oauth_note_end(answer, c->now_ms(), secret);
  if (refresh.length)
    cJSON_ReplaceItemInObjectCaseSensitive(secret, "refresh_token", json_string(arena, refresh));
  *out = json_print(arena, cJSON_Duplicate(secret, true));
  return RESULT_DONE;
}

static struct result ask_tokens(struct connection *c, struct arena *arena, cJSON *secret, struct str *out) {
  struct http_header headers[] = {{STR("Content-Type"), STR("application/json")},
                                  {STR("Accept"), STR("application/json")}};
  struct str server = option_url(c, "auth_url", STR("https://auth.atlassian.com"));
  struct http_request call = {.method = "POST",
                              .url = str_format(arena, "%.*s/oauth/token", STR_FMT(server)),
                              .headers = headers,
                              .header_count = 2,
                              .body = token_request(arena, secret),
                              .timeout_ms = JIRA_TIMEOUT_MS};
  struct http_response response;
  cJSON *answer;
  TRY(exchange_send(c->http, arena, &call, false, &c->usage, &response));
  TRY(check_token_answer(&response));
  TRY(json_parse(response.body, &answer));
  struct result result = merge_tokens(c, arena, secret, answer, out);
  cJSON_Delete(answer);
  return result;
}

static struct result use_secret(struct connection *c, struct str text) {
  cJSON *secret;
  TRY(json_parse(text, &secret));
  struct result result = take_oauth(c, secret, text);
  cJSON_Delete(secret);
  return result;
}

static struct result renew_own(struct connection *c, struct arena *arena, struct str stored) {
  cJSON *secret;
  struct str renewed;
  TRY(json_parse(stored, &secret));
  struct result result = ask_tokens(c, arena, secret, &renewed);
  cJSON_Delete(secret);
  TRY(result);
  TRY(c->renewal->save(c->renewal, renewed));
  return use_secret(c, renewed);
}

/* An uncertain answer may have used the refresh token up; then the next try says so, and a person is told. */
static struct result renew(struct connection *c, struct arena *arena) {
  struct str stored = c->auth.secret;
  bool done = false;
  if (!c->renewal) /* only tried: a refresh token that is used and not stored is lost */
    return result_error(RESULT_AUTH, "the access token has ended: authorize tandem in Jira again");
  TRY(c->renewal->begin(c->renewal, arena, &stored, &done));
  struct result result = done ? use_secret(c, stored) : renew_own(c, arena, stored);
  if (result.code == RESULT_UNCERTAIN || result.code == RESULT_STALE)
    result.code = RESULT_RETRY;
  return result_ok(&result) ? result : result_context(result, "renewing the access token");
}

struct result jira_auth_header(struct connection *c, struct arena *arena, struct str *out) {
  bool old = c->auth.access_until_ms && c->auth.access_until_ms - EARLY_MS < c->now_ms();
  if (c->auth.kind == AUTH_OAUTH && (c->auth.header[0] == '\0' || old))
    TRY(renew(c, arena));
  *out = str_of(c->auth.header);
  return RESULT_DONE;
}

bool jira_auth_forget(struct connection *c) {
  if (c->auth.kind != AUTH_OAUTH)
    return false;
  c->auth.header[0] = '\0';
  return true;
}

/* -- OAuth's site -- */

static struct str cloud_id_of(struct connection *c, const cJSON *sites) {
  const cJSON *site;
  cJSON_ArrayForEach(site, sites) {
    if (str_equal(json_text(site, "url"), c->site) || cJSON_GetArraySize(sites) == 1)
      return str_copy(&c->arena, json_text(site, "id"));
  }
  return (struct str){0};
}

static struct result call_sites(struct connection *c, struct arena *arena, struct str gateway,
                                struct http_response *out) {
  struct str authorization;
  TRY(jira_auth_header(c, arena, &authorization));
  struct http_header headers[] = {{STR("Accept"), STR("application/json")}, {STR("Authorization"), authorization}};
  struct http_request call = {.method = "GET",
                              .url = str_format(arena, "%.*s/oauth/token/accessible-resources", STR_FMT(gateway)),
                              .headers = headers,
                              .header_count = 2,
                              .timeout_ms = JIRA_TIMEOUT_MS};
  return exchange_send(c->http, arena, &call, true, &c->usage, out);
}

static struct result ask_site(struct connection *c, struct arena *arena, struct str gateway, struct str *out) {
  struct http_response response;
  cJSON *sites;
  TRY(call_sites(c, arena, gateway, &response));
  if (response.status == 401 && c->renewal && jira_auth_forget(c)) /* the token ended before its time */
    TRY(call_sites(c, arena, gateway, &response));
  if (response.status != 200)
    return result_error(response.status == 401 ? RESULT_AUTH : RESULT_RETRY, "asking for the sites: %lld",
                        (long long)response.status);
  TRY(json_parse(response.body, &sites));
  *out = cloud_id_of(c, sites);
  cJSON_Delete(sites);
  return RESULT_DONE;
}

struct result jira_auth_site(struct connection *c, struct arena *arena) {
  if (c->api.length)
    return RESULT_DONE;
  struct str gateway = option_url(c, "gateway_url", STR("https://api.atlassian.com"));
  struct str id = str_copy(&c->arena, json_text(c->options, "cloud_id"));
  if (id.length == 0)
    TRY(ask_site(c, arena, gateway, &id));
  if (id.length == 0)
    return result_error(RESULT_AUTH, "this authorization does not open %.*s", STR_FMT(c->site));
  c->root = str_format(&c->arena, "%.*s/ex/jira/%.*s", STR_FMT(gateway), STR_FMT(id));
  c->api = str_format(&c->arena, "%.*s/rest/api/3", STR_FMT(c->root));
  return RESULT_DONE;
}

/* -- who we are -- */

struct result jira_self(struct connection *c, struct arena *arena) {
  cJSON *me;
  if (c->self.length)
    return RESULT_DONE;
  TRY(jira_get(c, arena, STR("/myself"), &me));
  c->self = str_copy(&c->arena, jira_person_id(c, me));
  c->self_name = str_copy(&c->arena, json_text(me, "displayName"));
  cJSON_Delete(me);
  return c->self.length ? RESULT_DONE : result_error(RESULT_RETRY, "Jira does not say who the credential is");
}
